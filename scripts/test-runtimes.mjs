/**
 * The tests on every runtime that is supported, one line each.
 *
 *     pnpm test:runtimes [--only node24,bun]
 *
 * Node 20 is the floor and runs everything, as do newer Nodes. Bun and Deno run
 * the packages of floors 0 and 1: octets and sockets. Each run asserts that it
 * is on the runtime it claims (scripts/test/runtime.test.ts). The runtimes are
 * those of bench/peers (`pnpm bench:peers`), else those on the path.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FLOORS } from "./check-floors.mjs";
import { run } from "./command.mjs";
import { temporaryFolder } from "./pack.mjs";
import { runTests } from "./run-tests.mjs";
import { conclude, report } from "./status.mjs";
import { inWords } from "./test-counts.mjs";
import { ROOT } from "./workspace.mjs";

/** Milliseconds for all tests on one runtime. */
const RUN_LIMIT = 1_200_000; // eight minutes were seen where four other programs had the same two cores

/** Failures shown for one runtime. */
const MAX_FAILURES = 30;

const PEERS = join(ROOT, "bench/peers/node_modules");

/** Says which runtime the workers are on: part of every run. */
const ASSERTION = "scripts/test/runtime.test.ts";

const EVERYTHING = ["packages/", "apps/"];
const LOWER_FLOORS = Object.keys(FLOORS)
  .filter((name) => /** @type {import("./check-floors.mjs").Row} */ (FLOORS[name]).floor <= 1)
  .map((name) => `packages/${name}/`)
  .filter((folder) => existsSync(join(ROOT, folder)));

/**
 * How to start each; the first program that exists is taken.
 *
 * @type {Readonly<Record<string, { programs: readonly string[], args: readonly string[], tests: readonly string[] }>>}
 */
const RUNTIMES = {
  node20: { programs: process.version.startsWith("v20.") ? [process.execPath] : [], args: [], tests: EVERYTHING },
  node24: { programs: [join(PEERS, "node24/bin/node")], args: [], tests: EVERYTHING },
  node26: { programs: [join(PEERS, "node26/bin/node")], args: [], tests: EVERYTHING },
  // Without --bun it would start the node that vitest's first line names.
  bun: { programs: [join(PEERS, "@oven/bun-linux-x64/bin/bun"), "bun"], args: ["--bun"], tests: LOWER_FLOORS },
  deno: { programs: [join(PEERS, "@deno/linux-x64-glibc/deno"), "deno"], args: ["run", "-A"], tests: LOWER_FLOORS },
};

const { values } = parseArgs({ options: { only: { type: "string" } } });
const chosen = values.only?.split(",") ?? Object.keys(RUNTIMES);
const reports = process.env.STACK_REPORTS ?? temporaryFolder("runtimes");

const failed = [];
let skipped = 0;
for (const name of chosen) {
  const runtime = RUNTIMES[name];
  if (runtime === undefined) throw new RangeError(`--only ${name}: known are ${Object.keys(RUNTIMES).join(", ")}`);
  const found = await firstThatRuns(runtime.programs);
  if (found === null) {
    const required = process.env.STACK_REQUIRE_PEERS === "1";
    report(required ? "FAIL" : "skip", name, "not here: `pnpm bench:peers` installs it");
    if (required) failed.push(name);
    else skipped++;
    continue;
  }
  const { status, output, seconds, counts, failures, passedAlone } = await runTests({
    runtime: [found.program, ...runtime.args],
    args: [...runtime.tests, ASSERTION],
    reports,
    name,
    env: { EXPECT_RUNTIME: name, NO_COLOR: "1" },
    limitMs: RUN_LIMIT,
  });
  const counted = counts === null ? "no report" : inWords(counts);
  report(status === 0 ? "ok" : "FAIL", `${name} (${found.version})`, `${counted}, ${seconds.toFixed(1)} s`);
  for (const line of passedAlone) console.log(`      passed only alone: ${line}`);
  if (status === 0) continue;
  // Bun drops the end of what it prints into a pipe, so the report comes first.
  for (const line of failures.slice(0, MAX_FAILURES)) console.log(`      ${line}`);
  if (failures.length > MAX_FAILURES) console.log(`      and ${failures.length - MAX_FAILURES} more`);
  if (failures.length === 0) console.log(output.replace(/^ +[✓↓].*\n/gm, "").replace(/^/gm, "      "));
  failed.push(name);
}
conclude(chosen.length - skipped, failed);

/** @param {readonly string[]} programs */
async function firstThatRuns(programs) {
  for (const program of programs) {
    const { status, output } = await run([program, "--version"]);
    if (status === 0) return { program, version: /\d+\.\d+\.\d+/.exec(output)?.[0] ?? "?" };
  }
  return null;
}
