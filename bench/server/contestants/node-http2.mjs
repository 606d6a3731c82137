/**
 * node:http2 by its stream API, the cheaper of its two: one `stream` listener, a branch by path, `respond` and `end`.
 *
 * @module
 */
import { createServer } from "node:http2";

const HELLO = "Hello, World!";

/** @param {import("node:http2").ServerHttp2Stream} stream @param {string} text */
function answer(stream, text) {
  stream.respond({ ":status": 200, "content-type": "text/plain", "content-length": Buffer.byteLength(text) });
  stream.end(text);
}

const server = createServer();
server.on("stream", (stream, fields) => {
  const path = fields[":path"] ?? "";
  if (path === "/plaintext") answer(stream, HELLO);
  else if (path.startsWith("/hello/")) answer(stream, `Hello, ${decodeURIComponent(path.slice(7))}!`);
  else stream.respond({ ":status": 404 }, { endStream: true });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`http://127.0.0.1:${address.port}`);
});
