import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeQuotedString,
  encodeQuotedString,
  encodeTokenOrQuotedString,
  NotQuotableError,
  quotedStringEnd,
} from "../../src/quoted-string.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 9110 §5.6.4 Quoted Strings", () => {
  test.each([
    ['""', ""],
    ['"a b"', "a b"],
    ['"a\\"b"', 'a"b'],
    ['"a\\\\b"', "a\\b"],
    ['"\\a\\b"', "ab"],
    ['"\\\\\\""', '\\"'],
    ['"\t"', "\t"],
    ['"\\\t"', "\t"],
    ['"caf\xe9"', "caf\xe9"],
    ['", ; ="', ", ; ="],
  ])("%j", (text, value) => {
    expect(decodeQuotedString(text)).toBe(value);
    expect(decodeQuotedString(encodeQuotedString(value))).toBe(value);
  });

  test.each([
    ["", "no quote"],
    ["a", "a token"],
    ['"', "one quote"],
    ['"a', "not closed"],
    ['"a\\"', "the closing quote escaped"],
    ['"a\\', "a backslash at the end"],
    ['"a"b', "text behind it"],
    [' "a"', "text before it"],
    ['"a\0"', "NUL"],
    ['"a\r\n"', "CR LF"],
    ['"a\x7f"', "DEL"],
    ['"a\\\n"', "LF escaped"],
    ['"a\u0100"', "a character that is no octet"],
  ])("%j is none: %s", (text) => {
    expect(decodeQuotedString(text)).toBeNull();
  });

  test("quotedStringEnd gives the offset behind the closing quote", () => {
    expect(quotedStringEnd('x="a\\"b";y', 2)).toBe(8);
    expect(quotedStringEnd("x=a", 2)).toBe(-1);
  });

  test("a token needs no quotes", () => {
    expect(encodeTokenOrQuotedString("utf-8")).toBe("utf-8");
    expect(encodeTokenOrQuotedString("a b")).toBe('"a b"');
    expect(encodeTokenOrQuotedString("")).toBe('""');
  });

  test.each(["a\r\nX: y", "\0", "\x7f", "\x1b", "\u010a", "\u2028", "\u{1F600}"])(
    "S52: %j cannot be quoted",
    (text) => {
      expect(() => encodeQuotedString(text)).toThrow(NotQuotableError);
      expect(() => encodeQuotedString(text)).toThrow(expect.objectContaining({ code: "ERR_NOT_QUOTABLE" }));
    },
  );

  test("fuzz: what is encoded is decoded", () => {
    const octets = fc.array(fc.nat(255).map((octet) => String.fromCharCode(octet))).map((chars) => chars.join(""));
    fc.assert(
      fc.property(octets, (text) => {
        // biome-ignore format: one class
        if (/[\0-\x08\x0a-\x1f\x7f]/.test(text)) expect(() => encodeQuotedString(text)).toThrow(NotQuotableError);
        else expect(decodeQuotedString(encodeQuotedString(text))).toBe(text);
      }),
      { numRuns },
    );
  });

  test.each([
    ["backslashes", `"${"\\".repeat(MEGABYTE)}`],
    ["escapes", `"${"\\a".repeat(MEGABYTE / 2)}"`],
    ["quotes", '"'.repeat(MEGABYTE)],
    ["text that is not closed", `"${"a".repeat(MEGABYTE)}`],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => decodeQuotedString(text))).toBeLessThan(LINEAR_MS);
  });

  test("S97: encoding is linear", () => {
    expect(milliseconds(() => encodeQuotedString('"'.repeat(MEGABYTE / 4)))).toBeLessThan(LINEAR_MS);
  });
});
