import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countsOf, failuresOf, inWords, sumOf } from "../test-counts.mjs";
import { ROOT } from "../workspace.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A report as vitest writes it: one test that fails, one file that cannot be loaded, one test whose process died. */
function write(name: string, numPassedTests: number): string {
  const file = join(folder, name);
  const failed = { status: "failed", fullName: "a b", failureMessages: ["AssertionError: 1 is not 2\n    at here"] };
  const testResults = [
    { name: join(ROOT, "a.test.ts"), status: "failed", message: "", assertionResults: [failed, { status: "passed" }] },
    { name: join(ROOT, "b.test.ts"), status: "failed", message: "SyntaxError: no\nmore", assertionResults: [] },
    {
      name: join(ROOT, "c.test.ts"),
      status: "passed",
      message: "",
      assertionResults: [{ status: "pending", fullName: "c", failureMessages: [] }],
    },
  ];
  writeFileSync(
    file,
    JSON.stringify({
      numTotalTests: numPassedTests + 5,
      numPassedTests,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults,
    }),
  );
  return file;
}

test("a file that cannot be loaded is one failed test, and a test that did not end is one", () => {
  expect(countsOf(write("a.json", 5))).toEqual({ passed: 5, failed: 3, skipped: 3 });
});

test("the reports of a folder are summed, and nothing else that lies there", () => {
  write("a.json", 5);
  write("b.json", 6);
  writeFileSync(join(folder, "note.txt"), "");
  expect(inWords(sumOf(folder))).toBe("11 passed, 6 failed, 6 skipped");
});

test("each failure is one line", () => {
  expect(failuresOf(write("a.json", 5))).toEqual([
    "a.test.ts: a b: AssertionError: 1 is not 2",
    "b.test.ts: SyntaxError: no",
    "c.test.ts: c: did not end, and its process is gone",
  ]);
});
