import { describe, expect, test } from "vitest";
import { decodeAltsvc, encodeAltsvc } from "../../src/index.ts";
import { decode, hex, octets } from "../wire.ts";

const services = (streamId: number, payload: string): object | null => {
  const bytes = octets(`ee ${payload} ee`);
  return decodeAltsvc(streamId, bytes, 1, bytes.length - 1);
};

describe("RFC 7838 §4 The ALTSVC HTTP/2 Frame", () => {
  test("is passed on as it is, from stream 0 and from others", () => {
    expect(decode("000003 0a 00 00000000 0001 'a'")).toEqual(["ALTSVC 0 000161"]);
    expect(decode("000000 0a 00 00000001")).toEqual(["ALTSVC 1"]);
  });

  test("says the alternatives of an origin, or of a stream's", () => {
    expect(services(0, "0009 'https://a' 'h2=\":8443\"'")).toEqual({ origin: "https://a", value: 'h2=":8443"' });
    expect(services(1, "0000 'clear'")).toEqual({ origin: "", value: "clear" });
    expect(services(1, "0000")).toEqual({ origin: "", value: "" });
  });

  test.each([
    ["no origin on stream 0", 0, "0000 'clear'"],
    ["an origin on a stream", 1, "0009 'https://a' 'clear'"],
    ["an origin that is cut", 0, "0009 'https://'"],
    ["no length", 1, ""],
    ["half a length", 1, "00"],
    ["a line end in the origin", 0, "0002 'a' 0a 'clear'"],
    ["a line end in the value", 1, "0000 0d0a"],
    ["octets that are no ASCII", 1, "0000 c3a9"],
  ])("is ignored with %s", (_, streamId, payload) => {
    expect(services(streamId, payload)).toBeNull();
  });

  test("is encoded", () => {
    const out = new Uint8Array(40);
    expect(encodeAltsvc(out, 0, 0, "https://a", "clear")).toBe(25);
    expect(hex(out, 0, 11)).toBe("0000100a00000000000009");
    expect(decodeAltsvc(0, out, 9, 25)).toEqual({ origin: "https://a", value: "clear" });
    expect(encodeAltsvc(out, 0, 3, "", "clear")).toBe(16);
    expect(decode(hex(out, 0, 16))).toEqual(["ALTSVC 3 0000636c656172"]);
    expect(() => encodeAltsvc(out, 0, 0, "", "clear")).toThrow(RangeError);
    expect(() => encodeAltsvc(out, 0, 3, "https://a", "clear")).toThrow(RangeError);
  });
});
