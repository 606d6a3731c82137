import { describe, expect, test } from "vitest";
import { decode } from "../wire.ts";

describe("RFC 9113 §6.10 CONTINUATION", () => {
  test("carries more of a field block, and its end", () => {
    expect(decode("000001 01 01 00000001 'a' 000001 09 00 00000001 'b' 000000 09 04 00000001")).toEqual([
      "HEADERS 1 'a' END_STREAM",
      "CONTINUATION 1 'b'",
      "CONTINUATION 1 END_HEADERS",
    ]);
  });

  test("has no padding and no priority: every octet is the field block's", () => {
    expect(decode("000003 09 28 00000001 010203")).toEqual(["CONTINUATION 1 010203"]);
  });

  test("S56, S64: endless and empty ones are reported one by one, for who counts", () => {
    expect(decode("000000 09 00 00000001".repeat(20))).toEqual(new Array(20).fill("CONTINUATION 1"));
  });

  test("on stream 0 is PROTOCOL_ERROR", () => {
    expect(decode("000001 09 04 00000000 'a'")).toEqual(["PROTOCOL_ERROR"]);
  });
});
