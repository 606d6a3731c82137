import { describe, expect, test } from "vitest";
import { encodePriorityUpdate } from "../../src/index.ts";
import { decode, hex } from "../wire.ts";

describe("RFC 9218 §7.1 PRIORITY_UPDATE", () => {
  test.each([
    ["a field value for a stream", "00000a 10 00 00000000 00000005 'u=1, i'", "PRIORITY_UPDATE 5 'u=1, i'"],
    ["an empty one", "000004 10 00 00000000 00000005", "PRIORITY_UPDATE 5"],
    ["a reserved bit", "000004 10 00 00000000 80000005", "PRIORITY_UPDATE 5"],
    [
      "octets that are no field value, for the engine to ignore",
      "000005 10 00 00000000 00000005 ff",
      "PRIORITY_UPDATE 5 ff",
    ],
  ])("carries %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test("on a stream is PROTOCOL_ERROR", () => {
    expect(decode("000007 10 00 00000005 00000005 'u=1'")).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each(["00000000", "80000000"])("for stream 0 is PROTOCOL_ERROR: %s", (streamId) => {
    expect(decode(`000007 10 00 00000000 ${streamId} 'u=1'`)).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each(["000000 10 00 00000000", "000003 10 00 00000000 000000"])(
    "without a stream is FRAME_SIZE_ERROR: %s",
    (wire) => {
      expect(decode(wire)).toEqual(["FRAME_SIZE_ERROR"]);
    },
  );

  test("is encoded", () => {
    const out = new Uint8Array(19);
    expect(encodePriorityUpdate(out, 0, 5, "u=1, i")).toBe(19);
    expect(hex(out)).toBe("00000a1000000000000000000575 3d312c2069".replaceAll(" ", ""));
  });
});
