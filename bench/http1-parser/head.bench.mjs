/**
 * Decoding a request head, beside Node's native parser and http-parser-js: ns
 * for each message, every field as a string.
 *
 * Run: `pnpm build && node bench/http1-parser/head.bench.mjs`
 *
 * @module
 */
import { encodeFields, encodeStatusLine, RequestHeadDecoder } from "@stack/http1-parser";
import { HTTPParser as JsParser } from "http-parser-js";
import { Bench } from "tinybench";
import { heads, VARIANTS } from "./corpus.mjs";

const { HTTPParser: NativeParser, methods: METHODS } = nativeBinding();

/** @type {Record<string, Record<string, string | number>>} */
const table = {};

for (const [name, wires] of Object.entries(heads)) {
  const contestants = { ours: decodeWithOurs(), native: decodeWithNative(), js: decodeWithJs() };
  for (const [contestant, decode] of Object.entries(contestants))
    for (const wire of wires) requireRight(decode(wire), wire, `${contestant}, ${name}`);

  const bench = new Bench({ time: 1000, warmupTime: 300 });
  for (const [contestant, decode] of Object.entries(contestants))
    bench.add(contestant, () => {
      for (let i = 0; i < VARIANTS; i++) decode(/** @type {Buffer} */ (wires[i]));
    });
  await bench.run();
  const [ours, native, js] = bench.tasks.map(nanosecondsOf);
  table[name] = {
    "@stack/http1-parser, ns": Math.round(ours ?? 0),
    "node native, ns": Math.round(native ?? 0),
    "http-parser-js, ns": Math.round(js ?? 0),
    "of native": ((ours ?? 0) / (native ?? 1)).toFixed(2),
  };
}
console.log(`One request head, every field a string (Node ${process.versions.node}):`);
console.table(table);
await encoding();

/** @typedef {{ method: string, target: string, fields: string[] }} Head */

/** @returns {(wire: Buffer) => Head} */
function decodeWithOurs() {
  const decoder = new RequestHeadDecoder();
  return (wire) => {
    if (decoder.decode(wire, 0, wire.length) !== wire.length) throw new Error("not complete");
    return decoder;
  };
}

/** Node's llhttp through its binding, as node:http uses it: one parser, callbacks set once. @returns {(wire: Buffer) => Head} */
function decodeWithNative() {
  const parser = new NativeParser();
  parser.initialize(NativeParser.REQUEST, {});
  const head = { method: "", target: "", fields: /** @type {string[]} */ ([]) };
  parser[NativeParser.kOnHeadersComplete | 0] = (
    /** @type {number} */ _major,
    /** @type {number} */ _minor,
    /** @type {string[]} */ fields,
    /** @type {number} */ method,
    /** @type {string} */ url,
  ) => {
    head.method = METHODS[method] ?? "";
    head.target = url;
    head.fields = fields;
  };
  return (wire) => {
    if (parser.execute(wire) !== wire.length) throw new Error("not complete");
    return head;
  };
}

/** @returns {(wire: Buffer) => Head} */
function decodeWithJs() {
  const parser = /** @type {any} */ (new JsParser("REQUEST"));
  const head = { method: "", target: "", fields: /** @type {string[]} */ ([]) };
  parser[JsParser.kOnHeadersComplete] = (/** @type {any} */ info) => {
    head.method = JsParser.methods[info.method] ?? "";
    head.target = info.url;
    head.fields = info.headers;
  };
  parser[JsParser.kOnMessageComplete] = () => {};
  return (wire) => {
    parser.execute(wire, 0, wire.length);
    return head;
  };
}

/** The head of a small response, as strings that leave in one latin1 write. */
async function encoding() {
  const fields = [
    "Content-Type",
    "text/plain",
    "Content-Length",
    "13",
    "Date",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "X-Id",
    "",
  ];
  const memory = Buffer.allocUnsafe(1024);
  let n = 0;
  const encode = () => {
    fields[7] = String(n++ & 0xffff);
    return memory.write(`${encodeStatusLine(200)}${encodeFields(fields)}\r\n`, "latin1");
  };
  if (memory.toString("latin1", 0, encode()).split("\r\n").length !== 7) throw new Error("wrong answer, no benchmark");
  const bench = new Bench({ time: 500 });
  bench.add("encode a head of 4 fields and write it", () => {
    for (let i = 0; i < VARIANTS; i++) encode();
  });
  await bench.run();
  console.table({ [bench.tasks[0]?.name ?? ""]: { ns: Math.round(nanosecondsOf(bench.tasks[0]) ?? 0) } });
}

/**
 * The answer is proved before it is timed.
 *
 * @param {Head} head @param {Buffer} wire @param {string} where
 */
function requireRight(head, wire, where) {
  const [line = "", ...lines] = wire.toString("latin1").trimEnd().split("\r\n");
  const [method, target] = line.split(" ");
  const fields = lines.flatMap((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 2)]);
  if (head.method !== method || head.target !== target || head.fields.join("|") !== fields.join("|"))
    throw new Error(`wrong answer, no benchmark: ${where}`);
}

/** The fastest run, because the machine has other work too; for one message. @param {import("tinybench").Task | undefined} task */
function nanosecondsOf(task) {
  const result = /** @type {any} */ (task?.result);
  if (result?.latency === undefined) throw new Error(`${task?.name} did not run: ${result?.error}`);
  return (result.latency.min * 1e6) / VARIANTS;
}

/** `process.binding` is deprecated, and the only way to Node's parser. @returns {any} */
function nativeBinding() {
  process.removeAllListeners("warning");
  return /** @type {any} */ (process).binding("http_parser");
}
