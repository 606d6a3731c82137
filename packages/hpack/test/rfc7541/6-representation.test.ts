import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder } from "../../src/index.ts";
import { decode, encode, hex, refusal } from "../wire.ts";

describe("RFC 7541 §6.1 Indexed Header Field Representation", () => {
  test("one octet for the static table", () => {
    expect(decode("82 84 86 88")).toEqual([":method", "GET", ":path", "/", ":scheme", "http", ":status", "200"]);
  });

  test("the encoder finds every entry of the static table that has a value", () => {
    const fields = decode("82 83 84 85 86 87 88 89 8a 8b 8c 8d 8e 90");
    expect(hex(encode(new HpackEncoder(), fields))).toBe("82838485868788898a8b8c8d8e90");
  });

  test("the static table's empty values are not its fields' values", () => {
    const encoder = new HpackEncoder();
    expect(hex(encode(encoder, ["accept", ""]))).toBe("5300");
    expect(hex(encode(encoder, ["accept", ""]))).toBe("be");
  });
});

describe("RFC 7541 §6.2 Literal Header Field Representation", () => {
  test("§6.2.1: with incremental indexing, indexed and new name", () => {
    const decoder = new HpackDecoder();
    expect(decode("44 02 2f61  40 0161 0131", decoder)).toEqual([":path", "/a", "a", "1"]);
    expect(decode("be bf", decoder)).toEqual(["a", "1", ":path", "/a"]);
  });

  test("§6.2.2: without indexing, indexed and new name", () => {
    const decoder = new HpackDecoder();
    expect(decode("04 02 2f61  00 0161 0131", decoder)).toEqual([":path", "/a", "a", "1"]);
    expect(decoder.tableOctets).toBe(0);
    expect(decoder.neverIndexed).toEqual([]);
  });

  test("§6.2.3: never indexed, indexed and new name; the decoder says where they stand", () => {
    const decoder = new HpackDecoder();
    expect(decode("82 1f08 0131  00 0161 0131  10 0162 0132", decoder)).toEqual([
      ":method",
      "GET",
      "authorization",
      "1",
      "a",
      "1",
      "b",
      "2",
    ]);
    expect(decoder.tableOctets).toBe(0);
    const { neverIndexed } = decoder;
    expect(neverIndexed).toEqual([2, 6]);
    decode("82", decoder);
    expect(decoder.neverIndexed).toEqual([]);
    expect(neverIndexed, "the list of one block outlives the next").toEqual([2, 6]);
  });

  test("§6.2.3: an intermediary writes what came never-indexed so again", () => {
    const decoder = new HpackDecoder();
    const fields = decode("82 10 0162 0132  40 0161 0131", decoder);
    const encoder = new HpackEncoder();
    const block = encode(encoder, fields, decoder.neverIndexed);
    expect(hex(block)).toBe("8210016201324001610131");
    expect(hex(encode(encoder, fields, decoder.neverIndexed))).toBe("821001620132be");
  });

  test("§6.2.3: what is in a table is written out all the same when it must not be indexed", () => {
    const encoder = new HpackEncoder();
    encode(encoder, ["b", "2"]);
    expect(hex(encode(encoder, ["b", "2"]))).toBe("be");
    expect(hex(encode(encoder, ["b", "2", "b", "2"], [0]))).toBe("1f2f0132be");
    expect(hex(encode(encoder, [":method", "GET"], [0]))).toBe("1203474554");
  });

  test("§6.2.3: each of several marks counts, and none but those", () => {
    const encoder = new HpackEncoder();
    encode(encoder, ["a", "1", "b", "2", "c", "3", "d", "4"]);
    expect(hex(encode(encoder, ["a", "1", "b", "2", "c", "3", "d", "4"], [0, 4]))).toBe("1f320131c01f300133be");
  });

  test("names are taken from the static table first, then from the dynamic", () => {
    const encoder = new HpackEncoder();
    expect(hex(encode(encoder, ["accept", "1", "x", "1"]))).toBe("5301314001780131");
    expect(hex(encode(encoder, ["accept", "2", "x", "2"]))).toBe("5301327f000132");
  });

  test.each(["40", "00", "10", "40 01", "40 0161", "00 0161", "41", "01", "11", "0f", "82 40 0161 0231"])(
    "refuses %s: the block ends inside a field",
    (wire) => {
      expect(refusal(wire)).toBe("ERR_HPACK_TRUNCATED");
    },
  );

  test("a block is the octets that it is said to be, and no more", () => {
    const bytes = Uint8Array.of(0x83, 0x82, 0x84, 0x83);
    expect(new HpackDecoder().decode(bytes, 1, 3)).toEqual([":method", "GET", ":path", "/"]);
    expect(new HpackDecoder().decode(bytes, 1, 1)).toEqual([]);
  });

  test("each list is fresh", () => {
    const decoder = new HpackDecoder();
    const first = decode("82", decoder);
    const second = decode("82", decoder);
    first.push("changed", "");
    expect(second).toEqual([":method", "GET"]);
  });
});

describe("RFC 7541 §6.3 Dynamic Table Size Update", () => {
  test("up to what was announced", () => {
    expect(decode("3fe11f")).toEqual([]);
    expect(refusal("3fe21f")).toBe("ERR_HPACK_SIZE_UPDATE_TOO_LARGE");
    expect(refusal("3fe0ffffff07")).toBe("ERR_HPACK_SIZE_UPDATE_TOO_LARGE");
    expect(refusal("3f80808080808001")).toBe("ERR_HPACK_INTEGER");
  });

  test.each(["82 20", "82 20 82", "82 3fe11f", "40 0161 0131 20"])("refuses %s: after a field", (wire) => {
    expect(refusal(wire)).toBe("ERR_HPACK_SIZE_UPDATE_MISPLACED");
  });

  test("the block after it is none of its concern", () => {
    const decoder = new HpackDecoder();
    decode("20", decoder);
    expect(decode("82", decoder)).toEqual([":method", "GET"]);
    expect(decode("20 82", decoder)).toEqual([":method", "GET"]);
  });
});
