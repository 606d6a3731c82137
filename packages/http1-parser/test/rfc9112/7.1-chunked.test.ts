import { describe, expect, test } from "vitest";
import { ChunkedDecoder, ChunkedSyntaxError, latin1 } from "../../src/index.ts";
import { chunkedError, decodeChunked, octets } from "../wire.ts";

describe("RFC 9112 §7.1 Chunked Transfer Coding", () => {
  test("content is the chunks' data joined; what follows the message is left", () => {
    expect(decodeChunked("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\nrest")).toEqual({
      content: "Wikipedia",
      trailers: [],
      rest: "rest",
    });
  });

  test.each(["a", "A", "0a", "000000000000000A"])("chunk-size is hexadecimal: %s", (size) => {
    expect(decodeChunked(`${size}\r\n0123456789\r\n0\r\n\r\n`)).toMatchObject({ content: "0123456789", trailers: [] });
  });

  test("the last chunk is one or more zeros", () => {
    expect(decodeChunked("000\r\n\r\n")).toEqual({ content: "", trailers: [], rest: "" });
  });

  test("data may hold anything, CRLF and what looks like a chunk too", () => {
    expect(decodeChunked("a\r\n\r\n0\r\n\r\n\0\xff!\r\n0\r\n\r\n")).toMatchObject({ content: "\r\n0\r\n\r\n\0\xff!" });
  });

  test.each([
    ["no size", "\r\n"],
    ["a sign", "+4\r\n"],
    ["0x", "0x4\r\nWiki"],
    ["a space before it", " 4\r\nWiki"],
    ["a space after it", "4 \r\nWiki"],
    ["a tab after it", "4\t\r\nWiki"],
    ["a space before an extension", "4 ;a\r\nWiki"],
    ["another number system", "4g\r\nWiki"],
    ["an underscore", "4_0\r\nWiki"],
    ["nothing before an extension", ";a\r\nWiki"],
  ])("S11: chunk-size is 1*HEXDIG: rejects %s", (_, wire) => {
    expect(chunkedError(wire)).toBe("ERR_HTTP1_CHUNK_SIZE");
  });

  test.each(["10000000000000000", "00000000000000004", "20000000000000", "FFFFFFFFFFFFFFFF", "f".repeat(100)])(
    "S10: %s is too large, or too long, and does not wrap",
    (size) => {
      expect(chunkedError(`${size}\r\n`)).toBe("ERR_HTTP1_CHUNK_SIZE");
    },
  );

  test("S10: 2^53 - 1 is the largest", () => {
    expect(decodeChunked("1fffffffffffff\r\nabc")).toEqual({ content: "abc", trailers: null, rest: "" });
  });

  test.each(["4\nWiki\r\n0\r\n\r\n", "4;a\nWiki", '4;a="b"\nWiki', "4\r\nWiki\r\n0\n\n"])(
    "S12: a bare LF ends no chunk-size line: %j",
    (wire) => {
      expect(chunkedError(wire)).toBe("ERR_HTTP1_CHUNK_LINE_END");
      expect(chunkedError(wire, {}, { bareLf: true })).toBe("ERR_HTTP1_CHUNK_LINE_END");
    },
  );

  test.each(["4\rWiki", "4\r\rWiki", "4\r;a\r\nWiki", "4;a\rX\r\nWiki", '4;a="b"\r;c\r\n'])(
    "S13: nor does a bare CR: %j",
    (wire) => {
      expect(chunkedError(wire)).toBe("ERR_HTTP1_CHUNK_LINE_END");
    },
  );

  test.each([
    ["missing", "4\r\nWiki5\r\npedia\r\n0\r\n\r\n"],
    ["data longer than its size", "3\r\nWiki\r\n0\r\n\r\n"],
    ["LF alone", "4\r\nWiki\n0\r\n\r\n"],
    ["CR alone", "4\r\nWiki\r0\r\n\r\n"],
    ["another octet and LF", "4\r\nWikiX\n0\r\n\r\n"],
    ["LF twice", "4\r\nWiki\n\n0\r\n\r\n"],
    ["two other octets", "4\r\nWikiXX0\r\n\r\n"],
    ["LF CR", "4\r\nWiki\n\r0\r\n\r\n"],
  ])("S15: CRLF follows the data: rejects %s", (_, wire) => {
    expect(chunkedError(wire)).toBe("ERR_HTTP1_CHUNK_DATA_END");
  });

  test("nothing is read after a refusal", () => {
    const decoder = new ChunkedDecoder({ onContent: () => {}, onTrailers: () => {} });
    const wire = octets("x4\r\nWiki\r\n0\r\n\r\n");
    expect(() => decoder.decode(wire, 0, wire.length)).toThrow(ChunkedSyntaxError);
    expect(() => decoder.decode(wire, 1, wire.length)).toThrow(TypeError);
    decoder.reset();
    expect(decoder.decode(wire, 1, wire.length)).toBe(wire.length);
    expect(decoder.done).toBe(true);
  });

  test("done, and nothing consumed until reset", () => {
    let ends = 0;
    const decoder = new ChunkedDecoder({ onContent: () => {}, onTrailers: () => ends++ });
    const wire = octets("0\r\n\r\n0\r\n\r\n");
    expect(decoder.decode(wire, 0, wire.length)).toBe(5);
    expect(decoder.done).toBe(true);
    expect(decoder.decode(wire, 5, wire.length)).toBe(5);
    expect(ends).toBe(1);
    decoder.reset();
    expect(decoder.done).toBe(false);
    expect(decoder.decode(wire, 5, wire.length)).toBe(10);
    expect(ends).toBe(2);
  });

  test("a visitor that pauses gets no more until decode is called again", () => {
    const seen: string[] = [];
    const decoder = new ChunkedDecoder({
      onContent: (bytes, start, end) => {
        seen.push(latin1(bytes, start, end));
        decoder.pause();
      },
      onTrailers: () => seen.push("end"),
    });
    const wire = octets("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n");
    const first = decoder.decode(wire, 0, wire.length);
    expect([first, seen]).toEqual([7, ["Wiki"]]);
    const second = decoder.decode(wire, first, wire.length);
    expect([second, seen]).toEqual([17, ["Wiki", "pedia"]]);
    expect(decoder.decode(wire, second, wire.length)).toBe(wire.length);
    expect(seen).toEqual(["Wiki", "pedia", "end"]);
  });

  test("a visitor may reset the decoder, in content and at the end", () => {
    let messages = 0;
    const decoder = new ChunkedDecoder({
      onContent: () => {},
      onTrailers: () => {
        messages++;
        decoder.reset();
      },
    });
    const wire = octets("1\r\na\r\n0\r\n\r\n1\r\nb\r\n0\r\n\r\n");
    expect(decoder.decode(wire, 0, wire.length)).toBe(wire.length);
    expect(messages).toBe(2);
  });

  test("S38: content is reported as it lies, one call for each chunk in a segment", () => {
    const calls: [number, number][] = [];
    const decoder = new ChunkedDecoder({
      onContent: (_, start, end) => calls.push([start, end]),
      onTrailers: () => {},
    });
    const wire = octets("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n");
    decoder.decode(wire, 0, wire.length);
    expect(calls).toEqual([
      [3, 7],
      [12, 17],
    ]);
  });
});

