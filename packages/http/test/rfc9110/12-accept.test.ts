import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { negotiateEncoding, negotiateLanguage, negotiateMediaType } from "../../src/accept.ts";
import { MAX_PREFERENCES, parsePreferences, parseQuality } from "../../src/quality.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 9110 §12.4.2 Quality Values", () => {
  test.each([
    ["0", 0],
    ["1", 1000],
    ["0.", 0],
    ["1.", 1000],
    ["0.5", 500],
    ["0.123", 123],
    ["0.001", 1],
    ["1.000", 1000],
  ])("%s", (text, quality) => {
    expect(parseQuality(text)).toBe(quality);
  });

  test.each([
    "",
    "2",
    "-1",
    "+1",
    ".5",
    "1.1",
    "1.001",
    "0.1234",
    "0.0000",
    "0,5",
    "0.5 ",
    "1e0",
    "0x1",
    "00",
    "0.a",
    "NaN",
  ])("%j is none", (text) => {
    expect(parseQuality(text)).toBe(-1);
  });

  test("preferences in order, names in lower case", () => {
    const read = parsePreferences("GZIP;Q=0.5, br ;q=1.0,, *;q=0");
    expect(read.map(({ name, quality }) => [name, quality])).toEqual([
      ["gzip", 500],
      ["br", 1000],
      ["*", 0],
    ]);
  });

  test("what breaks the grammar is skipped", () => {
    const read = parsePreferences("a;q=2, b;q, c q=1, d/, /e, f;q=0.5;, é, g");
    expect(read.map(({ name }) => name)).toEqual(["f", "g"]);
    expect(parsePreferences('a, "b, c')).toHaveLength(1);
  });

  test("S158: preferences are counted", () => {
    expect(parsePreferences("a,".repeat(10_000))).toHaveLength(MAX_PREFERENCES);
    expect(parsePreferences(`${",".repeat(10_000)}a`)).toHaveLength(0);
  });
});

describe("RFC 9110 §12.5.1 Accept", () => {
  const html = "text/html; charset=utf-8";

  test.each([
    ["the first without a field", undefined, [html, "text/plain"], html],
    ["the first when the field says nothing", "", [html], html],
    ["the first when nothing in it is a media range", "html, */, ;q=1", [html], html],
    ["*/* takes the server's first", "*/*", [html, "text/plain"], html],
    ["a higher weight wins", "text/html;q=0.5, text/plain", [html, "text/plain"], "text/plain"],
    ["a lower weight loses", "text/html, text/plain;q=0.9", ["text/plain", html], html],
    ["type/* matches the type", "image/*, text/html;q=0.1", [html, "image/png"], "image/png"],
    ["a specific range beats */*", "*/*, text/html;q=0.1", [html, "text/plain"], "text/plain"],
    ["q=0 refuses", "text/html;q=0, */*;q=0.1", [html, "text/plain"], "text/plain"],
    ["none is acceptable", "image/png", [html], undefined],
    ["all are refused", "*/*;q=0", [html], undefined],
    ["case changes nothing", "TEXT/HTML", [html], html],
    ["parameters must match", "text/html;level=1", [html], undefined],
    ["a parameter that matches", "text/html;charset=UTF-8;q=0.7, text/plain;q=0.5", ["text/plain", html], html],
    ["parameters behind q count too", "text/html;q=1;level=1", [html], undefined],
  ])("%s", (_, accept, available, chosen) => {
    expect(negotiateMediaType(accept, available)).toBe(chosen);
  });

  test("the table of the section", () => {
    const accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
    const order = [
      "text/plain;format=flowed", // 1
      "text/plain", // 0.7
      "image/jpeg", // 0.5
      "text/plain;format=fixed", // 0.4
      "text/html", // 0.3
    ];
    for (let i = 0; i < order.length; i++) expect(negotiateMediaType(accept, order.slice(i).reverse())).toBe(order[i]);
  });

  test("what a browser sends for a page", () => {
    const chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8";
    expect(negotiateMediaType(chrome, ["application/json", "text/html"])).toBe("text/html");
    expect(negotiateMediaType(chrome, ["application/json"])).toBe("application/json");
  });

  test("misuse: a variant that is no media type", () => {
    expect(() => negotiateMediaType("*/*", ["html"])).toThrow(TypeError);
  });
});

