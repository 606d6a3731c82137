/**
 * Ours in the standard's form.
 *
 * @module
 */
import { createFetch } from "../../../packages/client/dist/fetch.js";

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const fetch = createFetch({ pool: { maxConnectionsPerOrigin: connections } });
  return {
    call: async () => (await (await fetch(url)).text()).length,
    close: () => fetch.close({ graceMs: 0 }),
  };
}
