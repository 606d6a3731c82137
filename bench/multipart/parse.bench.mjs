/**
 * Reading `multipart/form-data` beside busboy and @fastify/busboy: a form of values, and a file.
 *
 * Run: `pnpm build && node bench/multipart/parse.bench.mjs`
 *
 * @module
 */
import { Busboy as FastifyBusboy } from "@fastify/busboy";
import { Content } from "@stack/http";
import { MultipartContent, MultipartDecoder, readMultipart } from "@stack/multipart";
import busboy from "busboy";
import { Bench } from "tinybench";

/** Octets that a read of a socket gives at once. */
const READ = 65_536;
const MIB = 1_048_576;

/** Octets with a CR in every 256, as in any file that is compressed. @param {number} octets */
function file(octets) {
  const bytes = new Uint8Array(octets);
  for (let i = 0, state = 1; i < octets; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const lines = new TextEncoder().encode("2026-01-01 12:00:00 GET /index.html 200 12345 0.012\r\n".repeat(80_000));
/** @type {Record<string, import("@stack/multipart").PartInit[]>} */
const FORMS = {
  "10 values": Array.from({ length: 10 }, (_, i) => ({ name: `field${i}`, content: `value ${i}` })),
  "100 values": Array.from({ length: 100 }, (_, i) => ({ name: `field${i}`, content: `value ${i}` })),
  "a file of 8 MiB": [{ name: "file", content: file(8 * MIB), filename: "a.bin" }],
  "a log of 4 MiB": [{ name: "file", content: lines, filename: "a.log", contentType: "text/plain" }],
};

/** @type {Record<string, Record<string, string | number>>} */
const table = {};
for (const [name, parts] of Object.entries(FORMS)) {
  const form = new MultipartContent(parts);
  const bytes = /** @type {Uint8Array} */ (form.bytes());
  const headers = { "content-type": form.contentType };
  const octets = parts.reduce((sum, { content }) => sum + Buffer.byteLength(/** @type {string} */ (content)), 0);
  const contestants = {
    readMultipart: () => read(bytes, form.contentType),
    MultipartDecoder: () => decode(bytes, form.boundary),
    busboy: () => drain(busboy({ headers }), bytes),
    "@fastify/busboy": () => drain(/** @type {any} */ (new FastifyBusboy({ headers })), bytes),
  };
  for (const [contestant, run] of Object.entries(contestants)) {
    const answer = await run();
    if (answer.parts !== parts.length || answer.octets !== octets)
      throw new Error(`wrong answer, no benchmark: ${contestant}, ${name}: ${JSON.stringify(answer)}`);
  }
  const bench = new Bench({ time: 500, warmupTime: 200 });
  for (const [contestant, run] of Object.entries(contestants)) bench.add(contestant, run);
  await bench.run();
  table[name] = Object.fromEntries(
    bench.tasks.map((task) => [
      `${task.name}, µs`,
      task.result?.state === "completed" ? Math.round(task.result.latency.min * 1_000) : "–",
    ]),
  );
}
console.log(`Reading a form (Node ${process.versions.node}), fastest of many runs:`);
console.table(table);

/** @param {Uint8Array} bytes @param {string} contentType */
async function read(bytes, contentType) {
  let parts = 0;
  let octets = 0;
  for await (const part of readMultipart(contentOf(bytes), contentType)) {
    parts++;
    if (part.filename === null) octets += (await part.content.text()).length;
    else for await (const chunk of part.content) octets += chunk.length;
  }
  return { parts, octets };
}

/** @param {Uint8Array} bytes @param {string} boundary */
function decode(bytes, boundary) {
  let parts = 0;
  let octets = 0;
  const decoder = new MultipartDecoder(boundary, {
    onPartHead: () => {
      parts++;
    },
    onPartContent: (_, start, end) => {
      octets += end - start;
    },
    onPartEnd: () => {},
    onClose: () => {},
  });
  for (let start = 0; start < bytes.length; start += READ) {
    const end = Math.min(bytes.length, start + READ);
    for (let at = start; at < end; ) at = decoder.decode(bytes, at, end);
  }
  return { parts, octets };
}

/** @param {import("busboy").Busboy} stream @param {Uint8Array} bytes @returns {Promise<{ parts: number, octets: number }>} */
function drain(stream, bytes) {
  return new Promise((resolve, reject) => {
    let parts = 0;
    let octets = 0;
    stream.on("field", (_, value) => {
      parts++;
      octets += value.length;
    });
    stream.on("file", (_, content) => {
      parts++;
      content.on("data", (/** @type {Buffer} */ chunk) => {
        octets += chunk.length;
      });
    });
    stream.on("error", reject);
    stream.on("finish", () => resolve({ parts, octets }));
    for (let at = 0; at < bytes.length; at += READ) stream.write(bytes.subarray(at, at + READ));
    stream.end();
  });
}

/** Content as an engine gives it: for credit, in reads of a socket. @param {Uint8Array} bytes */
function contentOf(bytes) {
  let at = 0;
  let credit = 0;
  let sending = false;
  return new Content({
    contentLength: bytes.length,
    contentLimit: Number.POSITIVE_INFINITY,
    read: (receiver) => ({
      grant(octets) {
        credit += octets;
        if (sending) return;
        sending = true;
        while (at < bytes.length && credit > 0) {
          const start = at;
          at = Math.min(bytes.length, at + READ, at + credit);
          credit -= at - start;
          receiver.onContent(bytes, start, at);
          if (at === bytes.length) receiver.onEnd(null);
        }
        sending = false;
      },
      stop() {},
    }),
  });
}
