/**
 * Bun.serve as its documentation shows it: a handler for each route. Echoing `request.body` is its cheapest form.
 *
 * A route that is a ready `Response` is not used: Bun then answers without calling JavaScript, which no handler can.
 *
 * @module
 */
const TEXT = { headers: { "Content-Type": "text/plain" } };
const OCTETS = { headers: { "Content-Type": "application/octet-stream" } };

// @ts-expect-error Bun is not declared where this is type-checked
const server = globalThis.Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 120,
  maxRequestBodySize: 2 ** 31,
  routes: {
    "/plaintext": () => new Response("Hello, World!", TEXT),
    "/await": async () => new Response(await lookup(), TEXT),
    "/hello/:name": (/** @type {{ params: { name: string } }} */ request) =>
      new Response(`Hello, ${request.params.name}!`, TEXT),
    "/echo": (/** @type {Request} */ request) => new Response(request.body, OCTETS),
  },
  fetch: () => new Response(null, { status: 404 }),
});
console.log(`http://127.0.0.1:${server.port}`);

/** Resolves as a handler's own lookup would that needs no I/O. */
async function lookup() {
  return "Hello, World!";
}
