import type { RequestHead } from "@stack/http";
import { Fields } from "@stack/http";
import { describe, expect, test } from "vitest";
import { connect, getWire, host } from "../asked.ts";

/** What the head of a request looks like on the wire. */
function wire(head: Partial<RequestHead>): string {
  const { ask, peer } = connect();
  ask("/", head);
  return peer.takeText();
}

describe("RFC 9112 §3 Request line and fields, client", () => {
  test("the request line, then the fields in the order and case given", () => {
    const fields = new Fields([
      ["Host", "a.example"],
      ["ACCEPT", "*/*"],
      ["accept", "text/html"],
    ]);
    expect(wire({ target: "/a?b=c", fields })).toBe(
      "GET /a?b=c HTTP/1.1\r\nHost: a.example\r\nACCEPT: */*\r\naccept: text/html\r\n\r\n",
    );
  });

  test.each([
    ["absolute-form", "GET", "http://a.example/"],
    ["authority-form", "CONNECT", "a.example:80"],
    ["asterisk-form", "OPTIONS", "*"],
  ])("any form of target: %s", (_, method, target) => {
    expect(wire({ method, target })).toBe(`${method} ${target} HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  });

  test.each([
    ["no Host (§3.2)", { fields: new Fields() }],
    [
      "two Host fields (§3.2)",
      {
        fields: new Fields([
          ["Host", "a.example"],
          ["host", "b.example"],
        ]),
      },
    ],
    ["S45: a space in the target", { target: "/a b" }],
    ["S45: a line end in the target", { target: "/ HTTP/1.1\r\nX: y" }],
    ["S45: a method that is no token", { method: "GET /x" }],
    ["a length that is none", { contentLength: 1.5 }],
    ["two lengths that differ", { contentLength: 2, fields: host({ "Content-Length": "3" }) }],
    ["a length that is not digits", { fields: host({ "Content-Length": "+3" }) }],
    ["TRACE with content (RFC 9110 §9.3.8)", { method: "TRACE", contentLength: 3 }],
    ["CONNECT with content (RFC 9110 §9.3.6)", { method: "CONNECT", target: "a.example:80", contentLength: 3 }],
  ] satisfies [string, Partial<RequestHead>][])("refused at once, and nothing is sent: %s", (_, head) => {
    const { ask, peer, connection } = connect();
    expect(() => ask("/", head)).toThrow(TypeError);
    expect([peer.received, connection.available]).toEqual(["", true]);
  });

  test("S42: a field that would end its line is refused, whoever made the list", () => {
    const { ask, peer } = connect();
    const fields = Fields.adopt(["Host", "a.example", "X", "y\r\nZ: z"]);
    expect(() => ask("/", { fields })).toThrow(expect.objectContaining({ code: "ERR_INVALID_FIELD" }));
    expect(peer.received).toBe("");
  });
});

describe("RFC 9112 §6 what frames a request is the engine's", () => {
  test("content of known length", () => {
    const { ask, peer } = connect();
    const answer = ask("/", { method: "POST", contentLength: 5 });
    answer.write("Hel");
    answer.send("lo");
    peer.expectText("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nHello");
  });

  test("content of unknown length is chunked, with trailers if there are any", () => {
    const { ask, peer } = connect();
    const answer = ask("/", { method: "PUT", contentLength: -1 });
    answer.write("Hello");
    answer.write("");
    answer.sink?.sendTrailers(new Fields({ "X-Sum": "42" }));
    peer.expectText(
      "PUT / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\nX-Sum: 42\r\n\r\n",
    );
  });

  test("S1, S3: lengths and codings that the fields name are replaced by the true ones", () => {
    const fields = host({ "Transfer-Encoding": "gzip, chunked", "content-length": "5" });
    expect(wire({ method: "POST", fields })).toBe("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\n");
    const chunked = host({ "transfer-encoding": "chunked" });
    expect(wire({ method: "POST", fields: chunked, contentLength: -1 })).toBe(
      "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
  });

  test.each(["POST", "PUT", "PATCH"])("%s without content says so (RFC 9110 §8.6)", (method) => {
    expect(wire({ method })).toBe(`${method} / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n`);
  });

  test.each(["GET", "HEAD", "DELETE", "OPTIONS"])("%s without content says nothing", (method) => {
    expect(wire({ method })).toBe(`${method} / HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  });

  test.each([
    ["more than announced", (write: (content: string) => unknown) => write("123456")],
    ["more, in pieces", (write: (content: string) => unknown) => [write("123"), write("456")]],
  ])("content that is not as long as announced drops the connection: %s", (_, send) => {
    const { ask, carrier } = connect();
    const answer = ask("/", { method: "POST", contentLength: 5 });
    expect(() => send((content) => answer.write(content))).toThrow(
      expect.objectContaining({ code: "ERR_HTTP1_CONTENT_MISMATCH" }),
    );
    carrier.turn();
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP1_CONTENT_MISMATCH" });
    expect(answer.events.at(-1)).toBe("stopped ERR_HTTP1_CONTENT_MISMATCH");
  });

  test("content that ends early drops the connection, by its last piece and by trailers", () => {
    for (const end of ["content", "trailers"]) {
      const { ask, carrier } = connect();
      const answer = ask("/", { method: "POST", contentLength: 5 });
      const finish = (): unknown => (end === "content" ? answer.send("123") : answer.sink?.sendTrailers(new Fields()));
      expect(finish).toThrow(expect.objectContaining({ code: "ERR_HTTP1_CONTENT_MISMATCH" }));
      carrier.turn();
      expect(carrier.isClosed).toBe(true);
    }
  });

  test("content of a request that announced none is refused", () => {
    const { ask } = connect();
    const answer = ask("/");
    expect(() => answer.write("x")).toThrow(expect.objectContaining({ code: "ERR_HTTP1_CONTENT_MISMATCH" }));
  });

  test("S39: a trailer that belongs into the head is refused", () => {
    const { ask } = connect();
    const answer = ask("/", { method: "POST", contentLength: -1 });
    expect(() => answer.sink?.sendTrailers(new Fields({ "Content-Length": "5" }))).toThrow(
      expect.objectContaining({ code: "ERR_FORBIDDEN_TRAILER" }),
    );
  });
});

describe("RFC 9110 §7.6.1 Connection, client", () => {
  test.each([
    ["close is passed on", { Connection: "x-option, close" }, "Connection: close\r\n"],
    ["other options are not", { Connection: "keep-alive, x-option" }, ""],
    ["Upgrade is named", { Upgrade: "websocket" }, "Upgrade: websocket\r\nConnection: Upgrade\r\n"],
    ["TE is named (RFC 9110 §10.1.4)", { TE: "trailers" }, "TE: trailers\r\nConnection: TE\r\n"],
  ])("%s", (_, lines, expected) => {
    expect(wire({ fields: host(lines as unknown as Record<string, string>) })).toBe(getWire("/", expected));
  });
});
