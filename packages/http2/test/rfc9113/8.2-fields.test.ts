import { describe, expect, test } from "vitest";
import { echoTarget, fieldsOf, get, type Served, serve } from "../served.ts";
import { block, headersOf, integer, type Lines, string } from "../wire.ts";

/** The answer to a request with `lines`, and whether the connection goes on. */
function answerTo(lines: Lines): string[] {
  const served = serve((request, response) => response.send(JSON.stringify(request.fields)));
  const [answer = "", ...rest] = served.client
    .send(headersOf(1, block(fieldsOf("GET", "/", lines)), { end: true }))
    .frames();
  const requests = [...served.requests];
  if (requests.length === 0) expect(rest).toEqual([]);
  expect(served.client.send(get(3)).frames()[0]).toMatch(/^HEADERS 3 :status=200/);
  return [answer.replace(/ :status=200.*/, " :status=200"), ...requests];
}

const MALFORMED = ["RST_STREAM 1 PROTOCOL_ERROR"];

describe("S79: RFC 9113 §8.2.1: what could become another message over HTTP/1.1 is malformed", () => {
  test.each([
    ["upper case", "X-Upper"],
    ["empty", ""],
    ["a space", "x y"],
    ["a space at its end", "x "],
    ["a colon in front", ":unknown"],
    ["a colon inside", "x:y"],
    ["CR LF", "x\r\ny"],
    ["NUL", "x\0"],
    ["DEL", "x\x7f"],
    ["an octet above ASCII", "x\xe9"],
    ["a parenthesis", "x("],
    ["a slash", "x/y"],
  ])("a name with %s", (_, name) => {
    expect(answerTo([[name, "value"]])).toEqual(MALFORMED);
  });

  test.each([
    ["CR LF and a field", "a\r\nset-cookie: b"],
    ["LF", "a\nb"],
    ["CR", "a\rb"],
    ["NUL", "a\0b"],
    ["a space in front", " a"],
    ["a tab at its end", "a\t"],
    ["another control", "a\x01b"],
    ["DEL", "a\x7f"],
  ])("a value with %s", (_, value) => {
    expect(answerTo([["x-value", value]])).toEqual(MALFORMED);
  });

  test.each([
    ["nothing", ""],
    ["a tab inside", "a\tb"],
    ["octets above ASCII", "caf\xe9"],
    ["everything that is visible", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"],
  ])("a value of %s is right", (_, value) => {
    expect(answerTo([["x-value", value]])[0]).toBe("HEADERS 1 :status=200");
  });
});

describe("S79: RFC 9113 §8.2.2: fields that describe an HTTP/1.1 connection are malformed", () => {
  test.each<[string, string]>([
    ["connection", "close"],
    ["connection", "x-nothing"],
    ["keep-alive", "timeout=5"],
    ["proxy-connection", "keep-alive"],
    ["transfer-encoding", "chunked"],
    ["transfer-encoding", "identity"],
    ["upgrade", "websocket"],
    ["te", "gzip"],
    ["te", "trailers, gzip"],
  ])("%s: %s", (name, value) => {
    expect(answerTo([[name, value]])).toEqual(MALFORMED);
  });

  test("te: trailers is right", () => {
    expect(answerTo([["te", "trailers"]])[0]).toBe("HEADERS 1 :status=200");
  });
});

describe("RFC 9113 §8.2.3: cookies", () => {
  test("in several fields they are one, in their order, where the first was", () => {
    let fields: [string, string][] = [];
    const served = serve((request, response) => {
      fields = request.fields.toJSON();
      response.send();
    });
    const lines: Lines = [
      ["cookie", "a=1"],
      ["x", "y"],
      ["cookie", "b=2; c=3"],
      ["cookie", "d=4"],
    ];
    served.client.send(headersOf(1, block(fieldsOf("GET", "/", lines)), { end: true })).frames();
    expect(fields).toEqual([
      ["host", "a.example"],
      ["cookie", "a=1; b=2; c=3; d=4"],
      ["x", "y"],
    ]);
  });
});

describe("RFC 9113 §4.3: a field block that cannot be decoded ends the connection, and no more than that", () => {
  const request = block(fieldsOf("GET", "/"));

  test.each([
    ["S67: an index that is in no table", `${request}\xff\x80\x01`],
    ["S67: index 0", `${request}\x80`],
    ["S67: an integer without end", `${request}\x7f${"\xff".repeat(20)}`],
    ["S67: a string that is longer than its block", `${request}\0${integer(100, 7)}x`],
    ["S67: Huffman padding of 8 bits", `${request}\0\x81\xff\x01x`],
    ["S67: Huffman EOS", `${request}\0\x84\xff\xff\xff\xff\x01x`],
    ["S67: a size update behind a field", `${request}\x20`],
    ["S67: a table larger than we allow", `\x3f\xe2\x1f${request}`],
    ["S67: nothing but the beginning of a field", "\0"],
  ])("%s", (_, fragment) => {
    const { client, requests, carrier } = serve(echoTarget);
    client.send(headersOf(1, fragment, { end: true })).expectFrames("GOAWAY 0 COMPRESSION_ERROR");
    expect([requests, carrier.ended]).toEqual([[], true]);
  });
});

describe("RFC 9113 §10.5.1: sections that are too large", () => {
  function tooLarge({ client, requests, refused }: Served, fragment: string): void {
    expect(client.send(headersOf(1, fragment, { end: true })).frames()[0]).toMatch(/^HEADERS 1 :status=431 /);
    // The table of both sides is still the same: the next request is understood.
    expect(client.send(get(3, "/after")).frames()[0]).toMatch(/^HEADERS 3 :status=200 /);
    expect([requests, refused]).toEqual([["GET /after"], ["ERR_HTTP2_STREAM_REFUSED 431"]]);
  }
  const request = block(fieldsOf("GET", "/"));

  test("S66: a field of 4,000 octets that is said again by an octet each", () => {
    const entry = `\x40${string("x")}${string("v".repeat(3_900))}`;
    tooLarge(serve(echoTarget), request + entry + "\xbe".repeat(10_000));
  });

  test("S62: fields of hardly any octets: each counts 32 more", () => {
    tooLarge(serve(echoTarget), request + "\0\x01x\0".repeat(2_000));
  });

  test("S62: names without an octet are no names, however many", () => {
    const { client, requests } = serve(echoTarget);
    client.send(headersOf(1, request + "\0\0\0".repeat(50), { end: true })).expectFrames(...MALFORMED);
    expect(requests).toEqual([]);
  });

  test("S40: a target that leaves no room for anything else, and what would be malformed beside it", () => {
    const lines: Lines = [
      [":method", "HEAD"],
      [":path", `/${"a".repeat(2_000)}`],
      ["Not Right", "x"],
    ];
    tooLarge(serve(echoTarget, { maxFieldSectionOctets: 1_000 }), block(lines));
  });

  test("S93: more than 128 fields", () => {
    tooLarge(serve(echoTarget), request + "\0\x01x\x01y".repeat(130));
  });

  test("S68: names without end: what is kept of them is the table, 4,096 octets", () => {
    const { client, requests } = serve((_, response) => response.send());
    for (let i = 0; i < 2_000; i++) {
      const fields = `\x40${string(`x-${i}`)}${string("v")}`;
      client.send(headersOf(2 * i + 1, request + fields, { end: true })).frames();
    }
    expect(requests).toHaveLength(2_000);
    // The newest entries can be named, the oldest are gone: each takes 39 octets.
    client.send(headersOf(4_001, `${request}\xbe`, { end: true }));
    expect(client.frames()[0]).toMatch(/^HEADERS 4001 :status=200/);
    client.send(headersOf(4_003, request + integer(62 + 106, 7, 0x80), { end: true }));
    client.expectFrames("GOAWAY 4001 COMPRESSION_ERROR");
  });
});
