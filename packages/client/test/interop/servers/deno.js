/* global Deno */
/** Deno.serve in cleartext and under TLS: `deno run -A deno.js CERT KEY`. Prints its ports. */
const [cert, key] = Deno.args.map((file) => Deno.readTextFileSync(file));
const text = "compressible ".repeat(1000);

/** @param {Request} request */
function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/text") return new Response("text");
  if (pathname === "/upload") return new Response(request.body);
  if (pathname === "/gzip") return new Response(text, { headers: { "Content-Type": "text/plain" } });
  return new Response("none", { status: 404 });
}

const common = { port: 0, hostname: "127.0.0.1", automaticCompression: true, onListen() {} };
const plain = Deno.serve(common, answer);
const secure = Deno.serve({ ...common, cert, key }, answer);
console.log(JSON.stringify({ plain: plain.addr.port, secure: secure.addr.port }));
