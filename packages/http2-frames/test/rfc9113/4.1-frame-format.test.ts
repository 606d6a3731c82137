import { describe, expect, test } from "vitest";
import { ConnectionError, ERROR_CODE, encodeFrameHead, FrameDecoder, type FrameVisitor } from "../../src/index.ts";
import { decode, hex, Log, octets } from "../wire.ts";

describe("RFC 9113 §4.1 Frame Format", () => {
  test("frames follow each other, in one piece or in many", () => {
    expect(
      decode(`
        000000 04 00 00000000
        000003 01 04 00000001 'abc'
        000005 00 01 00000001 'hello'
        000008 06 00 00000000 'pingpong'
        000004 08 00 00000000 00000400
      `),
    ).toEqual([
      "SETTINGS",
      "HEADERS 1 'abc' END_HEADERS",
      "DATA 1 'hello' END_STREAM",
      "PING 'pingpong'",
      "WINDOW_UPDATE 0 by 1024",
    ]);
  });

  test.each(["", "00", "000005 00 01 00000001", "000005 00 01 00000001 'hell'"])(
    "a cut frame says nothing: %s",
    (wire) => {
      expect(decode(wire)).toEqual(wire === "" ? [] : ["…"]);
      expect(decode(`000000 04 00 00000000 ${wire}`)).toEqual(wire === "" ? ["SETTINGS"] : ["SETTINGS", "…"]);
    },
  );

  test("integers are big-endian and unsigned", () => {
    expect(decode("000004 03 00 7fffffff fffffffe")).toEqual(["RST_STREAM 2147483647 0xfffffffe"]);
    expect(decode(`000102 00 00 00010203 ${"61".repeat(0x102)}`)).toEqual([`DATA 66051 '${"a".repeat(0x102)}'`]);
  });

  test("the reserved bit is ignored", () => {
    expect(decode("000001 00 00 80000001 'a'")).toEqual(["DATA 1 'a'"]);
    expect(decode("000000 04 00 80000000")).toEqual(["SETTINGS"]);
    expect(decode("000001 00 00 80000000 'a'")).toEqual(["PROTOCOL_ERROR"]);
  });

  test.each([
    ["DATA", "000001 00 f6 00000001 'a'", "DATA 1 'a'"],
    ["HEADERS", "000001 01 d2 00000001 'a'", "HEADERS 1 'a'"],
    ["PRIORITY", "000005 02 ff 00000001 00000000 10", "PRIORITY 1"],
    ["RST_STREAM", "000004 03 ff 00000001 00000008", "RST_STREAM 1 CANCEL"],
    ["SETTINGS", "000000 04 fe 00000000", "SETTINGS"],
    ["PUSH_PROMISE", "000005 05 f3 00000001 00000002 'a'", "PUSH_PROMISE 1 of 2 'a'"],
    ["PING", "000008 06 fe 00000000 'pingpong'", "PING 'pingpong'"],
    ["GOAWAY", "000008 07 ff 00000000 00000001 00000000", "GOAWAY 1 NO_ERROR"],
    ["WINDOW_UPDATE", "000004 08 ff 00000001 00000001", "WINDOW_UPDATE 1 by 1"],
    ["CONTINUATION", "000001 09 fb 00000001 'a'", "CONTINUATION 1 'a'"],
    ["PRIORITY_UPDATE", "000007 10 ff 00000000 00000001 'u=1'", "PRIORITY_UPDATE 1 'u=1'"],
    ["ORIGIN", "000000 0c f0 00000000", "ORIGIN 0"],
    ["ALTSVC", "000002 0a ff 00000001 0000", "ALTSVC 1 0000"],
  ])("S71: flags that %s does not have are ignored", (_, wire, line) => {
    expect(decode(wire)).toEqual([line]);
  });

  test("S71: frames of unknown type are ignored, whatever their flags, stream and payload", () => {
    for (const type of [0x0b, 0x0d, 0x0e, 0x0f, 0x11, 0x7f, 0xff]) {
      const name = type.toString(16).padStart(2, "0");
      expect(decode(`000003 ${name} ff 00000005 'abc' 000000 ${name} 00 00000000 000000 04 00 00000000`)).toEqual([
        `ignored ${type} 5`,
        `ignored ${type} 0`,
        "SETTINGS",
      ]);
    }
  });

  test("nothing is read after a refusal", () => {
    const log = new Log();
    const decoder = new FrameDecoder(log);
    const wire = octets("000001 00 00 00000000 'a' 000000 04 00 00000000");
    expect(() => decoder.decode(wire, 0, wire.length)).toThrow(ConnectionError);
    decoder.decode(wire, 10, wire.length);
    expect(log.lines).toEqual([]);
    expect(decoder.pending).toBe(false);
  });

  test("nor after an error of the visitor's", () => {
    const log: FrameVisitor & Log = new Log();
    log.onSettingsEnd = () => {
      throw new ConnectionError(ERROR_CODE.ENHANCE_YOUR_CALM, "enough");
    };
    const decoder = new FrameDecoder(log);
    const wire = octets("000000 04 00 00000000 000001 00 00 00000001 'a'");
    expect(() => decoder.decode(wire, 0, wire.length)).toThrow("ENHANCE_YOUR_CALM: enough");
    decoder.decode(wire, 9, wire.length);
    expect(log.lines).toEqual([]);
  });

  test.each(["whole", "cut"])("S75: a visitor that stops the decoder is told nothing more: %s", (how) => {
    const log: FrameVisitor & Log = new Log();
    const decoder = new FrameDecoder(log);
    log.onSetting = (identifier) => {
      log.lines.push(`setting ${identifier}`);
      decoder.stop();
    };
    const wire = octets(`
      00000c 04 00 00000000 0001 00000000 0002 00000000
      000001 00 00 00000001 'a'
      0000
    `);
    const cut = how === "cut" ? 10 : 0;
    decoder.decode(wire, 0, cut);
    decoder.decode(wire, cut, wire.length);
    decoder.decode(wire, 0, wire.length);
    expect(log.lines).toEqual(["setting 1"]);
    expect(decoder.pending).toBe(false);
  });

  test("a head is encoded", () => {
    const out = new Uint8Array(12);
    expect(encodeFrameHead(out, 1, 0x010203, 0x0c, 0xff, 0x7fffffff)).toBe(10);
    expect(hex(out)).toBe("00 010203 0c ff 7fffffff 0000".replaceAll(" ", ""));
  });

  test("what does not fit into a head is refused, not cut off", () => {
    const out = new Uint8Array(9);
    expect(() => encodeFrameHead(out, 0, 0x1000000, 0, 0, 1)).toThrow(RangeError);
    expect(() => encodeFrameHead(out, 0, 0, 0, 0, 0x80000000)).toThrow(RangeError);
    expect(hex(out)).toBe("00".repeat(9));
  });
});
