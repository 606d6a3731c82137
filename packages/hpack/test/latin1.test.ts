import { describe, expect, test } from "vitest";
import { latin1, latin1Portable, ownText } from "../src/latin1.ts";

const octets = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) & 0xff);
const text = [...octets].map((octet) => String.fromCharCode(octet)).join("");

describe("octets as text", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 100, 4095, 4096, 4097, 9900])("%i octets", (length) => {
    for (const start of [0, 1, 37]) {
      const expected = text.slice(start, start + length);
      expect(latin1(octets, start, start + length) === expected).toBe(true);
      expect(latin1Portable(octets, start, start + length) === expected).toBe(true);
      expect(ownText(expected) === expected).toBe(true);
    }
  });
});
