/** ORIGIN and ALTSVC, which a server may send: written, decoded, read. */
import {
  decodeAltsvc,
  decodeOrigins,
  encodeAltsvc,
  encodeOrigins,
  FRAME_TYPE,
  FrameDecoder,
  type FrameVisitor,
} from "@stack/http2-frames";

const memory = new Uint8Array(256);
let end = encodeOrigins(memory, 0, ["https://example.com", "https://static.example.com"]);
end = encodeAltsvc(memory, end, 0, "https://example.com", 'h3=":443"; ma=3600');

const visitor = {
  onExtension: (type: number, streamId: number, bytes: Uint8Array, start: number, stop: number) => {
    if (type === FRAME_TYPE.ORIGIN) console.log("origins", decodeOrigins(bytes, start, stop));
    else console.log("alternatives", decodeAltsvc(streamId, bytes, start, stop));
  },
} as unknown as FrameVisitor; // the others are not called here
new FrameDecoder(visitor).decode(memory, 0, end);
