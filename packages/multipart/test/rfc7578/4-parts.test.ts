import { describe, expect, test } from "vitest";
import { parsePartHead } from "../../src/index.ts";
import { crlf } from "../wire.ts";

const read = (head: string) => parsePartHead(crlf(head));
const named = (disposition: string) => {
  const { name, filename } = read(`Content-Disposition: ${disposition}\n`);
  return [name, filename];
};
const error = (code: string): unknown => expect.objectContaining({ name: "MultipartError", code });

describe("RFC 7578 §4.2 Content-Disposition", () => {
  test.each([
    ['form-data; name="a"', ["a", null]],
    ['form-data; name="a"; filename="b.txt"', ["a", "b.txt"]],
    ['Form-Data;NAME="a";FileName="b.txt"', ["a", "b.txt"]],
    ['form-data ;\tname="a" ; filename="" ', ["a", ""]],
    ["form-data; name=a; filename=b.txt", ["a", "b.txt"]],
    ['form-data; name=""', ["", null]],
    ['form-data; filename="a;b=c"; x=1; y="2"; name="n"', ["n", "a;b=c"]],
  ])("%s", (disposition, expected) => {
    expect(named(disposition)).toEqual(expected);
  });
  test("names are UTF-8 (§5.1); what is not becomes U+FFFD", () => {
    expect(named('form-data; name="Größe"; filename="写真😀.png"')).toEqual(["Größe", "写真😀.png"]);
    const head = Uint8Array.from('Content-Disposition: form-data; name="\xe9"\r\n', (octet) => octet.charCodeAt(0));
    expect(parsePartHead(head).name).toBe("\ufffd");
  });
  test("filename* is not read: it must not be sent, and readers differ", () => {
    expect(named('form-data; name="a"; filename="b"; filename*=UTF-8\'\'c')).toEqual(["a", "b"]);
    expect(named("form-data; name=\"a\"; filename*=UTF-8''c")).toEqual(["a", null]);
  });
  test.each([
    ["no Content-Disposition", "Content-Type: text/plain\n"],
    ["two", 'Content-Disposition: form-data; name="a"\nContent-Disposition: form-data; name="b"\n'],
    ["another disposition", 'Content-Disposition: attachment; name="a"\n'],
    ["no name", "Content-Disposition: form-data\n"],
    ["a name twice", 'Content-Disposition: form-data; name="a"; name="b"\n'],
    ["a file name twice", 'Content-Disposition: form-data; name="a"; filename="b"; filename="c"\n'],
    ["a quote that does not end", 'Content-Disposition: form-data; name="a\n'],
    ["text after a quoted name, also after one with a backslash", 'Content-Disposition: form-data; name="a\\"b"\n'],
    ["a parameter without value", "Content-Disposition: form-data; name\n"],
    ["an empty parameter", 'Content-Disposition: form-data;; name="a"\n'],
    ["no token", "Content-Disposition: form-data; name=ä\n"],
    ["a line that is no field", "Content-Disposition\n"],
    ["white space before the colon", 'Content-Disposition : form-data; name="a"\n'],
    ["a folded line", 'Content-Disposition: form-data;\n name="a"\n'],
    ["NUL in a name", 'Content-Disposition: form-data; name="a\u0000b"\n'],
    ["CR in a name", 'Content-Disposition: form-data; name="a\rb"\n'],
    ["two media types", 'Content-Disposition: form-data; name="a"\nContent-Type: a/b\nContent-Type: c/d\n'],
  ])("rejects: %s", (_, head) => {
    expect(() => read(head)).toThrow(error("ERR_MULTIPART_HEAD"));
  });
});

describe("RFC 7578 §4.4 to §4.8", () => {
  test("Content-Type is told as it came (§4.4)", () => {
    expect(read('Content-Disposition: form-data; name="a"\ncontent-type:  Text/Plain;charset=x \n').contentType).toBe(
      "Text/Plain;charset=x",
    );
    expect(read('Content-Disposition: form-data; name="a"\n').contentType).toBeNull();
  });
  test("Content-Transfer-Encoding: one that changes nothing is taken, another is refused, not ignored (§4.7)", () => {
    for (const encoding of ["7bit", "8BIT", "binary"])
      expect(read(`Content-Disposition: form-data; name="a"\nContent-Transfer-Encoding: ${encoding}\n`).name).toBe("a");
    for (const encoding of ["base64", "quoted-printable", "x"])
      expect(() => read(`Content-Disposition: form-data; name="a"\nContent-Transfer-Encoding: ${encoding}\n`)).toThrow(
        error("ERR_MULTIPART_ENCODING"),
      );
  });
  test("other fields mean nothing, and can be seen (§4.8)", () => {
    const { name, fields } = read('X-A: 1\nContent-Disposition: form-data; name="a"\nX-A: 2\n');
    expect(name).toBe("a");
    expect(fields.get("x-a")).toBe("1, 2");
  });
});
