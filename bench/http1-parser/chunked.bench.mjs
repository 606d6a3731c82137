/**
 * Decoding a POST whose content is in chunked coding, beside Node's native
 * parser and http-parser-js: ns for each chunk, head included.
 *
 * Run: `pnpm build && node bench/http1-parser/chunked.bench.mjs`
 *
 * @module
 */
import { ChunkedDecoder, encodeChunkHead, LAST_CHUNK, RequestHeadDecoder } from "@stack/http1-parser";
import { HTTPParser as JsParser } from "http-parser-js";
import { Bench } from "tinybench";

const { HTTPParser: NativeParser } = nativeBinding();
const HEAD = "POST /upload HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n";

/** @type {Record<string, { chunks: number, octets: number }>} */
const shapes = {
  "64 chunks of 1 KiB": { chunks: 64, octets: 1024 },
  "64 chunks of 16 octets": { chunks: 64, octets: 16 },
  "1 chunk of 64 KiB": { chunks: 1, octets: 65_536 },
};

/** @type {Record<string, Record<string, string | number>>} */
const table = {};
for (const [name, { chunks, octets }] of Object.entries(shapes)) {
  const wire = messageOf(chunks, octets);
  const contestants = { ours: decodeWithOurs(), native: decodeWithNative(), js: decodeWithJs() };
  for (const [contestant, decode] of Object.entries(contestants))
    for (let i = 0; i < 3; i++)
      if (decode(wire) !== chunks * octets) throw new Error(`wrong answer, no benchmark: ${contestant}, ${name}`);

  const bench = new Bench({ time: 700, warmupTime: 300 });
  for (const [contestant, decode] of Object.entries(contestants)) bench.add(contestant, () => decode(wire));
  await bench.run();
  const [ours, native, js] = bench.tasks.map((task) => nanosecondsOf(task) / chunks);
  table[name] = {
    "@stack/http1-parser, ns": Math.round(ours ?? 0),
    "node native, ns": Math.round(native ?? 0),
    "http-parser-js, ns": Math.round(js ?? 0),
    "of native": ((ours ?? 0) / (native ?? 1)).toFixed(2),
  };
}
console.log(`One chunk of a message, its share of the head included (Node ${process.versions.node}):`);
console.table(table);

/** @param {number} chunks @param {number} octets */
function messageOf(chunks, octets) {
  const data = Buffer.alloc(octets, "x");
  const parts = [Buffer.from(HEAD)];
  for (let i = 0; i < chunks; i++) parts.push(Buffer.from(encodeChunkHead(octets)), data, Buffer.from("\r\n"));
  return Buffer.concat([...parts, Buffer.from(LAST_CHUNK)]);
}

/** @returns {(wire: Buffer) => number} octets of content */
function decodeWithOurs() {
  let received = 0;
  const head = new RequestHeadDecoder();
  const content = new ChunkedDecoder({
    onContent: (_, start, end) => {
      received += end - start;
    },
    onTrailers: () => {},
  });
  return (wire) => {
    received = 0;
    content.reset();
    const at = head.decode(wire, 0, wire.length);
    if (content.decode(wire, at, wire.length) !== wire.length || !content.done) throw new Error("not complete");
    return received;
  };
}

/** @returns {(wire: Buffer) => number} */
function decodeWithNative() {
  let received = 0;
  const parser = new NativeParser();
  parser.initialize(NativeParser.REQUEST, {});
  parser[NativeParser.kOnHeadersComplete | 0] = () => {};
  parser[NativeParser.kOnBody | 0] = (/** @type {Buffer} */ bytes) => {
    received += bytes.length;
  };
  return (wire) => {
    received = 0;
    if (parser.execute(wire) !== wire.length) throw new Error("not complete");
    return received;
  };
}

/** @returns {(wire: Buffer) => number} */
function decodeWithJs() {
  let received = 0;
  const parser = /** @type {any} */ (new JsParser("REQUEST"));
  parser[JsParser.kOnHeadersComplete] = () => {};
  parser[JsParser.kOnBody] = (
    /** @type {Buffer} */ _bytes,
    /** @type {number} */ _start,
    /** @type {number} */ length,
  ) => {
    received += length;
  };
  parser[JsParser.kOnMessageComplete] = () => {};
  return (wire) => {
    received = 0;
    parser.execute(wire, 0, wire.length);
    return received;
  };
}

/** The fastest run, because the machine has other work too. @param {import("tinybench").Task} task */
function nanosecondsOf(task) {
  const result = /** @type {any} */ (task.result);
  if (result?.latency === undefined) throw new Error(`${task.name} did not run: ${result?.error}`);
  return result.latency.min * 1e6;
}

/** `process.binding` is deprecated, and the only way to Node's parser. @returns {any} */
function nativeBinding() {
  process.removeAllListeners("warning");
  return /** @type {any} */ (process).binding("http_parser");
}
