import { describe, expect, test } from "vitest";
import { isToken, owsEnd, tokenEnd, trimOws } from "../../src/tokens.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

describe("RFC 9110 §5.6.2 Tokens", () => {
  test("tchar is every visible ASCII character but the delimiters", () => {
    let tchars = "";
    for (let code = 0; code < 0x1_0000; code++) {
      const char = String.fromCharCode(code);
      if (isToken(char)) tchars += char;
    }
    expect(tchars).toBe("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
  });

  test("a token has at least one character", () => {
    expect(isToken("")).toBe(false);
    expect(isToken("M-SEARCH")).toBe(true);
  });

  test.each(["a b", " a", "a ", "a\r", "a\n", "a\0", "a:", "é", "ａ", "a\u{1F600}"])(
    "S23: %j is not a token",
    (text) => {
      expect(isToken(text)).toBe(false);
    },
  );

  test("tokenEnd gives the offset behind the token", () => {
    expect(tokenEnd("gzip;q=1", 0)).toBe(4);
    expect(tokenEnd("gzip;q=1", 4)).toBe(4);
    expect(tokenEnd("gzip", 0)).toBe(4);
  });
});

describe("RFC 9110 §5.6.3 Whitespace", () => {
  test("S22: OWS is SP and HTAB", () => {
    expect(owsEnd("a \t b", 1)).toBe(4);
    expect(trimOws(" \t chunked\t ")).toBe("chunked");
    expect(trimOws(" \t ")).toBe("");
  });

  test.each(["\x0bchunked", "\x0cchunked", "\u00a0chunked", "\ufeffchunked", "\rchunked", "\nchunked"])(
    "S2: %j keeps its first character",
    (text) => {
      expect(trimOws(text)).toBe(text);
    },
  );

  test("S100: linear", () => {
    expect(milliseconds(() => isToken("a".repeat(MEGABYTE)))).toBeLessThan(LINEAR_MS);
    expect(milliseconds(() => trimOws(`${" ".repeat(MEGABYTE)}x${"\t".repeat(MEGABYTE)}`))).toBeLessThan(LINEAR_MS);
  });
});
