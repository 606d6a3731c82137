import { describe, expect, test } from "vitest";
import { encodePing } from "../../src/index.ts";
import { decode, hex, octets } from "../wire.ts";

describe("RFC 9113 §6.7 PING", () => {
  test("carries eight octets, there and back", () => {
    expect(decode("000008 06 00 00000000 0001020304050607")).toEqual(["PING 0001020304050607"]);
    expect(decode("000008 06 01 00000000 0001020304050607")).toEqual(["PING 0001020304050607 ACK"]);
  });

  test.each([0, 7, 9])("of %d octets is FRAME_SIZE_ERROR", (length) => {
    for (const flags of ["00", "01"])
      expect(decode(`00000${length} 06 ${flags} 00000000 ${"00".repeat(length)}`)).toEqual(["FRAME_SIZE_ERROR"]);
  });

  test("on a stream is PROTOCOL_ERROR", () => {
    expect(decode("000008 06 00 00000001 'pingpong'")).toEqual(["PROTOCOL_ERROR"]);
  });

  test("is encoded", () => {
    const out = new Uint8Array(34);
    expect(encodePing(out, 0, octets("ff 'pingpong' ff"), 1, false)).toBe(17);
    expect(encodePing(out, 17, octets("ff 'pingpong' ff"), 1, true)).toBe(34);
    expect(decode(hex(out))).toEqual(["PING 'pingpong'", "PING 'pingpong' ACK"]);
  });
});
