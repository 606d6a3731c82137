import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeUriReference } from "../../src/uri-reference.ts";
import { anyText } from "../any-text.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 3986 §4.1 URI Reference, as Location holds it", () => {
  test.each([
    ["", ""],
    ["/a/b?c=d&e#f", "/a/b?c=d&e#f"],
    ["https://user@[::1]:8080/a;b=(c)!$'*+,", "https://user@[::1]:8080/a;b=(c)!$'*+,"],
    ["/a%20b%2F%zz%", "/a%20b%2F%25zz%25"],
    ["/%4%41", "/%254%41"],
    ["/café", "/caf%C3%A9"],
    ["/a b", "/a%20b"],
    ['/"<>\\^`{|}', "/%22%3C%3E%5C%5E%60%7B%7C%7D"],
    ["/\u{1F600}", "/%F0%9F%98%80"],
    ["/\ud800", "/%EF%BF%BD"],
  ])("%j", (text, encoded) => {
    expect(encodeUriReference(text)).toBe(encoded);
  });

  test.each(["/x\r\nSet-Cookie: a=b", "/x\0", "/x\u010a", "/x\u2028", "/x\x7f"])("S52: %j stays one value", (text) => {
    expect(encodeUriReference(text)).toMatch(/^[\x21-\x7e]+$/);
  });

  test("fuzz: ASCII without spaces and controls, and nothing is encoded twice", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeUriReference(text);
        expect(encoded).toMatch(/^[\x21-\x7e]*$/);
        expect(encodeUriReference(encoded)).toBe(encoded);
      }),
      { numRuns },
    );
  });

  test("S97: linear", () => {
    expect(milliseconds(() => encodeUriReference("%".repeat(MEGABYTE / 10)))).toBeLessThan(LINEAR_MS);
  });
});
