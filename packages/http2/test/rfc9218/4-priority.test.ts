import { DisplayString, formatDictionary, type MemberInit, Token } from "@stack/http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_PRIORITY, INCREMENTAL, parsePriority } from "../../src/priority.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 1_000);

describe("RFC 9218 §4 Priority Parameters", () => {
  test.each([
    ["", 3],
    ["u=0", 0],
    ["u=7", 7],
    ["u=5, i", 5 + INCREMENTAL],
    ["i, u=1", 1 + INCREMENTAL],
    ["i", 3 + INCREMENTAL],
    ["i=?1", 3 + INCREMENTAL],
    ["u=2,i=?0", 2],
    ["u=1;a=b, i;c", 1 + INCREMENTAL],
    ["u=01", 1],
    ["  u=1  ,\ti  ", 1 + INCREMENTAL],
    ['foo="u=1, i", bar=(1 2), u=4', 4],
  ])("%j is %d", (value, priority) => {
    expect(parsePriority(value)).toBe(priority);
  });

  test.each([
    ["out of range", "u=8, i", 3 + INCREMENTAL],
    ["below it", "u=-1, i", 3 + INCREMENTAL],
    ["a Decimal", "u=1.0, i", 3 + INCREMENTAL],
    ["a String", 'u="1"', 3],
    ["a Boolean", "u, i", 3 + INCREMENTAL],
    ["a Token", "u=1, i=true", 1],
    ["a number for a Boolean", "u=1, i=1", 1],
    ["an Inner List", "u=(1), i=(?1)", 3],
    ["unknown", "U=1", 3],
    ["unknown", "priority=1, urgency=0", 3],
  ])("what is %s counts as absent: %s", (_, value, priority) => {
    expect(parsePriority(value)).toBe(priority);
  });

  test("of two with one name the last counts, even where it is out of range", () => {
    expect(parsePriority("u=1, u=2, i, i=?0")).toBe(2);
    expect(parsePriority("u=1, u=9")).toBe(DEFAULT_PRIORITY);
  });

  test.each(["u=1,", "u=1 i", "u=1; i=", "u=1, i, \u00e9", "u=, i", "u =1", "u=1, (", "\tu=1", "u=1\r\n", "u=1\0"])(
    "what is no Dictionary counts as none at all: %j",
    (value) => {
      expect(parsePriority(value)).toBe(DEFAULT_PRIORITY);
    },
  );

  test("S59: a long value is not read", () => {
    expect(parsePriority(`u=1${" ".repeat(253)}`)).toBe(1);
    expect(parsePriority(`u=1${" ".repeat(254)}`)).toBe(DEFAULT_PRIORITY);
    expect(parsePriority(`u=1, i${", a".repeat(100_000)}`)).toBe(DEFAULT_PRIORITY);
  });

  test("fuzz: u and i are found among other members, in any order", () => {
    const others = fc.dictionary(
      fc.stringMatching(/^[a-h][a-z0-9_-]{0,4}$/),
      fc.oneof<fc.Arbitrary<MemberInit>[]>(
        fc.integer({ min: -20, max: 20 }),
        fc.boolean(),
        fc.stringMatching(/^[ -~]{0,6}$/),
        fc.constantFrom(new Token("u"), new DisplayString("é"), ["u", 1]),
      ),
      { maxKeys: 3 },
    );
    fc.assert(
      fc.property(fc.nat(7), fc.boolean(), others, fc.boolean(), (urgency, incremental, rest, first) => {
        const ours: [string, MemberInit][] = [
          ["u", urgency],
          ["i", incremental],
        ];
        const members = first ? [...ours, ...Object.entries(rest)] : [...Object.entries(rest), ...ours];
        expect(parsePriority(formatDictionary(members))).toBe(urgency + (incremental ? INCREMENTAL : 0));
      }),
      { numRuns },
    );
  });

  test("fuzz: any text is a priority", () => {
    const piece = fc.oneof(fc.constantFrom("u", "i", "=", "?", "1", ",", " ", ";", "("), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const priority = parsePriority(pieces.join(""));
        expect(Number.isInteger(priority) && priority >= 0 && priority < 16).toBe(true);
      }),
      { numRuns },
    );
  });
});
