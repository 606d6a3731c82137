import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type ContentDecodingError, DecodedOrigin, decodeContent, GZIP } from "../../src/index.ts";
import { cut, encoded, hex, join, Wire } from "../wire.ts";

/** "hi\n" as gzip(1) writes it: header, one fixed block, CRC-32, ISIZE. */
const MEMBER = hex("1f8b 08 00 00000000 00 03  cb c8 e4 02 00  7a7a6fed 03000000");

/** The text of the content, whole and cut at every octet, in one turn and in several: the same is required. */
async function text(bytes: Uint8Array): Promise<string> {
  const answers = new Set<string>();
  for (const size of [bytes.length, 1, 7])
    for (const inOneTurn of [true, false]) {
      const content = decodeContent(encoded(cut(bytes, size), inOneTurn), "gzip");
      answers.add(await content.text().catch((error: { code: string }) => error.code));
    }
  expect([...answers]).toHaveLength(1);
  return [...answers][0] as string;
}

describe("RFC 1952 §2.2 File format", () => {
  test("one member", async () => {
    expect(await text(MEMBER)).toBe("hi\n");
  });
  test("several members, one after the other, are one content", async () => {
    expect(await text(join(MEMBER, MEMBER, gzipSync("and more")))).toBe("hi\nhi\nand more");
  });
  test("a member of nothing", async () => {
    expect(await text(gzipSync(""))).toBe("");
  });
});

describe("RFC 1952 §2.3 Member format", () => {
  test("a header with name, comment, extra field and its check sum", async () => {
    const fields = "0400 61620000  6e616d6500  636f6d6d656e7400";
    expect(await text(hex(`1f8b 08 1c 00000000 00 03 ${fields} cbc8e40200 7a7a6fed 03000000`))).toBe("hi\n");
  });
  test.each([
    ["no magic number", "1f8c 08 00 00000000 00 03 cbc8e40200 7a7a6fed 03000000", "ERR_CODING_CORRUPT"],
    [
      "a compression method other than deflate",
      "1f8b 07 00 00000000 00 03 cbc8e40200 7a7a6fed 03000000",
      "ERR_CODING_CORRUPT",
    ],
    ["reserved flags", "1f8b 08 e0 00000000 00 03 cbc8e40200 7a7a6fed 03000000", "ERR_CODING_CORRUPT"],
    ["a wrong CRC-32", "1f8b 08 00 00000000 00 03 cbc8e40200 7a7a6fee 03000000", "ERR_CODING_CORRUPT"],
    ["a wrong length", "1f8b 08 00 00000000 00 03 cbc8e40200 7a7a6fed 04000000", "ERR_CODING_CORRUPT"],
    ["the reserved block type", "1f8b 08 00 00000000 00 03 07", "ERR_CODING_CORRUPT"],
    [
      "a second member that is damaged",
      "1f8b080000000000 0003 cbc8e40200 7a7a6fed 03000000 1f8b08ff00000000",
      "ERR_CODING_CORRUPT",
    ],
    ["text that was never encoded", "68656c6c6f2c20776f726c64", "ERR_CODING_CORRUPT"],
  ])("rejects: %s", async (_, wire, code) => {
    expect(await text(hex(wire))).toBe(code);
  });
  test("content that was cut off, wherever", async () => {
    for (let end = 1; end < MEMBER.length; end++)
      expect(await text(MEMBER.subarray(0, end))).toBe("ERR_CODING_TRUNCATED");
  });
  test("octets after the last member, zeros too", async () => {
    expect(await text(join(MEMBER, hex("0000000000")))).toBe("ERR_CODING_TRAILING");
    expect(await text(join(MEMBER, hex("68656c6c6f")))).toBe("ERR_CODING_TRAILING");
  });
  test("one octet after the last member cannot be told from the beginning of another", async () => {
    expect(await text(join(MEMBER, hex("1f")))).toBe("ERR_CODING_TRUNCATED");
  });
  test("an error is told last, after the content's beginning or some of it", async () => {
    const damaged = join(MEMBER, hex("6a756e6b"));
    const log = await new Promise<string[]>((resolve) => {
      const told: string[] = [];
      const origin = new DecodedOrigin(new Wire(cut(damaged, 5), { inOneTurn: false }), [GZIP]);
      const source = origin.read({
        onContent: (bytes, start, end) => told.push(String.fromCharCode(...bytes.subarray(start, end))),
        onEnd: () => resolve([...told, "end"]),
        onError: (error) => resolve([...told, (error as ContentDecodingError).code]),
      });
      source.grant(100);
    });
    expect(log.at(-1)).toBe("ERR_CODING_TRAILING");
    expect("hi\n".startsWith(log.slice(0, -1).join(""))).toBe(true);
  });
});
