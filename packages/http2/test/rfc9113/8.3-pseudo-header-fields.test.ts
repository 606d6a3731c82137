import { describe, expect, test } from "vitest";
import { serve } from "../served.ts";
import { block, headersOf, type Lines } from "../wire.ts";

/** What a request of exactly these fields becomes: method, target, authority and fields; or what was answered instead. */
function becomes(lines: Lines, scheme = false): unknown {
  let seen: unknown;
  const { client } = serve((request, response) => {
    const { method, target, authority, fields } = request;
    seen = [method, target, authority, fields.toJSON(), ...(scheme ? [request.scheme] : [])];
    response.send();
  });
  const answer = client.send(headersOf(1, block(lines), { end: lines[0]?.[1] !== "CONNECT" })).frames();
  return seen ?? answer;
}

const METHOD: [string, string] = [":method", "GET"];
const SCHEME: [string, string] = [":scheme", "http"];
const AUTHORITY: [string, string] = [":authority", "a.example"];
const PATH: [string, string] = [":path", "/"];
const HOST: [string, string] = ["host", "a.example"];
const MALFORMED = ["RST_STREAM 1 PROTOCOL_ERROR"];

describe("RFC 9113 §8.3.1: a request", () => {
  test("its pseudo-header fields in any order; Host is there for who asks for it", () => {
    const request = [
      "GET",
      "/",
      "a.example",
      [
        ["host", "a.example"],
        ["x", "y"],
      ],
    ];
    expect(becomes([METHOD, SCHEME, AUTHORITY, PATH, ["x", "y"]])).toEqual(request);
    expect(becomes([PATH, AUTHORITY, SCHEME, METHOD, ["x", "y"]])).toEqual(request);
  });

  test("Host for :authority; both, where they are the same", () => {
    const request = ["GET", "/", "a.example", [["host", "a.example"]]];
    expect(becomes([METHOD, SCHEME, PATH, HOST])).toEqual(request);
    expect(becomes([METHOD, SCHEME, AUTHORITY, PATH, HOST])).toEqual(request);
  });

  test("OPTIONS of the server as a whole", () => {
    expect(becomes([[":method", "OPTIONS"], SCHEME, AUTHORITY, [":path", "*"]])).toMatchObject({
      0: "OPTIONS",
      1: "*",
    });
  });

  test("the scheme is the client's word", () => {
    expect(becomes([METHOD, [":scheme", "https"], AUTHORITY, PATH], true)).toMatchObject({ 4: "https" });
  });

  test.each<[string, Lines]>([
    ["no :method", [SCHEME, AUTHORITY, PATH]],
    ["no :scheme", [METHOD, AUTHORITY, PATH]],
    ["no :path", [METHOD, SCHEME, AUTHORITY]],
    ["neither :authority nor Host", [METHOD, SCHEME, PATH]],
    ["none at all", [["x", "y"]]],
    ["nothing", []],
    ["two :method", [METHOD, METHOD, SCHEME, AUTHORITY, PATH]],
    ["two :scheme", [METHOD, SCHEME, SCHEME, AUTHORITY, PATH]],
    ["two :authority", [METHOD, SCHEME, AUTHORITY, AUTHORITY, PATH]],
    ["two :path", [METHOD, SCHEME, AUTHORITY, PATH, PATH]],
    ["two :path, the second another", [METHOD, SCHEME, AUTHORITY, PATH, [":path", "/admin"]]],
    ["two :path, the first empty", [METHOD, SCHEME, AUTHORITY, [":path", ""], PATH]],
    ["two :scheme, the first empty", [METHOD, [":scheme", ""], SCHEME, AUTHORITY, PATH]],
    ["one behind a regular field", [METHOD, SCHEME, AUTHORITY, ["x", "y"], PATH]],
    [":path again behind the others", [METHOD, SCHEME, AUTHORITY, PATH, ["x", "y"], PATH]],
    ["one that is unknown", [METHOD, SCHEME, AUTHORITY, PATH, [":unknown", "x"]]],
    ["one of responses", [METHOD, SCHEME, AUTHORITY, PATH, [":status", "200"]]],
    ["one in upper case", [METHOD, SCHEME, AUTHORITY, [":Path", "/"]]],
    ["an empty :path", [METHOD, SCHEME, AUTHORITY, [":path", ""]]],
    ["a :path without its slash", [METHOD, SCHEME, AUTHORITY, [":path", "admin"]]],
    ["a :path in absolute form", [METHOD, SCHEME, AUTHORITY, [":path", "http://b.example/"]]],
    ["a :path with a space", [METHOD, SCHEME, AUTHORITY, [":path", "/a b"]]],
    ["a :path with CR LF", [METHOD, SCHEME, AUTHORITY, [":path", "/ HTTP/1.1\r\nx: y"]]],
    ["a :path with a fragment", [METHOD, SCHEME, AUTHORITY, [":path", "/a#b"]]],
    ["a :path with octets above ASCII", [METHOD, SCHEME, AUTHORITY, [":path", "/\xe9"]]],
    ["* for another method than OPTIONS", [METHOD, SCHEME, AUTHORITY, [":path", "*"]]],
    ["an empty :method", [[":method", ""], SCHEME, AUTHORITY, PATH]],
    ["a :method with a space", [[":method", "GET /x"], SCHEME, AUTHORITY, PATH]],
    ["a :method with CR LF", [[":method", "GET\r\n"], SCHEME, AUTHORITY, PATH]],
    ["an empty :scheme", [METHOD, [":scheme", ""], AUTHORITY, PATH]],
    ["a :scheme with a slash", [METHOD, [":scheme", "http://b.example/"], AUTHORITY, PATH]],
    ["an empty :authority, and no Host", [METHOD, SCHEME, [":authority", ""], PATH]],
    ["an :authority with userinfo", [METHOD, SCHEME, [":authority", "a@b.example"], PATH]],
    ["an :authority with a path", [METHOD, SCHEME, [":authority", "a.example/x"], PATH]],
    ["an :authority with CR LF", [METHOD, SCHEME, [":authority", "a\r\nb"], PATH]],
    ["an :authority whose port is none (S24)", [METHOD, SCHEME, [":authority", "a.example:http"], PATH]],
    ["an :authority whose port is too large", [METHOD, SCHEME, [":authority", "a.example:65536"], PATH]],
    ["an :authority without a host", [METHOD, SCHEME, [":authority", ":80"], PATH]],
    ["an :authority with half an IPv6 address", [METHOD, SCHEME, [":authority", "[::1"], PATH]],
    ["an :authority that goes on behind one", [METHOD, SCHEME, [":authority", "[::1]b.example"], PATH]],
    ["an :authority with quotes", [METHOD, SCHEME, [":authority", '"a.example"'], PATH]],
    ["an :authority with half a percent triplet", [METHOD, SCHEME, [":authority", "a%2.example"], PATH]],
    ["a Host whose port is none, for :authority", [METHOD, SCHEME, PATH, ["host", "a.example:http"]]],
    ["Host for another server than :authority", [METHOD, SCHEME, AUTHORITY, PATH, ["host", "b.example"]]],
    ["two Hosts", [METHOD, SCHEME, PATH, HOST, HOST]],
    ["two Hosts, beside :authority", [METHOD, SCHEME, AUTHORITY, PATH, HOST, HOST]],
    [":protocol without CONNECT", [METHOD, SCHEME, AUTHORITY, PATH, [":protocol", "websocket"]]],
  ])("S81: malformed: %s", (_, lines) => {
    expect(becomes(lines)).toEqual(MALFORMED);
  });
});

