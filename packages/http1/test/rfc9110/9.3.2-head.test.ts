import type { Handler } from "@stack/http";
import { describe, expect, test } from "vitest";
import { DATE, get, ok, serve } from "../served.ts";

const head = "HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n";

/** The head of an answer, and what came behind it. */
function parts(text: string): [string, string] {
  const end = text.indexOf("\r\n\r\n") + 4;
  return [text.slice(0, end), text.slice(end)];
}

describe("RFC 9110 §9.3.2 HEAD, server", () => {
  const handlers: readonly (readonly [string, Handler])[] = [
    ["one value", (_, response) => response.send("Hello")],
    [
      "one value and its own Content-Length",
      (_, response) => {
        response.fields.set("Content-Length", "5");
        response.send("Hello");
      },
    ],
    [
      "writes",
      (_, response) => {
        response.write("Hel");
        response.end("lo");
      },
    ],
    [
      "trailers",
      (_, response) => {
        response.trailers.set("X-Sum", "1");
        response.end("Hello");
      },
    ],
  ];
  test.each(handlers)("the head is the one that GET has, and nothing follows: %s", (_, handler) => {
    const { peer } = serve(handler);
    const [ofGet] = parts(peer.send(get("/")).takeText());
    const [ofHead, content] = parts(peer.send(head).takeText());
    expect(content).toBe("");
    expect(ofHead).toBe(ofGet);
    // The connection persists, so a wrong octet would show here.
    expect(peer.send(get("/")).takeText().startsWith("HTTP/1.1 200 OK\r\n")).toBe(true);
  });

  test("HTTP/1.0 is told of no coding that it does not know (RFC 9112 §6.1): a stream has no framing to be told of", () => {
    const { peer } = serve((_, response) => {
      response.write("Hello");
      response.end();
    });
    peer.send("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    peer.expectText(`HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n${DATE}\r\n`);
    expect(peer.send(get("/")).takeText()).toContain("Transfer-Encoding: chunked\r\n");
  });

  test("a handler that knows it is HEAD may send no content and still name its length", () => {
    const { peer } = serve((_, response) => {
      response.fields.set("Content-Length", "1000000");
      response.send();
    });
    peer.send(head).expectText(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n${DATE}\r\n`);
    expect(peer.ended).toBe(false);
  });
});

describe("RFC 9110 §15.3.5, §15.4.5: 204 and 304 have no content", () => {
  test.each([204, 304])("S33: %i is sent without content, whatever the handler gives", (status) => {
    const { peer } = serve((request, response) => {
      if (request.target === "/") response.status = status;
      response.send("content");
    });
    const text = peer.send(get("/")).takeText();
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Za-z ]+\\r\\n(?:[^\\r]+\\r\\n)+\\r\\n$`));
    peer.send(get("/2")).expectText(ok("content"));
  });

  test("204 has no Content-Length and no Transfer-Encoding (RFC 9110 §8.6, RFC 9112 §6.1)", () => {
    const { peer } = serve((_, response) => {
      response.status = 204;
      response.fields.set("Content-Length", "7").set("Transfer-Encoding", "chunked");
      response.write("content");
      response.end();
    });
    peer.send(get("/")).expectText(`HTTP/1.1 204 No Content\r\n${DATE}\r\n`);
  });

  test("304 may name the length that 200 would have", () => {
    const { peer } = serve((_, response) => {
      response.status = 304;
      response.fields.set("Content-Length", "7");
      response.send();
    });
    peer.send(get("/")).expectText(`HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n${DATE}\r\n`);
  });
});
