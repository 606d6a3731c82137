import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cookiePairs, formatCookie, MAX_COOKIES, parseCookie } from "../../src/cookie.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 6265bis §4.2 Cookie", () => {
  test.each([
    [
      "SID=31d4d96e407aad42; lang=en-US",
      [
        ["SID", "31d4d96e407aad42"],
        ["lang", "en-US"],
      ],
    ],
    [
      "a=1;b=2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      " a = 1 ;\tb=2\t",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "a=1; a=2",
      [
        ["a", "1"],
        ["a", "2"],
      ],
    ],
    ["a=b=c", [["a", "b=c"]]],
    ["a=", [["a", ""]]],
    ["=a", [["", "a"]]],
    ["a", [["", "a"]]],
    ["", []],
    [";; ;=;", []],
    ['a="b c"', [["a", '"b c"']]],
    ["a=%20", [["a", "%20"]]],
    ["a=b, c=d", [["a", "b, c=d"]]],
    ["a=caf\xc3\xa9", [["a", "caf\xc3\xa9"]]],
  ])("%j", (text, pairs) => {
    expect(cookiePairs(text)).toEqual(pairs);
  });

  test("§5.8.3: the first of a name is the closest", () => {
    expect(parseCookie("a=1; b=2; a=3")).toEqual(
      new Map([
        ["a", "1"],
        ["b", "2"],
      ]),
    );
  });

  test("S99: a cookie may have any name", () => {
    const cookies = parseCookie("__proto__=a; constructor=b");
    expect([cookies.get("__proto__"), cookies.get("constructor"), cookies.get("toString")]).toEqual([
      "a",
      "b",
      undefined,
    ]);
  });

  test("S95: cookies are counted", () => {
    const text = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}=`).join(";");
    expect(parseCookie(text(MAX_COOKIES)).size).toBe(MAX_COOKIES);
    const refused = expect.objectContaining({ code: "ERR_COOKIE_LIMIT", status: 431, limit: MAX_COOKIES });
    expect(() => parseCookie(text(MAX_COOKIES + 1))).toThrow(refused);
    expect(() => parseCookie("a=;".repeat(500_000))).toThrow(refused);
    expect(() => cookiePairs("a;b;c", 2)).toThrow(expect.objectContaining({ limit: 2 }));
  });

  test("a client writes", () => {
    expect(
      formatCookie([
        ["SID", "31d4"],
        ["lang", "en-US"],
      ]),
    ).toBe("SID=31d4; lang=en-US");
    expect(
      formatCookie([
        ["", "a"],
        ["b", ""],
      ]),
    ).toBe("a; b=");
    expect(formatCookie([])).toBe("");
  });

  test.each([
    ["a", "b; c=d"],
    ["a", "b\r\nX: y"],
    ["a", "b\0"],
    ["a", "\u010a"],
    ["a", " b"],
    ["a;b", "c"],
    ["a=b", "c"],
    ["a\n", "c"],
    ["", "a=b"],
  ])("S48: refuses to write %j=%j", (name, value) => {
    expect(() => formatCookie([[name, value]])).toThrow(expect.objectContaining({ code: "ERR_INVALID_COOKIE" }));
  });

  test("fuzz: what is written is read back", () => {
    const text = fc.string({ unit: fc.nat(255).map((octet) => String.fromCharCode(octet)), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (pairs) => {
        const written = pairs.filter((pair) => {
          try {
            return formatCookie([pair]) !== "";
          } catch {
            return false;
          }
        });
        const kept = written.filter(([name, value]) => name !== "" || value !== "");
        expect(cookiePairs(formatCookie(kept))).toEqual(kept);
      }),
      { numRuns },
    );
  });

  test.each([
    ["semicolons", ";".repeat(MEGABYTE)],
    ["equals signs", "=".repeat(MEGABYTE)],
    ["spaces", `a=${" ".repeat(MEGABYTE)}b`],
    ["one name", "a".repeat(MEGABYTE)],
    ["quotes", `a="${"\\".repeat(MEGABYTE)}`],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parseCookie(text))).toBeLessThan(LINEAR_MS);
  });
});
