/**
 * undici's fast form: `request` on a pool, then the content as text.
 *
 * @module
 */
import { createRequire } from "node:module";

const { Pool, request } = createRequire(new URL("../../peers/package.json", import.meta.url))("undici");

/** @type {import("../load.mjs").Open} */
export function open({ url, connections, pipelined }) {
  const dispatcher = new Pool(new URL(url).origin, { connections, pipelining: pipelined });
  return {
    call: async () => (await (await request(url, { dispatcher })).body.text()).length,
    close: () => dispatcher.destroy(),
  };
}
