/**
 * Decoding frames, beside the plainest parser on node:Buffer: octets per second
 * and ns for each frame. Reads are of 64 KiB, so that frames are cut as sockets
 * cut them.
 *
 * Run: `pnpm build && node bench/http2-frames/decode.bench.mjs`
 *
 * @module
 */
import { encodeFrameHead, FLAG, FRAME_TYPE, FrameDecoder } from "@stack/http2-frames";
import { Bench } from "tinybench";

const READ_OCTETS = 65_536;

/** What a server reads: heads of requests, small uploads, and the frames that go with them. */
const requests = wire(2_000, (frame, n) => {
  frame(FRAME_TYPE.HEADERS, FLAG.END_HEADERS | (n % 8 === 0 ? 0 : FLAG.END_STREAM), 24 + (n % 40), n);
  if (n % 8 === 0) frame(FRAME_TYPE.DATA, FLAG.END_STREAM, 300 + (n % 700), n);
  if (n % 3 === 0) frame(FRAME_TYPE.WINDOW_UPDATE, 0, 4, 0);
  if (n % 20 === 0) frame(FRAME_TYPE.RST_STREAM, 0, 4, n);
  if (n % 20 === 1) frame(FRAME_TYPE.PRIORITY_UPDATE, 0, 10, 0);
  if (n % 50 === 0) frame(FRAME_TYPE.PING, 0, 8, 0);
  if (n % 500 === 0) frame(FRAME_TYPE.SETTINGS, 0, 24, 0);
});

/** What a client reads: heads and content of a page's parts. */
const responses = wire(500, (frame, n) => {
  frame(FRAME_TYPE.HEADERS, FLAG.END_HEADERS, 60 + (n % 50), n);
  for (let left = n % 10 === 0 ? 120_000 : 700 + ((n * 97) % 9_000); left > 0; left -= 16_384)
    frame(FRAME_TYPE.DATA, left <= 16_384 ? FLAG.END_STREAM : 0, Math.min(left, 16_384), n);
  if (n % 10 === 0) frame(FRAME_TYPE.WINDOW_UPDATE, 0, 4, 0);
});

/** A large download: nothing but full frames. */
const download = wire(500, (frame) => frame(FRAME_TYPE.DATA, 0, 16_384, 1));

/** Sums up what it is told, the same way for each kind of frame. */
class Counter {
  constructor() {
    this.sum = 0;
  }

  /** @param {number} type @param {number} streamId @param {number} octets */
  frame(type, streamId, octets) {
    this.sum = add(this.sum, type, streamId, octets);
  }

  /** @param {number} id @param {Uint8Array} _bytes @param {number} start @param {number} end */
  onData(id, _bytes, start, end) {
    this.frame(FRAME_TYPE.DATA, id, end - start);
  }

  /** @param {number} id @param {Uint8Array} _bytes @param {number} start @param {number} end */
  onHeaders(id, _bytes, start, end) {
    this.frame(FRAME_TYPE.HEADERS, id, end - start);
  }

  /** @param {number} id */
  onRstStream(id) {
    this.frame(FRAME_TYPE.RST_STREAM, id, 4);
  }

  onSetting() {}

  onSettingsEnd() {
    this.frame(FRAME_TYPE.SETTINGS, 0, 24);
  }

  onPing() {
    this.frame(FRAME_TYPE.PING, 0, 8);
  }

  /** @param {number} id */
  onWindowUpdate(id) {
    this.frame(FRAME_TYPE.WINDOW_UPDATE, id, 4);
  }

  /** @param {number} _id @param {Uint8Array} _bytes @param {number} start @param {number} end */
  onPriorityUpdate(_id, _bytes, start, end) {
    this.frame(FRAME_TYPE.PRIORITY_UPDATE, 0, 4 + end - start);
  }

