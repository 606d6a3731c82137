import { describe, expect, test } from "vitest";
import { decode } from "../wire.ts";

describe("RFC 9113 §6.6 PUSH_PROMISE", () => {
  test.each([
    ["a field block", "000007 05 04 00000001 00000002 'abc'", "PUSH_PROMISE 1 of 2 'abc' END_HEADERS"],
    ["its beginning", "000007 05 00 00000001 00000002 'abc'", "PUSH_PROMISE 1 of 2 'abc'"],
    ["nothing", "000004 05 04 00000001 00000002", "PUSH_PROMISE 1 of 2 END_HEADERS"],
    ["padding", "00000a 05 0c 00000001 02 00000002 'abc' 0000", "PUSH_PROMISE 1 of 2 'abc' END_HEADERS"],
    ["a reserved bit", "000007 05 04 00000001 80000002 'abc'", "PUSH_PROMISE 1 of 2 'abc' END_HEADERS"],
  ])("carries %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test.each([
    ["as long as the payload", "000008 05 0c 00000001 08 00000002 'abc'"],
    ["over the promised stream", "000008 05 0c 00000001 04 00000002 'abc'"],
  ])("S87: padding %s is PROTOCOL_ERROR", (_, wire) => {
    expect(decode(wire)).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each(["000000 05 04 00000001", "000003 05 04 00000001 000000", "000004 05 0c 00000001 00 000000"])(
    "without room for the promised stream is FRAME_SIZE_ERROR: %s",
    (wire) => {
      expect(decode(wire)).toEqual(["FRAME_SIZE_ERROR"]);
    },
  );

  test("on stream 0 is PROTOCOL_ERROR", () => {
    expect(decode("000004 05 04 00000000 00000002")).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each(["00000000", "80000000"])("S84: a promise of stream 0 is PROTOCOL_ERROR: %s", (promised) => {
    expect(decode(`000004 05 04 00000001 ${promised}`)).toEqual(["PROTOCOL_ERROR"]);
  });
});
