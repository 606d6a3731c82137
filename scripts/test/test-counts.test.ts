import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filesToRunAgain } from "../run-tests.mjs";
import { countsOf, type Failure, failuresOf, inOneLine, inWords, passedAloneOf, sumOf } from "../test-counts.mjs";
import { ROOT } from "../workspace.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failed = { status: "failed", fullName: "a b", failureMessages: ["AssertionError: 1 is not 2\n    at here"] };
const passed = { status: "passed", fullName: "a c", failureMessages: [] };

function write(name: string, testResults: readonly object[]): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ testResults }));
  return file;
}

/** Of vitest's shape: one test that fails, one file that cannot be loaded, one test whose process died. */
const results = [
  { name: join(ROOT, "a.test.ts"), status: "failed", message: "", assertionResults: [failed, passed] },
  { name: join(ROOT, "b.test.ts"), status: "failed", message: "SyntaxError: no\nmore", assertionResults: [] },
  {
    name: join(ROOT, "c.test.ts"),
    status: "passed",
    message: "",
    assertionResults: [
      { status: "pending", fullName: "c", failureMessages: [] },
      { status: "skipped", fullName: "d", failureMessages: [] },
      { status: "todo", fullName: "e", failureMessages: [] },
    ],
  },
];

test("a file that cannot be loaded is one failed test, and a test that did not end is one", () => {
  expect(countsOf(write("a.json", results))).toEqual({ passed: 1, failed: 3, skipped: 2 });
});

test("the reports of a folder are summed, and nothing else that lies there", () => {
  write("a.json", results);
  write("b.json", results.slice(0, 1));
  writeFileSync(join(folder, "note.txt"), "");
  expect(inWords(sumOf(folder))).toBe("2 passed, 4 failed, 2 skipped");
});

test("each failure is one line", () => {
  expect(failuresOf(write("a.json", results)).map(inOneLine)).toEqual([
    "a.test.ts: a b: AssertionError: 1 is not 2",
    "b.test.ts: SyntaxError: no",
    "c.test.ts: c: did not end, and its process is gone",
  ]);
});

describe("what was run again", () => {
  const report = (): string => write("a.json", results.slice(0, 2));

  test("counts as the second run found it, and what passed only alone is told with what was wrong", () => {
    const file = report();
    const again = { ...results[0], status: "passed", assertionResults: [{ ...failed, status: "passed" }, passed] };
    write("a.again.json", [again]);
    expect(countsOf(file)).toEqual({ passed: 2, failed: 1, skipped: 0 });
    expect(passedAloneOf(file)).toEqual(["a.test.ts: a b: AssertionError: 1 is not 2"]);
    expect(inWords(sumOf(folder))).toBe("2 passed, 1 failed, 0 skipped");
  });

  test("is what failed twice: it stays failed", () => {
    const file = report();
    write("a.again.json", results.slice(0, 2));
    expect(countsOf(file)).toEqual({ passed: 1, failed: 2, skipped: 0 });
    expect(passedAloneOf(file)).toEqual([]);
  });

  test("is the file of an error that nobody caught, too: where it stays, it stays failed", () => {
    const file = write("a.json", [
      { name: join(ROOT, "a.test.ts"), status: "failed", message: "", assertionResults: [failed] },
      { name: join(ROOT, "b.test.ts"), status: "passed", message: "", assertionResults: [passed] },
    ]);
    const error = { file: join(ROOT, "b.test.ts"), message: "Unhandled Rejection: no" };
    writeFileSync(join(folder, "a.unhandled"), JSON.stringify([error]));
    expect(failuresOf(file).map(inOneLine)).toEqual([
      "a.test.ts: a b: AssertionError: 1 is not 2",
      "b.test.ts: Unhandled Rejection: no",
    ]);
    expect(countsOf(file)).toEqual({ passed: 1, failed: 2, skipped: 0 });
    write(
      "a.again.json",
      ["a.test.ts", "b.test.ts"].map((name) => ({
        name: join(ROOT, name),
        status: "passed",
        message: "",
        assertionResults: [passed],
      })),
    );
    expect(countsOf(file)).toEqual({ passed: 2, failed: 0, skipped: 0 });
    expect(passedAloneOf(file)).toHaveLength(2);
    writeFileSync(join(folder, "a.again.unhandled"), JSON.stringify([error]));
    expect(countsOf(file)).toEqual({ passed: 2, failed: 1, skipped: 0 });
    expect(passedAloneOf(file)).toEqual(["a.test.ts: a b: AssertionError: 1 is not 2"]);
  });

  test("is no error that came from no file, unless a test was left without an end by it", () => {
    const file = write("a.json", results.slice(0, 1));
    const died = write("b.json", results.slice(2));
    for (const name of ["a", "b"])
      writeFileSync(join(folder, `${name}.unhandled`), JSON.stringify([{ message: "Unhandled Error: gone" }]));
    expect(failuresOf(file).map(inOneLine)).toEqual([
      "a.test.ts: a b: AssertionError: 1 is not 2",
      "Unhandled Error: gone",
    ]);
    expect(filesToRunAgain(failuresOf(file))).toEqual([]);
    expect(filesToRunAgain(failuresOf(died))).toEqual(["c.test.ts"]);
  });

  test("is a few files only, and never a counterexample", () => {
    const failure = (file: string, message = "no"): Failure => ({ file, name: "n", message });
    expect(filesToRunAgain([failure("a"), failure("a"), failure("b")])).toEqual(["a", "b"]);
    expect(filesToRunAgain(["a", "b", "c", "d"].map((file) => failure(file)))).toEqual([]);
    expect(filesToRunAgain([failure("a"), failure("b", "Error: Property failed after 3 tests")])).toEqual([]);
  });
});
