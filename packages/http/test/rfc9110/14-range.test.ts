import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  COALESCE_GAP,
  coalesceRanges,
  formatContentRange,
  formatUnsatisfiedRange,
  MAX_RANGES,
  type OctetRange,
  parseContentRange,
  parseRange,
} from "../../src/range.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const pairs = (ranges: OctetRange[] | null): unknown => ranges?.map(({ first, last }) => [first, last]) ?? null;

describe("RFC 9110 §14.1.2 Byte Ranges", () => {
  test.each<[string, number, number[][] | null]>([
    ["bytes=0-499", 10_000, [[0, 499]]],
    ["bytes=500-999", 10_000, [[500, 999]]],
    ["bytes=-500", 10_000, [[9500, 9999]]],
    ["bytes=9500-", 10_000, [[9500, 9999]]],
    [
      "bytes=0-0,-1",
      10_000,
      [
        [0, 0],
        [9999, 9999],
      ],
    ],
    [
      "bytes= 0-999, 4500-5499, -1000",
      10_000,
      [
        [0, 999],
        [4500, 5499],
        [9000, 9999],
      ],
    ],
    ["Bytes=0-1", 10, [[0, 1]]],
    ["bytes=5-99", 10, [[5, 9]]],
    ["bytes=-99", 10, [[0, 9]]],
    ["bytes=007-008", 10, [[7, 8]]],
    ["bytes=,0-1,,", 10, [[0, 1]]],
    [
      "bytes=0-1\t,\t2-3",
      10,
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      "bytes=4-5,0-1",
      10,
      [
        [4, 5],
        [0, 1],
      ],
    ],
    ["bytes=0-1,99-", 10, [[0, 1]]], // what is beyond is left out
  ])("%s of %d", (text, length, ranges) => {
    expect(pairs(parseRange(text, length))).toEqual(ranges);
  });

  test.each([
    ["bytes=10-", 10],
    ["bytes=10-20,30-40", 10],
    ["bytes=-0", 10],
    ["bytes=0-", 0],
    ["bytes=-5", 0],
    ["bytes=9007199254740993-", 10],
    [`bytes=${"9".repeat(400)}-`, 10],
  ])("416: %s of %d", (text, length) => {
    expect(parseRange(text, length)).toEqual([]);
  });

  test.each([
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes=-",
    "bytes=5",
    "bytes=5-4",
    "bytes=0-1,5-4",
    "bytes=a-b",
    "bytes=0-1x",
    "bytes=0 -1",
    "bytes=0- 1",
    "bytes=+0-1",
    "bytes=0x0-1",
    "bytes=0-1;2-3",
    "bytes=--1",
    "bytes=0-1-2",
    "bytes =0-1",
    " bytes=0-1",
    "bytes:0-1",
    "lines=0-1",
    "bytes=\u0660-1",
  ])("ignored: %j", (text) => {
    expect(parseRange(text, 10)).toBeNull();
  });

  test("S157: positions beyond 2^53 do not wrap", () => {
    expect(pairs(parseRange("bytes=0-18446744073709551616", 10))).toEqual([[0, 9]]);
    expect(pairs(parseRange("bytes=-18446744073709551616", 10))).toEqual([[0, 9]]);
    expect(parseRange("bytes=18446744073709551616-1", 10)).toBeNull();
  });

  test("S157: ranges are counted", () => {
    expect(parseRange(`bytes=${"0-,".repeat(MAX_RANGES - 1)}0-`, 10)).toHaveLength(MAX_RANGES);
    expect(parseRange(`bytes=${"0-,".repeat(MAX_RANGES)}0-`, 10)).toBeNull();
    expect(parseRange(`bytes=${",".repeat(MAX_RANGES)}`, 10)).toBeNull();
  });
});

