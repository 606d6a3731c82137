import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, examples, firstProgram, missingProgram, runExample } from "../examples.mjs";

/** Milliseconds an example may take: each exits by itself. */
const EXAMPLE_LIMIT = 20_000;

const list = examples();
const folder = mkdtempSync(join(tmpdir(), "examples-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("examples run as a user runs them, against dist", () => {
  beforeAll(async () => {
    const { status, output } = await compile(folder, list);
    expect(status, `${output}\n(the examples use dist: is it built? pnpm build)`).toBe(0);
  });

  test.for(list)("$name exits by itself with 0", { timeout: 2 * EXAMPLE_LIMIT }, async (example, { skip }) => {
    const { status, output } = await runExample(folder, example, EXAMPLE_LIMIT);
    const missing = missingProgram(output);
    if (status !== 0 && missing !== null && process.env.STACK_REQUIRE_PEERS !== "1") skip(`${missing} is missing`);
    expect(status, output).toBe(0);
  });
});

describe("the program of a README", () => {
  test("is the first one under Use", () => {
    expect(
      firstProgram("# a\n\n```ts\nno\n```\n\n## Use\n\nText.\n\n```ts\nyes();\n```\n\n```ts\nno\n```\n\n## Errors\n"),
    ).toBe("yes();\n");
  });

  test("is never one of another section", () => {
    expect(firstProgram("## Use\n\nSee below.\n\n## Errors\n\n```ts\nno\n```\n")).toBeNull();
  });

  test("is no shell command", () => {
    expect(firstProgram("## Use\n\n```sh\npnpm add it\n```\n\n```ts\nyes();\n```\n")).toBe("yes();\n");
  });
});

test.each([
  ["Error: spawnSync openssl ENOENT\n    at", "openssl"],
  ["Error: spawn /usr/bin/curl ENOENT", "/usr/bin/curl"],
  ["/bin/sh: 1: openssl: not found", "openssl"],
  ["sh: line 1: openssl: command not found", "openssl"],
  ["Error: ENOENT: no such file or directory, open 'a.pem'", null],
])("a program that the machine lacks is named: %s", (output, program) => {
  expect(missingProgram(output)).toBe(program);
});
