import { describe, expect, test } from "vitest";
import { DATE, echoTarget, get, ok, serve } from "../served.ts";

describe("RFC 9112 §9.3 Persistence, server", () => {
  test("an HTTP/1.1 connection persists, and nothing needs to be said", () => {
    const { peer, carrier } = serve(echoTarget);
    peer.send(get("/1")).expectText(ok("/1"));
    peer.send(get("/2")).expectText(ok("/2"));
    expect([peer.ended, carrier.engine.requests, carrier.engine.idle]).toEqual([false, 2, true]);
  });

  test.each([
    ["close", "Connection: close\r\n"],
    ["close in a list, in any case", "Connection: foo , CLOSE\r\n"],
    ["close in a second line", "Connection: foo\r\nConnection: close\r\n"],
    ["close beside keep-alive", "Connection: keep-alive, close\r\n"],
  ])("ends when the client says so: %s", (_, line) => {
    const { peer } = serve(echoTarget);
    peer.send(get("/", line)).expectText(ok("/", "Connection: close\r\n"));
    expect(peer.ended).toBe(true);
  });

  test("ends when the handler says so, and the handler's other options stay beside it (RFC 9110 §7.8: Upgrade with 426)", () => {
    const { peer } = serve((_, response) => {
      response.fields.set("Connection", "x-option, close");
      response.send("bye");
    });
    peer.send(get("/")).expectText(ok("bye", "Connection: close, x-option\r\n"));
    expect(peer.ended).toBe(true);
  });

  test("the last of maxRequests is answered with close; what is behind it is not answered", () => {
    const { peer, requests } = serve(echoTarget, { maxRequests: 2 });
    peer.send(get("/1") + get("/2") + get("/3")).expectText(ok("/1") + ok("/2", "Connection: close\r\n"));
    expect([requests, peer.ended]).toEqual([["GET /1", "GET /2"], true]);
  });

  test("a server that drains says close in the next response", async () => {
    const { peer, carrier } = serve(async (request, response) => {
      await Promise.resolve();
      response.send(request.target);
    });
    peer.send(get("/1"));
    carrier.drain();
    await peer.settled();
    peer.expectText(ok("/1", "Connection: close\r\n"));
    expect(peer.ended).toBe(true);
  });

  test("a server that drains ends an idle connection at once", () => {
    const { peer, carrier } = serve(echoTarget);
    peer.send(get("/1")).expectText(ok("/1"));
    carrier.drain();
    expect(peer.ended).toBe(true);
    peer.expectText("");
  });

  test("a client in the middle of a head is answered before a server that drains ends", () => {
    const { peer, carrier } = serve(echoTarget);
    peer.send("GET /1 HT");
    carrier.drain();
    expect(peer.ended).toBe(false);
    peer.send("TP/1.1\r\nHost: a.example\r\n\r\n").expectText(ok("/1", "Connection: close\r\n"));
    expect(peer.ended).toBe(true);
  });

  test("any cut of the octets gives the same answers", () => {
    for (const cut of [1, 2, 7, 31]) {
      const { peer } = serve(echoTarget, { cut });
      peer.send(`\r\n${get("/1")}\r\n${get("/2", "Connection: close\r\n")}`);
      peer.expectText(ok("/1") + ok("/2", "Connection: close\r\n"));
    }
  });

  test("a failed handler does not end the connection", () => {
    const { peer, errors } = serve((request, response) => {
      if (request.target === "/1") throw new Error("broken");
      response.send(request.target);
    });
    peer.send(get("/1") + get("/2"));
    expect(peer.takeText()).toMatch(
      /^HTTP\/1\.1 500 [\s\S]*server failed to answer this request\nHTTP\/1\.1 200 OK\r\n/,
    );
    expect(errors).toMatchObject([{ message: "broken" }]);
  });
});

describe("RFC 9112 Appendix C.2.2 Keep-Alive Connections, HTTP/1.0", () => {
  test("an HTTP/1.0 connection ends after its response", () => {
    const { peer } = serve(echoTarget);
    peer.send("GET / HTTP/1.0\r\n\r\n").expectText(ok("/", "Connection: close\r\n"));
    expect(peer.ended).toBe(true);
  });

  test("unless the client says keep-alive; then the server says it too", () => {
    const { peer } = serve(echoTarget);
    peer.send("GET /1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").expectText(ok("/1", "Connection: keep-alive\r\n"));
    peer.send("GET /2 HTTP/1.0\r\n\r\n").expectText(ok("/2", "Connection: close\r\n"));
    expect(peer.ended).toBe(true);
  });

  test("content of unknown length is delimited by the close, also after keep-alive (RFC 9112 §6.3)", () => {
    const { peer } = serve((_, response) => {
      response.write("one ");
      response.write("two");
      response.end();
    });
    peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    peer.expectText(`HTTP/1.1 200 OK\r\nConnection: close\r\n${DATE}\r\none two`);
    expect(peer.ended).toBe(true);
  });

  test("trailers have no place and are dropped (RFC 9110 §6.5.1)", () => {
    const { peer } = serve((_, response) => {
      response.trailers.set("Digest", "x");
      response.write("one");
      response.end();
    });
    peer.send("GET / HTTP/1.0\r\n\r\n").expectText(`HTTP/1.1 200 OK\r\nConnection: close\r\n${DATE}\r\none`);
    expect(peer.ended).toBe(true);
  });

  test("a request of HTTP/1.0 has no content without Content-Length, and no Host is due", () => {
    const { peer, requests } = serve(echoTarget);
    peer.send("POST /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").expectText(ok("/1", "Connection: keep-alive\r\n"));
    expect(requests).toEqual(["POST /1"]);
  });
});
