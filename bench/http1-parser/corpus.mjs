/**
 * Request heads as they are sent: the shortest, a command line's, a browser's.
 *
 * Each comes in {@link VARIANTS} wires that differ in what a client varies, so
 * that nothing can be remembered from one message to the next.
 *
 * @module
 */

export const VARIANTS = 64;

/** @param {number} i */
const digits = (i) => String(8000 + i);

/** @type {Record<string, (i: number) => string>} */
const shapes = {
  "40 octets": (i) => `GET / HTTP/1.1\r\nHost: localhost:${digits(i)}\r\n\r\n`,
  "curl, 87 octets": (i) =>
    `GET /hello/${digits(i)} HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n`,
  "browser, 703 octets": (i) =>
    `${[
      `GET /articles/2026/${digits(i)}?from=front HTTP/1.1`,
      "Host: www.example.com",
      "Connection: keep-alive",
      'sec-ch-ua: "Chromium";v="136", "Not.A/Brand";v="99"',
      "sec-ch-ua-mobile: ?0",
      'sec-ch-ua-platform: "Linux"',
      "Upgrade-Insecure-Requests: 1",
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36",
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
      "Sec-Fetch-Site: same-origin",
      "Sec-Fetch-Mode: navigate",
      "Sec-Fetch-Dest: document",
      `Referer: https://www.example.com/${digits(i)}`,
      "Accept-Encoding: gzip, deflate, br, zstd",
      "Accept-Language: en-GB,en;q=0.9",
      "Cookie: session=0123456789abcdef; theme=dark; seen=0123456789abcdef0",
    ].join("\r\n")}\r\n\r\n`,
};

/** Wires by name. */
export const heads = Object.fromEntries(
  Object.entries(shapes).map(([name, wire]) => [
    name,
    Array.from({ length: VARIANTS }, (_, i) => Buffer.from(wire(i), "latin1")),
  ]),
);

for (const [name, wires] of Object.entries(heads)) {
  const octets = Number(/(\d+) octets/.exec(name)?.[1]);
  for (const wire of wires) if (wire.length !== octets) throw new Error(`${name}: ${wire.length} octets`);
}
