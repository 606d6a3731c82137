/**
 * What was promised of the reference server, and whether a result keeps it.
 *
 * @module
 */

/**
 * @typedef {import("./rounds.mjs").Row} Row
 * @typedef {import("./rounds.mjs").Timing} Timing
 *
 * @typedef {object} Verdict
 * @property {string} promise
 * @property {string} measured
 * @property {boolean} met
 */

/**
 * The promises about CPU time and rate, one verdict for each of our rows and the rival it names.
 *
 * @param {Record<string, Row[]>} variants
 * @returns {Verdict[]}
 */
export function serverVerdicts(variants) {
  const get = variants.get ?? [];
  const pipelined = variants.pipelined ?? [];
  return [
    ...compare(get, "c", "≤ 1.20 × the C limit", (ours, rival) => ours.total / rival.total, 1.2, "most"),
    ...compare(get, "bun", "below Bun.serve", (ours, rival) => ours.total / rival.total, 1, "most"),
    ...compare(get, "deno", "below Deno.serve", (ours, rival) => ours.total / rival.total, 1, "most"),
    ...compare(get, "node", "≤ 0.62 × node:http", (ours, rival) => ours.total / rival.total, 0.62, "most"),
    ...compare(pipelined, "bun", "pipelined ≥ 6 × Bun.serve", (ours, rival) => ours.rate / rival.rate, 6, "least"),
    ...compare(pipelined, "node", "pipelined ≥ 10 × node:http", (ours, rival) => ours.rate / rival.rate, 10, "least"),
  ];
}

/**
 * The promises about HTTP/2, on each variant.
 *
 * @param {Record<string, Row[]>} variants
 * @returns {Verdict[]}
 */
export function h2Verdicts({ get = [], browser = [] }) {
  const cost = (/** @type {Timing} */ ours, /** @type {Timing} */ rival) => ours.total / rival.total;
  return [
    ...compare(get, "node", "≤ 0.30 × node:http2", cost, 0.3, "most"),
    ...compare(get, "nghttpd", "≤ 1.3 × nghttpd", cost, 1.3, "most"),
    ...compare(browser, "node", "twelve fields: ≤ 0.30 × node:http2", cost, 0.3, "most"),
    ...compare(browser, "nghttpd", "twelve fields: ≤ 1.3 × nghttpd", cost, 1.3, "most"),
  ];
}

/**
 * @param {import("./memory.mjs").MemoryRow[]} rows
 * @returns {Verdict[]}
 */
export function memoryVerdicts(rows) {
  /** @type {Verdict[]} */
  const verdicts = [];
  for (const ours of rows) {
    const rival = rows.find(({ name }) => name === `node${ours.node}`);
    if (ours.kind !== "ours" || ours.perConnection === null || rival == null || rival.perConnection === null) continue;
    const ratio = ours.perConnection / rival.perConnection;
    const promise = `an idle connection ≤ 0.60 × node:http (Node ${ours.node})`;
    verdicts.push({ promise, measured: `${ratio.toFixed(2)} ×`, met: ratio <= 0.6 });
  }
  return verdicts;
}

/**
 * A transfer is to be as fast as node:http2's, over TLS within a tenth.
 *
 * @param {import("./transfer.mjs").TransferRow[]} rows
 * @returns {Verdict[]}
 */
export function transferVerdicts(rows) {
  /** @type {Verdict[]} */
  const verdicts = [];
  for (const ours of rows) {
    const rival = rows.find(
      ({ name, tls, way }) => name === `node${ours.node}` && tls === ours.tls && way === ours.way,
    );
    if (!ours.name.startsWith("stack") || ours.rate === null || rival == null || rival.rate === null) continue;
    const least = ours.tls ? 0.9 : 1;
    const ratio = ours.rate / rival.rate;
    const promise = `${ours.way}${ours.tls ? " over TLS" : ""} ≥ ${least.toFixed(1)} × node:http2 (Node ${ours.node})`;
    verdicts.push({ promise, measured: `${ratio.toFixed(2)} ×`, met: ratio >= least });
  }
  return verdicts;
}

/**
 * @param {Row[]} rows
 * @param {string} rivalName "node" stands for node:http or node:http2 on the same Node
 * @param {string} promise
 * @param {(ours: import("./rounds.mjs").Timing, rival: import("./rounds.mjs").Timing) => number} ratio
 * @param {number} bound
 * @param {"most" | "least"} sense
 */
function compare(rows, rivalName, promise, ratio, bound, sense) {
  /** @type {Verdict[]} */
  const verdicts = [];
  for (const { kind, node, median } of rows) {
    const rival = rows.find(({ name }) => name === (rivalName === "node" ? `node${node}` : rivalName))?.median;
    if (kind !== "ours" || median === null || rival == null) continue;
    const value = ratio(median, rival);
    verdicts.push({
      promise: `${promise} (Node ${node})`,
      measured: `${value.toFixed(2)} ×`,
      met: sense === "most" ? value <= bound : value >= bound,
    });
  }
  return verdicts;
}
