import { describe, expect, test } from "vitest";
import { ERROR_CODE, encodeRstStream } from "../../src/index.ts";
import { decode, hex } from "../wire.ts";

describe("RFC 9113 §6.4 RST_STREAM", () => {
  test("carries an error code, known or not", () => {
    expect(decode("000004 03 00 00000001 00000000")).toEqual(["RST_STREAM 1 NO_ERROR"]);
    expect(decode("000004 03 00 00000001 0000000d")).toEqual(["RST_STREAM 1 HTTP_1_1_REQUIRED"]);
    expect(decode("000004 03 00 00000001 ffffffff")).toEqual(["RST_STREAM 1 0xffffffff"]);
  });

  test("S75: on a stream in any state is for the engine to judge", () => {
    expect(decode("000004 03 00 00000002 00000008 000004 03 00 00000002 00000008")).toEqual([
      "RST_STREAM 2 CANCEL",
      "RST_STREAM 2 CANCEL",
    ]);
  });

  test.each(["000000 03 00 00000001", "000003 03 00 00000001 000000", "000005 03 00 00000001 0000000000"])(
    "of another length than 4 is FRAME_SIZE_ERROR: %s",
    (wire) => {
      expect(decode(wire)).toEqual(["FRAME_SIZE_ERROR"]);
    },
  );

  test("on stream 0 is PROTOCOL_ERROR", () => {
    expect(decode("000004 03 00 00000000 00000000")).toEqual(["PROTOCOL_ERROR"]);
  });

  test("is encoded", () => {
    const out = new Uint8Array(14);
    expect(encodeRstStream(out, 1, 3, ERROR_CODE.REFUSED_STREAM)).toBe(14);
    expect(hex(out, 1)).toBe("00000403000000000300000007");
  });
});
