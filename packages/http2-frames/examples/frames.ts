/** A connection's first frames, encoded into memory of ours and decoded in pieces of seven octets. */
import {
  encodeFrameHead,
  encodeSettings,
  encodeWindowUpdate,
  FLAG,
  FRAME_TYPE,
  FrameDecoder,
  type FrameVisitor,
  SETTING,
} from "@stack/http2-frames";

const memory = new Uint8Array(256);
let end = encodeSettings(memory, 0, [
  [SETTING.ENABLE_PUSH, 0],
  [SETTING.INITIAL_WINDOW_SIZE, 1_048_576],
]);
end = encodeWindowUpdate(memory, end, 0, 983_041);
const block = Uint8Array.of(0x82, 0x86, 0x84, 0x41, 0x01, 0x61); // GET http://a/, as @stack/hpack would write it
end = encodeFrameHead(memory, end, block.length, FRAME_TYPE.HEADERS, FLAG.END_STREAM | FLAG.END_HEADERS, 1);
memory.set(block, end);
end += block.length;

// One method for each kind of frame; here each shows its name and its numbers.
const visitor = new Proxy({} as FrameVisitor, {
  get:
    (_, call) =>
    (...values: unknown[]) =>
      console.log(call, ...values.filter((value) => typeof value !== "object")),
});
const decoder = new FrameDecoder(visitor);
for (let at = 0; at < end; at += 7) decoder.decode(memory, at, Math.min(end, at + 7));
console.log("a frame is cut off:", decoder.pending);
