import { describe, expect, test } from "vitest";
import { DATE, echoTarget, get, ok, serve } from "../served.ts";

const post = (octets: number, lines = ""): string =>
  `POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${octets}\r\n${lines}\r\n`;

describe("S88: a head that comes slowly or never", () => {
  test("the first head's time runs from the connection on; a connection that says nothing ends in silence", () => {
    const { peer, clock } = serve(echoTarget, { headTimeoutMs: 20_000 });
    expect(peer.received).toBe("");
    clock.advance(19_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect([peer.ended, peer.received]).toEqual([true, ""]);
  });

  test("nor does the octet that it begins with, however late it comes", () => {
    const { peer, clock, refused } = serve(echoTarget, { headTimeoutMs: 20_000 });
    clock.advance(19_000);
    peer.send("GET / HT");
    clock.advance(999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_HEAD_TIMEOUT 408"], true]);
  });

  test("an octet now and then does not extend it: 408", () => {
    const { peer, clock, refused, requests } = serve(echoTarget, { headTimeoutMs: 20_000 });
    const head = get("/", `X-Slow: ${"x".repeat(100)}\r\n`);
    for (let i = 0; i < 20; i++) {
      peer.send(head[i] as string);
      clock.advance(1_000);
    }
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*Connection: close\r\n/);
    expect([refused, requests, peer.ended]).toEqual([["ERR_HTTP1_HEAD_TIMEOUT 408"], [], true]);
  });

  test("nor that of a later head", () => {
    const { peer, clock, refused } = serve(echoTarget, { headTimeoutMs: 20_000, idleTimeoutMs: 75_000 });
    peer.send(get("/1"));
    clock.advance(50_000);
    const head = get("/2", `X-Slow: ${"x".repeat(100)}\r\n`);
    for (let i = 0; i < 19; i++) {
      peer.send(head[i] as string);
      clock.advance(1_000);
    }
    peer.send("x");
    expect([refused, peer.ended]).toEqual([[], false]);
    clock.advance(1_000);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_HEAD_TIMEOUT 408"], true]);
  });

  test("of each next request the time runs from its first octet", () => {
    const { peer, clock, refused } = serve(echoTarget, { headTimeoutMs: 20_000, idleTimeoutMs: 75_000 });
    peer.send(get("/1")).expectText(ok("/1"));
    clock.advance(70_000);
    peer.send("G");
    clock.advance(19_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_HEAD_TIMEOUT 408"], true]);
  });

  test("empty lines before a request are no request", () => {
    const { peer, clock } = serve(echoTarget, { headTimeoutMs: 20_000 });
    peer.send("\r\n\r\n");
    clock.advance(20_000);
    expect(peer.ended).toBe(true);
  });

  test("between requests a connection may be idle for its own time", () => {
    const { peer, clock, refused } = serve(echoTarget, { headTimeoutMs: 20_000, idleTimeoutMs: 75_000 });
    peer.send(get("/1")).expectText(ok("/1"));
    clock.advance(74_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect([peer.ended, refused]).toEqual([true, []]);
    peer.expectText("");
  });
});

describe("S89: a request that is never finished", () => {
  test("content that stops coming: 408", async () => {
    const failures: unknown[] = [];
    const { peer, clock, refused } = serve(
      (request) => void request.text().catch((error: unknown) => failures.push(error)),
      { contentTimeoutMs: 30_000, minOctetsPerSecond: 0 },
    );
    peer.send(`${post(10)}half`);
    clock.advance(29_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    await peer.settled();
    expect(peer.takeText()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*stopped coming/);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_CONTENT_TIMEOUT 408"], true]);
    expect(failures).toMatchObject([{ code: "ERR_HTTP1_CONTENT_TIMEOUT" }]);
  });

  test("an octet now and then does not extend the whole request's time", () => {
    const { peer, clock, refused } = serve((request) => void request.text().catch(() => {}), {
      requestTimeoutMs: 300_000,
      contentTimeoutMs: 30_000,
      minOctetsPerSecond: 0,
    });
    peer.send(post(1_000));
    for (let i = 0; i < 15; i++) {
      clock.advance(20_000);
      peer.send("x");
    }
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_REQUEST_TIMEOUT 408"], true]);
  });

  test("a response that has begun cannot become 408: the connection is dropped", async () => {
    const { peer, carrier, clock } = serve((request, response) => {
      response.write("begun");
      return request.text().then(
        () => {},
        () => {},
      );
    });
    peer.send(`${post(10)}half`);
    clock.advance(300_000);
    await peer.settled();
    expect(peer.received).not.toContain("408");
    expect([peer.ended, carrier.isClosed]).toEqual([false, true]);
  });
});

describe("S89: content of which no octet ever comes", () => {
  test.each([
    ["behind a head that announced it", "Content-Length: 10\r\n"],
    ["behind a head that announced it in chunks", "Transfer-Encoding: chunked\r\n"],
    ["that was invited with 100", "Content-Length: 10\r\nExpect: 100-continue\r\n"],
  ])("%s: 408", (_, lines) => {
    const { peer, clock, refused } = serve((request) => void request.text().catch(() => {}), {
      contentTimeoutMs: 30_000,
      minOctetsPerSecond: 0,
    });
    peer.send(`POST / HTTP/1.1\r\nHost: a.example\r\n${lines}\r\n`);
    clock.advance(29_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_CONTENT_TIMEOUT 408"], true]);
  });

  test("that nobody asked for: the handler's time is its own", () => {
    const { peer, clock, refused } = serve(() => {}, { contentTimeoutMs: 30_000, minOctetsPerSecond: 0 });
    peer.send(post(10));
    clock.advance(1_000_000);
    expect([refused, peer.ended]).toEqual([[], false]);
  });

  test("slower than the least pace from the first moment on: 408", () => {
    const { peer, clock, refused } = serve((request) => void request.text().catch(() => {}), {
      minOctetsPerSecond: 100,
      rateWindowMs: 10_000,
    });
    peer.send(post(10));
    clock.advance(10_000);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_TOO_SLOW 408"], true]);
  });
});

describe("S90: content that comes slowly", () => {
  test("slower than minOctetsPerSecond over a window: 408", () => {
    const { peer, clock, refused } = serve((request) => void request.text().catch(() => {}), {
      minOctetsPerSecond: 100,
      rateWindowMs: 10_000,
    });
    peer.send(post(100_000));
    for (let i = 0; i < 10; i++) {
      clock.advance(1_000);
      peer.send("x".repeat(90));
    }
    clock.advance(1_000);
    expect([refused, peer.ended]).toEqual([["ERR_HTTP1_TOO_SLOW 408"], true]);
  });

  test("fast enough in each window, however long it takes", async () => {
    const { peer, clock, refused } = serve(
      async (request, response) => response.send(`${(await request.text()).length}`),
      {
        minOctetsPerSecond: 100,
        rateWindowMs: 10_000,
      },
    );
    peer.send(post(10_000));
    for (let i = 0; i < 100; i++) {
      clock.advance(900);
      peer.send("x".repeat(100));
    }
    await peer.settled();
    expect(peer.takeText().endsWith("\r\n\r\n10000")).toBe(true);
    expect(refused).toEqual([]);
  });

  test("time does not count while we are the slow ones: a reader that waits", () => {
    const { peer, clock, refused } = serve(() => {}, { minOctetsPerSecond: 100, contentTimeoutMs: 1_000 });
    peer.send(`${post(100_000)}some`);
    clock.advance(1_000_000);
    expect([refused, peer.ended]).toEqual([[], false]);
  });

  test("time does not count while a handler thinks, nor for an event stream with nothing to say", async () => {
    const { peer, clock } = serve((request, response) => {
      if (request.target === "/events") response.write("data: 1\n\n");
    });
    peer.send(get("/"));
    clock.advance(10_000_000);
    expect([peer.received, peer.ended]).toEqual(["", false]);
    const events = serve((_, response) => void response.write("data: 1\n\n"));
    events.peer.send(get("/events"));
    events.clock.advance(10_000_000);
    events.peer.expectText(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${DATE}\r\n9\r\ndata: 1\n\n\r\n`);
    expect(events.peer.ended).toBe(false);
  });
});

describe("S91: a response that is taken slowly", () => {
  test("a reader that takes nothing is cut off after a window", () => {
    const { peer, carrier, clock, refused } = serve((_, response) => response.send("x".repeat(1_000_000)), {
      minOctetsPerSecond: 512,
      rateWindowMs: 10_000,
    });
    carrier.stall();
    peer.send(get("/"));
    clock.advance(9_999);
    expect(carrier.isClosed).toBe(false);
    clock.advance(1);
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP1_TOO_SLOW" });
    expect(refused).toEqual(["ERR_HTTP1_TOO_SLOW 0"]);
  });

  test("a reader that takes an octet a second is cut off as well", () => {
    const { peer, carrier, clock } = serve((_, response) => response.send("x".repeat(1_000_000)));
    carrier.stall();
    peer.send(get("/"));
    for (let i = 0; i < 20; i++) {
      carrier.take(1);
      clock.advance(1_000);
    }
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP1_TOO_SLOW" });
  });

  test("a slow but honest reader gets all of it", () => {
    const { peer, carrier, clock } = serve((_, response) => response.send("x".repeat(100_000)), {
      minOctetsPerSecond: 512,
      rateWindowMs: 10_000,
    });
    carrier.stall();
    peer.send(get("/"));
    while (carrier.pending > 0) {
      carrier.take(600);
      clock.advance(1_000);
    }
    expect(peer.received.length).toBe(ok("x".repeat(100_000)).length);
  });

  test("what waits for a reader that takes nothing is bounded: the producer is told to wait", async () => {
    let written = 0;
    const { peer, carrier } = serve(async (_, response) => {
      for (;;) {
        written += 10_000;
        if (!response.write(new Uint8Array(10_000))) await response.drained();
      }
    });
    carrier.stall();
    peer.send(get("/"));
    await peer.settled();
    expect(written).toBeLessThanOrEqual(80_000);
    expect(carrier.pending).toBeLessThanOrEqual(written + 1_000);
    peer.reset();
    await peer.settled();
  });
});
