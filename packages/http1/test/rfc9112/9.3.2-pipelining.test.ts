import { describe, expect, test } from "vitest";
import { echoTarget, get, ok, serve, Waiting } from "../served.ts";

describe("RFC 9112 §9.3.2 Pipelining, server", () => {
  test("responses come in the order of the requests, in one write", () => {
    const { peer, carrier } = serve(echoTarget);
    peer.send(get("/1") + get("/2") + get("/3")).expectText(ok("/1") + ok("/2") + ok("/3"));
    expect(carrier.writes).toBe(1);
  });

  test("one request at a time: the next handler is called when the response before is complete", async () => {
    const waiting = new Waiting();
    const { peer } = serve(waiting.handler);
    peer.send(get("/1") + get("/2"));
    expect(waiting.targets).toEqual(["/1"]);
    waiting.answer("/1");
    await peer.settled();
    peer.expectText(ok("/1"));
    expect(waiting.targets).toEqual(["/2"]);
    waiting.answer("/2");
    await peer.settled();
    peer.expectText(ok("/2"));
  });

  test("a response that is streamed ends before the next begins", async () => {
    const { peer } = serve(async (request, response) => {
      for (const piece of ["a", "b"]) {
        response.write(piece);
        await Promise.resolve();
      }
      response.end(request.target);
    });
    peer.send(get("/1") + get("/2"));
    await peer.settled();
    expect(peer.takeText().split("\r\n\r\n").slice(1)).toEqual([
      "1\r\na\r\n1\r\nb\r\n2\r\n/1\r\n0",
      expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n/),
      "1\r\na\r\n1\r\nb\r\n2\r\n/2\r\n0",
      "",
    ]);
  });

  test("content of a request is not taken for the next request, whatever it looks like", async () => {
    const { peer, requests } = serve(async (request, response) => response.send(await request.text()));
    const inside = get("/inside");
    peer.send(`POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${inside.length}\r\n\r\n${inside}${get("/2")}`);
    await peer.settled();
    peer.expectText(ok(inside) + ok(""));
    expect(requests).toEqual(["POST /1", "GET /2"]);
  });

  test("S37: octets of requests that wait are bounded; beyond the bound the connection is not read", async () => {
    const waiting = new Waiting();
    const { peer, carrier } = serve(waiting.handler, { maxHeldOctets: 1_000 });
    peer.send(get("/first"));
    const one = get("/n");
    for (let i = 0; i < 10_000; i++) peer.send(one);
    expect(waiting.targets).toEqual(["/first"]);
    expect(carrier.paused).toBe(true);
    // What was taken is the bound and at most one read more.
    expect(carrier.unread).toBeGreaterThanOrEqual(one.length * 10_000 - 1_000 - one.length);
  });

  test("S37: a flood is answered request by request, and all of it in order", async () => {
    let open = 0;
    let most = 0;
    const { peer } = serve(
      async (request, response) => {
        most = Math.max(most, ++open);
        await Promise.resolve();
        open--;
        response.send(request.target);
      },
      { maxHeldOctets: 1_000 },
    );
    const targets = Array.from({ length: 500 }, (_, i) => `/${i}`);
    peer.send(targets.map((target) => get(target)).join(""));
    await peer.settled();
    peer.expectText(targets.map((target) => ok(target)).join(""));
    expect(most).toBe(1);
  });

  test("the bound holds the reader up and not the requests: reading goes on when they are answered", async () => {
    const waiting = new Waiting();
    const { peer, carrier } = serve(waiting.handler, { maxHeldOctets: 10 });
    peer.send(get("/1") + get("/2")).send(get("/3"));
    expect(carrier.paused).toBe(true);
    for (const target of ["/1", "/2", "/3"]) {
      waiting.answer(target);
      await peer.settled();
      peer.expectText(ok(target));
    }
    expect(carrier.paused).toBe(false);
  });

  test("a broken request behind a good one is refused in its turn", async () => {
    const waiting = new Waiting();
    const { peer, refused } = serve(waiting.handler);
    peer.send(`${get("/1")}GET /2 HTTP/1.1\r\nHost : a.example\r\n\r\n${get("/3")}`);
    waiting.answer("/1");
    await peer.settled();
    const text = peer.takeText();
    expect(text.startsWith(ok("/1"))).toBe(true);
    expect(text.slice(ok("/1").length)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Connection: close\r\n/);
    expect([refused, waiting.targets, peer.ended]).toEqual([["ERR_HTTP1_SPACE_BEFORE_COLON 400"], [], true]);
  });
});
