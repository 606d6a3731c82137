/** A decompression bomb, and what a reader gets of it: a typed error, long before memory is full. */
import { gzipSync } from "node:zlib";
import { ContentDecodingError, decodeContent } from "@stack/compression";
import { Content } from "@stack/http";

const bomb = gzipSync(new Uint8Array(100_000_000));

const content = new Content({
  contentLength: bomb.length,
  contentLimit: Number.POSITIVE_INFINITY,
  read: (receiver) => ({
    grant() {
      receiver.onContent(bomb, 0, bomb.length);
      receiver.onEnd(null);
    },
    stop() {},
  }),
});

let octets = 0;
try {
  for await (const bytes of decodeContent(content, "gzip")) octets += bytes.length;
} catch (error) {
  if (!(error instanceof ContentDecodingError)) throw error;
  console.log(`${error.code} after ${octets} octets: ${error.message}`);
}
