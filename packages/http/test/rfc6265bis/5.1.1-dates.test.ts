import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCookieDate } from "../../src/cookie-date.ts";
import { imfFixdate } from "../../src/date.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const utc = (iso: string): number => Date.parse(iso) / 1000;

describe("RFC 6265bis §5.1.1 Dates", () => {
  test.each([
    ["Wed, 09 Jun 2021 10:18:14 GMT", "2021-06-09T10:18:14Z"],
    ["Wed, 09-Jun-2021 10:18:14 GMT", "2021-06-09T10:18:14Z"],
    ["Wednesday, 09-Jun-21 10:18:14 GMT", "2021-06-09T10:18:14Z"],
    ["Wed Jun  9 10:18:14 2021", "2021-06-09T10:18:14Z"],
    ["10:18:14 9 june 21", "2021-06-09T10:18:14Z"],
    ["2021 Jun 9 1:2:3", "2021-06-09T01:02:03Z"], // 2021 is no day: four digits
    ["Jun/9/2021/10:18:14", "2021-06-09T10:18:14Z"],
    ["JUNE 9th 2021 10:18:14pm +0200", "2021-06-09T10:18:14Z"],
    ["9 Jun 69 00:00:00", "2069-06-09T00:00:00Z"],
    ["9 Jun 70 00:00:00", "1970-06-09T00:00:00Z"],
    ["9 Jun 99 00:00:00", "1999-06-09T00:00:00Z"],
    ["9 Jun 1601 00:00:00", "1601-06-09T00:00:00Z"],
    ["29 Feb 2024 23:59:59", "2024-02-29T23:59:59Z"],
    ["9 Jun 2021 10:18:14:99", "2021-06-09T10:18:14Z"],
    ["9 Jun 2021 2022 10:18:14 11:19:15 Jul 10", "2021-06-09T10:18:14Z"], // the first of each counts
  ])("%j", (text, iso) => {
    expect(parseCookieDate(text)).toBe(utc(iso));
  });

  test.each([
    "",
    "never",
    "Jun 2021 10:18:14",
    "9 2021 10:18:14",
    "9 Jun 10:18:14",
    "9 Jun 2021",
    "9 Jun 2021 10:18",
    "9 Jun 2021 24:00:00",
    "9 Jun 2021 10:60:00",
    "9 Jun 2021 10:18:60",
    "9 Jun 2021 100:18:14",
    "9 Jun 2021 10:18:140",
    "0 Jun 2021 10:18:14",
    "32 Jun 2021 10:18:14",
    "31 Jun 2021 10:18:14",
    "29 Feb 2023 10:18:14",
    "9 Jun 1600 10:18:14",
    "9 Jun 20210 10:18:14",
    "009 Jun 2021 10:18:14",
    "9 Ju 2021 10:18:14",
    "9 Jun 2021 ١٠:18:14",
  ])("%j is no date", (text) => {
    expect(parseCookieDate(text)).toBeNaN();
  });

  test("fuzz: reads every HTTP-date from 1970 on", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseCookieDate(imfFixdate(seconds))).toBe(seconds);
      }),
      { numRuns },
    );
  });

  test("fuzz: any text gives a second or NaN", () => {
    const piece = fc.oneof(
      fc.constantFrom("9", "Jun", "2021", "10:18:14", " ", ",", ":", "-"),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const seconds = parseCookieDate(pieces.join(""));
        expect(Number.isNaN(seconds) || Number.isSafeInteger(seconds)).toBe(true);
      }),
      { numRuns },
    );
  });

  test("S100: a megabyte is refused at once", () => {
    expect(milliseconds(() => parseCookieDate("1 ".repeat(MEGABYTE / 2)))).toBeLessThan(LINEAR_MS);
  });
});