  onSettingsAck() {}
  onPriority() {}
  onPushPromise() {}
  onGoaway() {}
  onContinuation() {}
  onExtension() {}
  onUnknown() {}
  onStreamError() {}
}

/** @type {Record<string, Record<string, string | number>>} */
const table = {};
for (const [name, { bytes, frames, sum }] of Object.entries({ requests, responses, download })) {
  const contestants = { "@stack/http2-frames": ours, "plain node:Buffer": plain };
  for (const [contestant, decode] of Object.entries(contestants))
    if (decode(bytes) !== sum) throw new Error(`wrong answer, no benchmark: ${contestant}, ${name}`);
  const bench = new Bench({ time: 1_000, warmupTime: 300 });
  for (const [contestant, decode] of Object.entries(contestants)) bench.add(contestant, () => void decode(bytes));
  await bench.run();
  for (const task of bench.tasks) {
    const ms = /** @type {any} */ (task.result).latency.min;
    table[`${name}: ${task.name}`] = {
      "octets per frame": Math.round(bytes.length / frames),
      "ns per frame": Math.round((ms * 1e6) / frames),
      "MiB/s": Math.round(((bytes.length / ms) * 1_000) / 2 ** 20),
    };
  }
}
console.log(`Frames from reads of ${READ_OCTETS} octets, the fastest run of many (Node ${process.versions.node}):`);
console.table(table);

/** @typedef {(type: number, flags: number, octets: number, streamId: number) => void} WriteFrame */

/**
 * Frames as octets, with what a right parser sums up.
 *
 * @param {number} streams
 * @param {(frame: WriteFrame, n: number) => void} write is called for each stream
 */
function wire(streams, write) {
  const bytes = Buffer.alloc(2 ** 24, 1); // payloads of ones: no increment and no stream is 0
  let at = 0;
  let frames = 0;
  let sum = 0;
  for (let n = 0; n < streams; n++)
    write((type, flags, octets, streamId) => {
      at = encodeFrameHead(bytes, at, octets, type, flags, streamId && n * 2 + 1) + octets;
      sum = add(sum, type, streamId && n * 2 + 1, octets);
      frames++;
    }, n + 1);
  return { bytes: bytes.subarray(0, at), frames, sum };
}

/** @param {number} sum @param {number} type @param {number} streamId @param {number} octets */
function add(sum, type, streamId, octets) {
  return (sum * 31 + type + streamId + octets) | 0;
}

/** @param {Buffer} bytes @returns {number} */
function ours(bytes) {
  const counter = new Counter();
  const decoder = new FrameDecoder(counter);
  for (let at = 0; at < bytes.length; at += READ_OCTETS)
    decoder.decode(bytes, at, Math.min(bytes.length, at + READ_OCTETS));
  if (decoder.pending) throw new Error("not complete");
  return counter.sum;
}

/**
 * What one writes first: what is left is joined with what comes, each frame's payload is a view. It checks nothing
 * but the length.
 *
 * @param {Buffer} bytes @returns {number}
 */
function plain(bytes) {
  /** @type {Buffer} */
  let rest = Buffer.alloc(0);
  let sum = 0;
  for (let from = 0; from < bytes.length; from += READ_OCTETS) {
    const read = bytes.subarray(from, from + READ_OCTETS);
    const chunk = rest.length === 0 ? read : Buffer.concat([rest, read]);
    let at = 0;
    while (chunk.length - at >= 9) {
      const length = chunk.readUIntBE(at, 3);
      if (length > 16_384) throw new Error("too long");
      if (chunk.length - at < 9 + length) break;
      const type = chunk.readUInt8(at + 3);
      const streamId = chunk.readUInt32BE(at + 5) & 0x7fffffff;
      const payload = chunk.subarray(at + 9, at + 9 + length);
      sum = add(sum, type, streamId, payload.length);
      at += 9 + length;
    }
    rest = chunk.subarray(at);
  }
  if (rest.length > 0) throw new Error("not complete");
  return sum;
}
