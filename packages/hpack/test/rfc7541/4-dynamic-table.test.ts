import { describe, expect, test } from "vitest";
import { DEFAULT_TABLE_SIZE, HpackDecoder, HpackEncoder } from "../../src/index.ts";
import { decode, encode, hex, refusal } from "../wire.ts";

/** A field that fills 64 octets of the table, and the octets that index it: a name of one letter, 31 times a digit. */
const field = (letter: string, digit: string): string[] => [letter, digit.repeat(31)];
const inserting = (letter: string, digit: string): string =>
  Buffer.from(`\x40\x01${letter}\x1f${digit.repeat(31)}`).toString("hex");

describe("RFC 7541 §4.1 Calculating Table Size", () => {
  test("an entry is its name's and value's octets and 32, however they were coded", () => {
    const decoder = new HpackDecoder();
    decode("40 0a637573746f6d2d6b6579 0d637573746f6d2d686561646572", decoder);
    expect(decoder.tableOctets).toBe(10 + 13 + 32);
    decode("40 8825a849e95ba97d7f 8925a849e95bb8e8b4bf", decoder); // custom-key: custom-value in the Huffman code
    expect(decoder.tableOctets).toBe(55 + 10 + 12 + 32);
    decode("40 00 00", decoder);
    expect(decoder.tableOctets).toBe(55 + 54 + 32);
  });

  test("octets above ASCII count as one each", () => {
    const decoder = new HpackDecoder();
    expect(decode("40 0161 02c3bc", decoder)).toEqual(["a", "\xc3\xbc"]);
    expect(decoder.tableOctets).toBe(1 + 2 + 32);
  });
});

describe("RFC 7541 §4.2 Maximum Table Size", () => {
  test("the decoder reads updates before the first field, whatever their number", () => {
    const decoder = new HpackDecoder();
    decode(inserting("a", "1"), decoder);
    expect(decode("20 3fe11f 82", decoder)).toEqual([":method", "GET"]);
    expect(decoder.tableOctets).toBe(0);
    expect(decode("21 20 3fe11f", decoder)).toEqual([]);
  });

  test("a block after a reduction has to begin with an update", () => {
    const decoder = new HpackDecoder();
    decoder.setMaxTableOctets(100);
    expect(refusal("82", decoder)).toBe("ERR_HPACK_SIZE_UPDATE_MISSING");
    expect(refusal("", decoder)).toBe("ERR_HPACK_SIZE_UPDATE_MISSING");
    expect(decode("3f45 82", decoder)).toEqual([":method", "GET"]);
    expect(decode("82", decoder)).toEqual([":method", "GET"]);
  });

  test("a reduction that leaves the table as it is asks for none", () => {
    const decoder = new HpackDecoder();
    decode("20", decoder); // the encoder uses no table
    decoder.setMaxTableOctets(100);
    expect(decode("82", decoder)).toEqual([":method", "GET"]);
  });

  test("an enlargement asks for none, and allows one", () => {
    const decoder = new HpackDecoder();
    decoder.setMaxTableOctets(65536);
    expect(decode("82", decoder)).toEqual([":method", "GET"]);
    expect(decode("3fe1ff03 82", decoder)).toEqual([":method", "GET"]);
    expect(refusal("3fe2ff03", decoder)).toBe("ERR_HPACK_SIZE_UPDATE_TOO_LARGE");
  });

  test("a decoder for more than the default begins with the default, as the encoder does", () => {
    const decoder = new HpackDecoder({ maxTableOctets: 65536 });
    for (let i = 0; i < 100; i++) decode(inserting("a", "1"), decoder);
    expect(decoder.tableOctets).toBe(DEFAULT_TABLE_SIZE);
  });

  test("the encoder says the smallest size and the last", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    decode(encode(encoder, field("a", "1")), decoder);
    encoder.setPeerTableOctets(2000);
    encoder.setPeerTableOctets(0);
    encoder.setPeerTableOctets(1000);
    decoder.setMaxTableOctets(1000);
    expect(encoder.tableOctets).toBe(0);
    const block = encode(encoder, field("a", "1"));
    expect(hex(block)).toMatch(/^203fc90740/);
    expect(decode(block, decoder)).toEqual(field("a", "1"));
    expect(hex(encode(encoder, field("a", "1")))).toBe("be");
  });

  test("the encoder says one size if it only shrank", () => {
    const encoder = new HpackEncoder();
    encoder.setPeerTableOctets(100);
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("3f4582");
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("82");
  });

  test("the encoder's own bound is kept, and said in the first block", () => {
    const encoder = new HpackEncoder({ maxTableOctets: 128 });
    encoder.setPeerTableOctets(1 << 20);
    const decoder = new HpackDecoder();
    for (let i = 0; i < 10; i++) {
      expect(decode(encode(encoder, field("a", String(i))), decoder)).toEqual(field("a", String(i)));
      expect(decoder.tableOctets).toBe(encoder.tableOctets);
      expect(encoder.tableOctets).toBeLessThanOrEqual(128);
    }
  });

  test("the encoder uses more than the default when both sides allow it", () => {
    const encoder = new HpackEncoder({ maxTableOctets: 65536 });
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("82");
    encoder.setPeerTableOctets(16384);
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("3fe17f82");
    encoder.setPeerTableOctets(4294967295);
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("3fe1ff0382");
  });

  test("a reduction is acknowledged even if our own bound is lower: decoders insist on it", () => {
    const encoder = new HpackEncoder();
    encoder.setPeerTableOctets(65536);
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("82");
    encoder.setPeerTableOctets(8192);
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("3fe11f82");
  });

  test("the same size again is no change", () => {
    const encoder = new HpackEncoder();
    encoder.setPeerTableOctets(4096);
    expect(hex(encode(encoder, [":method", "GET"]))).toBe("82");
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 32, "4096"])("%s is no table size", (octets) => {
    const maxTableOctets = octets as number;
    expect(() => new HpackDecoder({ maxTableOctets })).toThrow(RangeError);
    expect(() => new HpackEncoder({ maxTableOctets })).toThrow(RangeError);
    expect(() => new HpackDecoder().setMaxTableOctets(maxTableOctets)).toThrow(RangeError);
    expect(() => new HpackEncoder().setPeerTableOctets(maxTableOctets)).toThrow(RangeError);
  });
});

