/**
 * got with the same agent as node:http; no retries and no decompression, which it would do before it does any work.
 *
 * @module
 */
import { Agent } from "node:http";
import { createRequire } from "node:module";

const { got } = await import(createRequire(new URL("../../peers/package.json", import.meta.url)).resolve("got"));

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const http = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
  const client = got.extend({ agent: { http }, retry: { limit: 0 }, decompress: false });
  return { call: async () => (await client.get(url).text()).length, close: async () => http.destroy() };
}
