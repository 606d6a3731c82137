/**
 * Who calls, and on which runtime.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onNode, ROOT } from "../server/contestants.mjs";

const HERE = fileURLToPath(new URL("./contestants/", import.meta.url));
const PEERS = `${ROOT}bench/peers/node_modules/`;
const LOAD = fileURLToPath(new URL("./load.mjs", import.meta.url));
const OURS = `${ROOT}packages/client/dist/`;

/**
 * @typedef {object} Contestant
 * @property {string} label
 * @property {"peer" | "ours"} kind
 * @property {string} module what it opens
 * @property {number} pipelined requests at once on each connection
 * @property {string} needs a file without which it cannot run
 * @property {string | null} library the folder of the package whose version is told
 * @property {"node20" | "node26" | "bun"} runtime
 */

/** @type {Readonly<Record<string, Omit<Contestant, "runtime">>>} */
const CALLERS = {
  stack: ours("@stack/client, get", "stack", 1, "index.js"),
  "stack-pipelined": ours("@stack/client, pipelined", "stack", 10, "index.js"),
  "stack-fetch": ours("@stack/client/fetch", "stack-fetch", 1, "fetch.js"),
  undici: peer("undici.request", "undici", "undici"),
  "undici-pipelined": { ...peer("undici.request, pipelined", "undici", "undici"), pipelined: 10 },
  "undici-fetch": peer("undici.fetch", "undici-fetch", "undici"),
  node: { ...peer("node:http", "node", "undici"), library: null, needs: `${HERE}node.mjs` },
  got: peer("got", "got", "got"),
  axios: peer("axios", "axios", "axios"),
};

/** All contestants by name: each caller on Node 20 and 26, and Bun with its own fetch. @type {Readonly<Record<string, Contestant>>} */
export const CONTESTANTS = {
  ...on("node20", "20"),
  ...on("node26", "26"),
  bun: { ...peer("fetch of Bun", "fetch", "@oven/bun-linux-x64"), library: null, runtime: "bun" },
};

/** @param {string} label @param {string} module @param {number} pipelined @param {string} entry @returns {Omit<Contestant, "runtime">} */
function ours(label, module, pipelined, entry) {
  return { label, kind: "ours", module: `${HERE}${module}.mjs`, pipelined, needs: OURS + entry, library: null };
}

/** @param {string} label @param {string} module @param {string} library @returns {Omit<Contestant, "runtime">} */
function peer(label, module, library) {
  const needs = `${PEERS}${library}/package.json`;
  return { label, kind: "peer", module: `${HERE}${module}.mjs`, pipelined: 1, needs, library };
}

/** @param {"node20" | "node26"} runtime @param {string} suffix */
function on(runtime, suffix) {
  return Object.fromEntries(Object.entries(CALLERS).map(([name, caller]) => [name + suffix, { ...caller, runtime }]));
}

/**
 * How a contestant is started.
 *
 * @param {Contestant} contestant
 * @returns {{ argv: readonly string[], version: string, missing: null } | { missing: string }}
 */
export function command({ runtime, needs, library }) {
  if (!existsSync(needs)) return { missing: needs.startsWith(OURS) ? "not built: run pnpm build" : "not installed" };
  const started = runtime === "bun" ? bun() : onNode(runtime === "node20" ? 20 : 26, [LOAD]);
  if (started.missing !== null) return started;
  const { argv, version } = started;
  const on = runtime === "bun" ? version : `Node ${version}`;
  if (library === null) return { argv, version: on, missing: null };
  const own = JSON.parse(readFileSync(`${PEERS}${library}/package.json`, "utf8")).version;
  return { argv, version: `${own} on ${on}`, missing: null };
}

/** @returns {{ argv: readonly string[], version: string, missing: null } | { missing: string }} */
function bun() {
  const file = `${PEERS}@oven/bun-linux-x64/bin/bun`;
  const { version } = JSON.parse(readFileSync(`${PEERS}@oven/bun-linux-x64/package.json`, "utf8"));
  return existsSync(file) ? { argv: [file, LOAD], version, missing: null } : { missing: "not installed" };
}
