import { describe, expect, test } from "vitest";
import { type BareItem, Decimal, DisplayString, Token } from "../../src/structured-field.ts";
import { parseItem } from "../../src/structured-field-parser.ts";
import { formatItem, StructuredFieldError } from "../../src/structured-field-serializer.ts";

/** The value of a field that is an Item without parameters; `undefined` when it is none. */
const valueIn = (text: string): BareItem | undefined => parseItem(text)?.value;
const octets = (...list: number[]): Uint8Array => Uint8Array.from(list);

/** Values that are read from a text and written as it. */
function bothWays(cases: readonly (readonly [text: string, value: BareItem])[]): void {
  test.each(cases)("%s is read and written", (text, value) => {
    expect(valueIn(text)).toStrictEqual(value);
    expect(formatItem(value)).toBe(text);
  });
}

function refused(texts: readonly string[]): void {
  test.each(texts)("%j is refused", (text) => {
    expect(parseItem(text)).toBeNull();
  });
}

function unwritable(values: readonly unknown[]): void {
  test.each(values)("S52: %o is not written", (value) => {
    expect(() => formatItem(value as BareItem)).toThrow(StructuredFieldError);
    expect(() => formatItem({ value: 1, parameters: [["a", value as BareItem]] })).toThrow(StructuredFieldError);
  });
}

