import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatContentDisposition, parseContentDisposition } from "../../src/content-disposition.ts";
import { decodeExtValue, encodeExtValue } from "../../src/ext-value.ts";
import { anyText } from "../any-text.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 6266 §4 Content-Disposition", () => {
  test.each([
    ["attachment", undefined, "attachment"],
    ["attachment", "a.txt", "attachment; filename=a.txt"],
    ["inline", "report 2026.pdf", 'inline; filename="report 2026.pdf"'],
    ["attachment", "", 'attachment; filename=""'],
    ["attachment", "€ rates.txt", "attachment; filename=\"_ rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt"],
    ["attachment", "\u{1F600}.txt", "attachment; filename=_.txt; filename*=UTF-8''%F0%9F%98%80.txt"],
    ["attachment", "é.txt", "attachment; filename=_.txt; filename*=UTF-8''%C3%A9.txt"], // latin1 is a guess too
    ["attachment", "100%41.txt", "attachment; filename=100_41.txt; filename*=UTF-8''100%2541.txt"],
    ["attachment", 'a"b\\c', "attachment; filename=a_b_c; filename*=UTF-8''a%22b%5Cc"],
    ["attachment", "it's.txt", "attachment; filename=it's.txt"],
  ])("writes %s %j", (type, filename, text) => {
    expect(formatContentDisposition(type, filename)).toBe(text);
  });

  test.each(["a\r\nSet-Cookie: b=c", 'a"; filename="evil.exe', "a\0.txt", "a\u010ab", "\ud800"])(
    "S52: %j stays one parameter",
    (filename) => {
      const text = formatContentDisposition("attachment", filename);
      expect(text).toMatch(/^[\x20-\x7e]+$/);
      const parsed = parseContentDisposition(text);
      expect(parsed?.filename).toBe(filename === "\ud800" ? "\ufffd" : filename);
      expect([...(parsed?.parameters.keys() ?? [])]).toEqual(["filename", "filename*"]);
    },
  );

  test("S52: the type is a token", () => {
    expect(() => formatContentDisposition("attachment; x=y")).toThrow(TypeError);
    expect(() => formatContentDisposition("a\r\nb")).toThrow(TypeError);
  });

  test.each([
    ["attachment", "attachment", null],
    ['INLINE; FILENAME="an example.html"', "inline", "an example.html"],
    ["Attachment; filename=example.html", "attachment", "example.html"],
    ["attachment; filename*= UTF-8''%e2%82%ac%20rates", null, null], // whitespace behind "="
    ["attachment; filename*=UTF-8''%e2%82%ac%20rates", "attachment", "€ rates"],
    ["attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates", "attachment", "€ rates"],
    ["attachment; filename*=utf-8''%e2%82%ac%20rates; filename=\"EURO rates\"", "attachment", "€ rates"],
    ["attachment; filename*=UTF-8''%ff; filename=plain", "attachment", "plain"],
    ["attachment; filename*=koi8-r''%ff; filename=plain", "attachment", "plain"],
    ["attachment; filename*=nonsense; filename=plain", "attachment", "plain"],
    ['form-data; name="field"; filename="../../etc/passwd"', "form-data", "../../etc/passwd"],
    ["attachment; filename=a; filename=b", "attachment", "a"],
    ["attachment; filename=a b", null, null],
    ["attachment; filename", null, null],
    ["", null, null],
    ["; filename=a", null, null],
    ["attachment, inline", null, null],
  ])("reads %j", (text, type, filename) => {
    const parsed = parseContentDisposition(text);
    expect(parsed === null ? [null, null] : [parsed.type, parsed.filename]).toEqual([type, filename]);
  });

  test("fuzz: a file name is read back, whatever it is", () => {
    fc.assert(
      fc.property(anyText, (filename) => {
        const text = formatContentDisposition("attachment", filename);
        expect(text).toMatch(/^[\x20-\x7e]+$/);
        expect(parseContentDisposition(text)?.filename).toBe(filename);
      }),
      { numRuns },
    );
  });

  test.each([
    ["quotes", `a; b="${'\\"'.repeat(MEGABYTE / 2)}`],
    ["triplets", `a; filename*=UTF-8''${"%e2%82%ac".repeat(MEGABYTE / 9)}`],
    ["apostrophes", `a; filename*=${"'".repeat(MEGABYTE)}`],
    ["semicolons", `a${";".repeat(MEGABYTE)}`],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parseContentDisposition(text))).toBeLessThan(LINEAR_MS);
  });
});

describe("RFC 8187 §3.2 Extended values", () => {
  test.each([
    ["UTF-8''%c2%a3%20and%20%e2%82%ac%20rates", "£ and € rates"],
    ["iso-8859-1'en'%A3%20rates", "£ rates"],
    ["utf-8'en-US'plain", "plain"],
    ["UTF-8''", ""],
  ])("%s", (value, text) => {
    expect(decodeExtValue(value)).toBe(text);
  });

  test.each([
    "",
    "plain",
    "''plain",
    "UTF-8'plain",
    "UTF-8''%",
    "UTF-8''%4",
    "UTF-8''%zz",
    "UTF-8''%c3",
    "UTF-8''a b",
    "UTF-8''a'b",
    "UTF-8''a*b",
    "UTF-8''é",
    "iso-8859-1''%4",
    "iso-8859-1''%zz",
    "us-ascii''a",
    "UTF-16''%00a",
  ])("%j is none", (value) => {
    expect(decodeExtValue(value)).toBeNull();
  });

  test("fuzz: what is written is a token and is read back", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encodeExtValue(text)).toMatch(/^UTF-8''[!#$&+\-.^_`|~%0-9A-Za-z]*$/);
        expect(decodeExtValue(encodeExtValue(text))).toBe(text);
      }),
      { numRuns },
    );
  });
});
