/**
 * axios with the same agent as node:http, content as text.
 *
 * @module
 */
import { Agent } from "node:http";
import axios from "../../peers/node_modules/axios/index.js";

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const httpAgent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "lifo" });
  const client = axios.create({ httpAgent, proxy: false, responseType: "text", decompress: false });
  return { call: async () => (await client.get(url)).data.length, close: async () => httpAgent.destroy() };
}
