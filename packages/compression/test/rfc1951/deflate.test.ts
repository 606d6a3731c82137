import { deflateRawSync, deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeContent } from "../../src/index.ts";
import { cut, encoded, hex, join, octets } from "../wire.ts";

/** The text of the content, cut in several ways: the same is required. */
async function text(bytes: Uint8Array): Promise<string> {
  const answers = new Set<string>();
  for (const size of [bytes.length, 1, 5])
    for (const inOneTurn of [true, false]) {
      const content = decodeContent(encoded(cut(bytes, size), inOneTurn), "deflate");
      answers.add(await content.text().catch((error: { code: string }) => error.code));
    }
  expect([...answers]).toHaveLength(1);
  return [...answers][0] as string;
}

describe("RFC 1950 §2.2 Data format", () => {
  test("deflate within zlib", async () => {
    expect(await text(hex("789c cbc8e40200 0253 013c".replace("0253 013c", "0263 00dc")))).toBe("ERR_CODING_CORRUPT");
    expect(await text(deflateSync("hi\n"))).toBe("hi\n");
  });
  test("any window up to 32 KiB", async () => {
    for (const windowBits of [9, 12, 15]) expect(await text(deflateSync("hi\n", { windowBits }))).toBe("hi\n");
  });
  test.each([
    ["a preset dictionary", deflateSync("hello", { dictionary: octets("hello") }), "ERR_CODING_CORRUPT"],
    ["a wrong Adler-32", hex("789c cbc8e40200 02630000"), "ERR_CODING_CORRUPT"],
    ["a check sum that was cut off", deflateSync("hello").subarray(0, -1), "ERR_CODING_TRUNCATED"],
    ["octets after the end", join(deflateSync("hello"), octets("x")), "ERR_CODING_TRAILING"],
    ["a second zlib after the first", join(deflateSync("a"), deflateSync("b")), "ERR_CODING_TRAILING"],
  ])("rejects: %s", async (_, bytes, code) => {
    expect(await text(bytes)).toBe(code);
  });
});

describe("RFC 1951 §3.2.3 Details of block format", () => {
  test("deflate without zlib is taken too, as browsers do (RFC 9110 §8.4.1.2)", async () => {
    expect(await text(deflateRawSync("hi\n"))).toBe("hi\n");
    expect(await text(hex("cbc8e40200"))).toBe("hi\n"); // fixed codes
    expect(await text(hex("01 0300 fcff 68690a"))).toBe("hi\n"); // stored
  });
  test("an empty block", async () => {
    expect(await text(hex("0300"))).toBe("");
  });
  test.each([
    ["the reserved block type", hex("07"), "ERR_CODING_CORRUPT"],
    ["a stored block whose lengths disagree", hex("01 0300 fdff 68690a"), "ERR_CODING_CORRUPT"],
    ["a distance before the beginning", hex("4b04 7200"), "ERR_CODING_CORRUPT"],
    ["no last block", deflateRawSync("hello").subarray(0, -1), "ERR_CODING_TRUNCATED"],
    ["octets after the last block", join(hex("cbc8e40200"), octets("x")), "ERR_CODING_TRAILING"],
  ])("rejects: %s", async (_, bytes, code) => {
    expect(await text(bytes)).toBe(code);
  });
});
