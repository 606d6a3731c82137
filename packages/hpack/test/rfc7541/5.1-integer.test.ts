import { describe, expect, test } from "vitest";
import { HpackDecoder } from "../../src/index.ts";
import { encodeInteger } from "../../src/integer.ts";
import { decode, hex, octets, refusal } from "../wire.ts";

/** An integer, written with a prefix of so many bits. */
function written(value: number, prefix: number): string {
  const out = new Uint8Array(8);
  return hex(out.subarray(0, encodeInteger(value, 0, 2 ** prefix - 1, out, 0)));
}

/** The size that a size update sets, as the decoder reads it: an integer with a prefix of 5 bits. */
function read(wire: string): string {
  const found = refusal(wire, new HpackDecoder({ maxTableOctets: 0 }));
  if (found !== "ERR_HPACK_SIZE_UPDATE_TOO_LARGE") return found;
  try {
    return decode(wire, new HpackDecoder({ maxTableOctets: 0 })).join();
  } catch (error) {
    return /found (\d+)/.exec((error as Error).message)?.[1] ?? "";
  }
}

describe("RFC 7541 §5.1 Integer Representation", () => {
  test.each([
    [10, 5, "0a"],
    [1337, 5, "1f9a0a"],
    [42, 8, "2a"],
    [30, 5, "1e"],
    [31, 5, "1f00"],
    [158, 5, "1f7f"],
    [159, 5, "1f8001"],
    [127, 7, "7f00"],
    [0, 4, "00"],
    [15, 4, "0f00"],
    [2147483647, 5, "1fe0ffffff07"],
  ])("%i with a prefix of %i bits is %s", (value, prefix, wire) => {
    expect(written(value, prefix)).toBe(wire);
  });

  test.each([
    ["3e", "30"],
    ["3f 00", "31"],
    ["3f 9a 0a", "1337"],
    ["3f e0 ff ff ff 07", "2147483647"],
  ])("%s is read as %s", (wire, value) => {
    expect(read(wire)).toBe(value);
  });

  test("octets that add nothing are read, up to the bound", () => {
    expect(read("3f 80 00")).toBe("31");
    expect(read("3f 81 80 80 80 00")).toBe("32");
    expect(read("3f 80 80 80 80 80 00")).toBe("ERR_HPACK_INTEGER");
  });

  test.each([
    ["2^31", "3f e1 ff ff ff 07"],
    ["2^32 and a little, which would wrap round to it", "3f 80 80 80 80 10"],
    ["2^35 - 1", "3f ff ff ff ff 7f"],
    ["without end", "3f ff ff ff ff ff ff ff ff ff ff ff ff 01"],
  ])("refuses %s", (_, wire) => {
    expect(read(wire)).toBe("ERR_HPACK_INTEGER");
  });

  test.each(["3f", "3f 80", "ff", "ff ff ff", "7f", "0f 80", "1f", "40 7f", "00 ff 80"])(
    "refuses %s: the block ends inside it",
    (wire) => {
      expect(refusal(wire)).toBe("ERR_HPACK_TRUNCATED");
    },
  );

  test("what is written is read", () => {
    const out = new Uint8Array(8);
    for (let shift = 0; shift <= 31; shift++)
      for (const value of [2 ** shift - 2, 2 ** shift - 1, 2 ** shift]) {
        if (value < 1 || value > 2147483647) continue;
        const end = encodeInteger(value, 0x20, 0x1f, out, 0);
        expect(read(hex(out.subarray(0, end)))).toBe(String(value));
      }
    expect(octets("00")).toEqual(Uint8Array.of(0));
  });
});
