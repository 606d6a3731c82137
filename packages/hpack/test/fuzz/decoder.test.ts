import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder, HpackError } from "../../src/index.ts";
import { decode, encode } from "../wire.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

/** Octets that are likely to be read as something: representations, short lengths, the ends of integers. */
const octet = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(0x82, 0xbe, 0xbf, 0x40, 0x00, 0x10, 0x20, 0x3f, 0x7f, 0xff, 0x01, 0x02, 0x81, 0x1f, 0xe1),
);
const anyOctets = fc.array(octet, { maxLength: 200 }).map((list) => Uint8Array.from(list));

/** Feeds blocks to one decoder until it refuses one; what must hold after each is checked. */
function feed(blocks: readonly Uint8Array[], maxTableOctets: number, maxFieldSectionOctets: number): void {
  const decoder = new HpackDecoder({ maxTableOctets, maxFieldSectionOctets, maxFields: 20 });
  for (const block of blocks) {
    let fields: string[];
    try {
      fields = decode(block, decoder);
    } catch (error) {
      expect(error).toBeInstanceOf(HpackError);
      return;
    }
    let size = 0;
    for (const text of fields) {
      size += text.length + 16;
      for (let i = 0; i < text.length; i++) expect(text.charCodeAt(i)).toBeLessThan(256);
    }
    expect(fields.length % 2).toBe(0);
    expect(fields.length).toBeLessThanOrEqual(40);
    expect(size).toBeLessThanOrEqual(maxFieldSectionOctets);
    expect(decoder.tableOctets).toBeLessThanOrEqual(maxTableOctets);
    for (const at of decoder.neverIndexed) expect(at % 2 === 0 && at < fields.length).toBe(true);
  }
}

describe("any octets give a list or an HpackError", () => {
  test("S67: any octets at all", () => {
    fc.assert(
      fc.property(fc.array(anyOctets, { maxLength: 5 }), fc.nat(5000), fc.nat(2000), (blocks, table, section) =>
        feed(blocks, table, section),
      ),
      { numRuns },
    );
  });

  test("S67: a good block with some octets changed, cut out or put in", () => {
    const fields = fc.array(fc.string({ unit: "binary-ascii", maxLength: 30 }), { maxLength: 10 });
    const changes = fc.array(fc.tuple(fc.nat(300), fc.nat(2), octet), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fields, changes), { maxLength: 4 }), (list) => {
        const encoder = new HpackEncoder();
        const blocks = list.map(([texts, edits]) => {
          const block = [...encode(encoder, texts.length % 2 === 0 ? texts : texts.slice(1))];
          for (const [at, remove, put] of edits) block.splice(at % (block.length + 1), remove, put);
          return Uint8Array.from(block);
        });
        feed(blocks, 4096, 65_536);
      }),
      { numRuns },
    );
  });
});
