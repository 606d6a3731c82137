import { describe, expect, test } from "vitest";

/** What this test runs on, as EXPECT_RUNTIME spells it: `node20`, `bun`, `deno`. */
function runtime(): string {
  if ("Bun" in globalThis) return "bun";
  if ("Deno" in globalThis) return "deno";
  return `node${process.versions.node.split(".")[0]}`;
}

const expected = process.env.EXPECT_RUNTIME;

describe("the runtime of this run", () => {
  // A runner may start on one runtime and its workers on another: then the whole run proves nothing.
  if (expected !== undefined)
    test(`is ${expected}`, () => {
      expect(runtime()).toBe(expected);
    });

  test("is Bun, Deno, or Node from 20.19 on", () => {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    expect(runtime()).toMatch(/^(bun|deno|node\d+)$/);
    expect(major > 20 || minor >= 19).toBe(true);
  });
});
