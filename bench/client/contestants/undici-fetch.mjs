/**
 * undici's standard form.
 *
 * @module
 */
import { createRequire } from "node:module";

const { Agent, fetch } = createRequire(new URL("../../peers/package.json", import.meta.url))("undici");

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const dispatcher = new Agent({ connections });
  return {
    call: async () => (await (await fetch(url, { dispatcher })).text()).length,
    close: () => dispatcher.destroy(),
  };
}
