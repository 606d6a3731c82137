import { describe, expect, test } from "vitest";
import { CODES, EOS, LENGTHS, SYMBOL_COUNT } from "../../src/huffman-code.ts";

/** Rows as RFC 7541 Appendix B prints them: symbol, code in hexadecimal, length in bits. */
const ROWS: [number, string, number][] = [
  [0, "1ff8", 13],
  [1, "7fffd8", 23],
  [9, "ffffea", 24],
  [10, "3ffffffc", 30],
  [32, "14", 6],
  [48, "0", 5],
  [49, "1", 5],
  [57, "1f", 6],
  [58, "5c", 7],
  [65, "21", 6],
  [90, "fd", 8],
  [92, "7fff0", 19],
  [97, "3", 5],
  [116, "9", 5],
  [122, "7b", 7],
  [127, "ffffffc", 28],
  [128, "fffe6", 20],
  [199, "1ffffec", 25],
  [249, "ffffffe", 28],
  [255, "3ffffee", 26],
  [256, "3fffffff", 30],
];

describe("RFC 7541 Appendix B Huffman Code", () => {
  test.each(ROWS)("symbol %i is %s with %i bits", (symbol, code, bits) => {
    expect([CODES[symbol]?.toString(16), LENGTHS[symbol]]).toEqual([code, bits]);
  });

  test("every symbol has a code, no code begins another, and none is left", () => {
    expect([CODES.length, LENGTHS.length, SYMBOL_COUNT]).toEqual([257, 257, EOS + 1]);
    expect([...LENGTHS].every((bits) => bits >= 5 && bits <= 30)).toBe(true);
    expect([...LENGTHS].reduce((sum, bits) => sum + 2 ** -bits, 0)).toBe(1);
    const codes = [...CODES].map((code, symbol) => code.toString(2).padStart(LENGTHS[symbol] as number, "0")).sort();
    for (let i = 1; i < codes.length; i++) expect(codes[i]?.startsWith(codes[i - 1] as string)).toBe(false);
  });
});
