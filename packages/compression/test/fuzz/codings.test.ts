import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { Content } from "@stack/http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ZSTD } from "../../src/fzstd.ts";
import { availableCodings, type ContentCoding, decodeContent } from "../../src/index.ts";
import { rawFrame } from "../rfc8878/frame.ts";
import { LONG, TEXT } from "../rfc8878/vectors.ts";
import { join, Wire } from "../wire.ts";

type Encode = (bytes: Uint8Array) => Uint8Array;

const CODINGS: readonly [string, string, Encode][] = [
  ["gzip", "gzip", gzipSync],
  ["gzip of two members", "gzip", (bytes) => join(gzipSync(bytes.subarray(0, 9)), gzipSync(bytes.subarray(9)))],
  ["zlib", "deflate", deflateSync],
  ["raw deflate", "deflate", deflateRawSync],
  ["br", "br", brotliCompressSync],
  ["zstd", "zstd", rawFrame],
];

const native = availableCodings();
const codings: readonly ContentCoding[] = native.some(({ names }) => names[0] === "zstd") ? native : [...native, ZSTD];

/** Octets with repetitions, as content has them. */
const contents = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 30 })), { maxLength: 20 })
  .map((runs) => join(...runs.flatMap(([run, times]) => Array<Uint8Array>(times).fill(run))));

/** Where to cut: lengths of pieces, used round and round. */
const cuts = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 8 });

function pieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] as number;
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

/** The decoded octets, or the code of the error. */
async function decode(
  bytes: Uint8Array,
  coding: string,
  lengths: readonly number[],
  inOneTurn: boolean,
  zstd = codings,
) {
  const wire = new Wire(pieces(bytes, lengths), { inOneTurn });
  const options = { codings: zstd, maxOctets: 10_000_000, maxRatio: Number.POSITIVE_INFINITY };
  try {
    return Buffer.from(await decodeContent(new Content(wire), coding, options).bytes()).toString("latin1");
  } catch (error) {
    const { name, code } = error as { name: string; code: string };
    expect(name).toBe("ContentDecodingError");
    return code;
  }
}

describe.each(CODINGS)("%s", (_, coding, encode) => {
  test("what node:zlib encodes is decoded to the same, cut anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(contents, cuts, fc.boolean(), async (bytes, lengths, inOneTurn) => {
        const text = Buffer.from(bytes).toString("latin1");
        expect(await decode(encode(bytes), coding, lengths, inOneTurn)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
  test("damaged content ends with its octets or a typed error, the same for any cut", async () => {
    const damage = fc.array(fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(contents, damage, fc.nat(10_000), cuts, async (bytes, flips, cutOff, lengths) => {
        const wire = Uint8Array.from(encode(bytes));
        for (const [at, bits] of flips) wire[at % wire.length] = (wire[at % wire.length] as number) ^ bits;
        const damaged = cutOff % 3 === 0 ? wire.subarray(0, cutOff % wire.length) : wire;
        const whole = await decode(damaged, coding, [damaged.length || 1], true);
        expect(await decode(damaged, coding, lengths, false)).toBe(whole);
      }),
      { numRuns: 40 },
    );
  });
  test("any octets at all end with octets or a typed error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), cuts, async (bytes, lengths) => {
        const whole = await decode(bytes, coding, [bytes.length || 1], true);
        expect(await decode(bytes, coding, lengths, false)).toBe(whole);
      }),
      { numRuns: 40 },
    );
  });
});

test("damaged frames of zstd: fzstd neither hangs nor crashes", async () => {
  const frames = fc.constantFrom(TEXT, LONG);
  await fc.assert(
    fc.asyncProperty(
      frames,
      fc.nat(1_000),
      fc.integer({ min: 1, max: 255 }),
      cuts,
      async (frame, at, bits, lengths) => {
        const damaged = frame.slice();
        damaged[at % frame.length] = (damaged[at % frame.length] as number) ^ bits;
        const whole = await decode(damaged, "zstd", [damaged.length], true, [ZSTD]);
        expect(await decode(damaged, "zstd", lengths, false, [ZSTD])).toBe(whole);
      },
    ),
    { numRuns: 200 },
  );
});
