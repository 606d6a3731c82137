import { describe, expect, test } from "vitest";
import { CHUNKED, ResponseHeadDecoder, requestFraming, responseFraming, TUNNEL, UNTIL_CLOSE } from "../../src/index.ts";
import { decodeRequest, decodeResponse, octets, requestError, responseError } from "../wire.ts";

const request = (lines: string, version = "1.1"): string => `POST / HTTP/${version}\r\nHost: h\r\n${lines}\r\n\r\n`;
const response = (lines: string, version = "1.1"): string => `HTTP/${version} 200 OK\r\n${lines}\r\n\r\n`;

describe("RFC 9112 §6.1 Transfer-Encoding", () => {
  test.each(["chunked", "CHUNKED", "cHuNkEd", " \tchunked\t "])("S2: %j is chunked", (value) => {
    expect(decodeRequest(request(`Transfer-Encoding:${value}`))).toMatchObject({ chunked: true, contentLength: -1 });
    expect(decodeResponse(response(`transfer-encoding:${value}`))).toMatchObject({ chunked: true, contentLength: -1 });
  });

  test.each([
    "xchunked",
    "chunkedx",
    "chunked, identity",
    "chunked, gzip",
    "identity",
    "gzip",
    "chunked, chunked",
    "chunked,",
    ",chunked",
    "gzip,,chunked",
    "chunked;a=b",
    "chunked ;",
    '"chunked"',
    "'chunked'",
    "chunked chunked",
    "gzip chunked",
    "chunked\xa0",
    "\xa0chunked",
    "chun ked",
    "chunke\xe4",
    "",
    ",",
  ])("S2: %j in a request is 400", (value) => {
    expect(decodeRequest(request(`Transfer-Encoding: ${value}`))).toEqual({
      code: "ERR_HTTP1_TRANSFER_ENCODING",
      status: 400,
    });
  });

  test("S2: a vertical tab before chunked is no whitespace", () => {
    expect(requestError(request("Transfer-Encoding: \x0bchunked"))).toBe("ERR_HTTP1_FIELD_VALUE");
  });

  test.each(["identity, chunked", "gzip, chunked", "gzip , deflate\t,\tchunked", "pigeons, chunked"])(
    "S2: %j in a request is 501",
    (value) => {
      expect(decodeRequest(request(`Transfer-Encoding: ${value}`))).toEqual({
        code: "ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED",
        status: 501,
      });
    },
  );

  test.each([
    ["chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "ERR_HTTP1_TRANSFER_ENCODING"],
    [
      "chunked, then another",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
      "ERR_HTTP1_TRANSFER_ENCODING",
    ],
    ["chunked, then nothing", "Transfer-Encoding: chunked\r\nTransfer-Encoding:", "ERR_HTTP1_TRANSFER_ENCODING"],
    [
      "another, then chunked",
      "Transfer-Encoding: identity\r\nX: y\r\nTransfer-Encoding: chunked",
      "ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED",
    ],
  ])("S3: several lines are one list: %s", (_, lines, code) => {
    expect(requestError(request(lines))).toBe(code);
    expect(responseError(response(lines))).toBe(code);
  });

  test("S5: in HTTP/1.0 it is refused, with and without Content-Length", () => {
    expect(requestError(request("Transfer-Encoding: chunked", "1.0"))).toBe("ERR_HTTP1_TRANSFER_ENCODING_IN_1_0");
    expect(requestError(request("Content-Length: 5\r\nTransfer-Encoding: chunked", "1.0"))).toBe(
      "ERR_HTTP1_TRANSFER_ENCODING_IN_1_0",
    );
    expect(responseError(response("Transfer-Encoding: chunked", "1.0"))).toBe("ERR_HTTP1_TRANSFER_ENCODING_IN_1_0");
  });

  test("S34: a response in a coding that nobody can undo is refused", () => {
    for (const value of ["gzip", "gzip, chunked", "identity"])
      expect(responseError(response(`Transfer-Encoding: ${value}`))).toBe("ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED");
    expect(responseError(response("Transfer-Encoding: chunked, gzip"))).toBe("ERR_HTTP1_TRANSFER_ENCODING");
  });

  test("unknownTransferCodings hands it on, and still not chunked twice; requests stay refused", () => {
    const lenient = { unknownTransferCodings: true };
    expect(decodeResponse(response("Transfer-Encoding: gzip"), {}, lenient)).toMatchObject({ chunked: false });
    expect(decodeResponse(response("Transfer-Encoding: chunked, gzip"), {}, lenient)).toMatchObject({ chunked: false });
    expect(decodeResponse(response("Transfer-Encoding: gzip, chunked"), {}, lenient)).toMatchObject({ chunked: true });
    expect(responseError(response("Transfer-Encoding: chunked, gzip, chunked"), {}, lenient)).toBe(
      "ERR_HTTP1_TRANSFER_ENCODING",
    );
    expect(requestError(request("Transfer-Encoding: gzip, chunked"), {}, lenient)).toBe(
      "ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED",
    );
    expect(requestError(request("Transfer-Encoding: chunked, gzip"), {}, lenient)).toBe("ERR_HTTP1_TRANSFER_ENCODING");
  });
});

describe("RFC 9110 §8.6 Content-Length", () => {
  test.each([
    ["0", 0],
    ["5", 5],
    ["005", 5],
    ["\t42 ", 42],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["000000000000000000000009007199254740991", Number.MAX_SAFE_INTEGER],
  ])("%j", (value, contentLength) => {
    expect(decodeRequest(request(`Content-Length:${value}`))).toMatchObject({ contentLength, chunked: false });
    expect(decodeResponse(response(`CONTENT-LENGTH:${value}`))).toMatchObject({ contentLength });
  });

  test.each([
    "+5",
    "-0",
    "-5",
    "0x5",
    "5 6",
    "5_0",
    "5.0",
    "5e1",
    "",
    "five",
    "\xb2",
    "5\t6",
    "5;",
    "'5'",
    "٥".length > 1 ? "5a" : "5b",
  ])("S8: %j is no length", (value) => {
    expect(decodeRequest(request(`Content-Length: ${value}`))).toEqual({
      code: "ERR_HTTP1_CONTENT_LENGTH",
      status: 400,
    });
    expect(responseError(response(`Content-Length: ${value}`))).toBe("ERR_HTTP1_CONTENT_LENGTH");
  });

  test.each([
    "9007199254740992",
    "9007199254740993",
    "18446744073709551616",
    "18446744073709551621",
    "1".repeat(30),
    "1".repeat(400),
  ])("S9: %s is too large and does not wrap", (value) => {
    expect(requestError(request(`Content-Length: ${value}`))).toBe("ERR_HTTP1_CONTENT_LENGTH");
  });

  test.each([
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 5\r\ncontent-length: 5",
    "Content-Length: 0\r\nContent-Length: 0",
  ])("S7: given twice it is refused: %j", (lines) => {
    expect(requestError(request(lines))).toBe("ERR_HTTP1_DUPLICATE_CONTENT_LENGTH");
    expect(responseError(response(lines))).toBe("ERR_HTTP1_DUPLICATE_CONTENT_LENGTH");
  });

  test.each(["5, 5", "5,5", "5,6", "5,", ",5"])("S7: a list is refused: %j", (value) => {
    expect(requestError(request(`Content-Length: ${value}`))).toBe("ERR_HTTP1_CONTENT_LENGTH");
  });

  test("equalContentLengths takes equal ones as one", () => {
    const lenient = { equalContentLengths: true };
    for (const lines of ["Content-Length: 5, 5 ,5", "Content-Length: 5\r\nContent-Length: 05"])
      expect(decodeRequest(request(lines), {}, lenient)).toMatchObject({ contentLength: 5 });
    for (const lines of ["Content-Length: 5, 6", "Content-Length: 5\r\nContent-Length: 6"])
      expect(requestError(request(lines), {}, lenient)).toBe("ERR_HTTP1_DUPLICATE_CONTENT_LENGTH");
    for (const lines of ["Content-Length: 5,", "Content-Length: ,5", "Content-Length: 5 5", "Content-Length: 5,,5"])
      expect(requestError(request(lines), {}, lenient)).toBe("ERR_HTTP1_CONTENT_LENGTH");
  });
});

describe("RFC 9112 §6.3 Message Body Length", () => {
  test.each([
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nX: y\r\nContent-Length: 5",
    "Transfer-Encoding: chunked\r\nContent-Length: 0",
  ])("S1, S34: Transfer-Encoding and Content-Length together are refused: %j", (lines) => {
    expect(decodeRequest(request(lines))).toEqual({
      code: "ERR_HTTP1_TRANSFER_ENCODING_AND_CONTENT_LENGTH",
      status: 400,
    });
    expect(responseError(response(lines))).toBe("ERR_HTTP1_TRANSFER_ENCODING_AND_CONTENT_LENGTH");
  });

  test("transferEncodingOverContentLength: the length is void and the connection ends (rule 3)", () => {
    const lenient = { transferEncodingOverContentLength: true };
    const lines = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive";
    expect(decodeRequest(request(lines), {}, lenient)).toMatchObject({
      chunked: true,
      contentLength: -1,
      keepAlive: false,
    });
    expect(decodeResponse(response(lines), {}, lenient)).toMatchObject({
      chunked: true,
      contentLength: -1,
      keepAlive: false,
    });
  });

  test("of a request", () => {
    expect(requestFraming(true, -1)).toBe(CHUNKED);
    expect(requestFraming(false, 5)).toBe(5);
    expect(requestFraming(false, 0)).toBe(0);
    expect(requestFraming(false, -1)).toBe(0);
  });

  test("S6: a request of HTTP/1.0 without a length has no content, not content until the close", () => {
    const head = decodeRequest("POST / HTTP/1.0\r\n\r\nbody");
    expect(head).toMatchObject({ contentLength: -1, chunked: false, keepAlive: false, rest: "body" });
    expect(requestFraming(false, -1)).toBe(0);
  });

  test("S28: CONNECT has no content, so no length that could hide some", () => {
    const connect = (line: string): string => `CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n${line}\r\n\r\n`;
    expect(requestError(connect("Content-Length: 5"))).toBe("ERR_HTTP1_CONNECT_CONTENT");
    expect(requestError(connect("Transfer-Encoding: chunked"))).toBe("ERR_HTTP1_CONNECT_CONTENT");
    expect(decodeRequest(connect("Content-Length: 0"))).toMatchObject({ method: "CONNECT", contentLength: 0 });
  });

  test.each([
    ["HEAD", 200, true, 5, 0],
    ["GET", 100, false, 5, 0],
    ["GET", 101, true, -1, 0],
    ["GET", 199, false, -1, 0],
    ["GET", 204, false, 5, 0],
    ["GET", 304, true, -1, 0],
    ["CONNECT", 200, true, -1, TUNNEL],
    ["CONNECT", 299, false, 5, TUNNEL],
    ["CONNECT", 404, false, 5, 5],
    ["CONNECT", 407, true, -1, CHUNKED],
    ["GET", 200, true, -1, CHUNKED],
    ["GET", 200, false, 5, 5],
    ["GET", 205, false, 0, 0],
    ["GET", 200, false, -1, UNTIL_CLOSE],
    ["head", 200, false, 5, 5],
  ])(
    "S33: of a response to %s with %i (chunked %s, length %i): %i",
    (method, status, chunked, contentLength, framing) => {
      expect(responseFraming(method, status, chunked, contentLength)).toBe(framing);
    },
  );

  test("a response decoder knows its own", () => {
    const decoder = new ResponseHeadDecoder();
    const wire = octets(response("Content-Length: 5"));
    decoder.decode(wire, 0, wire.length);
    expect(decoder.framingFor("GET")).toBe(5);
    expect(decoder.framingFor("HEAD")).toBe(0);
  });
});
