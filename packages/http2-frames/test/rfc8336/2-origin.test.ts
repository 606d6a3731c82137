import { describe, expect, test } from "vitest";
import { decodeOrigins, encodeOrigins } from "../../src/index.ts";
import { decode, hex, octets } from "../wire.ts";

const origins = (payload: string): string[] | null => {
  const bytes = octets(`ee ${payload} ee`);
  return decodeOrigins(bytes, 1, bytes.length - 1);
};

describe("RFC 8336 §2 The ORIGIN HTTP/2 Frame", () => {
  test("is passed on as it is", () => {
    expect(decode("000007 0c 00 00000000 0005 'abcde'")).toEqual(["ORIGIN 0 00056162636465"]);
    expect(decode("000000 0c 00 00000000")).toEqual(["ORIGIN 0"]);
  });

  test("§2.2: on a stream it is ignored", () => {
    expect(decode("000000 0c 00 00000001")).toEqual(["ignored ORIGIN 1"]);
  });

  test.each(["01", "02", "04", "08", "0f"])("§2.2: with the reserved flag 0x%s it is ignored", (flags) => {
    expect(decode(`000000 0c ${flags} 00000000`)).toEqual(["ignored ORIGIN 0"]);
  });

  test("§2.1: entries are a length and an origin", () => {
    expect(origins("")).toEqual([]);
    expect(origins("0009 'https://a' 0009 'https://b'")).toEqual(["https://a", "https://b"]);
  });

  test("§2.2: an entry that is empty or cannot be parsed is ignored", () => {
    expect(origins("0000 0009 'https://a' 0000")).toEqual(["https://a"]);
    expect(origins("0003 'a' 0a 'b' 0009 'https://a' 0001 ff 0001 7f")).toEqual(["https://a"]);
  });

  test.each(["00", "0001", "0002 'a'", "0001 'a' 00", "ffff 'a'"])("lengths that do not add up: %s", (payload) => {
    expect(origins(payload)).toBeNull();
  });

  test("is encoded", () => {
    const out = new Uint8Array(40);
    expect(encodeOrigins(out, 0, ["https://a", "https://b.example"])).toBe(9 + 11 + 19);
    expect(hex(out, 0, 9)).toBe("00001e0c0000000000");
    expect(decodeOrigins(out, 9, 39)).toEqual(["https://a", "https://b.example"]);
    expect(() => encodeOrigins(out, 0, ["a".repeat(65_536)])).toThrow(RangeError);
  });
});
