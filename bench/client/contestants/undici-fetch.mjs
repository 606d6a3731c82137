/**
 * undici's standard form.
 *
 * @module
 */
import { Agent, fetch } from "../../peers/node_modules/undici/index.js";

/** @type {import("../load.mjs").Open} */
export function open({ url, connections }) {
  const dispatcher = new Agent({ connections });
  return {
    call: async () => (await (await fetch(url, { dispatcher })).text()).length,
    close: () => dispatcher.destroy(),
  };
}
