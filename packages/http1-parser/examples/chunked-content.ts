/** Content in chunked coding, there and back, with a trailer and a pause after the first chunk. */
import { CHUNK_END, ChunkedDecoder, encodeChunkHead, encodeTrailers, latin1 } from "@stack/http1-parser";

let wire = "";
for (const data of ["Wiki", "pedia"]) wire += encodeChunkHead(data.length) + data + CHUNK_END;
wire += encodeTrailers(["X-Checksum", "7"]);
console.log(JSON.stringify(wire));

const decoder = new ChunkedDecoder({
  onContent(bytes, start, end) {
    console.log("content:", latin1(bytes, start, end)); // lent: who keeps it copies it
    decoder.pause();
  },
  onTrailers(fields) {
    console.log("trailers:", fields);
  },
});
const bytes = new TextEncoder().encode(wire);
for (let at = 0; !decoder.done; ) {
  at = decoder.decode(bytes, at, bytes.length);
  console.log("at octet", at);
}
