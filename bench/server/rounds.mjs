/**
 * The timing: contestants in turn, round by round, so that a machine that
 * changes its speed changes it for all; the median of the rounds counts.
 *
 * @module
 */
import { cpuTime, startContestant } from "./process.mjs";
import { Progress } from "./progress.mjs";
import { protocolOf } from "./protocols.mjs";

/** Requests after which a server counts as warm. */
const WARM = 40_000;

/**
 * @typedef {import("./protocols.mjs").Protocol} Protocol
 *
 * @typedef {object} Timing one window
 * @property {number} total server CPU in µs per request, all threads
 * @property {number} user the part of it outside the kernel
 * @property {number} rate requests per second
 * @property {number} busy CPU time of the server by time passed: below 1 the generator was the slower
 * @property {number | null} p50 µs; null where the generator does not tell
 * @property {number | null} p99 µs
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} label
 * @property {"limit" | "peer" | "ours"} kind
 * @property {number | null} node
 * @property {string | null} version
 * @property {string | null} missing why there are no figures
 * @property {Timing | null} median
 * @property {number} spread half of what lies between the dearest and the cheapest round, by the median
 * @property {{ octets: number, chunked: boolean } | null} answer null until one was checked, and over HTTP/2
 * @property {Timing[]} rounds
 */

/** Names of the contestants of a run, in the order of the table. @param {import("./options.mjs").Options} options */
export function contestantsOf(options) {
  const { contestants } = protocolOf(options);
  return options.only ?? Object.keys(contestants).filter((name) => contestants[name]?.byDefault);
}

/**
 * Times all variants.
 *
 * @param {import("./options.mjs").Options} options
 * @returns {Promise<{ variants: Record<string, Row[]> }>}
 */
export async function measureVariants(options) {
  const protocol = protocolOf(options);
  const names = contestantsOf(options);
  /** @type {Record<string, Row[]>} */
  const variants = {};
  for (const variant of options.variants) variants[variant] = names.map((name) => emptyRow(name, variant, protocol));
  await tryOut(Object.values(variants).flat(), options, protocol);
  const progress = new Progress(options.rounds * options.variants.length * names.length);
  for (let round = 0; round < options.rounds; round++)
    for (const variant of options.variants)
      for (const row of variants[variant] ?? []) {
        progress.at(`${protocol.variants[variant]?.title}: ${row.label}`);
        if (row.missing === null) await timeInto(row, variant, options, progress);
        progress.step();
      }
  progress.clear();
  for (const rows of Object.values(variants)) for (const row of rows) summarise(row);
  return { variants };
}

/** @param {string} name @param {string} variant @param {Protocol} protocol @returns {Row} */
function emptyRow(name, variant, { contestants, variants }) {
  const contestant = contestants[name];
  const work = variants[variant]?.work;
  if (contestant === undefined || work === undefined) throw new Error(`${name}, ${variant}: unknown`);
  const command = contestant.command();
  return {
    name,
    label: contestant.label,
    kind: contestant.kind,
    node: contestant.node,
    version: command.missing === null ? command.version : null,
    missing: command.missing ?? (contestant.targets[work] === null ? "does not do this" : null),
    median: null,
    spread: 0,
    answer: null,
    rounds: [],
  };
}

/** Starts each contestant once: what cannot start says so once, and files are in memory. @param {Row[]} rows @param {import("./options.mjs").Options} options @param {Protocol} protocol */
async function tryOut(rows, options, { contestants }) {
  for (const name of new Set(rows.map((row) => row.name))) {
    const own = rows.filter((row) => row.name === name);
    if (own.every(({ missing }) => missing !== null)) continue;
    try {
      await (await startContestant(contestants[name], options.serverCore)).stop();
    } catch (error) {
      for (const row of own) row.missing ??= failed(error);
      process.stderr.write(`bench:server: ${failed(error)}\n`);
    }
  }
}

/** @param {unknown} error */
function failed(error) {
  process.exitCode = 1;
  return `failed: ${error instanceof Error ? error.message : error}`;
}

/** @param {Row} row @param {string} variant @param {import("./options.mjs").Options} options @param {Progress} progress */
async function timeInto(row, variant, options, progress) {
  try {
    const { timing, answer } = await time(row.name, variant, options);
    row.rounds.push(timing);
    row.answer = answer;
  } catch (error) {
    // One that fails must not cost the others their figures: its row tells why, and the run ends with status 1.
    row.missing = failed(error);
    progress.clear();
    process.stderr.write(`bench:server: ${variant}, ${row.label}: ${row.missing}\n`);
  }
}

/** @param {string} name @param {string} variant @param {import("./options.mjs").Options} options */
async function time(name, variant, options) {
  const protocol = protocolOf(options);
  const contestant = protocol.contestants[name];
  if (contestant === undefined) throw new Error(`${name}: unknown`);
  const server = await startContestant(contestant, options.serverCore);
  try {
    const answer = await protocol.check(contestant, variant, server.port);
    const to = { core: options.loadCore, port: server.port };
    const drive = (/** @type {number} */ seconds) => protocol.drive(contestant, variant, { ...to, seconds });
    // On a busy machine some seconds may be few requests, and what is not compiled yet is not what is measured.
    for (let answered = 0, turns = 0; answered < WARM && turns < 4; turns++)
      answered += (await drive(options.warmup)).requests;
    const before = cpuTime(server.pid);
    const { requests, microseconds, p50, p99 } = await drive(options.duration);
    const after = cpuTime(server.pid);
    const user = after.user - before.user;
    const total = user + after.system - before.system;
    /** @type {Timing} */
    const timing = {
      total: total / requests,
      user: user / requests,
      rate: (requests * 1e6) / microseconds,
      busy: total / microseconds,
      p50,
      p99,
    };
    return { timing, answer };
  } finally {
    await server.stop();
  }
}

/** Takes the round of the median cost as it is, so that its figures belong together. @param {Row} row */
function summarise(row) {
  const sorted = row.rounds.toSorted((a, b) => a.total - b.total);
  const median = sorted[sorted.length >> 1];
  const dearest = sorted.at(-1);
  if (row.missing !== null || median === undefined || dearest === undefined) return;
  row.median = median;
  row.spread = (dearest.total - (sorted[0]?.total ?? 0)) / 2 / median.total;
}
