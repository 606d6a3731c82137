import { brotliCompressSync, constants } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeContent } from "../../src/index.ts";
import { cut, encoded, hex, join, octets } from "../wire.ts";

/** The text of the content, cut in several ways: the same is required. */
async function text(bytes: Uint8Array): Promise<string> {
  const answers = new Set<string>();
  for (const size of [bytes.length, 1, 5])
    for (const inOneTurn of [true, false]) {
      const content = decodeContent(encoded(cut(bytes, size), inOneTurn), "br");
      answers.add(await content.text().catch((error: { code: string }) => error.code));
    }
  expect([...answers]).toHaveLength(1);
  return [...answers][0] as string;
}

describe("RFC 7932 §9 Compressed data format", () => {
  test("uncompressed meta-blocks, and words of the static dictionary", async () => {
    expect(await text(hex("0b 01 80 68690a 03"))).toBe("hi\n");
    const sentence = "the time of the government was different from the information about the university";
    expect(await text(brotliCompressSync(sentence))).toBe(sentence);
  });
  test("the empty stream", async () => {
    expect(await text(hex("06"))).toBe("");
    expect(await text(hex("3b"))).toBe("");
  });
  test("any window up to 16 MiB (§9.1)", async () => {
    for (const bits of [10, 16, 24]) {
      const params = { [constants.BROTLI_PARAM_LGWIN]: bits };
      expect(await text(brotliCompressSync("hi\n", { params }))).toBe("hi\n");
    }
  });
  test.each([
    [
      "a large window, which is no part of the format",
      brotliCompressSync("hi\n".repeat(999), {
        params: { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1, [constants.BROTLI_PARAM_LGWIN]: 28 },
      }),
      "ERR_CODING_CORRUPT",
    ],
    ["text that was never encoded", octets("<!doctype html><p>hello, this is no brotli"), "ERR_CODING_CORRUPT"],
    ["a stream that was cut off", brotliCompressSync("hello").subarray(0, -1), "ERR_CODING_TRUNCATED"],
    ["octets after the end", join(brotliCompressSync("hello"), octets("x")), "ERR_CODING_TRAILING"],
    ["a second stream after the first", join(brotliCompressSync("a"), brotliCompressSync("b")), "ERR_CODING_TRAILING"],
  ])("rejects: %s", async (_, bytes, code) => {
    expect(await text(bytes)).toBe(code);
  });
});
