import { describe, expect, test, vi } from "vitest";
import {
  assertFieldName,
  assertFieldValue,
  CHUNK_END,
  EncodeError,
  encodeChunkHead,
  encodeFields,
  encodeRequestLine,
  encodeStatusLine,
  encodeTrailers,
  isFieldValue,
  isToken,
  LAST_CHUNK,
} from "../../src/index.ts";
import { decodeChunked, decodeRequest, decodeResponse } from "../wire.ts";

/** What ends a line, or is cut to it when a code unit becomes an octet. */
const SPLITTERS = [
  "\r\nX: y",
  "\n",
  "\r",
  "\0",
  "\u010a",
  "\u010d",
  "\u0d0a",
  "\u560a",
  "\u{1f600}",
  "\x7f",
  "\x1b",
  "\b",
];

describe("RFC 9112 §4 Status Line, encoding", () => {
  test("a known status has its phrase; any may have another", () => {
    expect(encodeStatusLine(200)).toBe("HTTP/1.1 200 OK\r\n");
    expect(encodeStatusLine(418)).toBe("HTTP/1.1 418 \r\n");
    expect(encodeStatusLine(404, "Nope \xe9")).toBe("HTTP/1.1 404 Nope \xe9\r\n");
    expect(encodeStatusLine(200, "")).toBe("HTTP/1.1 200 \r\n");
  });

  test.each([0, 99, 1000, 200.5, Number.NaN, -200, "200\r\n" as unknown as number])(
    "S43: %j is no status",
    (status) => {
      expect(() => encodeStatusLine(status)).toThrow(expect.objectContaining({ code: "ERR_INVALID_START_LINE" }));
    },
  );

  test.each(SPLITTERS)("S43: a reason does not split a response: %j", (splitter) => {
    expect(() => encodeStatusLine(200, `OK${splitter}`)).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_START_LINE" }),
    );
  });

  test("S99: a status is no name of a prototype", () => {
    expect(() => encodeStatusLine("constructor" as unknown as number)).toThrow(EncodeError);
    expect(() => encodeStatusLine("length" as unknown as number)).toThrow(EncodeError);
  });
});

describe("RFC 9112 §3 Request Line, encoding", () => {
  test("method SP target SP version", () => {
    expect(encodeRequestLine("GET", "/a?b=c")).toBe("GET /a?b=c HTTP/1.1\r\n");
    expect(encodeRequestLine("OPTIONS", "*")).toBe("OPTIONS * HTTP/1.1\r\n");
  });

  test.each([...SPLITTERS, " ", "\t", "#", "\xe9"])("S45: a target does not split a request: %j", (splitter) => {
    for (const target of [splitter, `/${splitter}`, `${splitter}/`])
      expect(() => encodeRequestLine("GET", target)).toThrow(
        expect.objectContaining({ code: "ERR_INVALID_START_LINE" }),
      );
  });

  test.each([...SPLITTERS, " ", "", ":", "G T"])("S45: nor does a method: %j", (method) => {
    expect(() => encodeRequestLine(method, "/")).toThrow(expect.objectContaining({ code: "ERR_INVALID_START_LINE" }));
    expect(() => encodeRequestLine("GET", "")).toThrow(EncodeError);
  });
});

