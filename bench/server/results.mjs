/**
 * Where results are kept: JSON in bench/results, the chart in docs/images, and
 * tables between markers in docs/performance.md. Only a complete run is kept.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { chart } from "./chart.mjs";
import { ROOT } from "./contestants.mjs";
import { sections } from "./sections.mjs";

const RESULTS = `${ROOT}bench/results/`;
const CHART = `${ROOT}docs/images/server.svg`;
const DOCUMENT = `${ROOT}docs/performance.md`;

/**
 * Writes a result where it belongs.
 *
 * @param {"server" | "server-h2" | "memory" | "memory-h2" | "growth" | "transfer" | "client"} kind
 * @param {object} result
 * @param {import("./options.mjs").Options} options
 */
export function keep(kind, result, options) {
  const text = `${JSON.stringify(result, rounded, 1)}\n`;
  if (options.json !== null) writeFileSync(options.json, text);
  if (!options.complete) {
    process.stdout.write("\nNot a complete run: bench/results and docs/performance.md stay as they are.\n");
    return;
  }
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}${kind}.json`, text);
  publish();
  if (process.exitCode) process.stdout.write("\nSome figures are missing; their rows say why.\n");
}

/** Draws the chart and fills the document from the results kept. */
export function publish() {
  const kept = {
    server: load("server"),
    serverH2: load("server-h2"),
    memory: load("memory"),
    memoryH2: load("memory-h2"),
    growth: load("growth"),
    transfer: load("transfer"),
    client: load("client"),
  };
  if (kept.server !== null) {
    mkdirSync(dirname(CHART), { recursive: true });
    writeFileSync(CHART, chart(kept.server.variants));
  }
  let text = readFileSync(DOCUMENT, "utf8");
  for (const [name, content] of Object.entries(sections(kept))) text = filled(text, name, content);
  writeFileSync(DOCUMENT, text);
}

/** @param {string} kind */
function load(kind) {
  const file = `${RESULTS}${kind}.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/**
 * Replaces what stands between `<!-- name -->` and `<!-- /name -->`.
 *
 * @param {string} text @param {string} name @param {string} content
 * @throws {Error} if the document has lost its markers
 */
function filled(text, name, content) {
  const open = `<!-- ${name} -->`;
  const from = text.indexOf(open);
  const to = text.indexOf(`<!-- /${name} -->`);
  if (from === -1 || to < from) throw new Error(`docs/performance.md: no markers "${name}"`);
  return `${text.slice(0, from + open.length)}\n\n${content.trim()}\n\n${text.slice(to)}`;
}

/** Four digits after the point are more than any clock here can tell. @param {string} _key @param {unknown} value */
function rounded(_key, value) {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toFixed(4)) : value;
}
