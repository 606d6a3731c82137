/** zstd on any runtime: its own where it has one, the library `fzstd` else. */
import { acceptEncoding, availableCodings, DecodedOrigin, parseContentEncoding } from "@stack/compression";
import { ZSTD } from "@stack/compression/fzstd";
import { Content } from "@stack/http";

const own = availableCodings();
const codings = own.some(({ names }) => names[0] === "zstd") ? own : [...own, ZSTD];
console.log(acceptEncoding(codings)); // gzip, deflate, br, zstd

/** A frame with one block of nine octets, as they are. */
const frame = Uint8Array.of(
  0x28,
  0xb5,
  0x2f,
  0xfd,
  0x20,
  0x09,
  0x49,
  0x00,
  0x00,
  ...new TextEncoder().encode("nine okay"),
);

const content = new Content(
  new DecodedOrigin(
    {
      contentLength: frame.length,
      contentLimit: 1_000,
      read: (receiver) => ({
        grant() {
          receiver.onContent(frame, 0, frame.length);
          receiver.onEnd(null);
        },
        stop() {},
      }),
    },
    parseContentEncoding("zstd", { codings }),
  ),
);
console.log(await content.text()); // nine okay
