import { describe, expect, test } from "vitest";
import { ERROR_CODE, encodeGoaway, MAX_31_BIT } from "../../src/index.ts";
import { decode, hex } from "../wire.ts";

describe("RFC 9113 §6.8 GOAWAY", () => {
  test.each([
    ["the last stream and a code", "000008 07 00 00000000 00000005 0000000b", "GOAWAY 5 ENHANCE_YOUR_CALM"],
    ["debug data", "00000a 07 00 00000000 00000005 00000000 'hi'", "GOAWAY 5 NO_ERROR 'hi'"],
    ["debug data of any kind", "00000a 07 00 00000000 00000005 00000000 0d0a", "GOAWAY 5 NO_ERROR 0d0a"],
    ["a reserved bit", "000008 07 00 00000000 ffffffff 00000000", "GOAWAY 2147483647 NO_ERROR"],
    ["an unknown code", "000008 07 00 00000000 00000000 ffffffff", "GOAWAY 0 0xffffffff"],
  ])("carries %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test.each(["000000 07 00 00000000", "000007 07 00 00000000 00000005 000000"])(
    "of less than 8 octets is FRAME_SIZE_ERROR: %s",
    (wire) => {
      expect(decode(wire)).toEqual(["FRAME_SIZE_ERROR"]);
    },
  );

  test("on a stream is PROTOCOL_ERROR", () => {
    expect(decode("000008 07 00 00000001 00000005 00000000")).toEqual(["PROTOCOL_ERROR"]);
  });

  test("is encoded; debug data is ASCII", () => {
    const out = new Uint8Array(40);
    const end = encodeGoaway(out, 0, MAX_31_BIT, ERROR_CODE.NO_ERROR);
    expect(end).toBe(17);
    expect(encodeGoaway(out, end, 7, ERROR_CODE.PROTOCOL_ERROR, "caf\u00e9\u{1f600}")).toBe(end + 17 + 6);
    expect(decode(hex(out, 0, 40))).toEqual(["GOAWAY 2147483647 NO_ERROR", "GOAWAY 7 PROTOCOL_ERROR 'caf???'"]);
  });
});
