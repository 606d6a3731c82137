import { describe, expect, test } from "vitest";
import { evaluatePreconditions, rangeApplies, type Validators } from "../../src/conditional.ts";
import { imfFixdate } from "../../src/date.ts";
import { Fields } from "../../src/fields.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const NOW = 1_767_225_600;
const MODIFIED = 784_111_777;
const at = imfFixdate(MODIFIED);
const before = imfFixdate(MODIFIED - 1);
const after = imfFixdate(MODIFIED + 1);
const current: Validators = { entityTag: '"1"', lastModified: MODIFIED };

const evaluate = (method: string, fields: { [name: string]: string }, validators: Validators = current): string =>
  evaluatePreconditions(method, new Fields(fields), validators, NOW);

describe("RFC 9110 §13.1.1 If-Match", () => {
  test.each([
    ['"1"', "proceed"],
    ['"0", "1"', "proceed"],
    ["*", "proceed"],
    ['"2"', "failed"],
    ['W/"1"', "failed"], // strong comparison
    ["", "failed"],
    ["nonsense", "failed"],
    ['"1", nonsense', "failed"],
  ])("If-Match: %s: %s", (value, outcome) => {
    expect(evaluate("PUT", { "If-Match": value })).toBe(outcome);
    expect(evaluate("GET", { "If-Match": value })).toBe(outcome);
  });

  test("a weak entity tag never matches", () => {
    expect(evaluate("PUT", { "If-Match": 'W/"1"' }, { entityTag: 'W/"1"' })).toBe("failed");
  });

  test("* needs a representation", () => {
    expect(evaluate("PUT", { "If-Match": "*" }, { exists: false })).toBe("failed");
    expect(evaluate("PUT", { "If-Match": "*" }, {})).toBe("proceed");
    expect(evaluate("PUT", { "If-Match": '"1"' }, {})).toBe("failed");
  });
});

describe("RFC 9110 §13.1.2 If-None-Match", () => {
  test.each([
    ['"1"', "not-modified", "failed"],
    ['W/"1"', "not-modified", "failed"], // weak comparison
    ['"0", W/"1"', "not-modified", "failed"],
    ["*", "not-modified", "failed"],
    ['"2"', "proceed", "proceed"],
    ["", "proceed", "proceed"],
    ["nonsense", "proceed", "proceed"],
  ])("If-None-Match: %s", (value, read, write) => {
    expect([evaluate("GET", { "If-None-Match": value }), evaluate("HEAD", { "If-None-Match": value })]).toEqual([
      read,
      read,
    ]);
    expect([evaluate("PUT", { "If-None-Match": value }), evaluate("POST", { "If-None-Match": value })]).toEqual([
      write,
      write,
    ]);
  });

  test("* creates only what is not there", () => {
    expect(evaluate("PUT", { "If-None-Match": "*" }, { exists: false })).toBe("proceed");
  });

  test("several lines are one list", () => {
    const fields = new Fields([
      ["If-None-Match", '"0"'],
      ["If-None-Match", '"1"'],
    ]);
    expect(evaluatePreconditions("GET", fields, current, NOW)).toBe("not-modified");
  });
});

describe("RFC 9110 §13.1.3 If-Modified-Since", () => {
  test.each([
    [at, "not-modified"],
    [after, "not-modified"],
    [before, "proceed"],
    ["Sunday, 06-Nov-94 08:49:37 GMT", "not-modified"],
    ["Sun Nov  6 08:49:37 1994", "not-modified"],
    ["nonsense", "proceed"],
    ["", "proceed"],
  ])("If-Modified-Since: %s: %s", (value, outcome) => {
    expect(evaluate("GET", { "If-Modified-Since": value })).toBe(outcome);
    expect(evaluate("HEAD", { "If-Modified-Since": value })).toBe(outcome);
  });

  test("is ignored beside If-None-Match, for other methods and without a date", () => {
    expect(evaluate("GET", { "If-Modified-Since": at, "If-None-Match": '"2"' })).toBe("proceed");
    expect(evaluate("POST", { "If-Modified-Since": at })).toBe("proceed");
    expect(evaluate("GET", { "If-Modified-Since": at }, { entityTag: '"1"' })).toBe("proceed");
  });
});

