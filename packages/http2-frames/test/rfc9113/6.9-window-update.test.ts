import { describe, expect, test } from "vitest";
import { encodeWindowUpdate, MAX_31_BIT } from "../../src/index.ts";
import { decode, hex } from "../wire.ts";

describe("RFC 9113 §6.9 WINDOW_UPDATE", () => {
  test.each([
    ["the connection's window", "000004 08 00 00000000 00000001", "WINDOW_UPDATE 0 by 1"],
    ["a stream's window", "000004 08 00 00000003 7fffffff", "WINDOW_UPDATE 3 by 2147483647"],
    ["a reserved bit", "000004 08 00 00000003 80000010", "WINDOW_UPDATE 3 by 16"],
  ])("carries %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test.each(["00000000", "80000000"])("S55: by 0 is the stream's PROTOCOL_ERROR, returned and not thrown: %s", (by) => {
    expect(decode(`000004 08 00 00000003 ${by} 000000 04 00 00000000`)).toEqual([
      "stream 3: PROTOCOL_ERROR",
      "SETTINGS",
    ]);
  });

  test("by 0 on the connection is PROTOCOL_ERROR", () => {
    expect(decode("000004 08 00 00000000 00000000")).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each(["000000 08 00 00000001", "000003 08 00 00000001 000001", "000005 08 00 00000000 0000000100"])(
    "of another length than 4 is FRAME_SIZE_ERROR: %s",
    (wire) => {
      expect(decode(wire)).toEqual(["FRAME_SIZE_ERROR"]);
    },
  );

  test("is encoded", () => {
    const out = new Uint8Array(26);
    expect(encodeWindowUpdate(out, encodeWindowUpdate(out, 0, 0, 1), MAX_31_BIT, MAX_31_BIT)).toBe(26);
    expect(decode(hex(out))).toEqual(["WINDOW_UPDATE 0 by 1", "WINDOW_UPDATE 2147483647 by 2147483647"]);
  });
});
