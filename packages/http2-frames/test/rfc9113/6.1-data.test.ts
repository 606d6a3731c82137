import { describe, expect, test } from "vitest";
import { decode } from "../wire.ts";

describe("RFC 9113 §6.1 DATA", () => {
  test.each([
    ["content", "000005 00 00 00000001 'hello'", "DATA 1 'hello'"],
    ["the end of a stream", "000005 00 01 00000003 'hello'", "DATA 3 'hello' END_STREAM"],
    ["any octets", "000003 00 00 00000001 00ff0a", "DATA 1 00ff0a"],
    ["nothing but the end", "000000 00 01 00000001", "DATA 1 END_STREAM"],
  ])("carries %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test.each([
    ["with padding", "000009 00 08 00000001 03 'hello' 000000", "DATA 1 'hello' of 9"],
    ["with padding that is not zero", "000009 00 09 00000001 03 'hello' ffffff", "DATA 1 'hello' of 9 END_STREAM"],
    ["with a pad length of 0", "000006 00 08 00000001 00 'hello'", "DATA 1 'hello' of 6"],
    ["with nothing else", "000001 00 08 00000001 00", "DATA 1 of 1"],
  ])("padded, %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test("S64: nothing at all, time and again, is reported for who counts", () => {
    expect(decode("000000 00 00 00000001".repeat(3))).toEqual(["DATA 1", "DATA 1", "DATA 1"]);
  });

  test("S87: padding alone is reported with its size, for flow control and for who counts", () => {
    expect(decode(`000100 00 08 00000001 ff ${"00".repeat(255)}`)).toEqual(["DATA 1 of 256"]);
  });

  test.each([
    ["as long as the payload", "000006 00 08 00000001 06 'hello'"],
    ["longer than the payload", "000006 00 08 00000001 ff 'hello'"],
    ["of one octet where there is none", "000001 00 08 00000001 01"],
  ])("S87: padding %s is PROTOCOL_ERROR", (_, wire) => {
    expect(decode(wire)).toEqual(["PROTOCOL_ERROR"]);
  });

  test("S87: PADDED without room for the pad length is FRAME_SIZE_ERROR", () => {
    expect(decode("000000 00 08 00000001")).toEqual(["FRAME_SIZE_ERROR"]);
  });

  test("on stream 0 is PROTOCOL_ERROR", () => {
    expect(decode("000005 00 00 00000000 'hello'")).toEqual(["PROTOCOL_ERROR"]);
  });
});
