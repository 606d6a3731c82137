import { describe, expect, test } from "vitest";
import { encodeSettings, encodeSettingsAck, MAX_31_BIT, SETTING } from "../../src/index.ts";
import { decode, hex } from "../wire.ts";

describe("RFC 9113 §6.5 SETTINGS", () => {
  test("carries settings in their order, a repeated one twice", () => {
    expect(decode("000012 04 00 00000000 0003 00000064 0004 0000ffff 0003 00000001")).toEqual([
      "setting 3 = 100",
      "setting 4 = 65535",
      "setting 3 = 1",
      "SETTINGS",
    ]);
  });

  test("S69: each of thousands is reported, for who counts", () => {
    const log = decode(`003ffc 04 00 00000000 ${"0001 00000000".repeat(2_730)}`);
    expect(log).toHaveLength(2_731);
    expect(log.at(-1)).toBe("SETTINGS");
  });

  test("S71: unknown identifiers are reported like others", () => {
    expect(decode("00000c 04 00 00000000 0000 00000001 ffff 00000002")).toEqual([
      "setting 0 = 1",
      "setting 65535 = 2",
      "SETTINGS",
    ]);
  });

  test("S70: values are unsigned and not judged: what each may be is the engine's", () => {
    expect(decode("000018 04 00 00000000 0004 ffffffff 0004 80000000 0005 00000000 0002 00000002")).toEqual([
      "setting 4 = 4294967295",
      "setting 4 = 2147483648",
      "setting 5 = 0",
      "setting 2 = 2",
      "SETTINGS",
    ]);
  });

  test("is acknowledged by an empty frame", () => {
    expect(decode("000000 04 01 00000000")).toEqual(["SETTINGS ACK"]);
    expect(decode("000006 04 01 00000000 0001 00000000")).toEqual(["FRAME_SIZE_ERROR"]);
    expect(decode("000001 04 01 00000000 00")).toEqual(["FRAME_SIZE_ERROR"]);
  });

  test.each([1, 5, 7, 13])(
    "of %d octets, no multiple of six, is FRAME_SIZE_ERROR; no setting of it counts",
    (octets) => {
      const length = octets.toString(16).padStart(6, "0");
      expect(decode(`${length} 04 00 00000000 ${"00".repeat(octets)}`)).toEqual(["FRAME_SIZE_ERROR"]);
    },
  );

  test("on a stream is PROTOCOL_ERROR", () => {
    expect(decode("000000 04 00 00000001")).toEqual(["PROTOCOL_ERROR"]);
    expect(decode("000000 04 01 00000001")).toEqual(["PROTOCOL_ERROR"]);
  });

  test("is encoded", () => {
    const out = new Uint8Array(30);
    const settings = [
      [SETTING.INITIAL_WINDOW_SIZE, MAX_31_BIT],
      [SETTING.NO_RFC7540_PRIORITIES, 1],
    ] as const;
    expect(encodeSettings(out, 0, settings)).toBe(21);
    expect(hex(out, 0, 21)).toBe("00000c 04 00 00000000 0004 7fffffff 0009 00000001".replaceAll(" ", ""));
    expect(encodeSettingsAck(out, 21)).toBe(30);
    expect(hex(out, 21)).toBe("000000 04 01 00000000".replaceAll(" ", ""));
  });
});
