import { describe, expect, test } from "vitest";
import { HeadSyntaxError, PARTIAL, ResponseHeadDecoder } from "../../src/index.ts";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\n";

/** What a decoder makes of octets. */
function decode(decoder: ResponseHeadDecoder, wire: string): unknown {
  const bytes = Buffer.from(wire, "latin1");
  const next = decoder.decode(bytes, 0, bytes.length);
  const { status, reason, minor, fields, contentLength, chunked, keepAlive, upgrade } = decoder;
  return { next, status, reason, minor, fields, contentLength, chunked, keepAlive, upgrade };
}

describe("RFC 9112 §4: a head that came a moment ago", () => {
  const expected = {
    next: HEAD.length,
    status: 200,
    reason: "OK",
    minor: 1,
    fields: ["Content-Length", "2", "X", "y"],
    contentLength: 2,
    chunked: false,
    keepAlive: true,
    upgrade: false,
  };

  test("is what it was, on any connection, whatever follows", () => {
    for (let i = 0; i < 5; i++) expect(decode(new ResponseHeadDecoder(), HEAD)).toEqual(expected);
    expect(decode(new ResponseHeadDecoder(), `${HEAD}okHTTP/1.1 500`)).toEqual(expected);
  });

  test("has a list of fields of its own each time", () => {
    const [one, other] = [new ResponseHeadDecoder(), new ResponseHeadDecoder()];
    for (const decoder of [one, other, one, other]) decode(decoder, HEAD);
    one.fields.push("Evil", "1");
    decode(other, HEAD);
    expect(other.fields).toEqual(expected.fields);
    decode(one, HEAD);
    expect(one.fields).toEqual(expected.fields);
  });

  test.each([
    ["status", HEAD.replace("200", "404"), { status: 404 }],
    ["reason", HEAD.replace("OK", "KO"), { reason: "KO" }],
    ["version", HEAD.replace("1.1", "1.0"), { minor: 0, keepAlive: false }],
    ["field", HEAD.replace("y\r", "z\r"), { fields: ["Content-Length", "2", "X", "z"] }],
    ["length", HEAD.replace(": 2", ": 3"), { contentLength: 3, fields: ["Content-Length", "3", "X", "y"] }],
  ])("is another one with another %s", (_, wire, difference) => {
    for (let i = 0; i < 3; i++) decode(new ResponseHeadDecoder(), HEAD);
    for (let i = 0; i < 3; i++) expect(decode(new ResponseHeadDecoder(), wire)).toEqual({ ...expected, ...difference });
  });

  test("is cut anywhere", () => {
    for (let i = 0; i < 3; i++) decode(new ResponseHeadDecoder(), HEAD);
    const bytes = Buffer.from(HEAD, "latin1");
    for (let cut = 1; cut < HEAD.length; cut++) {
      const decoder = new ResponseHeadDecoder();
      expect(decoder.decode(bytes, 0, cut)).toBe(PARTIAL);
      expect(decoder.decode(bytes, cut, bytes.length)).toBe(bytes.length);
      expect(decoder.fields).toEqual(expected.fields);
    }
  });

  test("is refused by a decoder that allows less", () => {
    for (let i = 0; i < 3; i++) decode(new ResponseHeadDecoder(), HEAD);
    expect(() => decode(new ResponseHeadDecoder({ maxHeadOctets: HEAD.length - 1 }), HEAD)).toThrow(HeadSyntaxError);
    expect(() => decode(new ResponseHeadDecoder({ maxFields: 1 }), HEAD)).toThrow(HeadSyntaxError);
  });
});
