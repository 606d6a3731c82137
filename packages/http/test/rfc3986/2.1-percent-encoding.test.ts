import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeSegment, percentDecode, percentDecodeLoosely } from "../../src/percent-encoding.ts";
import { anyText } from "../any-text.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 3986 §2.1 Percent-Encoding", () => {
  test.each([
    ["", ""],
    ["abc", "abc"],
    ["%41%6a%6A", "Ajj"],
    ["caf%C3%A9", "café"],
    ["%f0%9f%98%80", "\u{1F600}"],
    ["%00", "\0"],
    ["a%2Fb", "a/b"],
    ["%252e", "%2e"], // once, not twice
    ["+", "+"], // only forms take + for a space
    ["é", "é"],
  ])("decodes %j", (encoded, text) => {
    expect(percentDecode(encoded)).toBe(text);
    expect(percentDecodeLoosely(encoded)).toBe(text);
  });

  test.each([
    ["no digits", "100%", "100%"],
    ["one digit", "%4", "%4"],
    ["not hexadecimal", "%zz", "%zz"],
    ["full-width digits", "%４１", "%４１"],
    ["an escape inside an escape", "%%34%31", "%41"],
    ["a lone continuation octet", "%80", "\ufffd"],
    ["S148: an overlong slash", "%c0%af", "\ufffd\ufffd"],
    ["an overlong form of three octets", "%e0%80%af", "\ufffd\ufffd\ufffd"],
    ["a surrogate", "%ed%a0%80", "\ufffd\ufffd\ufffd"],
    ["beyond U+10FFFF", "%f4%90%80%80", "\ufffd\ufffd\ufffd\ufffd"],
    ["a cut sequence", "%e2%82", "\ufffd"],
    ["a sequence cut by text", "%e2%82a%ac", "\ufffda\ufffd"],
    ["octets that UTF-8 does not have", "%ff%fe", "\ufffd\ufffd"],
  ])("%s: strict is null, loose is a replacement", (_, encoded, loose) => {
    expect(percentDecode(encoded)).toBeNull();
    expect(percentDecodeLoosely(encoded)).toBe(loose);
  });

  test("encodes what is no pchar", () => {
    expect(encodeSegment("a/b?c#d%e f\r\n")).toBe("a%2Fb%3Fc%23d%25e%20f%0D%0A");
    expect(encodeSegment("-._~!$&'()*+,;=:@")).toBe("-._~!$&'()*+,;=:@");
    expect(encodeSegment("é\u{1F600}")).toBe("%C3%A9%F0%9F%98%80");
    expect(encodeSegment("\ud800")).toBe("%EF%BF%BD");
  });

  test("fuzz: strict accepts exactly what decodeURIComponent accepts", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "%",
        "a",
        "%e2",
        "%82",
        "%ac",
        "%c3",
        "%a9",
        "%f0",
        "%9f",
        "%98",
        "%80",
        "%ed",
        "%a0",
        "%f4",
        "%90",
        "%0",
      ),
      fc.nat(255).map((octet) => `%${octet.toString(16).padStart(2, "0")}`),
      anyText,
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const encoded = pieces.join("");
        let expected: string | null = null;
        try {
          expected = decodeURIComponent(encoded);
        } catch {
          // expected stays null
        }
        expect(percentDecode(encoded)).toBe(expected);
        expect(typeof percentDecodeLoosely(encoded)).toBe("string");
      }),
      { numRuns },
    );
  });

  test("fuzz: a segment is read back", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(percentDecode(encodeSegment(text))).toBe(text);
        expect(percentDecode(encodeSegment(text))).toBe(decodeURIComponent(encodeURIComponent(text)));
      }),
      { numRuns },
    );
  });

  test.each([
    ["triplets", "%41".repeat(MEGABYTE / 3)],
    ["percent signs", "%".repeat(MEGABYTE)],
    ["bad octets", "%ff".repeat(MEGABYTE / 3)],
    ["cut sequences", "%f0%9f%98".repeat(MEGABYTE / 9)],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => percentDecode(text))).toBeLessThan(LINEAR_MS);
    expect(milliseconds(() => percentDecodeLoosely(text))).toBeLessThan(LINEAR_MS);
  });

  test("S97: encoding is linear", () => {
    expect(milliseconds(() => encodeSegment("/".repeat(MEGABYTE / 10)))).toBeLessThan(LINEAR_MS);
  });
});