describe("RFC 9112 §7.1.1 Chunk Extensions", () => {
  test.each([";a", ";a=b", ";a;b;c", ';a="b c"', ';a="\\"\\\\;\\\xff"', ';a=""', ";a=b;c=d", ";!#$=|~"])(
    "%s is ignored",
    (extension) => {
      expect(decodeChunked(`4${extension}\r\nWiki\r\n0${extension}\r\n\r\n`)).toEqual({
        content: "Wiki",
        trailers: [],
        rest: "",
      });
    },
  );

  test.each([
    ";",
    ";;a",
    ";a;",
    ";=b",
    ";a=",
    ";a=b=c",
    ';a="b',
    ';a="b"c',
    ";a b",
    "; a",
    ";a =b",
    ";a= b",
    ";a ",
    ";a\0",
    ';a="\0"',
    ';a="\\\x7f"',
    ";\xe9",
    ";a=\xe9",
  ])("S13: %j is refused", (extension) => {
    expect(chunkedError(`4${extension}\r\nWiki\r\n0\r\n\r\n`)).toBe("ERR_HTTP1_CHUNK_EXTENSION");
  });

  test("S13: a quoted-string holds no line end", () => {
    expect(chunkedError('4;a="\r\nWiki')).toBe("ERR_HTTP1_CHUNK_EXTENSION");
    expect(chunkedError('4;a="\nWiki')).toBe("ERR_HTTP1_CHUNK_LINE_END");
  });

  test("S14: those of one chunk are bounded", () => {
    expect(decodeChunked(`4;${"a".repeat(255)}\r\nWiki`)).toMatchObject({ content: "Wiki" });
    expect(chunkedError(`4;${"a".repeat(256)}`)).toBe("ERR_HTTP1_CHUNK_EXTENSIONS_TOO_LARGE");
    expect(decodeChunked("1;abc\r\nx\r\n".repeat(5), { maxChunkExtensionOctets: 4 })).toMatchObject({
      content: "xxxxx",
    });
    expect(chunkedError("4;a", { maxChunkExtensionOctets: 0 })).toBe("ERR_HTTP1_CHUNK_EXTENSIONS_TOO_LARGE");
  });

  test("S14: those of one message are bounded, and counted anew for the next", () => {
    const limits = { maxTotalExtensionOctets: 6 };
    expect(decodeChunked("1;a\r\nx\r\n1;b\r\ny\r\n0;c\r\n\r\n", limits)).toMatchObject({ content: "xy", trailers: [] });
    expect(chunkedError("1;a\r\nx\r\n1;b\r\ny\r\n0;cc\r\n\r\n", limits)).toBe("ERR_HTTP1_CHUNK_EXTENSIONS_TOO_LARGE");
    const decoder = new ChunkedDecoder({ onContent: () => {}, onTrailers: () => {} }, limits);
    const wire = octets("1;abcd\r\nx\r\n0\r\n\r\n");
    for (let i = 0; i < 3; i++) {
      decoder.reset();
      expect(decoder.decode(wire, 0, wire.length)).toBe(wire.length);
    }
  });

  test("chunkWhitespace drops bad whitespace, and nothing else", () => {
    const lenient = { chunkWhitespace: true };
    for (const line of ["4 ", "4\t ", "4 ;a", "4; a", "4;a =b", "4;a= b", '4;a= "b" ;c', "4;a=b "])
      expect(decodeChunked(`${line}\r\nWiki\r\n0\r\n\r\n`, {}, lenient), line).toMatchObject({
        content: "Wiki",
        trailers: [],
      });
    for (const line of [" 4", "4 4", "4;a b", "4;a=b c", "4; ", "4;a= "])
      expect(chunkedError(`${line}\r\nWiki\r\n0\r\n\r\n`, {}, lenient), line).toMatch(
        /^ERR_HTTP1_CHUNK_(SIZE|EXTENSION)$/,
      );
    expect(chunkedError(`4${" ".repeat(257)}\r\n`, {}, lenient)).toBe("ERR_HTTP1_CHUNK_EXTENSIONS_TOO_LARGE");
  });
});

