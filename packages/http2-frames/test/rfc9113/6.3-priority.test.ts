import { describe, expect, test } from "vitest";
import { decode } from "../wire.ts";

describe("RFC 9113 §6.3 PRIORITY", () => {
  test("is deprecated: that it came is all that is said", () => {
    expect(decode("000005 02 00 00000003 80000001 ff")).toEqual(["PRIORITY 3"]);
    expect(decode("000005 02 00 00000003 00000000 00")).toEqual(["PRIORITY 3"]);
  });

  test.each(["000000 02 00 00000003", "000004 02 00 00000003 00000000", "000006 02 00 00000003 00000000 0000"])(
    "S55: of another length than 5 is the stream's error, returned and not thrown: %s",
    (wire) => {
      expect(decode(`${wire} 000000 04 00 00000000`)).toEqual(["stream 3: FRAME_SIZE_ERROR", "SETTINGS"]);
    },
  );

  test.each(["00000003", "80000003"])("S55: dependence on itself is the stream's error: %s", (dependency) => {
    expect(decode(`000005 02 00 00000003 ${dependency} 10`)).toEqual(["stream 3: PROTOCOL_ERROR"]);
  });

  test("on stream 0 is PROTOCOL_ERROR, whatever its length", () => {
    expect(decode("000005 02 00 00000000 00000001 10")).toEqual(["PROTOCOL_ERROR"]);
    expect(decode("000000 02 00 00000000")).toEqual(["PROTOCOL_ERROR"]);
  });
});
