/**
 * Deno.serve as its documentation shows it: one handler for all targets. Reading the content whole is its
 * cheapest form of a small echo.
 *
 * @module
 */
const TEXT = { headers: { "Content-Type": "text/plain" } };
const OCTETS = { headers: { "Content-Type": "application/octet-stream" } };

// @ts-expect-error Deno is not declared where this is type-checked
globalThis.Deno.serve(
  {
    port: 0,
    hostname: "127.0.0.1",
    /** @param {{ port: number }} address */
    onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
  },
  /** @param {Request} request @returns {Response | Promise<Response>} */
  (request) => {
    const target = request.url.slice(request.url.indexOf("/", 8));
    if (target === "/plaintext") return new Response("Hello, World!", TEXT);
    if (target === "/await") return awaiting();
    if (target.startsWith("/hello/")) return new Response(`Hello, ${decodeURIComponent(target.slice(7))}!`, TEXT);
    if (target === "/echo") return request.arrayBuffer().then((content) => new Response(content, OCTETS));
    if (target === "/stream-echo") return new Response(request.body, OCTETS);
    return new Response(null, { status: 404 });
  },
);

async function awaiting() {
  return new Response(await lookup(), TEXT);
}

/** Resolves as a handler's own lookup would that needs no I/O. */
async function lookup() {
  return "Hello, World!";
}
