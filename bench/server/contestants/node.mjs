/**
 * node:http as its documentation shows it: one request listener, a branch by target, `writeHead` and `end`.
 *
 * @module
 */
import { createServer } from "node:http";

const HELLO = "Hello, World!";

/** @param {import("node:http").ServerResponse} response @param {string} text */
function answer(response, text) {
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

/** @param {import("node:http").ServerResponse} response */
async function awaiting(response) {
  answer(response, await lookup());
}

/** Resolves as a handler's own lookup would that needs no I/O. */
async function lookup() {
  return HELLO;
}

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
function echo(request, response) {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const content = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": content.length });
    response.end(content);
  });
}

const server = createServer((request, response) => {
  const target = request.url ?? "";
  if (target === "/plaintext") answer(response, HELLO);
  else if (target === "/await") void awaiting(response);
  else if (target.startsWith("/hello/")) answer(response, `Hello, ${decodeURIComponent(target.slice(7))}!`);
  else if (target === "/echo" && request.method === "POST") echo(request, response);
  else if (target === "/stream-echo" && request.method === "POST") request.pipe(response);
  else response.writeHead(404).end();
});
// The default of 5 s would close the idle connections before --memory has counted them.
server.keepAliveTimeout = 120_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`http://127.0.0.1:${address.port}`);
});
