/**
 * How many tests passed, failed and were skipped: in one run, or in all the
 * runs whose reports lie in a folder.
 *
 * `node scripts/test-counts.mjs FOLDER` prints `N passed, N failed, N skipped`.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
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
 * @param {string} file a report of vitest's JSON reporter
 * @returns {Counts}
 */
export function countsOf(file) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  const broken = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: { status: string }[] }} */ { status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed, failed: report.numTotalTests - passed - skipped + broken.length, skipped };
}

/**
 * Each failed test as one line: its file, its name and what was wrong.
 *
 * @param {string} file a report of vitest's JSON reporter
 * @returns {string[]}
 */
export function failuresOf(file) {
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(file, "utf8"));
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const path = relative(ROOT, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (status === "failed" && failed.length === 0) return [`${path}: ${firstLine(message)}`];
    const unended = assertionResults.filter((test) => test.status === "pending");
    return [
      ...failed.map(({ fullName, failureMessages }) => `${path}: ${fullName}: ${firstLine(failureMessages[0] ?? "")}`),
      ...unended.map(({ fullName }) => `${path}: ${fullName}: did not end, and its process is gone`),
    ];
  });
}

/** @param {string} text */
function firstLine(text) {
  return text.split("\n", 1)[0];
}

/**
 * @param {string} folder
 * @returns {Counts}
 */
export function sumOf(folder) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const { passed, failed, skipped } = countsOf(join(folder, name));
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
  const sum = sumOf(folder);
  console.log(inWords(sum));
  process.exitCode = sum.failed > 0 ? 1 : 0;
}
