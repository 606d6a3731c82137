/** A block that is large once decoded, and one that is broken: the first costs a stream, the second the connection. */
import { HpackDecoder, HpackError } from "@stack/hpack";

const decoder = new HpackDecoder({ maxFieldSectionOctets: 16_384 });

// One entry of 4,000 octets, and 10,000 times its index: 14 kB that would become 40 MB.
const bomb = new Uint8Array(3_973 + 10_000).fill(0xbe);
bomb.set([0x40, 0x01, 0x61, 0x7f, 0x80, 0x1e]);
bomb.fill(0x61, 6, 6 + 3_967);
const fields = decoder.decode(bomb, 0, bomb.length);
console.log(fields.length / 2, "fields", decoder.tooLarge ? "and too large: answer 431, reset the stream" : "");

try {
  decoder.decode(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 0, 7);
} catch (error) {
  if (!(error instanceof HpackError)) throw error;
  console.log(error.code, "ends the connection with COMPRESSION_ERROR:", error.message);
}
