import { describe, expect, test } from "vitest";
import { TARGET_FORM } from "../../src/index.ts";
import { targetForm } from "../../src/request-target.ts";
import { decodeRequest, decodeResponse, octets, requestError } from "../wire.ts";

const request = (line: string): string => `${line}\r\nHost: h\r\n\r\n`;

describe("RFC 9112 §3 Request Line", () => {
  test("method SP request-target SP HTTP-version", () => {
    expect(decodeRequest(request("GET /a?b=c HTTP/1.1"))).toMatchObject({ method: "GET", target: "/a?b=c", minor: 1 });
  });

  test.each(["GET /", "GET  HTTP/1.1", "GET  / HTTP/1.1", "GET /\n"])(
    "S40: %j is refused where it stops being one",
    (line) => {
      expect(requestError(request(line))).toBe("ERR_HTTP1_REQUEST_LINE");
    },
  );

  test.each([
    ["HTTP/0.9", "GET /"],
    ["no target", "GET"],
    ["nothing", " "],
    ["two spaces after the method", "GET  / HTTP/1.1"],
    ["two spaces after the target", "GET /  HTTP/1.1"],
    ["a tab after the method", "GET\t/ HTTP/1.1"],
    ["a tab after the target", "GET /\tHTTP/1.1"],
    ["a space before it", " GET / HTTP/1.1"],
    ["a space after it", "GET / HTTP/1.1 "],
    ["a vertical tab for a space", "GET\v/ HTTP/1.1"],
    ["a target of two words", "GET /a b HTTP/1.1"],
    ["no-break space", "GET\xa0/ HTTP/1.1"],
  ])("S40: rejects %s", (_, line) => {
    expect(requestError(request(line))).toMatch(/^ERR_HTTP1_(REQUEST_LINE|METHOD|TARGET|VERSION)$/);
  });
});

describe("RFC 9112 §3.1 Method", () => {
  test.each(["GET", "POST", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09azAZ"])("%s is a token", (method) => {
    expect(decodeRequest(request(`${method} / HTTP/1.1`))).toMatchObject({ method });
  });

  test.each(["G@T", "GET:", "GE(T)", "G\xc9T", "G\0T", '"GET"', "{}", "G/T", ""])("S23: %j is not", (method) => {
    expect(requestError(request(`${method} / HTTP/1.1`))).toBe("ERR_HTTP1_METHOD");
  });

  test("one longer than any known is answered 501, as soon as it is", () => {
    expect(decodeRequest(`${"A".repeat(32)} / HTTP/1.1\r\nHost: h\r\n\r\n`)).toMatchObject({ method: "A".repeat(32) });
    expect(decodeRequest("A".repeat(33))).toEqual({ code: "ERR_HTTP1_METHOD_TOO_LONG", status: 501 });
  });
});

describe("RFC 9112 §3.2 Request Target", () => {
  test.each([
    ["GET", "/", TARGET_FORM.ORIGIN],
    ["OPTIONS", "/", TARGET_FORM.ORIGIN],
    ["GET", "//a", TARGET_FORM.ORIGIN],
    ["GET", '/%zz|{}^`<>"[]\\', TARGET_FORM.ORIGIN],
    ["GET", "http://h", TARGET_FORM.ABSOLUTE],
    ["GET", "HTTP://h:80?q", TARGET_FORM.ABSOLUTE],
    ["GET", "https://[::1]:443/", TARGET_FORM.ABSOLUTE],
    ["OPTIONS", "http://h", TARGET_FORM.ABSOLUTE],
    ["GET", "coap+tcp://h/", TARGET_FORM.ABSOLUTE],
    ["CONNECT", "h:443", TARGET_FORM.AUTHORITY],
    ["CONNECT", "[::1]:443", TARGET_FORM.AUTHORITY],
    ["OPTIONS", "*", TARGET_FORM.ASTERISK],
  ])("%s %s", (method, target, form) => {
    expect(decodeRequest(request(`${method} ${target} HTTP/1.1`))).toMatchObject({ method, target });
    expect(targetForm(method, octets(target), 0, target.length)).toBe(form);
  });

  test.each([
    ["origin-form begins with a slash", "GET", "a"],
    ["a query alone", "GET", "?a"],
    ["asterisk-form is for OPTIONS", "GET", "*"],
    ["asterisk-form is one octet", "OPTIONS", "**"],
    ["authority-form is for CONNECT", "GET", "h:80"],
    ["authority-form has a port", "CONNECT", "h"],
    ["authority-form has a port with digits", "CONNECT", "h:"],
    ["authority-form has a host", "CONNECT", ":443"],
    ["authority-form has no path", "CONNECT", "h:443/"],
    ["authority-form has no userinfo", "CONNECT", "u@h:443"],
    ["CONNECT takes no origin-form", "CONNECT", "/"],
    ["CONNECT takes no absolute-form", "CONNECT", "http://h:443"],
    ["CONNECT takes no asterisk", "CONNECT", "*"],
    ["a port is up to 65535", "CONNECT", "h:65536"],
    ["absolute-form has a host", "GET", "http:///a"],
    ["absolute-form has a host before the port", "GET", "http://:80/"],
    ["absolute-form has a scheme", "GET", "://h/"],
    ["a scheme begins with a letter", "GET", "1http://h/"],
    ["a scheme holds no slash", "GET", "ht/tp://h/"],
    ["absolute-form has //", "GET", "http:/h"],
    ["absolute-form has no userinfo", "GET", "http://u:p@h/"],
    ["an address has brackets", "GET", "http://::1/"],
    ["a fragment is not sent", "GET", "/#f"],
    ["a fragment is not sent in absolute-form", "GET", "http://h/#f"],
    ["nothing beyond ASCII", "GET", "/\xe9"],
    ["no DEL", "GET", "/\x7f"],
    ["no control", "GET", "/\x01"],
  ])("S24: rejects %s: %s %s", (_, method, target) => {
    expect(requestError(request(`${method} ${target} HTTP/1.1`))).toBe("ERR_HTTP1_TARGET");
  });

  test("S40: one that is too long is 414, however it is cut", () => {
    const long = `/${"a".repeat(8192)}`;
    expect(decodeRequest(request(`GET ${long.slice(0, 8192)} HTTP/1.1`))).toMatchObject({
      target: long.slice(0, 8192),
    });
    expect(decodeRequest(`GET ${long}`)).toEqual({ code: "ERR_HTTP1_TARGET_TOO_LONG", status: 414 });
    expect(requestError(request("GET /abc HTTP/1.1"), { maxTargetOctets: 3 })).toBe("ERR_HTTP1_TARGET_TOO_LONG");
    expect(decodeRequest(request("GET /ab HTTP/1.1"), { maxTargetOctets: 3 })).toMatchObject({ target: "/ab" });
  });

  test("S40: a target that fills the whole head is 414 too", () => {
    expect(requestError(`GET /${"a".repeat(100)}`, { maxHeadOctets: 50 })).toBe("ERR_HTTP1_TARGET_TOO_LONG");
  });
});

