/**
 * The attacks on header compression, by their rows.
 */
import { describe, expect, test } from "vitest";
import { EncoderTable } from "../../src/encoder-table.ts";
import { HpackDecoder, HpackEncoder } from "../../src/index.ts";
import { decode, encode, octets, refusal } from "../wire.ts";

const filled = (octet: number, count: number): Uint8Array => new Uint8Array(count).fill(octet);

describe("S66: HPACK bomb", () => {
  /** A block that inserts one entry of 4,000 octets and indexes it 16,000 times: 64 MB out of 20 kB. */
  const bomb = (): Uint8Array => {
    const value = Buffer.alloc(3967, 0x61);
    return Buffer.concat([octets("40 0161 7f 801e"), value, filled(0xbe, 16_000)]);
  };

  test("S66: the decoded size is capped while decoding, and the table stays in step", () => {
    const decoder = new HpackDecoder();
    const fields = decode(bomb(), decoder);
    expect(decoder.tooLarge).toBe(true);
    expect(fields.length).toBe(2 * 16); // 16 × 4,000 is the last below 65,536
    expect(decoder.tableOctets).toBe(4000);
    expect(decode("82", decoder)).toEqual([":method", "GET"]);
    expect(decoder.tooLarge).toBe(false);
    expect(decode("be", decoder)).toEqual(["a", "a".repeat(3967)]);
  });

  test("S66: what comes after the limit is still inserted, sized and checked", () => {
    const decoder = new HpackDecoder({ maxFieldSectionOctets: 100 });
    expect(decode("40 0161 0131  40 0162 0132  40 0163 0133  10 0164 0134", decoder)).toEqual(["a", "1", "b", "2"]);
    expect([decoder.tooLarge, decoder.neverIndexed]).toEqual([true, []]);
    expect(decode("be bf", decoder)).toEqual(["c", "3", "b", "2"]);
    expect(refusal("82 82 82 82 00 0161 81ff", decoder)).toBe("ERR_HPACK_HUFFMAN");
  });

  test("S66: a limit is what is allowed", () => {
    for (const [maxFieldSectionOctets, tooLarge] of [
      [68, false],
      [67, true],
    ] as const) {
      const decoder = new HpackDecoder({ maxFieldSectionOctets });
      decode("40 0161 0131 be", decoder);
      expect(decoder.tooLarge).toBe(tooLarge);
    }
  });

  test("S66: one string over the limit", () => {
    const decoder = new HpackDecoder({ maxFieldSectionOctets: 1000 });
    const wire = Buffer.concat([octets("82 00 0161 7f e907"), filled(0x61, 1000 + 128), octets("84")]);
    expect(decode(wire, decoder)).toEqual([":method", "GET"]);
    expect(decoder.tooLarge).toBe(true);
  });

  test("S66: the number of fields is capped too", () => {
    const decoder = new HpackDecoder();
    expect(decode(filled(0x82, 256), decoder).length).toBe(512);
    expect(decoder.tooLarge).toBe(false);
    expect(decode(filled(0x82, 257), decoder).length).toBe(512);
    expect(decoder.tooLarge).toBe(true);
    const few = new HpackDecoder({ maxFields: 2 });
    expect(decode("82 84 86", few)).toEqual([":method", "GET", ":path", "/"]);
    expect(few.tooLarge).toBe(true);
  });
});

describe("S62: zero-length field names", () => {
  test("S62: a field without name and value counts 32 octets, in the list and in the table", () => {
    const decoder = new HpackDecoder({ maxFields: 1e6 });
    const wire = Buffer.concat(Array.from({ length: 5000 }, () => octets("40 00 00")));
    expect(decode(wire, decoder).length / 2).toBe(65_536 / 32);
    expect(decoder.tooLarge).toBe(true);
    expect(decoder.tableOctets).toBe(4096);
    decode(filled(0xbe, 10_000), decoder);
    expect(decoder.tooLarge).toBe(true);
  });

  test("S62: by default 256 of them are the limit", () => {
    const decoder = new HpackDecoder();
    expect(decode(Buffer.concat(Array.from({ length: 300 }, () => octets("00 00 00"))), decoder).length).toBe(512);
    expect(decoder.tooLarge).toBe(true);
  });
});

describe("S67: malformed HPACK", () => {
  test.each([
    ["an integer without end", "ff ff ff ff ff ff ff ff ff ff", "ERR_HPACK_INTEGER"],
    ["an integer that would wrap round", "ff 80 80 80 80 10", "ERR_HPACK_INTEGER"],
    ["a string of 2 GiB", "00 0161 7f 80 ff ff ff 07", "ERR_HPACK_TRUNCATED"],
    ["a Huffman-coded string of 2 GiB", "00 0161 ff 80 ff ff ff 07", "ERR_HPACK_TRUNCATED"],
    ["EOS", "00 0161 84 ff ff ff ff", "ERR_HPACK_HUFFMAN"],
    ["padding of 8 bits", "00 0161 82 1f ff", "ERR_HPACK_HUFFMAN"],
    ["padding of zeros", "00 0161 81 18", "ERR_HPACK_HUFFMAN"],
    ["index 0", "80", "ERR_HPACK_INDEX"],
    ["an index beyond the tables", "c0", "ERR_HPACK_INDEX"],
    ["a size update after a field", "82 20", "ERR_HPACK_SIZE_UPDATE_MISPLACED"],
    ["a size update beyond the setting", "3f e2 1f", "ERR_HPACK_SIZE_UPDATE_TOO_LARGE"],
    ["a block that was cut", "40 0161", "ERR_HPACK_TRUNCATED"],
  ])("S67: refuses %s", (_, wire, code) => {
    expect(refusal(wire)).toBe(code);
  });

  test("S67: a block is refused wherever it is cut inside a field", () => {
    const block = octets("82 44 85 6083 2b5f9f  40 0161 0131  10 0162 0132  3f".slice(0, -2));
    const ends = new Set([0, 1, 8, 13, 18]);
    for (let end = 0; end <= block.length; end++)
      expect([end, refusal(block.subarray(0, end)) === "ERR_HPACK_TRUNCATED"]).toEqual([end, !ends.has(end)]);
  });
});

describe("S68: caches of a connection", () => {
  test("S68: the encoder remembers names only while they are in the table", () => {
    const table = new EncoderTable(4096, ["x-secret"]);
    for (let i = 0; i < 20_000; i++) {
      const known = table.nameOf(`x-${i}`);
      table.insert(known, "1");
      expect(table.nameOf(`x-${i}`)).toBe(known);
    }
    expect(table.octets).toBeLessThanOrEqual(4096);
    expect(table.names).toBeLessThanOrEqual(1 + 4096 / 32);
    table.resize(0);
    expect([table.count, table.octets, table.names]).toEqual([0, 0, 1]);
  });

  test("S68: names that are not indexed are not remembered", () => {
    const table = new EncoderTable(4096, []);
    for (let i = 0; i < 1000; i++) table.nameOf(`x-${i}`);
    expect(table.names).toBe(0);
  });

  test("S68: tables stay within their size, with the entries of either side the same", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    for (let i = 0; i < 5000; i++) {
      decode(encode(encoder, [`x-${i % 300}`, "v".repeat(i % 200)]), decoder);
      expect(decoder.tableOctets).toBe(encoder.tableOctets);
      expect(encoder.tableOctets).toBeLessThanOrEqual(4096);
    }
  });
});
