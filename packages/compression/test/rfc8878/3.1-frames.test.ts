import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ZSTD } from "../../src/fzstd.ts";
import { availableCodings, type ContentCoding, decodeContent } from "../../src/index.ts";
import { ZstdFrames } from "../../src/zstd-frames.ts";
import { cut, encoded, hex, join, octets } from "../wire.ts";
import { block, frame, rawFrame } from "./frame.ts";
import { CHECKED, LONG, LONG_OCTETS, LONG_SHA256, SENTENCE, TEXT } from "./vectors.ts";

const native = availableCodings().find(({ names }) => names[0] === "zstd");

const DECODERS: readonly [string, ContentCoding | undefined][] = [
  ["fzstd", ZSTD],
  ["node:zlib", native],
];

describe.each(DECODERS)("RFC 8878 §3.1 Frames, by %s", (_, coding) => {
  const codings = coding === undefined ? [] : [coding];

  /** The text of the content, cut in several ways: the same is required. */
  async function text(bytes: Uint8Array): Promise<string> {
    const answers = new Set<string>();
    for (const size of [bytes.length, 1, 13])
      for (const inOneTurn of [true, false]) {
        const content = decodeContent(encoded(cut(bytes, size), inOneTurn), "zstd", { codings });
        answers.add(await content.text().catch((error: { code: string }) => error.code));
      }
    expect([...answers]).toHaveLength(1);
    return [...answers][0] as string;
  }

  describe.skipIf(coding === undefined)("where the runtime has it", () => {
    test("compressed blocks", async () => {
      expect(await text(TEXT)).toBe(SENTENCE);
    });
    test("a check sum at the end", async () => {
      expect(await text(CHECKED)).toBe(SENTENCE.repeat(3));
    });
    test("several blocks with matches across them", async () => {
      const content = decodeContent(encoded(cut(LONG, 100), false), "zstd", { codings, maxRatio: 1_000 });
      const bytes = await content.bytes();
      expect(bytes.length).toBe(LONG_OCTETS);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(LONG_SHA256);
    });
    test("raw and RLE blocks", async () => {
      const blocks = [
        block("raw", octets("ab"), 2, false),
        block("rle", octets("c"), 5, false),
        block("raw", octets(""), 0, true),
      ];
      expect(await text(frame(17, ...blocks))).toBe("abccccc");
    });
    test("several frames are one content", async () => {
      expect(await text(join(TEXT, rawFrame(octets("and")), TEXT))).toBe(`${SENTENCE}and${SENTENCE}`);
    });
    test("skippable frames mean nothing (§3.1.2)", async () => {
      const skippable = hex("502a4d18 03000000 616263");
      expect(await text(join(skippable, TEXT, hex("5f2a4d18 00000000"), TEXT, skippable))).toBe(SENTENCE + SENTENCE);
    });
    test("a frame of nothing", async () => {
      expect(await text(rawFrame(octets("")))).toBe("");
    });
    test.each([
      ["no magic number", join(hex("28b52ffe"), TEXT.subarray(4)), "ERR_CODING_CORRUPT"],
      [
        "the reserved bit of the descriptor",
        join(hex("28b52ffd 08 38"), block("raw", octets("a"), 1, true)),
        "ERR_CODING_CORRUPT",
      ],
      ["the reserved block type", frame(17, block("reserved", octets("a"), 1, true)), "ERR_CODING_CORRUPT"],
      ["a block above 128 KiB", frame(20, block("rle", octets("a"), 131_073, true)), "ERR_CODING_CORRUPT"],
      [
        "a dictionary, which nobody agreed on",
        join(hex("28b52ffd 01 38 07"), block("raw", octets("a"), 1, true)),
        "ERR_CODING_CORRUPT",
      ],
      ["a frame that was cut off", TEXT.subarray(0, -1), "ERR_CODING_TRUNCATED"],
      ["a check sum that was cut off", CHECKED.subarray(0, -1), "ERR_CODING_TRUNCATED"],
      ["the beginning of a magic number at the end", join(TEXT, hex("28b5")), "ERR_CODING_TRUNCATED"],
      ["octets after the last frame", join(rawFrame(octets("a")), octets("junk")), "ERR_CODING_TRAILING"],
    ])("rejects: %s", async (_name, bytes, code) => {
      expect(await text(bytes)).toBe(code);
    });
    test("RFC 9659 §3: a window of 8 MiB is taken, a larger one is not", async () => {
      expect(await text(frame(23, block("raw", octets("a"), 1, true)))).toBe("a");
      expect(await text(frame(24, block("raw", octets("a"), 1, true)))).toBe("ERR_CODING_CORRUPT");
      // a single segment's window is its content, here 8 MiB and one octet (RFC 8878 §3.1.1.1.2)
      expect(await text(join(hex("28b52ffd a0 01008000"), block("raw", octets("a"), 1, true)))).toBe(
        "ERR_CODING_CORRUPT",
      );
    });
  });
});

test("a check sum that is wrong is found by node:zlib", { skip: native === undefined }, async () => {
  const wrong = CHECKED.slice();
  wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
  await expect(decodeContent(encoded(wrong), "zstd").text()).rejects.toMatchObject({ code: "ERR_CODING_CORRUPT" });
});

test("RFC 8878 §3.1.1: frames and blocks end where they say, cut anywhere", () => {
  const bytes = join(TEXT, hex("502a4d18 03000000 616263"), CHECKED, LONG);
  const ends = (size: number): string[] => {
    const frames = new ZstdFrames();
    const found: string[] = [];
    let before = 0;
    for (const piece of cut(bytes, size)) {
      for (let at = 0; at < piece.length; ) {
        at = frames.walk(piece, at, piece.length);
        if (frames.unit !== "more") found.push(`${frames.unit} ${before + at}`);
      }
      before += piece.length;
    }
    expect(frames.whole).toBe(true);
    return found;
  };
  const whole = ends(bytes.length);
  expect(whole.filter((unit) => unit.startsWith("frame"))).toEqual([
    `frame ${TEXT.length}`,
    `frame ${TEXT.length + 11}`,
    `frame ${TEXT.length + 11 + CHECKED.length}`,
    `frame ${bytes.length}`,
  ]);
  for (const size of [1, 2, 3, 5, 64]) expect(ends(size)).toEqual(whole);
});
