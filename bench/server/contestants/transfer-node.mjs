/**
 * The same by node:http2's stream API, with its defaults.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createSecureServer, createServer } from "node:http2";

const PIECE = Buffer.alloc(65_536, "a");
const [cert, key] = process.argv.slice(2);

const tls = cert !== undefined && key !== undefined;
const server = tls ? createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }) : createServer();
server.on("stream", (stream, fields) => {
  const path = fields[":path"] ?? "";
  if (path.startsWith("/download/")) download(stream, Number(path.slice(10)));
  else upload(stream);
});
server.listen({ port: 0, host: "127.0.0.1" }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object")
    console.log(`${tls ? "https" : "http"}://127.0.0.1:${address.port}`);
});

/** @param {import("node:http2").ServerHttp2Stream} stream @param {number} octets */
function download(stream, octets) {
  stream.respond({ ":status": 200, "content-length": octets });
  let left = octets;
  const send = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!stream.write(piece)) {
        stream.once("drain", send);
        return;
      }
    }
    stream.end();
  };
  send();
}

/** @param {import("node:http2").ServerHttp2Stream} stream */
function upload(stream) {
  let octets = 0;
  stream.on("data", (/** @type {Buffer} */ chunk) => {
    octets += chunk.length;
  });
  stream.once("end", () => {
    stream.respond({ ":status": 200 });
    stream.end(`${octets}`);
  });
}
