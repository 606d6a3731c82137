/**
 * got with the same agent as node:http; no retries and no decompression, which it would do before it does any work.
 *
 * @module
 */
import { Agent } from "node:http";
import got from "../../peers/node_modules/got/dist/source/index.js";

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const http = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
  const client = got.extend({ agent: { http }, retry: { limit: 0 }, decompress: false });
  return { call: async () => (await client.get(url).text()).length, close: async () => http.destroy() };
}
