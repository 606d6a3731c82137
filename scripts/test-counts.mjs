/**
 * How many tests passed, failed and were skipped: in one run, or in all the
 * runs whose reports lie in a folder.
 *
 * `node scripts/test-counts.mjs FOLDER` prints `N passed, N failed, N skipped`,
 * and above it, by name, each test that passed only when it was run again alone.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./workspace.mjs";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed with those whose process died; a file that could not be run is one failed test
 * @property {number} skipped
 */

/**
 * One file of tests in a report of vitest's JSON reporter.
 *
 * @typedef {object} FileResult
 * @property {string} name its path; empty for an error that came from none
 * @property {string} status
 * @property {string} message
 * @property {readonly { status: string, fullName: string, failureMessages: readonly string[] }[]} assertionResults
 */

/** @param {string} file a report: `x.json` */
export const reportOfAgain = (file) => file.replace(/\.json$/, ".again.json");

/** What nobody caught in that run (vitest.config.ts). @param {string} file a report: `x.json` */
export const unhandledOf = (file) => file.replace(/\.json$/, ".unhandled");

/**
 * What a run found: what was run again counts as the second run found it.
 *
 * @param {string} file a report of vitest's JSON reporter
 * @returns {readonly FileResult[]}
 */
function resultsOf(file) {
  const again = reportOfAgain(file);
  if (!existsSync(again)) return read(file);
  const second = read(again);
  const names = new Set(second.map(({ name }) => name));
  return [...read(file).filter(({ name }) => !names.has(name)), ...second];
}

/**
 * The files, and one more for each error that nobody caught, by the name of the file that it came from.
 *
 * @param {string} file
 */
function read(file) {
  const results = /** @type {FileResult[]} */ (JSON.parse(readFileSync(file, "utf8")).testResults);
  if (!existsSync(unhandledOf(file))) return results;
  const errors = /** @type {{ file?: string, message: string }[]} */ (
    JSON.parse(readFileSync(unhandledOf(file), "utf8"))
  );
  // The end of a process comes from no file: it is told by the tests that it left without an end.
  const died = results.some(({ assertionResults }) => assertionResults.some((test) => test.status === "pending"));
  const untold = errors.filter(({ file }) => file !== undefined || !died);
  return [
    ...results,
    ...untold.map(({ file = "", message }) => ({ name: file, status: "failed", message, assertionResults: [] })),
  ];
}

/**
 * @param {string} file a report of vitest's JSON reporter
 * @returns {Counts}
 */
export function countsOf(file) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of resultsOf(file)) {
    for (const test of assertionResults) counts[outcomeOf(test.status)]++;
    const named = assertionResults.some((test) => test.status === "failed");
    if (status === "failed" && !named) counts.failed++;
  }
  return counts;
}

/** @param {string} status */
function outcomeOf(status) {
  if (status === "passed") return "passed";
  // What is still "pending" at the end did not end: its process died.
  return status === "skipped" || status === "todo" || status === "disabled" ? "skipped" : "failed";
}

/**
 * @typedef {object} Failure
 * @property {string} file its path below the repository; empty where nobody knows it
 * @property {string} name of the test; empty where the file itself failed
 * @property {string} message all of it
 */

/**
 * @param {string} file a report of vitest's JSON reporter
 * @returns {Failure[]}
 */
export function failuresOf(file) {
  return resultsOf(file).flatMap(failuresIn);
}

/**
 * @param {FileResult} result
 * @returns {Failure[]}
 */
function failuresIn({ name, status, message, assertionResults }) {
  const file = name === "" ? "" : relative(ROOT, name);
  const failed = assertionResults.filter((test) => outcomeOf(test.status) === "failed");
  if (status === "failed" && !failed.some((test) => test.status === "failed")) return [{ file, name: "", message }];
  return failed.map((test) => ({
    file,
    name: test.fullName,
    message: test.status === "failed" ? test.failureMessages.join("\n") : "did not end, and its process is gone",
  }));
}

/**
 * One line: the file, the test and what was wrong.
 *
 * @param {Failure} failure
 */
export function inOneLine({ file, name, message }) {
  return [file, name, message.split("\n", 1)[0]].filter((part) => part !== "").join(": ");
}

/**
 * Each test that failed beside others and passed when it was run again alone, as one line.
 *
 * @param {string} file a report of vitest's JSON reporter
 * @returns {string[]}
 */
export function passedAloneOf(file) {
  if (!existsSync(reportOfAgain(file))) return [];
  const still = new Set(failuresOf(file).map(({ file, name }) => `${file} ${name}`));
  return read(file)
    .flatMap(failuresIn)
    .filter(({ file, name }) => !still.has(`${file} ${name}`))
    .map(inOneLine);
}

/** @param {string} folder */
function reportsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.endsWith(".again.json"))
    .map((name) => join(folder, name));
}

/**
 * @param {string} folder
 * @returns {Counts}
 */
export function sumOf(folder) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const file of reportsIn(folder)) {
    const { passed, failed, skipped } = countsOf(file);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

/** @param {Counts} counts */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv;
  if (folder === undefined) throw new TypeError("usage: node scripts/test-counts.mjs FOLDER");
  for (const line of reportsIn(folder).flatMap(passedAloneOf)) console.log(`passed only alone: ${line}`);
  const sum = sumOf(folder);
  console.log(inWords(sum));
  process.exitCode = sum.failed > 0 ? 1 : 0;
}
