import { Fields } from "@stack/http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatMimeType, mimeTypeOf, parseMimeType } from "../../src/mime-type.ts";

function normalized(text: string): string | null {
  const type = parseMimeType(text);
  return type === null ? null : formatMimeType(type);
}

describe("MIME Sniffing §4.4 Parsing a MIME type, §4.5 Serializing a MIME type", () => {
  test.each([
    [" Text/HTML ; Charset=UTF-8 ", "text/html;charset=UTF-8"],
    ['a/b;c="d e"', 'a/b;c="d e"'],
    ['a/b;c="d\\"e\\\\"', 'a/b;c="d\\"e\\\\"'],
    ['a/b;c="d', "a/b;c=d"],
    ['a/b;c=""', 'a/b;c=""'],
    ["a/b;c=", "a/b"],
    ["a/b;c", "a/b"],
    ["a/b;;c=d;c=e;", "a/b;c=d"],
    ["a/b;c =d", "a/b"],
    ["a/b;c= d", 'a/b;c=" d"'],
    ['a/b;c="d"e;f=g', "a/b;c=d;f=g"],
    ["a/b;c=é", 'a/b;c="é"'],
    ["a/b;c=\u0100;d=e", "a/b;d=e"],
  ])("%s", (text, serialized) => {
    expect(normalized(text)).toBe(serialized);
  });

  test.each(["", "a", "a/", "/b", "a/b/c", "a b/c", "a/b c", "a/b,c"])("%j is none", (text) => {
    expect(normalized(text)).toBe(null);
  });

  test("what was serialized is the same again; nothing takes long", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a/;="\\ ,\té') }), (rest) => {
        const once = normalized(`a/b${rest}`);
        if (once !== null) expect(normalized(once)).toBe(once);
      }),
    );
    expect(normalized(`a/b${';a="\\'.repeat(20_000)}`)).not.toBe(null);
    expect(normalized(`a/b;c=${" ".repeat(100_000)}d`)).not.toBe(null);
  });
});

describe("Fetch §2.2.2: extract a MIME type", () => {
  test.each([
    [["text/plain"], "text/plain"],
    [["text/plain;charset=x", "text/html"], "text/html"],
    [["text/html;charset=x", "text/html;a=b"], "text/html;a=b;charset=x"],
    [["text/html;charset=x, text/html"], "text/html;charset=x"],
    [["text/html", "*/*", "nothing"], "text/html"],
    [['a/b;c="d,e"'], 'a/b;c="d,e"'],
    [["nothing"], null],
    [[], null],
  ])("%j", (values, type) => {
    const found = mimeTypeOf(new Fields(values.map((value) => ["Content-Type", value] as const)));
    expect(found === null ? null : formatMimeType(found)).toBe(type);
  });
});
