import { describe, expect, test } from "vitest";
import { FrameDecoder } from "../../src/index.ts";
import { decode, Log, octets } from "../wire.ts";

describe("RFC 9113 §6.2 HEADERS", () => {
  test.each([
    ["a field block", "000003 01 04 00000001 'abc'", "HEADERS 1 'abc' END_HEADERS"],
    ["its beginning", "000003 01 00 00000001 'abc'", "HEADERS 1 'abc'"],
    ["a whole message", "000003 01 05 00000001 'abc'", "HEADERS 1 'abc' END_STREAM END_HEADERS"],
    ["the beginning of a whole message", "000003 01 01 00000001 'abc'", "HEADERS 1 'abc' END_STREAM"],
    ["padding", "000006 01 0c 00000001 02 'abc' 0000", "HEADERS 1 'abc' END_HEADERS"],
    ["padding and nothing else", "000003 01 0c 00000001 02 0000", "HEADERS 1 END_HEADERS"],
    ["a priority, dropped", "000008 01 24 00000001 00000000 10 'abc'", "HEADERS 1 'abc' END_HEADERS"],
    ["an exclusive priority", "000008 01 24 00000003 80000001 ff 'abc'", "HEADERS 3 'abc' END_HEADERS"],
    ["a priority and nothing else", "000005 01 24 00000001 00000000 10", "HEADERS 1 END_HEADERS"],
    ["padding and priority", "00000b 01 2c 00000001 02 00000000 10 'abc' 0000", "HEADERS 1 'abc' END_HEADERS"],
  ])("carries %s", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test("S64: nothing at all is reported for who counts", () => {
    expect(decode("000000 01 00 00000001")).toEqual(["HEADERS 1"]);
  });

  test.each([
    ["as long as the payload", "000004 01 0c 00000001 04 'abc'"],
    ["longer than the payload", "000004 01 0c 00000001 ff 'abc'"],
    ["over the priority", "000009 01 2c 00000001 04 00000000 10 'abc'"],
  ])("S87: padding %s is PROTOCOL_ERROR", (_, wire) => {
    expect(decode(wire)).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each([
    ["a pad length", "000000 01 0c 00000001"],
    ["a priority", "000004 01 24 00000001 00000000"],
    ["a pad length and a priority", "000005 01 2c 00000001 00 00000000"],
  ])("without room for %s is FRAME_SIZE_ERROR", (_, wire) => {
    expect(decode(wire)).toEqual(["FRAME_SIZE_ERROR"]);
  });

  test("on stream 0 is PROTOCOL_ERROR", () => {
    expect(decode("000003 01 04 00000000 'abc'")).toEqual(["PROTOCOL_ERROR"]);
  });

  test("a stream that depends on itself is the stream's error, after its field block (RFC 7540 §5.3.1)", () => {
    expect(decode("000008 01 24 00000001 00000001 10 'abc'")).toEqual([
      "HEADERS 1 'abc' END_HEADERS",
      "stream 1: PROTOCOL_ERROR",
    ]);
    expect(decode("000008 01 24 00000001 80000001 10 'abc'")).toHaveLength(2);
  });

  test("and none while the field block is open", () => {
    expect(decode("000008 01 20 00000001 00000001 10 'abc' 000001 09 04 00000001 'd'")).toEqual([
      "HEADERS 1 'abc'",
      "CONTINUATION 1 'd' END_HEADERS",
    ]);
  });

  test("S75: and none when the connection ended meanwhile", () => {
    const log = new Log();
    const decoder = new FrameDecoder(log);
    log.onHeaders = () => decoder.stop();
    const wire = octets("000008 01 24 00000001 00000001 10 'abc'");
    decoder.decode(wire, 0, wire.length);
    expect(log.lines).toEqual([]);
  });
});