describe("RFC 9651 §3.3 Items", () => {
  test("spaces around an Item mean nothing; tabs and anything else do", () => {
    expect(valueIn("  1  ")).toBe(1);
    for (const text of ["", " ", "\t1", "1\t", "1 2", "1,", "1, 2", "(1)", "a=1", "1;", "\n1", "1\0", "\u00a01"])
      expect(parseItem(text)).toBeNull();
  });

  describe("RFC 9651 §3.3.1 Integers", () => {
    bothWays([
      ["0", 0],
      ["42", 42],
      ["-42", -42],
      ["999999999999999", 999_999_999_999_999],
      ["-999999999999999", -999_999_999_999_999],
    ]);
    refused(["-", "--1", "+1", "1000000000000000", "0000000000000001", "1e3", "0x1", "1_0", "- 1", "١"]);
    unwritable([1e15, -1e15, 2 ** 60, Number.NaN, Number.POSITIVE_INFINITY]);

    test("leading zeros and a signed zero are not kept", () => {
      expect([valueIn("0002"), valueIn("-01"), valueIn("-0")]).toStrictEqual([2, -1, 0]);
      expect(formatItem(-0)).toBe("0");
    });
  });

  describe("RFC 9651 §3.3.2 Decimals", () => {
    bothWays([
      ["4.5", new Decimal(4.5)],
      ["1.0", new Decimal(1)],
      ["-0.125", new Decimal(-0.125)],
      ["999999999999.999", new Decimal(999_999_999_999.999)],
      ["0.001", new Decimal(0.001)],
    ]);
    refused(["1.", ".1", "1.2345", "1.2.3", "1..2", "1000000000000.1", "-1.", "-.1", "1.-1", "1. 2"]);
    unwritable([
      new Decimal(1e12),
      new Decimal(-1e12),
      new Decimal(999_999_999_999.9996),
      new Decimal(Number.NaN),
      1e21 + 0.5,
      new Decimal(Number.NEGATIVE_INFINITY),
    ]);

    test("zeros and a sign that mean nothing are not kept", () => {
      expect([valueIn("0002.50"), valueIn("-0.0")]).toStrictEqual([new Decimal(2.5), new Decimal(0)]);
    });

    test("a number that is not whole is written as a Decimal", () => {
      expect(formatItem(1.5)).toBe("1.5");
    });

    test.each([
      [0.0015, "0.002"],
      [0.0025, "0.002"],
      [0.0035, "0.004"],
      [-0.0025, "-0.002"],
      [0.00251, "0.003"],
      [0.0005, "0.0"],
      [0.00050001, "0.001"],
      [9.9995, "10.0"],
      [0.9999, "1.0"],
      [1.05, "1.05"],
      [1e-7, "0.0"],
      [-1e-7, "0.0"],
      [-0.0001, "0.0"],
      [123_456_789_012.3455, "123456789012.346"],
    ])("§4.1.5: %d is rounded to %s, to the even neighbour when both are as near", (number, text) => {
      expect(formatItem(new Decimal(number))).toBe(text);
    });
  });

  describe("RFC 9651 §3.3.3 Strings", () => {
    bothWays([
      ['""', ""],
      ['"foo bar"', "foo bar"],
      ['"say \\"hi\\" \\\\ bye"', 'say "hi" \\ bye'],
      ['"~ !"', "~ !"],
      ['"%e2%82%ac"', "%e2%82%ac"],
    ]);
    refused(['"', '"a', '"\\"', '"\\a"', '"\\', '"a\t"', '"a\0"', '"a\x7f"', '"é"', '"a"b', "'a'"]);
    unwritable(["é", "a\tb", "a\r\nX: y", "\x7f", "\0", "€"]);
  });

  describe("RFC 9651 §3.3.4 Tokens", () => {
    bothWays([
      ["foo", new Token("foo")],
      ["*foo", new Token("*foo")],
      ["text/html:utf-8", new Token("text/html:utf-8")],
      ["A!#$%&'*+-.^_`|~:/9", new Token("A!#$%&'*+-.^_`|~:/9")],
    ]);
    refused(["/a", ":a", "_a", "a b", 'a"', "a(", "é", "aé", "a,"]);
    unwritable([new Token(""), new Token("1a"), new Token("a b"), new Token("a\r\nX: y"), new Token("é")]);

    test("a Token is no String, and is shown as its text", () => {
      expect(valueIn("foo")).not.toEqual(valueIn('"foo"'));
      expect(`${valueIn("foo")}`).toBe("foo");
    });
  });

  describe("RFC 9651 §3.3.5 Byte Sequences", () => {
    bothWays([
      ["::", octets()],
      [":aQ==:", octets(0x69)],
      [":aGk=:", octets(0x68, 0x69)],
      [":aGkh:", octets(0x68, 0x69, 0x21)],
      [":AAECA/z9/v8=:", octets(0, 1, 2, 3, 252, 253, 254, 255)],
    ]);
    refused([
      ":",
      ":aGk=",
      ":a:",
      ":aGkha:",
      ":=:",
      ":====:",
      ":aQ===:",
      ":aGkh=:",
      ":a=Q=:",
      ":aGk-:",
      ":aG k:",
      ":é:",
    ]);

    test("§4.2.7: missing padding and pad bits that are set are no error", () => {
      expect([valueIn(":aQ:"), valueIn(":aQ=:"), valueIn(":aR==:"), valueIn(":aGk:")]).toEqual([
        octets(0x69),
        octets(0x69),
        octets(0x69),
        octets(0x68, 0x69),
      ]);
    });

    test("is a Uint8Array of its own; any is written, a view of a Buffer too", () => {
      expect(formatItem(Buffer.from("xhi!x").subarray(1, 4))).toBe(":aGkh:");
    });
  });

  describe("RFC 9651 §3.3.6 Booleans", () => {
    bothWays([
      ["?1", true],
      ["?0", false],
    ]);
    refused(["?", "?2", "?T", "?true", "?10", "true?"]);
  });

  describe("RFC 9651 §3.3.7 Dates", () => {
    bothWays([
      ["@0", new Date(0)],
      ["@1659578233", new Date("2022-08-04T01:57:13Z")],
      ["@-62135596800", new Date("0001-01-01T00:00:00Z")],
      ["@253402214400", new Date("9999-12-31T00:00:00Z")],
    ]);
    refused(["@", "@-", "@1.5", "@ 1", "@@1", "@1000000000000000", "@8640000000001", "@-8640000000001"]);
    unwritable([new Date(Number.NaN)]);

    test("a fraction of a second is cut off", () => {
      expect(formatItem(new Date(1_999))).toBe("@1");
      expect(formatItem(new Date(-1))).toBe("@-1");
    });
  });

  describe("RFC 9651 §3.3.8 Display Strings", () => {
    bothWays([
      ['%""', new DisplayString("")],
      ['%"f%c3%bc%c3%bc"', new DisplayString("füü")],
      ['%"%f0%9f%98%80"', new DisplayString("😀")],
      ['%"a%25 %22b%22 \\"', new DisplayString('a% "b" \\')],
      ['%"%00%0a%7f%ef%bb%bf"', new DisplayString("\0\n\x7f\ufeff")],
    ]);
    refused(["%", '%"', '%"a', "%a", '%"%C3%BC"', '%"%c3"', '%"%c0%af"', '%"%ed%a0%80"', '%"%g0"', '%"%4"', '%"%']);
    refused(['%"ü"', '%"\t"', '%"%f5%80%80%80"', '%"%1C"', '%"%c3%"']);
    unwritable([new DisplayString("\ud800"), new DisplayString("a\udc00b")]);
  });

  unwritable([undefined, 1n, Symbol.iterator, {}, () => 1]);
});
