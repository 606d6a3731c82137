/**
 * The kinds of request that are timed over HTTP/2: a plain one, and one as a
 * browser sends it with a path that differs from the last request's, so that
 * neither a header block that repeats nor a path can be special to a server.
 *
 * @module
 */

/**
 * @typedef {object} H2Variant
 * @property {string} title what a request of it is
 * @property {"get" | "hello"} work
 * @property {readonly (readonly [string, string])[]} fields beside the pseudo-header fields
 */

const BROWSER_FIELDS = /** @type {const} */ ([
  ["cache-control", "max-age=0"],
  ["upgrade-insecure-requests", "1"],
  [
    "user-agent",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  ],
  ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"],
  ["sec-fetch-site", "same-origin"],
  ["sec-fetch-mode", "navigate"],
  ["sec-fetch-dest", "document"],
  ["referer", "http://127.0.0.1/index.html"],
  ["accept-encoding", "gzip, deflate, br, zstd"],
  ["accept-language", "en-GB,en;q=0.9,de;q=0.8"],
  ["cookie", "session=4f1c2b7a9e8d4c35b1a0; theme=dark; seen=1760000000"],
  ["priority", "u=0, i"],
]);

/** @type {Readonly<Record<string, H2Variant>>} */
export const H2_VARIANTS = {
  get: { title: "HTTP/2 GET, 8 connections × 32 streams", work: "get", fields: [] },
  browser: {
    title: "HTTP/2 GET with twelve fields of a browser and a path that differs each time",
    work: "hello",
    fields: BROWSER_FIELDS,
  },
};

/** Connections of the generator, and streams that are open at a time on each. */
export const H2_CONNECTIONS = 8;
export const STREAMS = 32;

/** Paths that follow each other on a connection before the first comes again; servers of files have a file for each. */
export const PATHS = 1_000;

/** What a target answers. @param {"get" | "hello"} work @param {number} n the number in the path */
export function contentOf(work, n) {
  return work === "get" ? "Hello, World!" : `Hello, ${n}!`;
}

/** @param {string} target @param {number} n */
export function pathOf(target, n) {
  return target.replace("{n}", `${n}`);
}
