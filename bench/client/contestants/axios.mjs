/**
 * axios with the same agent as node:http, content as text.
 *
 * @module
 */
import { Agent } from "node:http";
import { createRequire } from "node:module";

const axios = createRequire(new URL("../../peers/package.json", import.meta.url))("axios");

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const httpAgent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
  const client = axios.create({ httpAgent, proxy: false, responseType: "text", decompress: false });
  return { call: async () => (await client.get(url)).data.length, close: async () => httpAgent.destroy() };
}