describe("RFC 9112 §7.1.2 Chunked Trailer Section", () => {
  test("trailers come after the content, apart from the head", () => {
    expect(decodeChunked("1\r\na\r\n0\r\nX-Sum: 1\r\ngrpc-status: \t0 \r\n\r\nrest")).toEqual({
      content: "a",
      trailers: ["X-Sum", "1", "grpc-status", "0"],
      rest: "rest",
    });
  });

  test.each([
    "Content-Length: 5",
    "transfer-encoding: chunked",
    "HOST: h",
    "Connection: close",
    "Trailer: x",
    "Upgrade: h2c",
    "TE: trailers",
    "Authorization: x",
    "Proxy-Authorization: x",
    "Cookie: a=b",
    "Set-Cookie: a=b",
    "WWW-Authenticate: x",
  ])("S39: %s is refused", (line) => {
    expect(chunkedError(`0\r\nX: y\r\n${line}\r\n\r\n`)).toBe("ERR_HTTP1_TRAILER_FORBIDDEN");
  });

  test("S39: others that may not be trailers are left out", () => {
    const lines =
      "Content-Type: a\r\nX: y\r\ncache-control: b\r\nContent-Encoding: c\r\nDATE: d\r\nRange: e\r\nVary: f";
    expect(decodeChunked(`0\r\n${lines}\r\n\r\n`)).toMatchObject({ trailers: ["X", "y"] });
  });

  test("S39: too many, or too large, is 431", () => {
    const error = { code: "ERR_HTTP1_TRAILERS_TOO_LARGE", status: 431 };
    expect(decodeChunked(`0\r\n${"X: y\r\n".repeat(64)}\r\n`)).toMatchObject({ rest: "" });
    expect(decodeChunked(`0\r\n${"X: y\r\n".repeat(65)}\r\n`)).toEqual(error);
    expect(decodeChunked(`0\r\nX: ${"y".repeat(8192)}`)).toEqual(error);
    expect(decodeChunked("0\r\nX: y\r\n\r\n", { maxTrailerOctets: 8 })).toMatchObject({ trailers: ["X", "y"] });
    expect(decodeChunked("0\r\nX: y\r\n\r\n", { maxTrailerOctets: 7 })).toEqual(error);
  });

  test.each(["X : y", ": y", "X", "X: \0", "X: y\n", "X: y\r\n z", " X: y", "X: y\rZ"])(
    "S17, S19, S20, S23: the syntax is that of fields: rejects %j",
    (line) => {
      expect(chunkedError(`0\r\n${line}\r\n\r\n`)).toBe("ERR_HTTP1_TRAILER_SYNTAX");
    },
  );

  test("S99: names of Object.prototype are names like any other", () => {
    expect(decodeChunked("0\r\n__proto__: a\r\nconstructor: b\r\n\r\n")).toMatchObject({
      trailers: ["__proto__", "a", "constructor", "b"],
    });
  });

  test("the end of content is CRLF, with nothing between", () => {
    expect(chunkedError("0\r\n\n")).toBe("ERR_HTTP1_TRAILER_SYNTAX");
    expect(chunkedError("0\r\n\rX")).toBe("ERR_HTTP1_TRAILER_SYNTAX");
    expect(decodeChunked("0\r\n")).toEqual({ content: "", trailers: null, rest: "" });
  });
});
