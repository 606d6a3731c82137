import { describe, expect, test } from "vitest";
import { echoTarget, get, ok, refusal, serve } from "../served.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

function expecting(target: string, lines = "Content-Length: 4\r\n"): string {
  return `POST ${target} HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\n${lines}\r\n`;
}

describe("RFC 9110 §10.1.1 Expect, server", () => {
  test("100 is sent when the handler asks for the content", async () => {
    const { peer } = serve(async (request, response) => response.send(await request.text()));
    peer.send(expecting("/"));
    await peer.settled();
    peer.expectText(CONTINUE);
    peer.send("Wiki");
    await peer.settled();
    peer.expectText(ok("Wiki"));
    expect(peer.ended).toBe(false);
  });

  test("chunked content is invited too", async () => {
    const { peer } = serve(async (request, response) => response.send(await request.text()));
    peer.send(expecting("/", "Transfer-Encoding: chunked\r\n"));
    await peer.settled();
    peer.expectText(CONTINUE).send("4\r\nWiki\r\n0\r\n\r\n");
    await peer.settled();
    peer.expectText(ok("Wiki"));
  });

  test("S30: a final response instead of 100 ends the connection: content may come, or not", () => {
    const { peer, requests } = serve(echoTarget);
    peer.send(expecting("/1")).expectText(ok("/1", "Connection: close\r\n"));
    expect(peer.ended).toBe(true);
    peer.send(get("/2")).expectText("");
    expect(requests).toEqual(["POST /1"]);
  });

  test("S30: nor does a reader that asked for nothing yet keep the connection", () => {
    const { peer, requests } = serve((request, response) => {
      request.content.forward({ onContent: () => {}, onEnd: () => {}, onError: () => {} });
      response.send(request.target);
    });
    peer.send(expecting("/1"));
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(peer.ended).toBe(true);
    peer.send(get("/2")).expectText("");
    expect(requests).toEqual(["POST /1"]);
  });

  test("who asks for the content behind a response's head gets it without a 100, which would be content there", async () => {
    const { peer } = serve(async (request, response) => {
      response.write("begun");
      response.end(await request.text());
    });
    peer.send(expecting("/"));
    await peer.settled();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n5\r\nbegun\r\n$/);
    peer.send("Wiki");
    await peer.settled();
    peer.expectText("4\r\nWiki\r\n0\r\n\r\n");
  });

  test("S30: a client that does not wait is read as one that never asked, and gets no 100", async () => {
    const { peer, requests } = serve(async (request, response) => {
      await Promise.resolve();
      response.send(await request.text());
    });
    peer.send(`${expecting("/1")}Wiki${get("/2")}`);
    await peer.settled();
    expect(peer.takeText().replace(CONTINUE, "")).toBe(ok("Wiki") + ok(""));
    expect(requests).toEqual(["POST /1", "GET /2"]);
  });

  test("the hook refuses before the content is sent, and the handler is not called", () => {
    const { peer, requests, refused } = serve(echoTarget, { onExpectContinue: () => 417 });
    peer.send(expecting("/1"));
    peer.expectText(refusal("417 Expectation Failed", "the content was refused before it was sent"));
    peer.send(`Wiki${get("/2")}`).expectText("");
    expect([requests, refused, peer.ended]).toEqual([[], ["ERR_HTTP1_EXPECTATION_REFUSED 417"], true]);
  });

  test("the hook sees the request", async () => {
    const { peer } = serve(async (request, response) => response.send(await request.text()), {
      onExpectContinue: (request) => (request.fields.get("authorization") === "let me" ? 100 : 401),
    });
    peer.send(expecting("/", "Content-Length: 4\r\nAuthorization: let me\r\n"));
    await peer.settled();
    peer.expectText(CONTINUE);
    const other = serve(echoTarget, { onExpectContinue: () => 401 });
    expect(other.peer.send(expecting("/")).takeText().slice(0, 12)).toBe("HTTP/1.1 401");
  });

  test("content that is too large is refused without 100 (S94)", () => {
    const { peer } = serve(echoTarget, { maxContentOctets: 3 });
    expect(peer.send(expecting("/")).takeText().slice(0, 12)).toBe("HTTP/1.1 413");
  });

  test.each([
    ["a request without content", get("/", "Expect: 100-continue\r\n")],
    ["a request of HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nWiki"],
  ])("%s gets no 100", async (_, wire) => {
    const { peer } = serve(async (request, response) => response.send(await request.text()));
    peer.send(wire);
    await peer.settled();
    expect(peer.takeText().slice(0, 12)).toBe("HTTP/1.1 200");
  });

  test("no time runs while the client waits for 100", () => {
    const { peer, clock } = serve(() => {}, { contentTimeoutMs: 1_000, minOctetsPerSecond: 512 });
    peer.send(expecting("/"));
    clock.advance(100_000);
    expect([peer.received, peer.ended]).toEqual(["", false]);
  });
});
