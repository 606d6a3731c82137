import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatQuery,
  MAX_QUERY_OCTETS,
  MAX_QUERY_PAIRS,
  parseForm,
  parseQuery,
  QueryLimitError,
  QueryPairs,
} from "../../src/query.ts";
import { anyText } from "../any-text.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("WHATWG URL §5 application/x-www-form-urlencoded", () => {
  test.each([
    ["", []],
    ["&", []],
    ["&&&a=1&&", [["a", "1"]]],
    ["a", [["a", ""]]],
    ["a=", [["a", ""]]],
    ["=a", [["", "a"]]],
    ["=", [["", ""]]],
    ["a=b=c", [["a", "b=c"]]],
    [
      "a=1&b=2&a=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["a", "3"],
      ],
    ],
    ["a+b=c+d%20e%2Bf", [["a b", "c d e+f"]]],
    ["%26=%3d", [["&", "="]]],
    [
      "rate=100%&x=%zz",
      [
        ["rate", "100%"],
        ["x", "%zz"],
      ],
    ],
    ["bad=%ff", [["bad", "\ufffd"]]],
    ["name=J%C3%BCrgen", [["name", "Jürgen"]]],
    ["?a=1", [["?a", "1"]]],
  ])("%j", (text, pairs) => {
    expect([...parseQuery(text)]).toEqual(pairs);
  });

  test("a name may occur many times", () => {
    const query = parseQuery("tag=a&q=x&tag=b");
    expect(query.get("tag")).toBe("a");
    expect(query.getAll("tag")).toEqual(["a", "b"]);
    expect([query.has("q"), query.has("Q"), query.size]).toEqual([true, false, 3]);
    expect(query.get("none")).toBeUndefined();
    expect(query.toString()).toBe("tag=a&q=x&tag=b");
    expect(JSON.stringify(query)).toBe('[["tag","a"],["q","x"],["tag","b"]]');
  });

  test("S180: a semicolon separates nothing", () => {
    expect([...parseQuery("a=1;b=2")]).toEqual([["a", "1;b=2"]]);
  });

  test("S96: brackets nest nothing", () => {
    expect([...parseQuery("a[b][c]=1")]).toEqual([["a[b][c]", "1"]]);
  });

  test("S99: names that objects understand are names", () => {
    const query = parseQuery("__proto__=a&constructor=b&toString=c");
    expect([query.get("__proto__"), query.get("constructor"), query.get("toString")]).toEqual(["a", "b", "c"]);
    expect([query.get("valueOf"), query.has("hasOwnProperty")]).toEqual([undefined, false]);
  });

  test("S96: pairs are counted", () => {
    const many = "a&".repeat(MAX_QUERY_PAIRS);
    expect(parseQuery(many).size).toBe(MAX_QUERY_PAIRS);
    expect(() => parseQuery(`${many}a`)).toThrow(expect.objectContaining({ code: "ERR_QUERY_LIMIT", status: 400 }));
    expect(() => parseForm(`${many}a`)).toThrow(expect.objectContaining({ code: "ERR_FORM_LIMIT", status: 413 }));
    expect(() => parseQuery("a&b&c", { maxPairs: 2 })).toThrow(expect.objectContaining({ limit: 2 }));
    expect(parseQuery(`${many}a`, { maxPairs: 1e6 }).size).toBe(MAX_QUERY_PAIRS + 1);
  });

  test("S96: octets are counted", () => {
    const long = "a".repeat(MAX_QUERY_OCTETS);
    expect(parseQuery(long).size).toBe(1);
    expect(() => parseQuery(`${long}a`)).toThrow(expect.objectContaining({ code: "ERR_QUERY_LIMIT" }));
    expect(parseForm(`${long}a`).size).toBe(1);
    expect(() => parseForm("abc", { maxOctets: 2 })).toThrow(
      expect.objectContaining({ code: "ERR_FORM_LIMIT", limit: 2 }),
    );
  });

  test("§5.2: writes", () => {
    expect(
      formatQuery([
        ["q", "a b&c=d+e"],
        ["é", "*-._~"],
      ]),
    ).toBe("q=a+b%26c%3Dd%2Be&%C3%A9=*-._%7E");
    expect(formatQuery([["a", "\r\n"]])).toBe("a=%0D%0A");
    expect(formatQuery([])).toBe("");
    expect(formatQuery(new QueryPairs([["a", "1"]]))).toBe("a=1");
  });

  test("fuzz: reads and writes as URLSearchParams does", () => {
    const text = fc.oneof(
      anyText,
      fc
        .array(fc.constantFrom("a", "=", "&", "+", "%", "%41", "%ff", "%e2%82%ac", ";", "é"), { maxLength: 12 })
        .map((x) => x.join("")),
    );
    fc.assert(
      fc.property(text, (query) => {
        fc.pre(!query.startsWith("?"));
        fc.pre(!(query.includes("%") && /[^\0-\x7f]/.test(query))); // Node 20 then takes text for octets
        const pairs = [...parseQuery(query)];
        expect(pairs).toEqual([...new URLSearchParams(query)]);
        expect(formatQuery(pairs)).toBe(new URLSearchParams(pairs).toString());
        expect([...parseQuery(formatQuery(pairs))]).toEqual(pairs);
      }),
      { numRuns },
    );
  });

  test.each([
    ["empty pairs", "&".repeat(MEGABYTE)],
    ["pairs without =", "a&".repeat(MEGABYTE / 2)],
    ["one pair", `${"a".repeat(MEGABYTE - 1)}=`],
    ["= signs", "=".repeat(MEGABYTE)],
    ["plus signs", "+".repeat(MEGABYTE)],
    ["percent signs", "%".repeat(MEGABYTE)],
  ])("S100: linear in %s", (_, text) => {
    const bounds = { maxOctets: MEGABYTE };
    const run = (): void => {
      try {
        parseQuery(text, bounds);
      } catch (error) {
        expect(error).toBeInstanceOf(QueryLimitError);
      }
    };
    expect(milliseconds(run)).toBeLessThan(LINEAR_MS);
  });
});
