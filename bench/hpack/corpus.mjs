/**
 * Field sections as they are sent: a browser's requests, small responses, and
 * the nine fields that another measurement used.
 *
 * Each comes in {@link VARIANTS} lists that differ in what differs from one
 * message to the next, all of one connection.
 *
 * @module
 */

export const VARIANTS = 64;

/** @param {number} i */
const digits = (i) => String(8000 + i);

/** @type {Record<string, (i: number) => Record<string, string>>} */
const shapes = {
  "browser request, 16 fields": (i) => ({
    ":method": "GET",
    ":authority": "www.example.com",
    ":scheme": "https",
    ":path": `/articles/2026/${digits(i)}?from=front`,
    "sec-ch-ua": '"Chromium";v="136", "Not.A/Brand";v="99"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-GB,en;q=0.9",
    cookie: "session=0123456789abcdef; theme=dark; seen=0123456789abcdef0",
    priority: "u=0, i",
  }),
  "API request, 9 fields": (i) => ({
    ":method": "GET",
    ":scheme": "https",
    ":authority": "api.example.com",
    ":path": `/v1/todos/${digits(i)}`,
    "user-agent": "example-client/2.4.1",
    accept: "application/json",
    "accept-encoding": "gzip, deflate, br",
    "content-type": "application/json",
    "x-request-id": `01JD6V8Z0Q${digits(i * 31)}`,
  }),
  "small response, 4 fields": () => ({
    ":status": "200",
    "content-type": "text/plain; charset=utf-8",
    "content-length": "13",
    date: "Sun, 06 Nov 1994 08:49:37 GMT",
  }),
  "response, 9 fields": (i) => ({
    ":status": "200",
    "content-type": "application/json",
    "content-length": digits(i * 7),
    date: `Sun, 06 Nov 1994 08:49:${10 + (i >> 3)} GMT`,
    etag: `"33a64df5514-${digits(i)}"`,
    "cache-control": "private, max-age=0",
    vary: "accept-encoding",
    server: "example",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
  }),
};

/** Flat lists by name. Their strings are flat, as a decoder makes them, and no list shares one with another. */
export const sections = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [
    name,
    Array.from({ length: VARIANTS }, (_, i) =>
      Object.entries(shape(i)).flatMap(([field, value]) => [field, Buffer.from(value).toString("latin1")]),
    ),
  ]),
);

for (const [name, lists] of Object.entries(sections)) {
  const fields = Number(/(\d+) fields/.exec(name)?.[1]);
  for (const list of lists) if (list.length !== fields * 2) throw new Error(`${name}: ${list.length / 2} fields`);
}
