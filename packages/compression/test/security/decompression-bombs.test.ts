import { brotliCompressSync, constants, createBrotliCompress, createGzip, gzipSync } from "node:zlib";
import { Content } from "@stack/http";
import { beforeAll, describe, expect, test } from "vitest";
import { ZSTD } from "../../src/fzstd.ts";
import { decodeContent, ENCODED_WINDOW, MAX_RATIO, parseContentEncoding, RATIO_FLOOR } from "../../src/index.ts";
import { block, frame } from "../rfc8878/frame.ts";
import { codeOf, cut, encoded, hex, Wire } from "../wire.ts";

const GIB = 1_073_741_824;
const MIB = 1_048_576;

/** A gibibyte of zeros. */
async function zeros(
  encoder: ReturnType<typeof createGzip> | ReturnType<typeof createBrotliCompress>,
): Promise<Uint8Array> {
  const piece = new Uint8Array(MIB);
  const parts: Buffer[] = [];
  encoder.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => encoder.once("end", resolve));
  for (let i = 0; i < GIB / MIB; i++)
    if (!encoder.write(piece)) await new Promise((resolve) => encoder.once("drain", resolve));
  encoder.end();
  await ended;
  return Buffer.concat(parts);
}

describe("S123: a gibibyte of zeros", () => {
  const bombs = new Map<string, Uint8Array>();
  beforeAll(async () => {
    bombs.set("gzip", await zeros(createGzip()));
    bombs.set("br", await zeros(createBrotliCompress({ params: { 1: 1 } })));
    bombs.set(
      "zstd",
      frame(17, ...Array.from({ length: 8_192 }, (_, i) => block("rle", hex("00"), 131_072, i === 8_191))),
    );
  }, 120_000);

  test.each(["gzip", "br", "zstd"])("%s is refused by its ratio, without having been decoded", async (coding) => {
    const bomb = bombs.get(coding) as Uint8Array;
    const before = process.memoryUsage().rss;
    const wire = new Wire(cut(bomb, 16_384));
    const content = decodeContent(new Content(wire), coding, { codings: [...parseContentEncoding("gzip, br"), ZSTD] });
    let octets = 0;
    const reading = (async () => {
      for await (const bytes of content) octets += bytes.length;
    })();
    expect(await codeOf(reading)).toBe("ERR_CODING_RATIO");
    expect(octets).toBeLessThanOrEqual(Math.max(RATIO_FLOOR, MAX_RATIO * wire.sent));
    expect(octets).toBeLessThan(16 * MIB);
    expect(wire.stopped).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
  });

  test.each(["gzip", "br", "zstd"])(
    "%s: with any ratio allowed it is read in memory that stays flat",
    async (coding) => {
      const bomb = bombs.get(coding) as Uint8Array;
      const options = { maxRatio: Number.POSITIVE_INFINITY, codings: [...parseContentEncoding("gzip, br"), ZSTD] };
      const content = decodeContent(encoded(cut(bomb, 65_536)), coding, options);
      let octets = 0;
      let peak = 0;
      const before = process.memoryUsage().rss;
      for await (const bytes of content) {
        octets += bytes.length;
        if (octets % (16 * MIB) < bytes.length) peak = Math.max(peak, process.memoryUsage().rss - before);
      }
      expect(octets).toBe(GIB);
      expect(peak).toBeLessThan(160 * MIB);
    },
    120_000,
  );

  test.each(["gzip", "br", "zstd"])("%s: the absolute limit counts decoded octets", async (coding) => {
    const options = {
      maxRatio: Number.POSITIVE_INFINITY,
      maxOctets: 5 * MIB,
      codings: [...parseContentEncoding("gzip, br"), ZSTD],
    };
    const content = decodeContent(encoded(cut(bombs.get(coding) as Uint8Array, 65_536)), coding, options);
    expect(await codeOf(content.bytes())).toBe("ERR_CODING_TOO_LARGE");
    expect(content.octets).toBeLessThanOrEqual(5 * MIB);
  });

  test("S125: a reader that does not read leaves it undecoded", async () => {
    const wire = new Wire(cut(bombs.get("gzip") as Uint8Array, 16_384));
    const content = decodeContent(new Content(wire), "gzip", { maxRatio: Number.POSITIVE_INFINITY });
    const iterator = content.stream()[Symbol.asyncIterator]();
    await iterator.next();
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(wire.sent).toBeLessThanOrEqual(2 * ENCODED_WINDOW);
    expect(content.octets).toBeLessThanOrEqual(262_144);
    await iterator.return?.();
    expect(wire.stopped).toBe(true);
  });
});

