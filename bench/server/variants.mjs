/**
 * The kinds of request that are timed. None may be special to a server: a
 * target, a field or content that varies must not change the order of the rows.
 *
 * @module
 */

/**
 * @typedef {import("./contestants.mjs").Work} Work
 *
 * @typedef {object} Variant
 * @property {string} title what a request of it is
 * @property {Work} work
 * @property {number} depth requests on a connection before an answer is awaited
 * @property {string} fields field lines after Host, each with its line end
 * @property {string} content what is sent; then the answer's content is the same
 */

const BROWSER_FIELDS = [
  "Connection: keep-alive",
  "Cache-Control: max-age=0",
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-Dest: document",
  "Referer: http://127.0.0.1/index.html",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Cookie: session=4f1c2b7a9e8d4c35b1a0; theme=dark; seen=1760000000",
]
  .map((line) => `${line}\r\n`)
  .join("");

const KIBIBYTE = "0123456789abcdef".repeat(64);

/** @type {Readonly<Record<string, Variant>>} */
export const VARIANTS = {
  get: { title: "GET, 64 keep-alive connections", work: "get", depth: 1, fields: "", content: "" },
  pipelined: { title: "GET, pipelined 16 deep", work: "get", depth: 16, fields: "", content: "" },
  browser: { title: "GET with twelve fields of a browser", work: "get", depth: 1, fields: BROWSER_FIELDS, content: "" },
  target: { title: "GET of a target that differs each time", work: "hello", depth: 1, fields: "", content: "" },
  await: { title: "GET, a handler that awaits", work: "await", depth: 1, fields: "", content: "" },
  post: {
    title: "POST of 1 KiB, echoed",
    work: "echo",
    depth: 1,
    fields: `Content-Type: application/octet-stream\r\nContent-Length: ${KIBIBYTE.length}\r\n`,
    content: KIBIBYTE,
  },
};

/** Connections of the generator. */
export const CONNECTIONS = 64;

/**
 * The octets of one turn of a connection: `depth` requests, all ASCII. The
 * check of the answer and the load send the same ones; `{n}` in a target
 * stands for a number that is another in each request.
 *
 * @param {Variant} variant
 * @param {string} target
 * @param {number} port
 */
export function octetsOf(variant, target, port) {
  const method = variant.content === "" ? "GET" : "POST";
  const request = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${variant.fields}\r\n${variant.content}`;
  return request.repeat(variant.depth);
}
