/**
 * Ours, as its users call it: `get`, then the content as text.
 *
 * @module
 */
import { createClient } from "../../../packages/client/dist/index.js";

/** @type {import("../load.mjs").Open} */
export function open({ url, connections, pipelined }) {
  const client = createClient({ pool: { maxConnectionsPerOrigin: connections, maxPipelined: pipelined } });
  return {
    call: async () => (await (await client.get(url)).text()).length,
    close: () => client.close({ graceMs: 0 }),
  };
}
