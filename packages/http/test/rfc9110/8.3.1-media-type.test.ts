import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalMediaType,
  charsetOf,
  formatMediaType,
  isJsonMediaType,
  parseMediaType,
} from "../../src/media-type.ts";
import { MAX_PARAMETERS } from "../../src/parameters.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 9110 §8.3.1 Media Type", () => {
  test("the parts", () => {
    expect(parseMediaType('Multipart/Form-Data; Boundary="a;B"; x=1')).toEqual({
      type: "multipart",
      subtype: "form-data",
      essence: "multipart/form-data",
      parameters: new Map([
        ["boundary", "a;B"],
        ["x", "1"],
      ]),
    });
  });

  test.each([
    "text/html;charset=utf-8",
    "Text/HTML;Charset=utf-8",
    'text/html; charset="utf-8"',
    "text/html;charset=utf-8;",
    " text/html ; charset=utf-8 ",
    "text/html\t;\tcharset=utf-8\t",
    "text/html;;; ;charset=utf-8",
    'text/html;charset="utf\\-8"',
    "text/html;charset=utf-8;CHARSET=latin1",
  ])("S160: %j has one canonical form", (text) => {
    expect(canonicalMediaType(text)).toBe("text/html; charset=utf-8");
  });

  test.each(["application/json", "application/json;", "application/json ; ", "application/json\t", "APPLICATION/JSON"])(
    "S160: %j is application/json",
    (text) => {
      expect(canonicalMediaType(text)).toBe("application/json");
      expect(isJsonMediaType(text)).toBe(true);
    },
  );

  test.each([
    ["nothing", ""],
    ["no slash", "text"],
    ["no type", "/html"],
    ["no subtype", "text/"],
    ["two slashes", "text/html/x"],
    ["a space in it", "text/ html"],
    ["text behind it", "application/json x"],
    ["text behind a tab", "application/json\ta"],
    ["two media types", "text/html, application/json"],
    ["a comma", "application/json,"],
    ["a parameter without value", "text/html; charset"],
    ["a parameter with an empty value", "text/html; charset="],
    ["a space before =", "text/html; charset =utf-8"],
    ["a space behind =", "text/html; charset= utf-8"],
    ["a value that is no token", "text/html; charset=a/b"],
    ["a quote that is not closed", 'text/html; charset="utf-8'],
    ["text behind a quoted value", 'text/html; charset="utf-8"x'],
    ["a control", "text/html\0"],
    ["a vertical tab", "text/html\x0b"],
    ["a no-break space", "text/html\u00a0"],
    ["a name that is no token", "text/html; a/b=c"],
    ["an empty name", "text/html; =c"],
  ])("S160: refuses %s", (_, text) => {
    expect(parseMediaType(text)).toBeNull();
    expect(canonicalMediaType(text)).toBeNull();
    expect(isJsonMediaType(text)).toBe(false);
  });

  test("S99: a parameter may have any name", () => {
    expect(parseMediaType("a/b;__proto__=x;constructor=y")?.parameters.get("__proto__")).toBe("x");
    expect(parseMediaType("a/b")?.parameters.get("constructor")).toBeUndefined();
  });

  test("parameters are counted", () => {
    const text = (count: number): string => `a/b${Array.from({ length: count }, (_, i) => `;p${i}=1`).join("")}`;
    expect(parseMediaType(text(MAX_PARAMETERS))?.parameters.size).toBe(MAX_PARAMETERS);
    expect(parseMediaType(text(MAX_PARAMETERS + 1))).toBeNull();
    expect(parseMediaType(`a/b${";".repeat(MAX_PARAMETERS + 1)}`)).toBeNull();
    expect(parseMediaType(`a/b${";x=1".repeat(MAX_PARAMETERS + 1)}`)).toBeNull();
  });

  test("§8.3.2: charset", () => {
    expect(charsetOf('text/html; charset="UTF-8"')).toBe("utf-8");
    expect(charsetOf("text/html")).toBeUndefined();
    expect(charsetOf("nonsense")).toBeUndefined();
  });

  test.each([
    ["application/problem+json", true],
    ["text/json", true],
    ["application/json; charset=utf-8", true],
    ["application/jsonp", false],
    ["application/json-seq", false],
    ["text/plain; a=application/json", false],
  ])("isJsonMediaType(%j) is %s", (text, json) => {
    expect(isJsonMediaType(text)).toBe(json);
  });

  test("writes", () => {
    expect(formatMediaType("Text/HTML")).toBe("text/html");
    expect(formatMediaType("multipart/byteranges", [["boundary", 'a "b"']])).toBe(
      'multipart/byteranges; boundary="a \\"b\\""',
    );
    expect(() => formatMediaType("text")).toThrow(TypeError);
    expect(() => formatMediaType("text/html;a=b")).toThrow(TypeError);
    expect(() => formatMediaType("text/html;")).toThrow(TypeError);
    expect(() => formatMediaType(" text/html")).toThrow(TypeError);
    expect(() => formatMediaType("text/html", [["a b", "c"]])).toThrow(TypeError);
    expect(() => formatMediaType("text/html", [["a", "c\r\nX: y"]])).toThrow(TypeError);
  });

  test("fuzz: the canonical form is its own canonical form", () => {
    const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,6}$/);
    const value = fc.oneof(token, fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,6}$/));
    const parameters = fc.uniqueArray(fc.tuple(token, value), {
      selector: ([name]) => name.toLowerCase(),
      maxLength: 4,
    });
    fc.assert(
      fc.property(token, token, parameters, (type, subtype, pairs) => {
        const text = formatMediaType(`${type}/${subtype}`, pairs);
        const parsed = parseMediaType(text);
        expect(parsed?.essence).toBe(`${type}/${subtype}`.toLowerCase());
        expect([...(parsed?.parameters ?? [])]).toEqual(pairs.map(([name, v]) => [name.toLowerCase(), v]));
        const canonical = canonicalMediaType(text);
        expect(canonicalMediaType(canonical as string)).toBe(canonical);
      }),
      { numRuns },
    );
  });

  test("fuzz: no text throws", () => {
    const piece = fc.constantFrom("a", "/", ";", "=", '"', "\\", " ", "\t", ",", "\0", "é", "\u0100");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const canonical = canonicalMediaType(pieces.join(""));
        if (canonical !== null) expect(canonicalMediaType(canonical)).toBe(canonical);
      }),
      { numRuns },
    );
  });

  test.each([
    ["semicolons", `a/b${";".repeat(MEGABYTE)}`],
    ["semicolons and spaces", `a/b${"; ".repeat(MEGABYTE / 2)}`],
    ["parameters", `a/b${";a=b".repeat(MEGABYTE / 4)}`],
    ["an open quote", `a/b;c="${"\\".repeat(MEGABYTE)}`],
    ["spaces", `a/b${" ".repeat(MEGABYTE)}x`],
    ["a long type", "a".repeat(MEGABYTE)],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parseMediaType(text))).toBeLessThan(LINEAR_MS);
  });
});
