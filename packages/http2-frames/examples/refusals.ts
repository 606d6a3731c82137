/** What a frame can do wrong by itself: to a stream, which is reported, and to the connection, which is thrown. */
import { ConnectionError, errorCodeName, FrameDecoder, type FrameVisitor } from "@stack/http2-frames";

const visitor = {
  onStreamError: (streamId: number, errorCode: number) =>
    console.log(`RST_STREAM ${streamId} with ${errorCodeName(errorCode)}`),
} as unknown as FrameVisitor; // the others are not called here

const wires = {
  "WINDOW_UPDATE by 0 on stream 3": "000004080000000003 00000000",
  "DATA with more padding than frame": "000002000800000001 ff61",
  "a PING of seven octets": "000007060000000000 01020304050607",
  "a frame of 16 MiB, of which nine octets came": "ffffff000000000001",
};
for (const [what, hex] of Object.entries(wires)) {
  const bytes = Uint8Array.from(hex.replace(" ", "").match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
  console.log(`${what}:`);
  try {
    new FrameDecoder(visitor).decode(bytes, 0, bytes.length);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log(`GOAWAY with ${error.message}`);
  }
}
