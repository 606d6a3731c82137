/**
 * Results as tables: aligned for a terminal, Markdown for the document.
 *
 * @module
 */

import { transferVerdicts } from "./targets.mjs";

/**
 * @typedef {import("./rounds.mjs").Row} Row
 * @typedef {import("./memory.mjs").MemoryRow} MemoryRow
 * @typedef {import("./growth.mjs").GrowthRow} GrowthRow
 * @typedef {string[][]} Table the first row names the columns; the first column is text, the others figures
 */

/**
 * One variant: cost, rate, and for each of our rows its cost by the row's.
 *
 * @param {Row[]} rows
 * @returns {Table}
 */
export function variantTable(rows) {
  const ours = rows.filter(({ kind, median }) => kind === "ours" && median !== null);
  const ratios = ours.map(({ node }) => `ours on ${node} ÷ this`);
  const names = ["", "µs per request", "of it user", "±", "requests/s", "busy", ...ratios];
  const table = rows.map(({ label, version, missing, median, spread }) => {
    const name = version === null || version === "cc -O2" ? label : `${label.split(", Node")[0]} (${version})`;
    if (median === null) return [name, missing ?? "not timed", ...names.slice(2).map(() => "")];
    const against = ours.map((row) => (Number(row.median?.total) / median.total).toFixed(2));
    const { total, user, rate, busy } = median;
    return [name, total.toFixed(2), user.toFixed(2), percent(spread), thousands(rate), percent(busy), ...against];
  });
  return [names, ...table];
}

/** @param {MemoryRow[]} rows @returns {Table} */
export function memoryTable(rows) {
  const names = ["", "octets per connection", "±", "before, MiB", "open, MiB", "dropped, MiB"];
  return [
    names,
    ...rows.map(({ label, version, missing, perConnection, spread, rounds }) => {
      const name = version === null ? label : `${label.split(", Node")[0]} (${version})`;
      const last = rounds.at(-1);
      if (perConnection === null || last === undefined) return [name, missing ?? "", "", "", "", ""];
      const sizes = [last.before, last.open, last.dropped].map((octets) => (octets / 2 ** 20).toFixed(1));
      return [name, thousands(perConnection), percent(spread), ...sizes];
    }),
  ];
}

/** @param {GrowthRow[]} rows @param {(step: number) => string} title @param {number} digits @returns {Table} */
export function growthTable(rows, title, digits) {
  const steps = [...new Set(rows.flatMap(({ cost }) => Object.keys(cost)))].map(Number).sort((a, b) => a - b);
  const cell = (/** @type {number | string | undefined} */ cost) =>
    typeof cost === "number" ? cost.toFixed(digits) : (cost ?? "–");
  return [
    ["", ...steps.map(title)],
    ...rows.map(({ label, missing, cost }) => [label, ...steps.map((step) => missing ?? cell(cost[step]))]),
  ];
}

/** @param {import("./transfer.mjs").TransferRow[]} rows @returns {Table} */
export function transferTable(rows) {
  return [
    ["1 GiB over HTTP/2", "MiB/s", "server CPU, ms"],
    ...rows.map(({ label, version, missing, tls, way, rate, cpu }) => {
      const name = `${way}${tls ? " over TLS" : ""}: ${label.split(", Node")[0]} (${version})`;
      if (rate === null || cpu === null) return [name, missing ?? "not timed", ""];
      return [name, thousands(rate), thousands(cpu)];
    }),
  ];
}

/** @param {import("./targets.mjs").Verdict[]} verdicts @returns {Table} */
export function verdictTable(verdicts) {
  return [
    ["target", "measured", ""],
    ...verdicts.map(({ promise, measured, met }) => [promise, measured, met ? "met" : "missed"]),
  ];
}

/** @param {number} step */
export const asConnections = (step) => thousands(step);

/** @param {number} octets */
export function asSize(octets) {
  if (octets < 2 ** 10) return `${octets} B`;
  if (octets < 2 ** 20) return `${octets / 2 ** 10} KiB`;
  return octets < 2 ** 30 ? `${octets / 2 ** 20} MiB` : `${octets / 2 ** 30} GiB`;
}

/** @param {Table} table */
export function markdown(table) {
  const [names = [], ...rows] = table;
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |\n`;
  return line(names) + line(names.map((_, column) => (column === 0 ? "---" : "---:"))) + rows.map(line).join("");
}

/** @param {Table} table */
function aligned(table) {
  // A row without figures has its reason in the second column, which may run on.
  const full = table.filter((cells) =>
    cells.every((cell, column) => cell !== "" || column === 0 || cells === table[0]),
  );
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...(column === 0 ? table : full).map((cells) => (cells[column] ?? "").length)),
  );
  const line = (/** @type {string[]} */ cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return table.map((cells) => `  ${line(cells).join("  ").trimEnd()}\n`).join("");
}

/** @param {{ variants: Record<string, Row[]> }} result @param {import("./protocols.mjs").Protocol} protocol */
export function printServer({ variants }, protocol) {
  for (const [name, rows] of Object.entries(variants))
    print(protocol.variants[name]?.title ?? name, variantTable(rows));
  const verdicts = protocol.verdicts(variants);
  if (verdicts.length > 0) print("Targets", verdictTable(verdicts));
}

/** @param {{ memory: MemoryRow[] }} result @param {import("./protocols.mjs").Protocol} protocol */
export function printMemory({ memory }, protocol) {
  print(`${thousands(memory[0]?.connections ?? 0)} idle keep-alive connections`, memoryTable(memory));
  const verdicts = protocol.memoryVerdicts(memory);
  if (verdicts.length > 0) print("Targets", verdictTable(verdicts));
}

/** @param {{ connections: GrowthRow[], content: GrowthRow[] }} result */
export function printGrowth({ connections, content }) {
  print("µs of server CPU per GET, by connections", growthTable(connections, asConnections, 2));
  print("ns of server CPU per octet echoed, by size of content", growthTable(content, asSize, 2));
}

/** @param {{ transfer: import("./transfer.mjs").TransferRow[] }} result */
export function printTransfer({ transfer }) {
  print("Transfers", transferTable(transfer));
  print("Targets", verdictTable(transferVerdicts(transfer)));
}

/** @param {string} title @param {Table} table */
function print(title, table) {
  process.stdout.write(`\n${title}\n${aligned(table)}`);
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)}%`;
}

/** @param {number} value */
function thousands(value) {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