describe("RFC 9110 §12.5.3 Accept-Encoding", () => {
  const codings = ["br", "gzip", "identity"];
  test.each([
    ["no field", undefined, codings, "identity"],
    ["no field and no identity", undefined, ["gzip"], "gzip"],
    ["an empty field: identity only", "", codings, "identity"],
    ["nothing usable: identity only", "gzip;q=x", codings, "identity"],
    ["the server's first of equals", "gzip, deflate, br", codings, "br"],
    ["weights", "gzip;q=1.0, br;q=0.5", codings, "gzip"],
    ["*", "*", codings, "br"],
    ["* for what is not named", "br;q=0, *;q=0.5", codings, "gzip"],
    ["q=0 refuses, identity is left", "gzip;q=0, br;q=0", codings, "identity"],
    ["identity ranks behind what is named", "gzip;q=0.001", codings, "gzip"],
    ["identity preferred", "identity, gzip;q=0.5", codings, "identity"],
    ["identity refused by name", "identity;q=0", codings, undefined],
    ["identity refused by *", "*;q=0", codings, undefined],
    ["identity refused by *, gzip not", "gzip, *;q=0", codings, "gzip"],
    ["identity named beside *;q=0", "identity;q=0.5, *;q=0", codings, "identity"],
    ["what the server has not", "zstd", codings, "identity"],
    ["x-gzip is gzip (§8.4.1.3)", "x-gzip", codings, "gzip"],
    ["case", "GZIP", codings, "gzip"],
    ["nothing available", "gzip", [], undefined],
  ])("%s", (_, field, available, chosen) => {
    expect(negotiateEncoding(field, available)).toBe(chosen);
  });
});

describe("RFC 9110 §12.5.4 Accept-Language", () => {
  test.each([
    ["the example of the section", "da, en-gb;q=0.8, en;q=0.7", ["en", "en-GB", "da"], "da"],
    ["without Danish", "da, en-gb;q=0.8, en;q=0.7", ["en", "en-GB"], "en-GB"],
    ["a range matches longer tags", "en", ["en-US"], "en-US"],
    ["but only at a subtag", "en", ["enx"], undefined],
    ["lookup cuts subtags", "de-CH", ["en", "de"], "de"],
    ["a refused range refuses no shorter tag", "de-CH;q=0, *;q=0.5", ["de"], "de"],
    ["a refused range refuses longer tags", "de;q=0, *;q=0.5", ["de-CH", "en"], "en"],
    ["*", "*", ["en", "de"], "en"],
    ["none", "fr", ["en", "de"], undefined],
    ["no field", undefined, ["en", "de"], "en"],
    ["nothing usable", ";;;", ["en", "de"], "en"],
    ["the longer range wins", "en;q=0.1, en-GB", ["en-US", "en-GB"], "en-GB"],
  ])("%s", (_, field, available, chosen) => {
    expect(negotiateLanguage(field, available)).toBe(chosen);
  });
});

describe("any field", () => {
  test("fuzz: chooses one of what there is, and never throws", () => {
    const piece = fc.constantFrom(
      "text",
      "/",
      "*",
      "html",
      "gzip",
      ";",
      "q",
      "=",
      "0.5",
      "0",
      ",",
      " ",
      '"',
      "\\",
      "en",
      "-",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const field = pieces.join("");
        expect([undefined, "text/html", "a/b"]).toContain(negotiateMediaType(field, ["text/html", "a/b"]));
        expect([undefined, "gzip", "identity"]).toContain(negotiateEncoding(field, ["gzip", "identity"]));
        expect([undefined, "en", "de"]).toContain(negotiateLanguage(field, ["en", "de"]));
      }),
      { numRuns },
    );
  });

  test.each([
    ["commas", ",".repeat(MEGABYTE)],
    ["elements", "a/b,".repeat(MEGABYTE / 4)],
    ["semicolons", `a/b${";".repeat(MEGABYTE)}`],
    ["an open quote", `a/b;c="${"\\".repeat(MEGABYTE)}`],
    ["spaces", `a/b${" ".repeat(MEGABYTE)}x`],
    ["parameters", `a/b${";q=1".repeat(MEGABYTE / 4)}`],
    ["subtags", "a-".repeat(MEGABYTE / 2)],
  ])("S100: linear in %s", (_, field) => {
    expect(milliseconds(() => negotiateMediaType(field, ["a/b", "c/d"]))).toBeLessThan(LINEAR_MS);
    expect(milliseconds(() => negotiateEncoding(field, ["gzip", "br"]))).toBeLessThan(LINEAR_MS);
    expect(milliseconds(() => negotiateLanguage(field, ["en", "de"]))).toBeLessThan(LINEAR_MS);
  });
});
