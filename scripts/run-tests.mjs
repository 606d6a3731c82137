/**
 * A run of vitest whose failures get a second look.
 *
 * A test that talks to real sockets and programs can lose a race on a machine
 * that is busy with the other tests. A few files that failed are therefore run
 * again, once, alone: what fails then fails the run, and what passes then is
 * named, with what was wrong the first time, because it is still to be mended.
 * A counterexample of fast-check gets no second look: the next seed would hide it. Neither does an error that nobody
 * caught, if nobody can say which file it came from.
 *
 * @module
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { countsOf, failuresOf, inOneLine, passedAloneOf, reportOfAgain, unhandledOf } from "./test-counts.mjs";
import { ROOT } from "./workspace.mjs";

/** Files that may be run again; where more fail it is no race. */
const MAX_FILES_AGAIN = 3;

const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/**
 * @typedef {object} TestRun
 * @property {number} status 0 if everything passed, at the latest alone
 * @property {string} output of the first run; empty if it went to the terminal
 * @property {number} seconds
 * @property {import("./test-counts.mjs").Counts | null} counts null without a report
 * @property {readonly string[]} failures a line each
 * @property {readonly string[]} passedAlone a line each
 */

/**
 * @param {object} options
 * @param {readonly string[]} options.runtime the program that runs vitest, and its arguments
 * @param {readonly string[]} options.args what vitest is given
 * @param {string} options.reports the folder for the reports
 * @param {string} options.name of this run's report
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.limitMs] for each of the two runs
 * @param {boolean} [options.inherit] vitest draws on our terminal
 * @returns {Promise<TestRun>}
 */
export async function runTests({ runtime, args, reports, name, env = {}, limitMs = 0, inherit = false }) {
  /** @param {string} name @param {readonly string[]} args */
  const vitest = (name, args) =>
    run([...runtime, VITEST, "run", ...args], {
      env: { ...env, STACK_REPORTS: reports, STACK_RUN: name },
      limitMs,
      inherit,
    });
  const report = join(reports, `${name}.json`);
  // What an earlier run left under this name would pass for this one's.
  for (const file of [report, reportOfAgain(report)])
    for (const left of [file, unhandledOf(file)]) rmSync(left, { force: true });
  const first = await vitest(name, args);
  let { status, seconds } = first;
  // Tests that fail are 1. A runtime that crashed, or was killed, has more wrong with it than they.
  const files = status === 1 && existsSync(report) ? filesToRunAgain(failuresOf(report)) : [];
  if (files.length > 0) {
    if (inherit) console.log(`\nagain, alone: ${files.join(", ")}\n`);
    const second = await vitest(`${name}.again`, ["--no-file-parallelism", ...files]);
    status = second.status;
    seconds += second.seconds;
  }
  if (!existsSync(report))
    return { status, output: first.output, seconds, counts: null, failures: [], passedAlone: [] };
  return {
    status,
    output: first.output,
    seconds,
    counts: countsOf(report),
    failures: failuresOf(report).map(inOneLine),
    passedAlone: passedAloneOf(report),
  };
}

/**
 * The files of these failures, or none where a second look would prove nothing.
 *
 * @param {readonly import("./test-counts.mjs").Failure[]} failures
 * @returns {string[]}
 */
export function filesToRunAgain(failures) {
  const files = [...new Set(failures.map(({ file }) => file))];
  const counterexample = failures.some(({ message }) => message.includes("Property failed"));
  return counterexample || files.includes("") || files.length > MAX_FILES_AGAIN ? [] : files;
}
