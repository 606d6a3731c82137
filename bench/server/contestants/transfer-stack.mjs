/**
 * One large download and one large upload, by `@stack/server`. Arguments: a certificate and its key for TLS, or none.
 *
 * @module
 */
import { createServer } from "@stack/server";
import { createServerTls } from "@stack/tls";

const PIECE = new Uint8Array(65_536).fill(0x61);
const [cert, key] = process.argv.slice(2);

const server = createServer({ maxContentOctets: 2 ** 40 });
server.get("/download/:octets", async (request, response) => {
  const octets = Number(request.params.get("octets"));
  response.fields.set("Content-Length", `${octets}`);
  for (let left = octets; left > 0; left -= PIECE.length)
    if (!response.write(left < PIECE.length ? PIECE.subarray(0, left) : PIECE)) await response.drained();
  response.end();
});
server.post("/upload", async (request, response) => {
  let octets = 0;
  for await (const chunk of request.content) octets += chunk.length;
  response.text(`${octets}`);
});
const tls =
  cert === undefined || key === undefined ? null : createServerTls({ certificates: { cert, key }, alpn: ["h2"] });
const { url } = await server.listen("127.0.0.1:0", tls === null ? {} : { tls });
console.log(url);
