/**
 * The runtime's own fetch: Bun's, or Node's.
 *
 * @module
 */

/** @type {import("../load.mjs").Open} */
export function open({ url }) {
  return { call: async () => (await (await fetch(url)).text()).length, close: async () => {} };
}
