/**
 * Header blocks both ways, beside hpack.js: ns for each block.
 *
 * hpack.js is measured twice: as its users call it, through its streams, and
 * without them, the codec alone. Each contestant decodes what our encoder
 * wrote, and each encodes with the Huffman code and a table of 4,096 octets.
 *
 * Run: `pnpm build && node bench/hpack/block.bench.mjs`
 *
 * @module
 */
import { HpackDecoder, HpackEncoder } from "@stack/hpack";
import hpackJs from "hpack.js";
import { Bench } from "tinybench";
import { sections, VARIANTS } from "./corpus.mjs";

/** @typedef {(list: string[]) => Buffer | number} Encode a block, or the number of its octets at the start of MEMORY */
/** @typedef {(block: Buffer) => string[]} Decode */
/** @typedef {{ encoder: () => Encode, decoder: () => Decode, pauses: boolean }} Contestant */

const MEMORY = Buffer.alloc(16_384);
const TABLE = { table: { maxSize: 4096 } };

/** What makes an encoder or a decoder for a new connection. @type {Record<string, Contestant>} */
const contestants = {
  "@stack/hpack": { encoder: ourEncoder, decoder: ourDecoder, pauses: false },
  // Streams finish their writes on the next tick: without a pause they would only pile up.
  "hpack.js": { encoder: streamedEncoder, decoder: streamedDecoder, pauses: true },
  "hpack.js, codec alone": { encoder: bareEncoder, decoder: bareDecoder, pauses: false },
};

/** @type {Record<string, Record<string, string | number>>} */
const table = {};
for (const [name, lists] of Object.entries(sections)) {
  await measure(`${name}, a connection's first`, lists.slice(0, 1));
  await measure(`${name}, mean of its first ${VARIANTS}`, lists);
}
console.log(`One header block, ns (Node ${process.versions.node}):`);
console.table(table);

/**
 * Adds two rows: encoding lists on a new connection, and decoding the blocks.
 *
 * @param {string} name
 * @param {string[][]} lists
 */
async function measure(name, lists) {
  const encodeOne = ourEncoder();
  const blocks = lists.map((list) => blockOf(encodeOne(list)));
  const octets = blocks.reduce((sum, block) => sum + block.length, 0) / blocks.length;
  const encoding = new Bench({ time: 500, warmupTime: 200 });
  const decoding = new Bench({ time: 500, warmupTime: 200 });
  for (const [contestant, { encoder, decoder, pauses }] of Object.entries(contestants)) {
    const [encode, back, decode] = [encoder(), ourDecoder(), decoder()];
    for (const [i, list] of lists.entries()) {
      requireSame(back(blockOf(encode(list))), list, `${contestant} encodes ${name}`);
      requireSame(decode(/** @type {Buffer} */ (blocks[i])), list, `${contestant} decodes ${name}`);
    }
    const pause = pauses ? () => new Promise((resolve) => setImmediate(resolve)) : () => {};
    encoding.add(contestant, () => {
      for (let n = 0; n < VARIANTS; n += lists.length) {
        const encode = encoder();
        for (const list of lists) encode(list);
      }
      return pause();
    });
    decoding.add(contestant, () => {
      for (let n = 0; n < VARIANTS; n += lists.length) {
        const decode = decoder();
        for (const block of blocks) decode(block);
      }
      return pause();
    });
  }
  for (const [way, bench] of Object.entries({ encode: encoding, decode: decoding })) {
    await bench.run();
    const [our = 0, their = 0, codec = 0] = bench.tasks.map(nanosecondsOf);
    table[`${way}: ${name}`] = {
      octets: Math.round(octets),
      "@stack/hpack": Math.round(our),
      "hpack.js": Math.round(their),
      ratio: (our / their).toFixed(2),
      "codec alone": Math.round(codec),
      "ratio ": (our / codec).toFixed(2),
    };
  }
}

/** @returns {Encode} */
function ourEncoder() {
  const encoder = new HpackEncoder();
  return (list) => encoder.encode(list, MEMORY, 0);
}

/** @returns {Decode} */
function ourDecoder() {
  const decoder = new HpackDecoder();
  return (block) => decoder.decode(block, 0, block.length);
}

/** @returns {Encode} */
function streamedEncoder() {
  const compressor = hpackJs.compressor.create(TABLE);
  return (list) => {
    compressor.write(headersOf(list));
    return compressor.read();
  };
}

/** @returns {Decode} */
function streamedDecoder() {
  const decompressor = hpackJs.decompressor.create(TABLE);
  return (block) => {
    decompressor.write(block);
    decompressor.execute();
    const fields = [];
    for (let field = decompressor.read(); field !== null; field = decompressor.read())
      fields.push(field.name, field.value);
    return fields;
  };
}

/** What is below the stream, with what it pushes into it caught. @returns {Encode} */
function bareEncoder() {
  const compressor = hpackJs.compressor.create(TABLE);
  let end = 0;
  compressor.push = (/** @type {Buffer} */ chunk) => {
    MEMORY.set(chunk, end);
    end += chunk.length;
    return true;
  };
  return (list) => {
    end = 0;
    compressor._write(headersOf(list), "utf8", () => {});
    return end;
  };
}

/** @returns {Decode} */
function bareDecoder() {
  const decompressor = hpackJs.decompressor.create(TABLE);
  /** @type {string[]} */
  let fields = [];
  decompressor.push = (/** @type {{ name: string, value: string }} */ field) => {
    fields.push(field.name, field.value);
    return true;
  };
  return (block) => {
    fields = [];
    decompressor._write(block, "utf8", () => {});
    while (!decompressor._decoder.isEmpty()) decompressor._execute();
    return fields;
  };
}

/** A copy of what an encoder wrote. @param {Buffer | number} written */
function blockOf(written) {
  return Buffer.from(typeof written === "number" ? MEMORY.subarray(0, written) : written);
}

/** The list as hpack.js takes it. @param {string[]} list */
function headersOf(list) {
  const headers = [];
  for (let i = 0; i < list.length; i += 2) headers.push({ name: list[i], value: list[i + 1] });
  return headers;
}

/**
 * The answer is proved before it is timed.
 *
 * @param {string[]} answer @param {string[]} right @param {string} where
 */
function requireSame(answer, right, where) {
  if (answer.join("\n") !== right.join("\n")) throw new Error(`wrong answer, no benchmark: ${where}`);
}

/** The median of the runs, for one block. @param {import("tinybench").Task} task */
function nanosecondsOf(task) {
  const result = /** @type {any} */ (task.result);
  if (result?.latency === undefined) throw new Error(`${task.name} did not run: ${result?.error}`);
  return (result.latency.p50 * 1e6) / VARIANTS;
}
