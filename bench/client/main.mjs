#!/usr/bin/env node
/**
 * `pnpm bench:client`: our client beside its peers, in one run.
 *
 * What is measured is the client's own CPU time per call: 64 connections, GET of
 * 13 octets, content read as text. The server has a core of its own, each
 * contestant is a process of its own on the other; they take turns, and the
 * median of the rounds counts.
 *
 * @module
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { CONTESTANTS as SERVERS } from "../server/contestants.mjs";
import { machine } from "../server/machine.mjs";
import { startContestant, startOn } from "../server/process.mjs";
import { Progress } from "../server/progress.mjs";
import { keep, publish } from "../server/results.mjs";
import { verdictTable } from "../server/table.mjs";
import { CONTESTANTS, command } from "./contestants.mjs";
import { clientTable, clientVerdicts, printTable } from "./table.mjs";

const HELP = `Usage: pnpm bench:client [options]

Measures the client's own CPU time per call, side by side with its peers.

  --quick             one round, windows of 1 s: to see that all works, not to quote
  --rounds N          how often each is timed (3)
  --duration SECONDS  length of a timed window (3)
  --only NAMES        contestants: ${Object.keys(CONTESTANTS).join(", ")}
  --cores S,C         cores of server and client (0,1)
  --json FILE         also write the result there
  --report            measure nothing; rewrite docs/performance.md from bench/results
  --help              this text

A complete run (no --quick, --rounds, --duration or --only) is kept in
bench/results/client.json and shown in docs/performance.md.
`;

const CONNECTIONS = 64;
const ANSWER = "Hello, World!";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    duration: { type: "string" },
    only: { type: "string" },
    cores: { type: "string", default: "0,1" },
    json: { type: "string" },
    report: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else if (values.report) publish();
else await main();

async function main() {
  const [serverCore = 0, loadCore = 1] = values.cores.split(",").map(Number);
  const options = {
    duration: Number(values.duration ?? (values.quick ? 1 : 3)),
    warmup: values.quick ? 1 : 2,
    rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
    serverCore,
    loadCore,
    json: values.json ?? null,
    complete: !values.quick && [values.rounds, values.duration, values.only].every((value) => value === undefined),
  };
  const names = values.only?.split(",") ?? Object.keys(CONTESTANTS);
  const rows = names.map(emptyRow);
  const progress = new Progress(options.rounds * rows.length);
  const server = await startContestant(SERVERS.stack20, serverCore);
  try {
    for (let round = 0; round < options.rounds; round++)
      for (const row of rows) {
        progress.at(row.label);
        if (row.missing === null) await timeInto(row, options, server.port);
        progress.step();
      }
  } finally {
    progress.clear();
    await server.stop();
  }
  for (const row of rows) summarise(row);
  const result = { ...machine(/** @type {any} */ (options)), connections: CONNECTIONS, client: rows };
  printTable(`µs of client CPU per call, ${CONNECTIONS} connections`, clientTable(rows));
  printTable("Targets", verdictTable(clientVerdicts(rows)));
  keep("client", result, /** @type {any} */ (options));
}

/** @param {string} name @returns {import("./table.mjs").ClientRow} */
function emptyRow(name) {
  const contestant = CONTESTANTS[name];
  if (contestant === undefined) throw new RangeError(`--only: there is no ${name}; see --help`);
  const { label, kind, runtime } = contestant;
  const started = command(contestant);
  const version = started.missing === null ? started.version : null;
  return { name, label, kind, runtime, version, missing: started.missing, median: null, spread: 0, rounds: [] };
}

/** @param {import("./table.mjs").ClientRow} row @param {{ duration: number, warmup: number, loadCore: number }} options @param {number} port */
async function timeInto(row, { duration, warmup, loadCore }, port) {
  const contestant = /** @type {import("./contestants.mjs").Contestant} */ (CONTESTANTS[row.name]);
  const started = command(contestant);
  if (started.missing !== null) return;
  const { module, pipelined } = contestant;
  const settings = { url: `http://127.0.0.1:${port}/plaintext`, connections: CONNECTIONS, pipelined };
  const load = { module, settings, expected: ANSWER.length, warmup, duration };
  const child = startOn(loadCore, [...started.argv, JSON.stringify(load)]);
  let said = "";
  let complaint = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    complaint = (complaint + chunk).slice(-2_000);
  });
  const [status] = await once(child, "close");
  if (status === 0) row.rounds.push(JSON.parse(said));
  else {
    row.missing = `failed: ${complaint.trim().split("\n").at(0)}`;
    process.stderr.write(`bench:client: ${row.label}: ${complaint}\n`);
    process.exitCode = 1;
  }
}

/** Takes the round of the median cost as it is. @param {import("./table.mjs").ClientRow} row */
function summarise(row) {
  const sorted = row.rounds.toSorted((a, b) => a.total - b.total);
  const median = sorted[sorted.length >> 1];
  if (row.missing !== null || median === undefined) return;
  row.median = median;
  row.spread = (Number(sorted.at(-1)?.total) - Number(sorted[0]?.total)) / 2 / median.total;
}