describe("RFC 9112 §3.2 Host", () => {
  test.each([
    ["example.com", "example.com"],
    ["example.com:8080", "example.com:8080"],
    ["localhost", "localhost"],
    ["127.0.0.1:0", "127.0.0.1:0"],
    ["[::1]", "[::1]"],
    ["[2001:db8::7]:65535", "[2001:db8::7]:65535"],
    ["[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]"],
    ["[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"],
    ["a_b.example", "a_b.example"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["%41.example", "%41.example"],
    ["h:", "h:"],
    ["", ""],
    ["  h  ", "h"],
  ])("accepts %j", (value, host) => {
    expect(decodeRequest(`GET / HTTP/1.1\r\nHost:${value}\r\n\r\n`)).toMatchObject({ host });
  });

  test.each([
    "a b",
    "a/b",
    "u@h",
    "h:80:80",
    "h:x",
    "h:-1",
    "h:65536",
    "h:99999999999999999999",
    "a\\b",
    "a?b",
    "a#b",
    "a%4",
    "a%zz",
    "a<b",
    'a"b',
    "\xe9.example",
    "[::1",
    "::1",
    "[]",
    "[:]",
    "[::1]x",
    "[::1]:x",
    "[1:2:3:4:5:6:7]",
    "[1:2:3:4:5:6:7:8:9]",
    "[1::2::3]",
    "[::12345]",
    "[::256.0.0.1]",
    "[::1.2.3]",
    "[1.2.3.4::]",
    "[1:2:3:4:5:6:7::8]",
    "[fe80::1%25eth0]",
    "[v1.x]",
  ])("S24: refuses %j", (value) => {
    expect(decodeRequest(`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`)).toEqual({ code: "ERR_HTTP1_HOST", status: 400 });
  });

  test("S24: missing in HTTP/1.1 it is 400; HTTP/1.0 may leave it out", () => {
    expect(decodeRequest("GET / HTTP/1.1\r\n\r\n")).toEqual({ code: "ERR_HTTP1_HOST", status: 400 });
    expect(requestError("GET http://h/ HTTP/1.1\r\n\r\n")).toBe("ERR_HTTP1_HOST");
    expect(decodeRequest("GET / HTTP/1.0\r\n\r\n")).toMatchObject({ host: "" });
  });

  test("S24: twice it is 400, in HTTP/1.0 too, and when both are the same", () => {
    expect(requestError("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).toBe("ERR_HTTP1_HOST");
    expect(requestError("GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n")).toBe("ERR_HTTP1_HOST");
    expect(requestError("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n")).toBe("ERR_HTTP1_HOST");
  });

  test("S25: the authority of an absolute target wins over Host", () => {
    expect(decodeRequest("GET http://a:81/x HTTP/1.1\r\nHost: b\r\n\r\n")).toMatchObject({
      host: "b",
      authority: "a:81",
    });
    expect(decodeRequest("GET /x HTTP/1.1\r\nHost: b\r\n\r\n")).toMatchObject({ host: "b", authority: "b" });
    expect(decodeRequest("CONNECT a:443 HTTP/1.1\r\nHost: b\r\n\r\n")).toMatchObject({ host: "b", authority: "a:443" });
  });

  test("a response may carry a field of that name; it means nothing", () => {
    expect(decodeResponse("HTTP/1.1 200 OK\r\nHost: a b\r\nHost: c\r\n\r\n")).toMatchObject({ status: 200 });
  });
});
