/**
 * The command line of `bench:server`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { HTTP1, HTTP2, protocolOf } from "./protocols.mjs";

/**
 * @typedef {object} Options
 * @property {"server" | "memory" | "growth" | "transfer"} mode what is measured
 * @property {boolean} h2 over HTTP/2 instead of HTTP/1.1
 * @property {number} duration seconds of each timed window, whole
 * @property {number} warmup seconds of load before it, whole
 * @property {number} rounds how often each contestant is timed; the median counts
 * @property {number} connections keep-alive connections, idle ones for `--memory`
 * @property {readonly string[] | null} only names of contestants; null for those of the mode
 * @property {readonly string[]} variants names of variants
 * @property {number} serverCore the core of the server
 * @property {number} loadCore the core of the generator
 * @property {string | null} json a file for the result
 * @property {boolean} complete false if anything was left out or shortened: such a result is not published
 * @property {boolean} report only rewrite the chart and the document from the results kept
 * @property {boolean} help
 */

/** The command line or the machine is not what a run needs; the message tells what to do. */
export class UsageError extends Error {
  /** @override */
  name = "UsageError";
}

export const HELP = `Usage: pnpm bench:server [options]

Measures the server's own CPU time per request, side by side with its peers:
the server on one core, wrk or h2load on another, contestants in turn, median of rounds.

  --quick             one round, windows of 1 s: to see that all works, not to quote
  --duration SECONDS  length of a timed window (2)
  --rounds N          how often each is timed (3)
  --only NAMES        contestants: ${Object.keys(HTTP1.contestants).join(", ")}
  --variants NAMES    ${Object.keys(HTTP1.variants).join(", ")}
  --h2                instead: HTTP/2 without TLS, by h2load; its names are
                      for --only ${Object.keys(HTTP2.contestants).join(", ")}
                      for --variants ${Object.keys(HTTP2.variants).join(", ")}
  --memory            instead: memory of idle keep-alive connections; with --h2 of HTTP/2 ones
  --growth            instead: cost by number of connections and by size of content
  --transfer          instead: one download and one upload of 1 GiB over HTTP/2, with and without TLS
  --connections N     idle connections for --memory (10000)
  --cores S,G         cores of server and generator (0,1)
  --json FILE         also write the result there
  --report            measure nothing; rewrite the chart and docs/performance.md
                      from bench/results
  --help              this text

A complete run (no --quick, --duration, --rounds, --only, --variants or
--connections) is kept in bench/results and shown in docs/performance.md.

Examples:
  pnpm build && pnpm bench:server
  pnpm bench:server --quick
  pnpm bench:server --only stack20,node20,bun --variants get,pipelined
  pnpm bench:server --only stack20,c --variants get --duration 10 --json /tmp/get.json
  pnpm bench:server --h2 --quick
  pnpm bench:server --memory --only stack20,node20
`;

/**
 * Reads the command line.
 *
 * @param {readonly string[]} args what follows the script's name
 * @returns {Options}
 * @throws {UsageError} for an unknown option, name or number
 */
export function parseOptions(args) {
  const values = read(args);
  const runs = [values.memory, values.growth, values.transfer].filter((run) => run === true).length;
  if (runs > 1) throw new UsageError("--memory, --growth and --transfer are runs of their own: give one");
  const h2 = values.h2 ?? false;
  if (h2 && values.growth) throw new UsageError("--growth measures HTTP/1.1: leave out --h2");
  if (h2 && values.transfer) throw new UsageError("--transfer is over HTTP/2 anyway: leave out --h2");
  const { contestants, variants } = protocolOf({ h2 });
  const [serverCore, loadCore] = cores(values.cores);
  const shortened = [values.quick, values.duration, values.rounds, values.only, values.variants, values.connections];
  return {
    mode: values.memory ? "memory" : values.growth ? "growth" : values.transfer ? "transfer" : "server",
    h2,
    duration: values.duration === undefined ? (values.quick ? 1 : 2) : count("--duration", values.duration),
    warmup: values.quick ? 1 : 2,
    rounds: values.rounds === undefined ? (values.quick ? 1 : 3) : count("--rounds", values.rounds),
    connections: values.connections === undefined ? 10_000 : count("--connections", values.connections),
    only: values.only === undefined ? null : names("--only", values.only, Object.keys(contestants)),
    variants:
      values.variants === undefined
        ? Object.keys(variants)
        : names("--variants", values.variants, Object.keys(variants)),
    serverCore,
    loadCore,
    json: values.json ?? null,
    complete: shortened.every((value) => value === undefined),
    report: values.report ?? false,
    help: values.help ?? false,
  };
}

/** @param {readonly string[]} args */
function read(args) {
  try {
    return parseArgs({
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
        quick: { type: "boolean" },
        duration: { type: "string" },
        rounds: { type: "string" },
        connections: { type: "string" },
        only: { type: "string" },
        variants: { type: "string" },
        memory: { type: "boolean" },
        growth: { type: "boolean" },
        transfer: { type: "boolean" },
        h2: { type: "boolean" },
        cores: { type: "string", default: "0,1" },
        json: { type: "string" },
        report: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\nSee pnpm bench:server --help`);
  }
}

/** @param {string} option @param {string} value */
function count(option, value) {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new UsageError(`${option} takes a whole number from 1, not "${value}"`);
  return Number(value);
}

/** @param {string} option @param {string} value @param {readonly string[]} known */
function names(option, value, known) {
  const list = value.split(",").map((name) => name.trim());
  for (const name of list)
    if (!known.includes(name)) throw new UsageError(`${option}: there is no "${name}"; there are ${known.join(", ")}`);
  return list;
}

/** @param {string} value @returns {[number, number]} */
function cores(value) {
  const match = /^(\d+),(\d+)$/.exec(value);
  if (match === null || match[1] === match[2])
    throw new UsageError(`--cores takes two different cores such as 0,1, not "${value}"`);
  return [Number(match[1]), Number(match[2])];
}
