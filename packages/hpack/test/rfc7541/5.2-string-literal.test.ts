import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder } from "../../src/index.ts";
import { encodeString } from "../../src/string-literal.ts";
import { decode, encode, hex, refusal } from "../wire.ts";

/** The value of a field `a` whose string literal is this wire. */
const literal = (wire: string): string | undefined => decode(`00 0161 ${wire}`)[1];
const literalRefusal = (wire: string): string => refusal(`00 0161 ${wire}`);

/** A text as a string literal. */
function written(text: string): string {
  const out = new Uint8Array(text.length * 4 + 16);
  return hex(out.subarray(0, encodeString(text, out, 0)));
}

const allOctets = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");

describe("RFC 7541 §5.2 String Literal Representation", () => {
  test("raw octets, each a code unit of the same number", () => {
    expect(literal("00")).toBe("");
    expect(literal("03 00 ff 61")).toBe("\x00\xffa");
    expect(literal(`7f8101${hex(Buffer.from(allOctets, "latin1"))}`)).toBe(allOctets);
  });

  test("the Huffman code", () => {
    expect(literal("8c f1e3c2e5f23a6ba0ab90f4ff")).toBe("www.example.com");
    expect(literal("80")).toBe("");
    expect(written("www.example.com")).toBe("8cf1e3c2e5f23a6ba0ab90f4ff");
  });

  test("the encoder uses the Huffman code only where it is shorter", () => {
    expect(written("")).toBe("00");
    expect(written("1")).toBe("0131"); // 5 bits are an octet too
    expect(written("11")).toBe("023131"); // 10 bits are two octets too
    expect(written("\x00\x01")).toBe("020001");
    expect(written("{}")).toBe("027b7d"); // 15 + 14 bits
    expect(written("aaaaaaaa").length).toBe(2 * (1 + 5));
  });

  test("each octet alone, and among others", () => {
    for (const octet of allOctets)
      for (const text of [octet, octet.repeat(5), `aaaaaaaaaa${octet}`, `${octet}aaaaaaaaaa`, `0123${octet}4567`])
        expect(literal(written(text))).toBe(text);
    expect(literal(written(allOctets))).toBe(allOctets);
  });

  test.each([125, 126, 127, 128, 129, 200, 202, 203, 204, 254, 255, 256, 4095, 4096, 4097, 20000])(
    "%i code units, shorter in the Huffman code and not",
    (length) => {
      for (const text of ["e".repeat(length), "\xf9".repeat(length), "{".repeat(length), "eZ\xf9".repeat(length)])
        expect(literal(written(text)) === text).toBe(true);
    },
  );

  test.each([
    ["no more than 7 bits of padding", "82 1f ff"],
    ["a whole octet of padding", "81 ff"],
    ["padding of zeros", "81 18"], // a is 00011
    ["padding that is not all ones", "81 1d"],
    ["EOS", "84 ff ff ff ff"],
    ["EOS after a symbol", "85 1f ff ff ff ff"],
    ["EOS between symbols", "88 1f ff ff ff fc 63 1f ff"],
    ["a code that is not complete", "81 fe"],
  ])("refuses: %s", (_, wire) => {
    expect(literalRefusal(wire)).toBe("ERR_HPACK_HUFFMAN");
  });

  test("padding of 0 to 7 bits is all ones", () => {
    // 8 symbols of 5 bits leave none; one less leaves 5, two less 2, then 7, 4, 1, 6, 3.
    const paddings = [1, 2, 3, 4, 5, 6, 7, 8].map((symbols) => {
      const bits = "00011".repeat(symbols); // a
      const octets = Math.ceil(bits.length / 8);
      const coded = BigInt(`0b${bits.padEnd(octets * 8, "1")}`);
      const wire = (body: bigint): string => (0x80 | octets).toString(16) + body.toString(16).padStart(octets * 2, "0");
      expect(literal(wire(coded))).toBe("a".repeat(symbols));
      if (bits.length % 8 !== 0) expect(literalRefusal(wire(coded - 1n))).toBe("ERR_HPACK_HUFFMAN");
      return octets * 8 - bits.length;
    });
    expect([...paddings].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test.each(["05 61", "85 1f", "7f", "ff ff ff ff 07", "7f 80 80 80 80 01", ""])(
    "refuses %s: the block ends inside it",
    (wire) => {
      expect(literalRefusal(wire)).toBe("ERR_HPACK_TRUNCATED");
    },
  );

  test("a string does not reach past its block", () => {
    const bytes = Buffer.from("000161056162636465", "hex");
    expect(new HpackDecoder().decode(bytes, 0, 9)).toEqual(["a", "abcde"]);
    for (let end = 1; end < 9; end++) expect(refusal(bytes.subarray(0, end))).toBe("ERR_HPACK_TRUNCATED");
  });

  test("any text of octets survives", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...allOctets), maxLength: 300 }), (text) => {
        expect(literal(written(text))).toBe(text);
      }),
    );
  });

  test("a character above U+00FF is our caller's mistake, and costs the table but not the connection", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    decode(encode(encoder, ["a", "1"]), decoder);
    for (const text of ["\u0100", "\u010a".repeat(3), "aaaaaaaaaa\u2028", `${"a".repeat(200)}\ud83d`, "{}{}{}{}\u0161"])
      for (const fields of [
        ["x", text],
        [text, "x"],
        ["authorization", text],
      ]) {
        expect(() => encode(encoder, ["b", "2", ...fields])).toThrow(TypeError);
        const block = encode(encoder, ["b", "2", "a", "1"]);
        expect(hex(block)).toMatch(/^203fe11f/);
        expect(decode(block, decoder)).toEqual(["b", "2", "a", "1"]);
        expect(decoder.tableOctets).toBe(encoder.tableOctets);
      }
  });

  test("memory that is too small is our caller's mistake, and costs the table but not the connection", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    const fields = ["a", "1".repeat(50), "b", "{}{}{}", ":path", "/index.html"];
    const length = encode(new HpackEncoder(), fields).length;
    for (let octets = 0; octets < length; octets++)
      expect(() => encoder.encode(fields, new Uint8Array(octets), 0), String(octets)).toThrow(RangeError);
    expect(decode(encode(encoder, fields), decoder)).toEqual(fields);
    expect(decoder.tableOctets).toBe(encoder.tableOctets);
  });
});