describe("RFC 9113 §8.5: CONNECT", () => {
  const CONNECT: [string, string] = [":method", "CONNECT"];
  const AUTHORITY_AND_PORT: [string, string] = [":authority", "b.example:443"];

  test("has an authority, and that is its target", () => {
    expect(becomes([CONNECT, [":authority", "b.example:443"]])).toMatchObject({
      0: "CONNECT",
      1: "b.example:443",
      2: "b.example:443",
    });
  });

  test.each<[string, Lines]>([
    ["a :scheme", [CONNECT, SCHEME, AUTHORITY_AND_PORT]],
    ["a :path", [CONNECT, AUTHORITY_AND_PORT, PATH]],
    ["both", [CONNECT, SCHEME, AUTHORITY_AND_PORT, PATH]],
    ["both, empty", [CONNECT, [":scheme", ""], AUTHORITY_AND_PORT, [":path", ""]]],
    ["an empty :scheme", [CONNECT, [":scheme", ""], AUTHORITY_AND_PORT]],
    ["an empty :path", [CONNECT, AUTHORITY_AND_PORT, [":path", ""]]],
    ["no authority", [CONNECT]],
    ["an empty one", [CONNECT, [":authority", ""]]],
    ["Host alone", [CONNECT, HOST]],
    ["no port (RFC 9110 §9.3.6)", [CONNECT, [":authority", "b.example"]]],
    ["an empty port", [CONNECT, [":authority", "b.example:"]]],
    ["a port that is too large", [CONNECT, [":authority", "b.example:65536"]]],
    ["a port and no host", [CONNECT, [":authority", ":443"]]],
  ])("S81: malformed: %s", (_, lines) => {
    expect(becomes(lines)).toEqual(MALFORMED);
  });
});