describe("RFC 9110 §15.3.7.2: coalescing", () => {
  test.each([
    [
      [
        [0, 9],
        [5, 20],
      ],
      [[0, 20]],
    ],
    [
      [
        [0, 9],
        [10, 20],
      ],
      [[0, 20]],
    ],
    [
      [
        [5, 20],
        [0, 9],
      ],
      [[0, 20]],
    ],
    [
      [
        [0, 99],
        [10, 20],
      ],
      [[0, 99]],
    ],
    [
      [
        [0, 0],
        [COALESCE_GAP + 1, 200],
      ],
      [[0, 200]],
    ],
    [
      [
        [0, 0],
        [COALESCE_GAP + 2, 200],
      ],
      [
        [0, 0],
        [COALESCE_GAP + 2, 200],
      ],
    ],
    [
      [
        [1000, 1001],
        [0, 1],
      ],
      [
        [1000, 1001],
        [0, 1],
      ],
    ], // in the order asked for
    [
      [
        [1000, 1001],
        [0, 1],
        [1002, 1003],
      ],
      [
        [1000, 1003],
        [0, 1],
      ],
    ],
    [[], []],
  ])("%j is %j", (asked, joined) => {
    const ranges = asked.map(([first = 0, last = 0]) => ({ first, last }));
    expect(pairs(coalesceRanges(ranges))).toEqual(joined);
  });

  test("S157: ranges that all overlap are one", () => {
    const ranges = parseRange(`bytes=${Array.from({ length: MAX_RANGES }, (_, i) => `${i}-`).join(",")}`, 1000) ?? [];
    expect(pairs(coalesceRanges(ranges))).toEqual([[0, 999]]);
  });

  test("fuzz: the same octets, none twice", () => {
    const range = fc.tuple(fc.nat(300), fc.nat(40)).map(([first, more]) => ({ first, last: first + more }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
        const octets = (list: OctetRange[]): number[] =>
          list.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
        const sent = octets(coalesceRanges(ranges, 0));
        expect(new Set(sent).size).toBe(sent.length);
        expect(new Set(sent)).toEqual(new Set(octets(ranges)));
      }),
      { numRuns },
    );
  });
});

describe("RFC 9110 §14.4 Content-Range", () => {
  test.each([
    ["bytes 42-1233/1234", { range: { first: 42, last: 1233 }, length: 1234 }],
    ["bytes 42-1233/*", { range: { first: 42, last: 1233 }, length: null }],
    ["bytes */1234", { range: null, length: 1234 }],
    ["BYTES 0-0/1", { range: { first: 0, last: 0 }, length: 1 }],
    ["bytes */0", { range: null, length: 0 }],
  ])("%s", (text, expected) => {
    expect(parseContentRange(text)).toEqual(expected);
  });

  test.each([
    "",
    "bytes",
    "bytes 0-1",
    "bytes 0-1/",
    "bytes */*",
    "bytes 5-4/10",
    "bytes 0-10/10",
    "bytes 0-/10",
    "bytes -5/10",
    "bytes=0-1/10",
    "bytes  0-1/10",
    "bytes 0-1 /10",
    "bytes 0-1/10 ",
    "bytes +0-1/10",
    "bytes 0-1/0x10",
    "bytes 0-1/10/20",
    "lines 0-1/10",
    "bytes 0-1/9007199254740993",
    "bytes 0-99999999999999999999/*",
  ])("S35: %j is none", (text) => {
    expect(parseContentRange(text)).toBeNull();
  });

  test("writes", () => {
    expect(formatContentRange({ first: 42, last: 1233 }, 1234)).toBe("bytes 42-1233/1234");
    expect(formatContentRange({ first: 0, last: 0 }, null)).toBe("bytes 0-0/*");
    expect(formatUnsatisfiedRange(1234)).toBe("bytes */1234");
    for (const [first, last, length] of [
      [1, 0, 2],
      [0, 2, 2],
      [-1, 0, 2],
      [0.5, 1, 2],
      [0, Number.NaN, 2],
      [0, 1, 1.5],
    ] as const)
      expect(() => formatContentRange({ first, last }, length)).toThrow(RangeError);
    for (const length of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => formatUnsatisfiedRange(length)).toThrow(RangeError);
  });

  test("fuzz: what is written is read back", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), fc.option(fc.nat()), (first, more, rest) => {
        const last = first + more;
        const length = rest === null ? null : last + 1 + rest;
        fc.pre(Number.isSafeInteger(length ?? last));
        expect(parseContentRange(formatContentRange({ first, last }, length))).toEqual({
          range: { first, last },
          length,
        });
      }),
      { numRuns },
    );
  });
});

describe("any field", () => {
  test("fuzz: ranges lie within the length", () => {
    const piece = fc.constantFrom("bytes=", "0", "9", "-", ",", " ", "99999999999999999999", "x", "5-7");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(20), (pieces, length) => {
        for (const { first, last } of parseRange(`bytes=${pieces.join("")}`, length) ?? []) {
          expect(first >= 0 && first <= last && last < length).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  test.each([
    ["digits", `bytes=${"9".repeat(MEGABYTE)}-`],
    ["commas", `bytes=${",".repeat(MEGABYTE)}`],
    ["ranges", `bytes=${"0-0,".repeat(MEGABYTE / 4)}`],
    ["spaces", `bytes=0-0${" ".repeat(MEGABYTE)}x`],
    ["dashes", `bytes=${"-".repeat(MEGABYTE)}`],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parseRange(text, 10))).toBeLessThan(LINEAR_MS);
    expect(milliseconds(() => parseContentRange(text.replace("=", " ")))).toBeLessThan(LINEAR_MS);
  });
});
