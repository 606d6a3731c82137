/**
 * Header blocks both ways, beside hpack.js: ns for each block.
 *
 * hpack.js is spared its streams: the codec below them is called directly. Each
 * contestant decodes what our encoder wrote, and each encodes with the Huffman
 * code and a table of 4,096 octets.
 *
 * Run: `pnpm build && node bench/hpack/block.bench.mjs`
 *
 * @module
 */
import { HpackDecoder, HpackEncoder } from "@stack/hpack";
import hpackJs from "hpack.js";
import { Bench } from "tinybench";
import { sections, VARIANTS } from "./corpus.mjs";

/** @typedef {(list: string[]) => Uint8Array} Encode */
/** @typedef {(block: Uint8Array) => string[]} Decode */

const MEMORY = Buffer.alloc(16_384);
const ignore = () => {};

/** The contestants; each call makes one for a new connection. */
const contestants = { "@stack/hpack": ours, "hpack.js": theirs };

/** @type {Record<string, Record<string, string | number>>} */
const table = {};
for (const [name, lists] of Object.entries(sections)) {
  await measure(`${name}, first of a connection`, lists.slice(0, 1));
  await measure(`${name}, mean of ${VARIANTS} on a connection`, lists);
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
  const encoder = ours();
  const blocks = lists.map((list) => Buffer.from(encoder.encode(list)));
  const octets = blocks.reduce((sum, block) => sum + block.length, 0) / blocks.length;
  const encoding = new Bench({ time: 500, warmupTime: 200 });
  const decoding = new Bench({ time: 500, warmupTime: 200 });
  for (const [contestant, connect] of Object.entries(contestants)) {
    const [writer, back, reader] = [connect(), ours(), connect()];
    for (const [i, list] of lists.entries()) {
      requireSame(back.decode(writer.encode(list)), list, `${contestant} encodes ${name}`);
      requireSame(reader.decode(/** @type {Buffer} */ (blocks[i])), list, `${contestant} decodes ${name}`);
    }
    encoding.add(contestant, () => {
      for (let n = 0; n < VARIANTS; n += lists.length) {
        const { encode } = connect();
        for (const list of lists) encode(list);
      }
    });
    decoding.add(contestant, () => {
      for (let n = 0; n < VARIANTS; n += lists.length) {
        const { decode } = connect();
        for (const block of blocks) decode(block);
      }
    });
  }
  for (const [way, bench] of Object.entries({ encode: encoding, decode: decoding })) {
    await bench.run();
    const [our, their] = bench.tasks.map(nanosecondsOf);
    table[`${way}: ${name}`] = {
      octets: Math.round(octets),
      "@stack/hpack": Math.round(our ?? 0),
      "hpack.js": Math.round(their ?? 0),
      ratio: ((our ?? 0) / (their ?? 1)).toFixed(3),
    };
  }
}

/** @returns {{ encode: Encode, decode: Decode }} */
function ours() {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder();
  return {
    encode: (list) => MEMORY.subarray(0, encoder.encode(list, MEMORY, 0)),
    decode: (block) => decoder.decode(block, 0, block.length),
  };
}

/** @returns {{ encode: Encode, decode: Decode }} */
function theirs() {
  const compressor = hpackJs.compressor.create({ table: { maxSize: 4096 } });
  const decompressor = hpackJs.decompressor.create({ table: { maxSize: 4096 } });
  /** @type {string[]} */
  let fields = [];
  let end = 0;
  compressor.push = (/** @type {Buffer} */ chunk) => {
    MEMORY.set(chunk, end);
    end += chunk.length;
    return true;
  };
  decompressor.push = (/** @type {{ name: string, value: string }} */ field) => {
    fields.push(field.name, field.value);
    return true;
  };
  return {
    encode: (list) => {
      end = 0;
      const headers = [];
      for (let i = 0; i < list.length; i += 2) headers.push({ name: list[i], value: list[i + 1] });
      compressor._write(headers, "", ignore);
      return MEMORY.subarray(0, end);
    },
    decode: (block) => {
      fields = [];
      decompressor._write(block, "", ignore);
      while (!decompressor._decoder.isEmpty()) decompressor._execute();
      return fields;
    },
  };
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
