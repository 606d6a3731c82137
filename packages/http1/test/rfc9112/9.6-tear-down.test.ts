import { describe, expect, test } from "vitest";
import { DATE, echoTarget, get, ok, serve, Waiting } from "../served.ts";

describe("RFC 9112 §9.6 Tear-down, server", () => {
  test("after close no request is processed, whether it came before or comes after", () => {
    const { peer, requests } = serve(echoTarget);
    peer.send(get("/1", "Connection: close\r\n") + get("/2"));
    peer.send(get("/3"));
    peer.expectText(ok("/1", "Connection: close\r\n"));
    expect(requests).toEqual(["GET /1"]);
  });

  test("half of the connection is closed first, so that the last response is not lost to a reset", () => {
    const { peer } = serve(echoTarget);
    peer.send(get("/1", "Connection: close\r\n"));
    expect([peer.ended, peer.closed]).toEqual([true, false]);
    peer.send("x".repeat(100_000)); // read away
    expect(peer.closed).toBe(false);
    peer.end();
    expect(peer.closed).toBe(true);
  });

  test("who does not end its side is dropped after lingerMs", () => {
    const { peer, clock } = serve(echoTarget, { lingerMs: 2_000 });
    peer.send(get("/1", "Connection: close\r\n"));
    clock.advance(1_999);
    expect(peer.closed).toBe(false);
    clock.advance(1);
    expect(peer.closed).toBe(true);
  });

  test("a client that still takes the last response is not dropped", () => {
    const content = "x".repeat(100_000);
    const { peer, carrier, clock } = serve((_, response) => response.send(content), { lingerMs: 2_000 });
    carrier.stall();
    peer.send(get("/1", "Connection: close\r\n"));
    for (let i = 0; i < 10; i++) {
      carrier.take(10_000);
      clock.advance(2_000);
    }
    carrier.take();
    expect(peer.received.endsWith(content)).toBe(true);
    expect([peer.ended, peer.closed]).toEqual([true, false]);
  });

  test("a client may end its side right behind its request, and is answered", async () => {
    const waiting = new Waiting();
    const { peer } = serve(waiting.handler);
    peer.send(get("/1")).end();
    waiting.answer("/1");
    await peer.settled();
    peer.expectText(ok("/1", "Connection: close\r\n"));
    expect(peer.closed).toBe(true);
  });

  test("pipelined requests before the client's end are all answered", async () => {
    const { peer } = serve(async (request, response) => {
      await Promise.resolve();
      response.send(request.target);
    });
    peer.send(get("/1") + get("/2")).end();
    await peer.settled();
    expect(peer.takeText().replaceAll("Connection: close\r\n", "")).toBe(ok("/1") + ok("/2"));
    expect(peer.closed).toBe(true);
  });

  test("who watches the signal learns that the client ended", async () => {
    const reasons: unknown[] = [];
    const { peer } = serve((request) => {
      request.signal.addEventListener("abort", () => reasons.push(request.signal.reason));
    });
    peer.send(get("/1")).end();
    expect(reasons).toMatchObject([{ code: "ERR_PEER_GONE" }]);
  });

  test("content that was complete before the client's end is complete for who reads it later", async () => {
    const ends: unknown[] = [];
    const { peer } = serve(async (request, response) => {
      await Promise.resolve();
      await Promise.resolve();
      request.content.forward({
        onContent: () => {},
        onEnd: (trailers) => ends.push(trailers),
        onError: (error) => ends.push(error),
      });
      response.send("");
    });
    peer.send(get("/1")).end();
    await peer.settled();
    expect(ends).toEqual([null]);
  });

  test.each([
    ["between requests: in good order", "", "", []],
    ["in a head: 400", "GET / HTTP/1.1\r\nHo", "HTTP/1.1 400", ["ERR_HTTP1_INCOMPLETE 400"]],
    [
      "in content that is awaited: 400",
      "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhalf",
      "HTTP/1.1 400",
      ["ERR_HTTP1_INCOMPLETE 400"],
    ],
  ])("the client ends %s", async (_, wire, status, codes) => {
    const { peer, refused } = serve(async (request, response) => response.send(await request.text()));
    peer.send(wire).end();
    await peer.settled();
    expect(peer.takeText().slice(0, 12)).toBe(status);
    expect([refused, peer.closed]).toEqual([codes, true]);
  });

  test("a reset tells handler, content and signal, and nothing more is sent", async () => {
    const seen: string[] = [];
    const { peer, carrier } = serve(async (request, response) => {
      request.signal.addEventListener("abort", () => seen.push("signal"));
      response.write("begun");
      await request.text().catch((error) => seen.push(error.code));
      await response.drained().catch((error) => seen.push(error.code));
    });
    peer.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhalf");
    await peer.settled();
    peer.reset();
    await peer.settled();
    expect(seen).toEqual(["signal", "ERR_PEER_GONE", "ERR_PEER_GONE"]);
    expect([carrier.deadline, carrier.engine.idle]).toEqual([Number.POSITIVE_INFINITY, false]);
  });

  test("who asks for the signal after the exchange was broken off finds it aborted, with the same reason", async () => {
    const reasons: unknown[] = [];
    const { peer } = serve(async (request, response) => {
      response.write("begun");
      await request.text().catch((error) => reasons.push(error));
      reasons.push(request.signal.aborted, request.signal.reason);
    });
    peer.send("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhalf").end();
    await peer.settled();
    expect(reasons).toEqual([expect.objectContaining({ code: "ERR_HTTP1_INCOMPLETE" }), true, reasons[0]]);
  });

  test("one that was answered whole is not", async () => {
    const aborted: boolean[] = [];
    const { peer } = serve(async (request, response) => {
      response.send("whole");
      await response.drained();
      aborted.push(request.signal.aborted);
    });
    peer.send(get("/1")).end();
    await peer.settled();
    expect(aborted).toEqual([false]);
  });

  test("a handler that breaks off leaves a message that is visibly incomplete", () => {
    const { peer, carrier, refused, errors } = serve((_, response) => {
      response.write("begun");
      response.reset();
    });
    peer.send(get("/1"));
    expect([refused, errors]).toEqual([[], []]); // it refused nothing and failed at nothing
    expect([peer.received.includes("0\r\n\r\n"), peer.ended, carrier.closedWith]).toMatchObject([
      false,
      false,
      { code: "ERR_PEER_GONE" },
    ]);
  });

  test("a late answer to a connection that is gone is dropped without a failure", async () => {
    const waiting = new Waiting();
    const { peer, errors } = serve(waiting.handler);
    peer.send(get("/1")).reset();
    waiting.answer("/1");
    await peer.settled();
    expect([peer.received, errors]).toEqual(["", []]);
  });

  test("Content-Length and content that disagree are never sent as a whole message (RFC 9112 §8)", async () => {
    const { peer, carrier, errors } = serve(async (_, response) => {
      response.fields.set("Content-Length", "10");
      response.write("short");
      response.end();
    });
    peer.send(get("/1"));
    await peer.settled();
    expect(peer.ended).toBe(false);
    expect(carrier.isClosed).toBe(true);
    expect(errors).toMatchObject([{ code: "ERR_CONTENT_LENGTH" }]);
    const whole = serve((_, response) => {
      response.fields.set("Content-Length", "10");
      response.send("short");
    });
    whole.peer.send(get("/1"));
    expect(whole.peer.takeText()).toContain(`HTTP/1.1 500 Internal Server Error\r\n`);
    expect(whole.peer.received).toContain(DATE);
  });
});
