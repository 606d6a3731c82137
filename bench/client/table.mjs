/**
 * Results of `bench:client` as tables, and what was promised.
 *
 * @module
 */

/**
 * @typedef {object} Timing
 * @property {number} total µs of the client's CPU per call, all threads
 * @property {number} user the part of it outside the kernel
 * @property {number} rate calls per second
 * @property {number} busy CPU time by time passed
 * @property {number} memory octets resident at the end
 *
 * @typedef {object} ClientRow
 * @property {string} name
 * @property {string} label
 * @property {"peer" | "ours"} kind
 * @property {"node20" | "node26" | "bun"} runtime
 * @property {string | null} version
 * @property {string | null} missing why there are no figures
 * @property {Timing | null} median
 * @property {number} spread
 * @property {Timing[]} rounds
 */

/** Cost, and what ours costs by it: `get` on the same runtime, Node 20's for Bun. @param {ClientRow[]} rows */
export function clientTable(rows) {
  const names = ["", "µs per call", "of it user", "±", "calls/s", "busy", "resident, MiB", "our get ÷ this"];
  return [
    names,
    ...rows.map((row) => {
      const { label, version, missing, median, spread } = row;
      const name = version === null ? label : `${label} (${version})`;
      if (median === null) return [name, missing ?? "not timed", "", "", "", "", "", ""];
      const ours = cost(rows, row.runtime === "node26" ? "stack26" : "stack20");
      return [
        name,
        median.total.toFixed(2),
        median.user.toFixed(2),
        percent(spread),
        thousands(median.rate),
        percent(median.busy),
        (median.memory / 2 ** 20).toFixed(0),
        ours === null ? "" : (ours / median.total).toFixed(2),
      ];
    }),
  ];
}

/** Targets of the client, where both sides were timed. @param {ClientRow[]} rows @returns {import("../server/targets.mjs").Verdict[]} */
export function clientVerdicts(rows) {
  return ["20", "26"].flatMap((node) => [
    ...verdict(rows, `get on Node ${node} ≤ 0.65 × undici.request`, `stack${node}`, `undici${node}`, 0.65),
    ...verdict(rows, `fetch on Node ${node} ≤ 0.30 × undici.fetch`, `stack-fetch${node}`, `undici-fetch${node}`, 0.3),
  ]);
}

/** @param {ClientRow[]} rows @param {string} promise @param {string} ours @param {string} theirs @param {number} bound */
function verdict(rows, promise, ours, theirs, bound) {
  const [our, their] = [cost(rows, ours), cost(rows, theirs)];
  if (our === null || their === null) return [];
  const ratio = our / their;
  return [{ promise, measured: ratio.toFixed(2), met: ratio <= bound }];
}

/** @param {ClientRow[]} rows @param {string} name */
function cost(rows, name) {
  return rows.find((row) => row.name === name)?.median?.total ?? null;
}

/** @param {string} title @param {string[][]} table */
export function printTable(title, table) {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.filter((cells) => column === 0 || cells[2] !== "").map((cells) => (cells[column] ?? "").length)),
  );
  process.stdout.write(`\n${title}\n`);
  for (const cells of table) {
    const line = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`  ${line.join("  ").trimEnd()}\n`);
  }
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