describe("RFC 9112 §5 Field Syntax, encoding", () => {
  test("a flat list becomes lines", () => {
    expect(encodeFields(["A", "b", "C-d", "", "e", "\t\xff ~"])).toBe("A: b\r\nC-d: \r\ne: \t\xff ~\r\n");
    expect(encodeFields([])).toBe("");
  });

  test.each(SPLITTERS)("S42: a value does not split a head: %j", (splitter) => {
    for (const value of [splitter, `a${splitter}`, `${splitter}b`, `${"a".repeat(100)}${splitter}${"b".repeat(100)}`]) {
      expect(() => encodeFields(["A", value])).toThrow(expect.objectContaining({ code: "ERR_INVALID_FIELD" }));
      expect(() => encodeFields(["Ok", "ok", "A", value])).toThrow(TypeError);
      expect(isFieldValue(value)).toBe(false);
    }
  });

  test("S42: of all characters a value holds HTAB, SP, the visible ones and obs-text, be it short or long", () => {
    for (let code = 0; code <= 0xffff; code++) {
      const octet = String.fromCharCode(code);
      const expected = code === 9 || (code >= 0x20 && code <= 0x7e) || (code >= 0x80 && code <= 0xff);
      if (isFieldValue(octet) !== expected || isFieldValue(`aaaaaaaaaaaaaaaa${octet}`) !== expected)
        expect.fail(`U+${code.toString(16)}`);
    }
  });

  test.each([...SPLITTERS, " ", "", ":", "a b", "a:", "\xe9", "(", "A\n", "\nA"])(
    "S42: nor does a name: %j",
    (name) => {
      expect(() => encodeFields([name, "x"])).toThrow(expect.objectContaining({ code: "ERR_INVALID_FIELD" }));
      expect(isToken(name)).toBe(false);
    },
  );

  test("S42: what is no string is refused, whatever it turns into", () => {
    const values = [undefined, null, 5, ["a"], { toString: () => "a\r\nb" }] as unknown as string[];
    for (const value of values) {
      expect(() => encodeFields(["A", value])).toThrow(EncodeError);
      expect(() => encodeFields([value, "a"])).toThrow(EncodeError);
    }
    expect(() => encodeFields(["A"])).toThrow(EncodeError);
  });

  test("S126: of a value nothing is shown: it may be a token with a line end behind it", () => {
    const message = 'the value of "A" is not a string of HTAB, SP, visible and obs-text octets (RFC 9110 §5.5)';
    expect(() => encodeFields(["A", "secret\n"])).toThrow(new EncodeError("ERR_INVALID_FIELD", message));
  });

  test("S51: the error shows what was refused escaped and cut", () => {
    expect(() => encodeFields([`\r\n${"x".repeat(1000)}`, "a"])).toThrow(/\\x0d\\x0ax{10}/);
    expect(() => encodeFields([`\u010a${"x".repeat(1000)}`, ""])).toThrow(/^[ -~§…]{1,200}$/);
  });

  test("S98, S68: names are remembered only so far", () => {
    const kept = vi.spyOn(Map.prototype, "set");
    for (let i = 0; i < 5000; i++) if (encodeFields([`X-${i}`, ""]) !== `X-${i}: \r\n`) expect.fail(`X-${i}`);
    const { length } = kept.mock.calls;
    kept.mockRestore();
    expect(length).toBeLessThanOrEqual(512);
    expect(() => encodeFields(["X-5000 ", ""])).toThrow(EncodeError);
    expect(encodeFields(["__proto__", "a"])).toBe("__proto__: a\r\n");
  });

  test("the checks alone", () => {
    expect(() => assertFieldName("X-A")).not.toThrow();
    expect(() => assertFieldName("X A")).toThrow(EncodeError);
    expect(() => assertFieldValue("a", "X-A")).not.toThrow();
    expect(() => assertFieldValue("a\n", "X-A")).toThrow(EncodeError);
    expect(isToken("a")).toBe(true);
    expect(isFieldValue("")).toBe(true);
  });

  test("what is encoded is decoded to the same", () => {
    const fields = ["Host", "h", "X", "a b", "Y", "", "x", "\xe9"];
    expect(decodeRequest(`${encodeRequestLine("PUT", "/x")}${encodeFields(fields)}\r\n`)).toMatchObject({
      method: "PUT",
      target: "/x",
      fields,
    });
    expect(decodeResponse(`${encodeStatusLine(204)}${encodeFields(fields)}\r\n`)).toMatchObject({
      status: 204,
      reason: "No Content",
      fields,
    });
  });
});

describe("RFC 9112 §7.1 Chunked Transfer Coding, encoding", () => {
  test("a chunk is its head, its octets and CRLF", () => {
    expect(encodeChunkHead(1)).toBe("1\r\n");
    expect(encodeChunkHead(65_536)).toBe("10000\r\n");
    expect(encodeChunkHead(Number.MAX_SAFE_INTEGER)).toBe("1fffffffffffff\r\n");
    expect(decodeChunked(`${encodeChunkHead(4)}Wiki${CHUNK_END}${LAST_CHUNK}`)).toEqual({
      content: "Wiki",
      trailers: [],
      rest: "",
    });
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])("%d octets are no chunk", (size) => {
    expect(() => encodeChunkHead(size)).toThrow(RangeError);
  });

  test("trailers follow the last chunk", () => {
    expect(encodeTrailers(["X-Sum", "1"])).toBe("0\r\nX-Sum: 1\r\n\r\n");
    expect(encodeTrailers([])).toBe(LAST_CHUNK);
  });

  test.each([
    "Content-Length",
    "transfer-encoding",
    "Host",
    "SET-COOKIE",
    "Authorization",
    "Content-Type",
    "Cache-Control",
    "Trailer",
  ])("S39: %s is not sent as a trailer", (name) => {
    expect(() => encodeTrailers(["X", "y", name, "z"])).toThrow(
      expect.objectContaining({ code: "ERR_FORBIDDEN_TRAILER" }),
    );
  });

  test.each(SPLITTERS)("S44: a trailer does not split a message: %j", (splitter) => {
    expect(() => encodeTrailers(["X", splitter])).toThrow(expect.objectContaining({ code: "ERR_INVALID_FIELD" }));
    expect(() => encodeTrailers([`X${splitter}`, "y"])).toThrow(expect.objectContaining({ code: "ERR_INVALID_FIELD" }));
  });
});
