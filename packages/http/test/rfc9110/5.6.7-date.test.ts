import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imfFixdate, parseHttpDate } from "../../src/date.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
/** 2026-01-01T00:00:00Z */
const NOW = 1_767_225_600;
const utc = (iso: string): number => Date.parse(iso) / 1000;

describe("RFC 9110 §5.6.7 Date/Time Formats", () => {
  test.each([
    ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"],
    ["asctime", "Sun Nov  6 08:49:37 1994"],
  ])("the example of the section as %s", (_, text) => {
    expect(parseHttpDate(text, NOW)).toBe(784_111_777);
  });

  test("IMF-fixdate is what is written", () => {
    expect(imfFixdate(784_111_777)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    expect(imfFixdate(784_111_777.999)).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    expect(imfFixdate(0)).toBe("Thu, 01 Jan 1970 00:00:00 GMT");
    expect(imfFixdate(-1)).toBe("Wed, 31 Dec 1969 23:59:59 GMT");
  });

  test("the last value is remembered, and only the last", () => {
    const first = imfFixdate(1);
    expect(imfFixdate(1)).toBe(first);
    expect(imfFixdate(2)).not.toBe(first);
    expect(imfFixdate(1)).toBe(first);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 253_402_300_800, -62_167_219_201])(
    "%d seconds have no four-digit year",
    (seconds) => {
      expect(() => imfFixdate(seconds)).toThrow(RangeError);
    },
  );

  test("the years 0000 and 9999 are the bounds", () => {
    expect(imfFixdate(-62_167_219_200)).toBe("Sat, 01 Jan 0000 00:00:00 GMT");
    expect(imfFixdate(253_402_300_799)).toBe("Fri, 31 Dec 9999 23:59:59 GMT");
    expect(parseHttpDate("Sat, 01 Jan 0000 00:00:00 GMT", NOW)).toBe(-62_167_219_200);
    expect(parseHttpDate("Fri, 31 Dec 9999 23:59:59 GMT", NOW)).toBe(253_402_300_799);
  });

  test.each([
    ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"],
    ["Thursday, 01-Jan-26 00:00:00 GMT", "2026-01-01T00:00:00Z"],
    ["Wednesday, 01-Jan-75 00:00:00 GMT", "2075-01-01T00:00:00Z"],
    ["Wednesday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00Z"], // exactly 50 years
    ["Wednesday, 01-Jan-76 00:00:01 GMT", "1976-01-01T00:00:01Z"], // more than 50 years
    ["Friday, 31-Dec-99 23:59:59 GMT", "1999-12-31T23:59:59Z"],
    ["Saturday, 01-Jan-00 00:00:00 GMT", "2000-01-01T00:00:00Z"],
  ])("a two-digit year is at most 50 years ahead of now: %s", (text, iso) => {
    expect(parseHttpDate(text, NOW)).toBe(utc(iso));
  });

  test("the century of a two-digit year follows the clock", () => {
    expect(parseHttpDate("Monday, 01-Jan-24 00:00:00 GMT", utc("1999-06-01T00:00:00Z"))).toBe(
      utc("2024-01-01T00:00:00Z"),
    );
    expect(parseHttpDate("Monday, 01-Jan-01 00:00:00 GMT", utc("2098-06-01T00:00:00Z"))).toBe(
      utc("2101-01-01T00:00:00Z"),
    );
    expect(parseHttpDate("Monday, 01-Jan-70 00:00:00 GMT", 0)).toBe(0);
  });

  test("leap years and days that exist", () => {
    expect(parseHttpDate("Thu, 29 Feb 2024 00:00:00 GMT", NOW)).toBe(utc("2024-02-29T00:00:00Z"));
    expect(parseHttpDate("Tue, 29 Feb 2000 00:00:00 GMT", NOW)).toBe(utc("2000-02-29T00:00:00Z"));
    expect(parseHttpDate("Mon, 29 Feb 1900 00:00:00 GMT", NOW)).toBeNaN();
    expect(parseHttpDate("Thu, 29 Feb 2023 00:00:00 GMT", NOW)).toBeNaN();
    expect(parseHttpDate("Thursday, 29-Feb-24 00:00:00 GMT", NOW)).toBe(utc("2024-02-29T00:00:00Z"));
  });

  test("second 60 is a leap second", () => {
    expect(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", NOW)).toBe(utc("2017-01-01T00:00:00Z"));
  });

  test("the day name is not compared with the date", () => {
    expect(parseHttpDate("Mon, 06 Nov 1994 08:49:37 GMT", NOW)).toBe(784_111_777);
  });

  test("RFC 9111 §4.2: a cache may ignore case", () => {
    for (const text of [
      "sun, 06 NOV 1994 08:49:37 gmt",
      "SUNDAY, 06-nov-94 08:49:37 GMT",
      "SUN nov  6 08:49:37 1994",
    ]) {
      expect(parseHttpDate(text, NOW)).toBeNaN();
      expect(parseHttpDate(text, NOW, true)).toBe(784_111_777);
    }
  });

  test.each([
    "",
    "0",
    "-1",
    "784111777",
    "1994-11-06T08:49:37Z",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +00",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08.49.37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 08:49:-1 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Xxx, 06 Nov 1994 08:49:37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Someday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov 06 08:49:37 1994 GMT",
    "Sun Nov 6 08:49:37 1994",
    "Sun Nov  6 08:49:37 94",
    "Sun Nov  0 08:49:37 1994",
    "Sun Nov   08:49:37 19946",
    "Sun, 06 Nov 1994 08:49:37\x00GMT",
    "Sun, 06 Nov １994 08:49:37 GMT",
  ])("S156: %j is not an HTTP-date", (text) => {
    expect(parseHttpDate(text, NOW)).toBeNaN();
  });

  test("fuzz: what is written is read back, in all three formats", () => {
    const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
        const imf = imfFixdate(seconds);
        expect(parseHttpDate(imf, NOW)).toBe(seconds);
        const [, day, month, year, time] = imf.split(/[ ,]+/) as [string, string, string, string, string];
        const weekday = days.find((name) => imf.startsWith(name.slice(0, 3))) as string;
        const asctime = `${imf.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`;
        expect(parseHttpDate(asctime, NOW)).toBe(seconds);
        if (Math.abs(seconds - NOW) < 1_500_000_000)
          expect(parseHttpDate(`${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`, NOW)).toBe(seconds);
      }),
      { numRuns },
    );
  });

  test("fuzz: an octet changed gives another second or NaN, never a throw", () => {
    const valid = "Sun, 06 Nov 1994 08:49:37 GMT";
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, octet) => {
        const text = valid.slice(0, at) + String.fromCharCode(octet) + valid.slice(at + 1);
        const seconds = parseHttpDate(text, NOW);
        expect(Number.isNaN(seconds) || Number.isInteger(seconds)).toBe(true);
      }),
      { numRuns },
    );
  });

  test("S100: a megabyte is refused at once", () => {
    expect(milliseconds(() => parseHttpDate("Sun, ".repeat(MEGABYTE / 5), NOW))).toBeLessThan(LINEAR_MS);
  });
});
