/* global Bun */
/** Bun.serve in cleartext and under TLS: `bun bun.js CERT KEY`. Prints its ports. */
const [cert, key] = process.argv.slice(2);
const text = "compressible ".repeat(1000);

/** @param {Request} request */
function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/text") return new Response("text");
  if (pathname === "/upload") return new Response(request.body);
  if (pathname === "/gzip") return new Response(Bun.gzipSync(text), { headers: { "Content-Encoding": "gzip" } });
  return new Response("none", { status: 404 });
}

const common = { port: 0, hostname: "127.0.0.1", fetch: answer };
const plain = Bun.serve(common);
const secure = Bun.serve({ ...common, http2: true, tls: { cert: Bun.file(cert), key: Bun.file(key) } });
console.log(JSON.stringify({ plain: plain.port, secure: secure.port }));
