/**
 * Ours in the standard's form.
 *
 * @module
 */
const { createFetch } = await import(new URL("../../../packages/client/dist/fetch.js", import.meta.url).href);

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const fetch = createFetch({ pool: { maxConnectionsPerOrigin: connections } });
  return {
    call: async () => (await (await fetch(url)).text()).length,
    close: () => fetch.close({ graceMs: 0 }),
  };
}
