/**
 * Fastify as its documentation shows it: routes, `reply.type().send()`, the logger off.
 *
 * @module
 */
import { createRequire } from "node:module";

// Installed beside the workspace, not in it: `pnpm bench:peers`.
const { fastify } = createRequire(new URL("../../peers/package.json", import.meta.url))("fastify");
const app = fastify({ logger: false, keepAliveTimeout: 120_000 });

app.addContentTypeParser(
  "application/octet-stream",
  { parseAs: "buffer" },
  (/** @type {unknown} */ _request, /** @type {Buffer} */ content, /** @type {Function} */ done) => done(null, content),
);
app.get("/plaintext", (/** @type {any} */ _request, /** @type {any} */ reply) => {
  reply.type("text/plain").send("Hello, World!");
});
app.get("/await", async (/** @type {any} */ _request, /** @type {any} */ reply) => {
  reply.type("text/plain");
  return await lookup();
});
app.get("/hello/:name", (/** @type {any} */ request, /** @type {any} */ reply) => {
  reply.type("text/plain").send(`Hello, ${request.params.name}!`);
});
app.post("/echo", (/** @type {any} */ request, /** @type {any} */ reply) => {
  reply.type("application/octet-stream").send(request.body);
});
console.log(await app.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }));

/** Resolves as a handler's own lookup would that needs no I/O. */
async function lookup() {
  return "Hello, World!";
}
