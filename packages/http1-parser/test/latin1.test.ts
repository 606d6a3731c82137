import { describe, expect, test } from "vitest";
import { latin1, latin1Portable, shortLatin1 } from "../src/latin1.ts";

const all = Uint8Array.from({ length: 256 }, (_, i) => i);
const expected = String.fromCharCode(...all);

describe.each([
  ["latin1", latin1],
  ["latin1Portable", latin1Portable],
  ["shortLatin1", shortLatin1],
])("%s", (_, decode) => {
  test("each octet is the code unit of the same number", () => {
    expect(decode(all, 0, 256)).toBe(expected);
    for (let octet = 0; octet < 256; octet++) expect(decode(all, octet, octet + 1)).toBe(expected[octet]);
  });

  test("any range, of any length", () => {
    for (let length = 0; length <= 40; length++)
      for (const start of [0, 1, 200])
        expect(decode(all, start, start + length)).toBe(expected.slice(start, start + length));
  });

  test("of memory that is not its own from the beginning", () => {
    expect(decode(all.subarray(65), 0, 26)).toBe("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  });

  test("more than fits into the arguments of one call", () => {
    const long = new Uint8Array(300_000).fill(0xe9);
    expect(decode(long, 1, 300_000) === "\xe9".repeat(299_999)).toBe(true);
  });
});
