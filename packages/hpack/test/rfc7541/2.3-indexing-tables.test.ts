import { describe, expect, test } from "vitest";
import { HpackDecoder } from "../../src/index.ts";
import { STATIC_COUNT, STATIC_INDEX, STATIC_NAMES, STATIC_VALUES } from "../../src/static-table.ts";
import { decode, refusal } from "../wire.ts";

describe("RFC 7541 §2.3 Indexing Tables", () => {
  test("§2.3.1: the static table is Appendix A", () => {
    expect(STATIC_COUNT).toBe(61);
    const wire = Uint8Array.from({ length: 61 }, (_, i) => 0x80 | (i + 1));
    const fields = decode(wire);
    expect(fields.length).toBe(122);
    expect(fields.slice(0, 4)).toEqual([":authority", "", ":method", "GET"]);
    expect(fields.slice(2 * 15, 2 * 16)).toEqual(["accept-encoding", "gzip, deflate"]);
    expect(fields.slice(-2)).toEqual(["www-authenticate", ""]);
    // 14 entries have values; after the pseudo-header fields the names are in order.
    expect(fields.filter((text, i) => i % 2 === 1 && text !== "").length).toBe(14);
    const names = fields.filter((text, i) => i % 2 === 0 && !text.startsWith(":")).map((name) => `${name}~`);
    expect(names).toEqual([...names].sort());
    expect([STATIC_INDEX.get(":status"), STATIC_NAMES[8], STATIC_VALUES[14]]).toEqual([8, ":status", "500"]);
  });

  test("§2.3.2: the dynamic table is first in, first out, and the newest entry has the lowest index", () => {
    const decoder = new HpackDecoder();
    expect(decode("40 0161 0131  40 0162 0132  40 0163 0133", decoder)).toEqual(["a", "1", "b", "2", "c", "3"]);
    expect(decode("be bf c0", decoder)).toEqual(["c", "3", "b", "2", "a", "1"]);
  });

  test("§2.3.2: entries may be the same", () => {
    const decoder = new HpackDecoder();
    decode("40 0161 0131  40 0161 0131", decoder);
    expect(decode("be bf", decoder)).toEqual(["a", "1", "a", "1"]);
    expect(decoder.tableOctets).toBe(68);
  });

  test("§2.3.3: an entry can be used in the block that inserts it", () => {
    expect(decode("40 0161 0131 be be")).toEqual(["a", "1", "a", "1", "a", "1"]);
  });

  test.each([
    ["index 0", "80"],
    ["one past the static table", "be"],
    ["one past the dynamic table", "40 0161 0131 bf"],
    ["far past it", "ff 80 80 80 01"],
    ["the name of an entry that is not there, with indexing", "7e 00 00"],
    ["the name of an entry that is not there, without", "0f 2f 00"],
    ["the name of an entry that is not there, never indexed", "1f 2f 00"],
  ])("§2.3.3: refuses %s", (_, wire) => {
    expect(refusal(wire)).toBe("ERR_HPACK_INDEX");
  });

  test("§2.3.3: an evicted entry has no index", () => {
    const decoder = new HpackDecoder();
    decode("40 0161 0131", decoder);
    expect(refusal("20 be", decoder)).toBe("ERR_HPACK_INDEX");
  });
});
