import { describe, expect, test } from "vitest";
import { PARTIAL, RequestHeadDecoder, ResponseHeadDecoder } from "../../src/index.ts";
import { decodeRequest, decodeResponse, octets, requestError, responseError } from "../wire.ts";

const HEAD = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

describe("RFC 9112 §2.2 Message Parsing", () => {
  test("a head ends with its empty line; what follows is left", () => {
    expect(decodeRequest(`${HEAD}rest`)).toMatchObject({
      method: "GET",
      target: "/",
      fields: ["Host", "h"],
      rest: "rest",
    });
    expect(decodeResponse("HTTP/1.1 200 OK\r\n\r\nrest")).toMatchObject({ status: 200, fields: [], rest: "rest" });
  });

  test.each(["", "G", "GET / HTTP/1.1\r\nHost: h\r\n", HEAD.slice(0, -1)])(
    "%j is not complete and not wrong",
    (wire) => {
      expect(decodeRequest(wire)).toBeNull();
    },
  );

  test("empty lines before a request line are ignored", () => {
    expect(decodeRequest(`\r\n\r\n${HEAD}`)).toMatchObject({ method: "GET", rest: "" });
  });

  test("S40: a flood of empty lines is cut off", () => {
    expect(requestError("\r\n".repeat(5) + HEAD)).toBe("ERR_HTTP1_LEADING_EMPTY_LINES");
    expect(requestError("\r\n", { maxLeadingEmptyLines: 0 })).toBe("ERR_HTTP1_LEADING_EMPTY_LINES");
  });

  test("the count of empty lines begins anew with each message", () => {
    const decoder = new RequestHeadDecoder({ maxLeadingEmptyLines: 1 });
    const wire = octets(`\r\n${HEAD}`);
    for (let i = 0; i < 3; i++) expect(decoder.decode(wire, 0, wire.length)).toBe(wire.length);
  });

  test("empty lines before a status line are refused: only a server ignores them", () => {
    expect(responseError("\r\nHTTP/1.1 200 OK\r\n\r\n")).toBe("ERR_HTTP1_VERSION");
  });

  test.each([
    ["the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n"],
    ["an empty line before it", `\n${HEAD}`],
    ["a field line", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"],
    ["a field name", "GET / HTTP/1.1\r\nHost\n"],
    ["an empty value", "GET / HTTP/1.1\r\nHost:\n"],
    ["the head", "GET / HTTP/1.1\r\nHost: h\r\n\n"],
  ])("S16: a bare LF does not end %s", (_, wire) => {
    expect(requestError(wire)).toBe("ERR_HTTP1_BARE_LF");
  });

  test.each([
    ["the request line", "GET / HTTP/1.1\rHost: h\r\n\r\n"],
    ["an empty line before it", `\r${HEAD}`],
    ["a field line", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"],
    ["the head", "GET / HTTP/1.1\r\nHost: h\r\n\rX"],
    ["a field line, doubled", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n"],
  ])("S16: a bare CR does not end %s", (_, wire) => {
    expect(requestError(wire)).toBe("ERR_HTTP1_BARE_CR");
  });

  test("S16: nor does either in a response", () => {
    expect(responseError("HTTP/1.1 200 OK\nX: y\r\n\r\n")).toBe("ERR_HTTP1_BARE_LF");
    expect(responseError("HTTP/1.1 200 OK\rX: y\r\n\r\n")).toBe("ERR_HTTP1_BARE_CR");
    expect(responseError("HTTP/1.1 200\n\r\n")).toBe("ERR_HTTP1_BARE_LF");
    expect(responseError("HTTP/1.1 200 OK\r\n\n")).toBe("ERR_HTTP1_BARE_LF");
  });

  test("bareLf forgives LF alone, and nothing else", () => {
    const lenient = { bareLf: true };
    expect(decodeRequest("\nGET / HTTP/1.1\nHost: h\n\nrest", {}, lenient)).toMatchObject({
      fields: ["Host", "h"],
      rest: "rest",
    });
    expect(decodeResponse("HTTP/1.0 200 OK\nX: y\n\nrest", {}, lenient)).toMatchObject({
      fields: ["X", "y"],
      rest: "rest",
    });
    expect(requestError("GET / HTTP/1.1\rHost: h\n\n", {}, lenient)).toBe("ERR_HTTP1_BARE_CR");
    expect(requestError("GET /\nHost: h\n\n", {}, lenient)).toBe("ERR_HTTP1_REQUEST_LINE");
  });

  test.each([" ", "\t"])("S18: %j before the first field is refused", (space) => {
    expect(requestError(`GET / HTTP/1.1\r\n${space}Content-Length: 5\r\nHost: h\r\n\r\n`)).toBe(
      "ERR_HTTP1_LEADING_SPACE",
    );
    expect(responseError(`HTTP/1.1 200 OK\r\n${space}Content-Length: 5\r\n\r\n`)).toBe("ERR_HTTP1_LEADING_SPACE");
  });

  test.each([
    ["a TLS handshake", "\x16", "ERR_HTTP1_METHOD"],
    ["a space", " ", "ERR_HTTP1_METHOD"],
    ["NUL", "\0", "ERR_HTTP1_METHOD"],
    ["NUL in the target", "GET /\0", "ERR_HTTP1_TARGET"],
    ["NUL in a name", "GET / HTTP/1.1\r\nHo\0", "ERR_HTTP1_FIELD_NAME"],
    ["NUL in a value", "GET / HTTP/1.1\r\nHost: h\0", "ERR_HTTP1_FIELD_VALUE"],
    ["a wrong version", "GET / HTTP/3", "ERR_HTTP1_VERSION_UNSUPPORTED"],
  ])("S20: %s is refused when it is seen, not at the end of the head", (_, wire, code) => {
    const decoder = new RequestHeadDecoder();
    const bytes = octets(wire === "GET / HTTP/3" ? "GET / HTTP/3.0" : wire);
    expect(decoder.decode(bytes, 0, bytes.length - 1)).toBe(PARTIAL);
    expect(() => decoder.decode(bytes, bytes.length - 1, bytes.length)).toThrow(expect.objectContaining({ code }));
  });

  test("nothing is read after a refusal", () => {
    const wire = octets(`\x16${HEAD}`);
    const decoder = new RequestHeadDecoder();
    expect(() => decoder.decode(wire, 0, wire.length)).toThrow(expect.objectContaining({ status: 400 }));
    expect(decoder.pending).toBe(true);
    expect(() => decoder.decode(wire, 1, wire.length)).toThrow(TypeError);
    decoder.reset();
    expect(decoder.decode(wire, 1, wire.length)).toBe(wire.length);

    const responses = new ResponseHeadDecoder();
    const reply = octets("XHTTP/1.1 200 OK\r\n\r\n");
    expect(() => responses.decode(reply, 0, reply.length)).toThrow(
      expect.objectContaining({ code: "ERR_HTTP1_VERSION" }),
    );
    expect(() => responses.decode(reply, 1, reply.length)).toThrow(TypeError);
    responses.reset();
    expect(responses.decode(reply, 1, reply.length)).toBe(reply.length);
  });

  test("pending says whether a head has begun", () => {
    const decoder = new RequestHeadDecoder();
    const wire = octets(HEAD);
    expect(decoder.pending).toBe(false);
    decoder.decode(wire, 0, 1);
    expect(decoder.pending).toBe(true);
    decoder.decode(wire, 1, wire.length);
    expect(decoder.pending).toBe(false);
  });

  test("heads of several connections, cut and interleaved, one after the other, do not disturb each other", () => {
    const connections = ["a", "bb", "ccc"].map((name, i) => ({
      decoder: new RequestHeadDecoder(),
      wire: octets(`GET /${name} HTTP/1.1\r\nHost: ${name}\r\n${`${name}: ${name}\r\n`.repeat(i * 3)}\r\n`.repeat(3)),
      fields: [] as string[][],
    }));
    const longest = Math.max(...connections.map(({ wire }) => wire.length));
    for (let at = 0; at < longest; at++)
      for (const { decoder, wire, fields } of connections)
        if (at < wire.length && decoder.decode(wire, at, at + 1) !== PARTIAL)
          fields.push([decoder.target, ...decoder.fields]);
    for (const [i, name] of ["a", "bb", "ccc"].entries()) {
      const head = [`/${name}`, "Host", name, ...Array.from({ length: i * 6 }, () => name)];
      expect(connections[i]?.fields).toEqual([head, head, head]);
    }
  });

  test("released, a decoder holds no strings, and goes on", () => {
    const wire = octets("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    const decoder = new RequestHeadDecoder();
    decoder.decode(wire, 0, wire.length);
    const { fields } = decoder;
    decoder.release();
    expect(decoder).toMatchObject({ method: "", target: "", host: "", fields: [] });
    expect(fields).toEqual(["Host", "h"]);
    decoder.decode(wire, 0, wire.length);
    expect(decoder).toMatchObject({ method: "GET", target: "/a", host: "h", fields: ["Host", "h"] });

    const reply = octets("HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
    const responses = new ResponseHeadDecoder();
    responses.decode(reply, 0, reply.length);
    responses.release();
    expect(responses).toMatchObject({ reason: "", fields: [] });
  });

  test("one decoder reads one head after the other, each with results of its own", () => {
    const decoder = new RequestHeadDecoder();
    const wire = octets(
      "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close, upgrade\r\nUpgrade: x\r\nExpect: 100-continue\r\n\r\n" +
        "GET /b HTTP/1.1\r\nHost: b\r\n\r\n",
    );
    const next = decoder.decode(wire, 0, wire.length);
    const first = decoder.fields;
    expect(decoder).toMatchObject({
      target: "/a",
      contentLength: 0,
      keepAlive: false,
      upgrade: true,
      expectContinue: true,
    });
    expect(decoder.decode(wire, next, wire.length)).toBe(wire.length);
    expect(decoder).toMatchObject({
      target: "/b",
      contentLength: -1,
      keepAlive: true,
      upgrade: false,
      expectContinue: false,
      host: "b",
    });
    expect(first).toEqual([
      "Host",
      "a",
      "Content-Length",
      "0",
      "Connection",
      "close, upgrade",
      "Upgrade",
      "x",
      "Expect",
      "100-continue",
    ]);
    expect(decoder.fields).toEqual(["Host", "b"]);
  });
});