describe("RFC 7541 §4.3 Entry Eviction When Dynamic Table Size Changes", () => {
  test("the oldest entries go until the rest fits", () => {
    const decoder = new HpackDecoder();
    decode(inserting("a", "1") + inserting("b", "2") + inserting("c", "3"), decoder);
    expect(decode(`3f61 be bf`, decoder)).toEqual([...field("c", "3"), ...field("b", "2")]); // 128
    expect(decoder.tableOctets).toBe(128);
    expect(refusal("c0", decoder)).toBe("ERR_HPACK_INDEX");
  });

  test("they do not come back when the table grows", () => {
    const decoder = new HpackDecoder();
    decode(inserting("a", "1"), decoder);
    decode("20 3fe11f", decoder);
    expect(refusal("be", decoder)).toBe("ERR_HPACK_INDEX");
  });
});

describe("RFC 7541 §4.4 Entry Eviction When Adding New Entries", () => {
  test("the oldest entry makes room", () => {
    const decoder = new HpackDecoder({ maxTableOctets: 128 });
    decode(inserting("a", "1") + inserting("b", "2") + inserting("c", "3"), decoder);
    expect(decode("be bf", decoder)).toEqual([...field("c", "3"), ...field("b", "2")]);
  });

  test("an entry that is larger than the table empties it, which is no error", () => {
    const decoder = new HpackDecoder({ maxTableOctets: 64 });
    decode(inserting("a", "1"), decoder);
    expect(decode(`40 026161 1f${"31".repeat(31)}`, decoder)).toEqual(["aa", "1".repeat(31)]);
    expect(decoder.tableOctets).toBe(0);
    expect(refusal("be", decoder)).toBe("ERR_HPACK_INDEX");
  });

  test("a new entry may have the name of the entry that it pushes out", () => {
    const decoder = new HpackDecoder({ maxTableOctets: 64 });
    decode(inserting("a", "1"), decoder);
    expect(decode(`7e 1f${"32".repeat(31)} be`, decoder)).toEqual([...field("a", "2"), ...field("a", "2")]);
  });

  test("the encoder may name an entry that it pushes out", () => {
    const encoder = new HpackEncoder({ maxTableOctets: 90 });
    const decoder = new HpackDecoder();
    for (const digit of "1234") {
      const fields = field("a", digit);
      expect(decode(encode(encoder, fields), decoder)).toEqual(fields);
      expect([encoder.tableOctets, decoder.tableOctets]).toEqual([64, 64]);
    }
  });

  test("the ring of entries goes round with all of them in place", () => {
    const decoder = new HpackDecoder();
    for (let i = 0; i < 1000; i++) {
      decode(inserting("a", String(i % 10)), decoder);
      const oldest = Math.min(i, 63);
      // 0xff and one octet: indices from 127, the static table's 61 included.
      const wire = oldest + 62 < 127 ? Uint8Array.of(0x80 | (oldest + 62)) : Uint8Array.of(0xff, oldest + 62 - 127);
      expect(decode(wire, decoder)).toEqual(field("a", String((i - oldest) % 10)));
    }
    expect(decoder.tableOctets).toBe(4096);
  });
});
