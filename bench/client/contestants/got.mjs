/**
 * got with the same agent as node:http; no retries and no decompression, which it would do before it does any work.
 *
 * @module
 */
import { Agent } from "node:http";

// A module of ES alone, outside the workspace: found when it runs, not when types are checked.
const { got } = await import(new URL("../../peers/node_modules/got/dist/source/index.js", import.meta.url).href);

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const http = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
  const client = got.extend({ agent: { http }, retry: { limit: 0 }, decompress: false });
  return { call: async () => (await client.get(url).text()).length, close: async () => http.destroy() };
}
