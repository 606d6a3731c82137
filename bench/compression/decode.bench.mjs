/**
 * Decoding content, beside the streams and the one-call functions of `node:zlib`: time for each content, by size and
 * coding. Shows from which size on a stream is worth its cost.
 *
 * Run: `pnpm build && node bench/compression/decode.bench.mjs`
 *
 * @module
 */
import * as zlib from "node:zlib";
import { decodeContent, decodeWhole, parseContentEncoding } from "@stack/compression";
import { Content } from "@stack/http";
import { Bench } from "tinybench";

/** Octets that a read of a socket gives at once. */
const READ = 65_536;
const SIZES = { "2 KiB": 2_048, "64 KiB": 65_536, "1 MiB": 1_048_576, "16 MiB": 16_777_216 };

/** @type {Record<string, { encode: (bytes: Uint8Array) => Buffer, stream: () => import("node:stream").Transform }>} */
const CODINGS = {
  gzip: { encode: zlib.gzipSync, stream: () => zlib.createGunzip() },
  br: {
    encode: (bytes) => zlib.brotliCompressSync(bytes, { params: { 1: 5 } }),
    stream: () => zlib.createBrotliDecompress(),
  },
};
const { zstdCompressSync, createZstdDecompress } = /** @type {any} */ (zlib);
if (createZstdDecompress !== undefined)
  CODINGS.zstd = { encode: zstdCompressSync, stream: () => createZstdDecompress() };

/** @type {Record<string, Record<string, string | number>>} */
const table = {};
for (const [coding, { encode, stream }] of Object.entries(CODINGS))
  for (const [size, octets] of Object.entries(SIZES)) {
    const text = json(octets);
    const encoded = encode(text);
    const codings = parseContentEncoding(coding);
    /** @type {Record<string, () => Promise<number> | number>} */
    const contestants = {
      content: async () => (await decodeContent(contentOf(encoded), coding, { maxRatio: 1_000 }).bytes()).length,
      stream: () => throughStream(stream(), encoded),
      whole: () => decodeWhole(encoded, codings)?.length ?? 0,
    };
    for (const [contestant, decode] of Object.entries(contestants)) {
      const decoded = await decode();
      if (contestant === "whole" && decoded === 0) delete contestants.whole;
      else if (decoded !== octets) throw new Error(`wrong answer, no benchmark: ${contestant}, ${coding}, ${size}`);
    }
    const bench = new Bench({ time: 400, warmupTime: 100 });
    for (const [contestant, decode] of Object.entries(contestants)) bench.add(contestant, decode);
    await bench.run();
    const [ours, theirs, whole] = bench.tasks.map((task) =>
      task.result?.state === "completed" ? task.result.latency.min : 0,
    );
    table[`${coding}, ${size} from ${encoded.length} octets`] = {
      "decodeContent, µs": microseconds(ours),
      "node:zlib stream, µs": microseconds(theirs),
      ratio: ((ours ?? 0) / (theirs ?? 1)).toFixed(2),
      "MiB/s": Math.round(octets / 2 ** 20 / ((ours ?? 1) / 1_000)),
      "decodeWhole, µs": whole === undefined ? "–" : microseconds(whole),
    };
  }
console.log(`Decoding (Node ${process.versions.node}), fastest of many runs:`);
console.table(table);

/** @param {number | undefined} milliseconds */
function microseconds(milliseconds = 0) {
  return Math.round(milliseconds * 1_000);
}

/** A list of records as an interface answers it. @param {number} octets */
function json(octets) {
  let text = "";
  for (let i = 0; text.length < octets; i++)
    text += `{"id":${i * 7919},"name":"item ${(i * 2654435761) % 4294967296}","tags":["a${i % 13}","b${i % 7}"],"price":${(i * 31) % 997}.5},\n`;
  return Buffer.from(text.slice(0, octets));
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
          const end = Math.min(bytes.length, at + READ, at + credit);
          credit -= end - at;
          const start = at;
          at = end;
          receiver.onContent(bytes, start, end);
          if (at === bytes.length) receiver.onEnd(null);
        }
        sending = false;
      },
      stop() {},
    }),
  });
}

/** @param {import("node:stream").Transform} stream @param {Uint8Array} bytes @returns {Promise<number>} */
function throughStream(stream, bytes) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => resolve(Buffer.concat(parts).length));
    stream.on("error", reject);
    for (let at = 0; at < bytes.length; at += READ) stream.write(bytes.subarray(at, at + READ));
    stream.end();
  });
}