test("S123: a bomb in a small content is not decoded beyond what one call may give", async () => {
  const bomb = gzipSync(new Uint8Array(20 * MIB));
  expect(await codeOf(decodeContent(encoded(bomb), "gzip").bytes())).toBe("ERR_CODING_RATIO");
});

test("S123: the ratio of a chain is that of its ends", async () => {
  const inner = gzipSync(new Uint8Array(100 * MIB));
  const outer = gzipSync(inner);
  const content = decodeContent(encoded(cut(outer, 1_000)), "gzip, gzip");
  expect(await codeOf(content.bytes())).toBe("ERR_CODING_RATIO");
});

test("S123: a chain of more codings than two is refused before anything is read", () => {
  const chain = Array(1_000).fill("gzip").join(", ");
  expect(() => parseContentEncoding(chain)).toThrow(expect.objectContaining({ code: "ERR_CODING_CHAIN" }));
  expect(() => parseContentEncoding("gzip, gzip, gzip")).toThrow(expect.objectContaining({ code: "ERR_CODING_CHAIN" }));
  expect(parseContentEncoding("gzip, br, gzip", { maxCodings: 3 })).toHaveLength(3);
});

test("S123: small blocks in a large window cost fzstd a bounded time", async () => {
  const blocks = Array.from({ length: 50_000 }, (_, i) => block("rle", hex("61"), 1, i === 49_999));
  const started = performance.now();
  const content = decodeContent(encoded(frame(23, ...blocks)), "zstd", { codings: [ZSTD] });
  expect(await codeOf(content.bytes())).toBe("ERR_CODING_RATIO");
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("S38: octets that come one by one are decoded in a few steps", async () => {
  const text = "one octet at a time, ".repeat(1_000);
  const content = decodeContent(encoded(cut(gzipSync(text, { level: 0 }), 1)), "gzip");
  expect(await content.text()).toBe(text);
});

test("S124: a reader's own limit counts decoded octets", async () => {
  const content = decodeContent(encoded(gzipSync("x".repeat(1_001))), "gzip");
  expect(await codeOf(content.bytes({ limit: 1_000 }))).toBe("ERR_CONTENT_TOO_LARGE");
});

test("S124: by default decoded content has the limit of the content that it is in", async () => {
  const content = decodeContent(new Content(new Wire([gzipSync("x".repeat(1_001))], { limit: 1_000 })), "gzip");
  expect(content.limit).toBe(1_000);
  expect(await codeOf(content.bytes())).toBe("ERR_CODING_TOO_LARGE");
});

test("S123: what a decoder holds is given back when reading stops, not when it is collected", async () => {
  const noise = Buffer.alloc(4 * MIB);
  for (let i = 0, state = 1; i < noise.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    noise[i] = state >>> 24;
  }
  const bytes = brotliCompressSync(noise, { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } });
  const left: AsyncIterator<Uint8Array>[] = [];
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 60; i++) {
    const iterator = decodeContent(encoded(cut(bytes, 65_536)), "br")
      .stream()
      [Symbol.asyncIterator]();
    for (let octets = 0; octets < 3 * MIB; ) octets += (await iterator.next()).value?.length ?? 0;
    await iterator.return?.();
    left.push(iterator);
  }
  expect(left).toHaveLength(60);
  expect(process.memoryUsage().rss - before).toBeLessThan(120 * MIB); // their windows would be 240 MiB
}, 60_000);
