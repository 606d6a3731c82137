import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeForLog, MAX_ESCAPED } from "../../src/escape.ts";
import { anyText } from "../any-text.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("S51: what a peer sent, shown to people", () => {
  test.each([
    ["GET /hello", "GET /hello"],
    ["a\r\nforged line", "a\\r\\nforged line"],
    ["\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"],
    ["\x9b31m", "\\x9b31m"], // the one-octet form of ESC [
    ["tab\there", "tab\\there"],
    ["\0\x7f", "\\x00\\x7f"],
    ["C:\\x41", "C:\\\\x41"], // an escape cannot be faked
    ["caf\u00e9", "caf\\xe9"],
    ["\u202egpj.exe", "\\u{202e}gpj.exe"], // right-to-left override
    ["\u2028", "\\u{2028}"],
    ["\u{1F600}", "\\u{1f600}"],
    ["\ud800", "\\u{d800}"],
    ["", ""],
  ])("%j", (text, shown) => {
    expect(escapeForLog(text)).toBe(shown);
  });

  test("octets", () => {
    expect(escapeForLog(new Uint8Array([0x50, 0x52, 0x49, 0x0d, 0x0a, 0x00, 0xff, 0x5c]))).toBe(
      "PRI\\r\\n\\x00\\xff\\\\",
    );
  });

  test("what is too long is counted", () => {
    expect(escapeForLog("a".repeat(MAX_ESCAPED))).toBe("a".repeat(MAX_ESCAPED));
    expect(escapeForLog("a".repeat(1_000_000))).toBe(`${"a".repeat(MAX_ESCAPED)}... (${1_000_000 - MAX_ESCAPED} more)`);
    expect(escapeForLog("abcdef", 4)).toBe("abcd... (2 more)");
    expect(escapeForLog(new Uint8Array(5), 2)).toBe("\\x00\\x00... (3 more)");
    expect(escapeForLog("ab\u{1F600}", 3)).toBe("ab\\u{1f600}"); // a pair is not cut
    expect(escapeForLog("abc", 0)).toBe("... (3 more)");
  });

  test("fuzz: visible ASCII and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.uint8Array()), fc.nat(40), (octets, max) => {
        const shown = escapeForLog(octets, max);
        expect(shown).toMatch(/^[\x20-\x7e]*$/);
        expect(shown.length).toBeLessThanOrEqual(10 * (max + 1) + 30);
      }),
      { numRuns },
    );
  });
});
