import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, examples, firstProgram, runExample } from "../examples.mjs";

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

  test.each(list)("$name exits by itself with 0", { timeout: 2 * EXAMPLE_LIMIT }, async (example) => {
    const { status, output } = await runExample(folder, example, EXAMPLE_LIMIT);
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