describe("RFC 9110 §13.1.4 If-Unmodified-Since", () => {
  test.each([
    [at, "proceed"],
    [after, "proceed"],
    [before, "failed"],
    ["nonsense", "proceed"],
  ])("If-Unmodified-Since: %s: %s", (value, outcome) => {
    expect(evaluate("PUT", { "If-Unmodified-Since": value })).toBe(outcome);
    expect(evaluate("GET", { "If-Unmodified-Since": value })).toBe(outcome);
  });

  test("is ignored beside If-Match and without a date", () => {
    expect(evaluate("PUT", { "If-Unmodified-Since": before, "If-Match": '"1"' })).toBe("proceed");
    expect(evaluate("PUT", { "If-Unmodified-Since": before }, { entityTag: '"1"' })).toBe("proceed");
  });
});

describe("RFC 9110 §13.2.2 Precedence of Preconditions", () => {
  test("what guards a change comes before what spares a transfer", () => {
    expect(evaluate("GET", { "If-Match": '"2"', "If-None-Match": '"1"' })).toBe("failed");
    expect(evaluate("GET", { "If-Match": '"1"', "If-None-Match": '"1"' })).toBe("not-modified");
    expect(evaluate("GET", { "If-Unmodified-Since": before, "If-Modified-Since": at })).toBe("failed");
    expect(evaluate("GET", { "If-Unmodified-Since": at, "If-Modified-Since": at })).toBe("not-modified");
  });

  test.each(["CONNECT", "OPTIONS", "TRACE"])("§13.2.1: %s has no conditions", (method) => {
    expect(evaluate(method, { "If-Match": '"2"', "If-None-Match": "*" })).toBe("proceed");
  });

  test("without conditions", () => {
    expect(evaluate("GET", {})).toBe("proceed");
  });
});

describe("RFC 9110 §13.1.5 If-Range", () => {
  test.each<[string, Validators, boolean]>([
    ['"1"', current, true],
    ['"2"', current, false],
    ['W/"1"', current, false],
    ['W/"1"', { entityTag: 'W/"1"' }, false],
    ['"1"', {}, false],
    [at, current, true],
    [before, current, false],
    [after, current, false], // exactly, not since
    [at, { entityTag: '"1"' }, false],
    ["nonsense", current, false],
    ["", current, false],
    ['"1", "2"', current, false],
  ])("If-Range: %s with %j: %s", (value, validators, applies) => {
    expect(rangeApplies(new Fields({ "If-Range": value }), validators, NOW)).toBe(applies);
  });

  test("without it every range applies", () => {
    expect(rangeApplies(new Fields(), {}, NOW)).toBe(true);
  });

  test("§8.8.2.2: a date of the current second is weak", () => {
    const fields = new Fields({ "If-Range": at });
    expect(rangeApplies(fields, current, MODIFIED + 0.9)).toBe(false);
    expect(rangeApplies(fields, current, MODIFIED + 1)).toBe(true);
  });
});

describe("S156: hostile conditions", () => {
  test.each([
    ["tags", '"a",'.repeat(MEGABYTE / 4)],
    ["quotes", '"'.repeat(MEGABYTE)],
    ["commas", ",".repeat(MEGABYTE)],
    ["a date of a megabyte", "Sun, ".repeat(MEGABYTE / 5)],
  ])("linear in %s", (_, value) => {
    for (const name of ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"]) {
      const fields = { get: (asked: string) => (asked === name ? value : undefined) };
      expect(milliseconds(() => evaluatePreconditions("GET", fields, current, NOW))).toBeLessThan(LINEAR_MS);
      expect(milliseconds(() => rangeApplies(fields, current, NOW))).toBeLessThan(LINEAR_MS);
    }
  });
});
