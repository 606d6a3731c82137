/** A request comes in pieces of three octets; then one that nobody should answer. */
import { HeadSyntaxError, PARTIAL, RequestHeadDecoder, requestFraming } from "@stack/http1-parser";

const octets = new TextEncoder();
const wire = octets.encode("PUT /notes/7?draft HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\n\r\nhello");

const decoder = new RequestHeadDecoder();
for (let at = 0; at < wire.length; at += 3) {
  const piece = wire.slice(at, at + 3);
  const end = decoder.decode(piece, 0, piece.length);
  if (end === PARTIAL) continue;
  console.log(decoder.method, decoder.target, decoder.fields);
  console.log("octets of content:", requestFraming(decoder.chunked, decoder.contentLength));
  break;
}

const smuggled = octets.encode("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n");
try {
  decoder.decode(smuggled, 0, smuggled.length);
} catch (error) {
  if (!(error instanceof HeadSyntaxError)) throw error;
  console.log(error.status, error.code); // answer it with `Connection: close` and read no more
}
