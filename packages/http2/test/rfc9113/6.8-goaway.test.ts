import { describe, expect, test } from "vitest";
import { asked } from "../asked.ts";
import { echoed, echoTarget, fieldsOf, get, post, serve, Waiting } from "../served.ts";
import { block, data, goaway, headers, headersOf, ping, rstStream, windowUpdate } from "../wire.ts";

const DRAIN_PING = "\x02\0\0\0\0\0\0\0";
const FIRST_PHASE = ["GOAWAY 2147483647 NO_ERROR", `PING ${JSON.stringify(DRAIN_PING)}`];

describe("RFC 9113 §6.8: a connection that drains, in two phases", () => {
  test("no new streams, please; when the client has read that, none are taken; the open ones are answered", () => {
    const waiting = new Waiting();
    const { client, carrier } = serve(waiting.handler);
    client.send(get(1, "/before"));
    carrier.drain();
    client.expectFrames(...FIRST_PHASE);
    client.send(get(3, "/crossed")).expectFrames(); // sent before the client read GOAWAY
    client.send(ping(DRAIN_PING, true)).expectFrames("GOAWAY 3 NO_ERROR");
    client.send(get(5, "/late")).expectFrames();
    waiting.answer("/crossed");
    client.expectFrames(...echoed(3, "/crossed"));
    expect(carrier.ended).toBe(false);
    waiting.answer("/before");
    client.expectFrames(...echoed(1, "/before"), "GOAWAY 3 NO_ERROR");
    expect([carrier.ended, [...waiting.requests.keys()]]).toEqual([true, ["/before", "/crossed"]]);
    client.peer.end();
    expect(carrier.closedWith).toBe(null);
  });

  test("a connection without streams ends as soon as the client has read it", () => {
    const { client, carrier } = serve(echoTarget);
    carrier.drain();
    client.expectFrames(...FIRST_PHASE);
    client.send(ping(DRAIN_PING, true)).expectFrames("GOAWAY 0 NO_ERROR", "GOAWAY 0 NO_ERROR");
    expect(carrier.ended).toBe(true);
  });

  test("a client that does not answer the PING has a second", () => {
    const { client, carrier, clock } = serve(() => {});
    client.send(get(1));
    carrier.drain();
    client.expectFrames(...FIRST_PHASE);
    clock.advance(999);
    client.expectFrames();
    clock.advance(1);
    client.expectFrames("GOAWAY 1 NO_ERROR");
  });

  test("S76: however busy it is", () => {
    const { client, carrier, clock } = serve(echoTarget);
    carrier.drain();
    const seen: string[] = [];
    for (let id = 1; id < 30; id += 2) {
      client.send(get(id));
      clock.advance(100);
      seen.push(...client.frames().filter((line) => line.startsWith("GOAWAY")));
    }
    expect(seen).toEqual(["GOAWAY 2147483647 NO_ERROR", "GOAWAY 19 NO_ERROR", "GOAWAY 19 NO_ERROR"]);
    expect(carrier.ended).toBe(true);
  });

  test("streams after it: their field blocks are decoded, their content counts, nothing else", async () => {
    const waiting = new Waiting();
    const { client, carrier, connection } = serve(waiting.handler);
    client.send(get(1));
    carrier.drain();
    client.send(ping(DRAIN_PING, true)).frames();
    const indexing = "\x40\x01x\x01y";
    client.send(headersOf(3, block(fieldsOf("POST", "/late")) + indexing), windowUpdate(3, 10));
    for (let i = 0; i < 3; i++) client.send(data(3, "x".repeat(16_384)));
    client.send(rstStream(3, 8)).expectFrames("WINDOW_UPDATE 0 32768");
    expect([connection.streams.size, carrier.ended]).toEqual([1, false]);
    waiting.answer();
    client.expectFrames(...echoed(1), "GOAWAY 1 NO_ERROR");
  });

  test("the last stream that was named is never raised", () => {
    const { client, carrier } = serve(() => {});
    client.send(get(1));
    carrier.drain();
    client.send(ping(DRAIN_PING, true), get(3)).frames();
    client.send(windowUpdate(0, 0)).expectFrames("GOAWAY 1 PROTOCOL_ERROR");
  });

  test("S55: a flood of streams after it ends the connection", () => {
    const { client, carrier } = serve(() => {});
    client.send(get(1));
    carrier.drain();
    client.send(ping(DRAIN_PING, true)).frames();
    for (let id = 3; id <= 2_003; id += 2) client.send(get(id));
    client.expectFrames("GOAWAY 1 ENHANCE_YOUR_CALM");
  });

  test("twice is once", () => {
    const { client, carrier } = serve(() => {});
    carrier.drain();
    carrier.drain();
    client.expectFrames(...FIRST_PHASE);
  });

  test("S76: an error on the way ends it at once, and the connection is dropped when the client does not end", () => {
    const { client, carrier, clock, connection } = serve(() => {}, { lingerMs: 2_000 });
    client.send(get(1));
    carrier.drain();
    client.send(windowUpdate(0, 0));
    expect(client.frames().at(-1)).toBe("GOAWAY 1 PROTOCOL_ERROR");
    expect([carrier.ended, carrier.isClosed, connection.streams.size]).toEqual([true, false, 0]);
    clock.advance(2_000);
    expect([carrier.closedWith, connection.deadline]).toEqual([null, Number.POSITIVE_INFINITY]);
  });

  test("S76: as it is when the client reads nothing, nor ends", () => {
    const { client, carrier, clock } = serve((_, response) => response.send("x".repeat(100_000)));
    carrier.stall();
    client.send(get(1));
    carrier.drain();
    clock.advance(120_000);
    expect([carrier.isClosed, clock.now]).toEqual([true, 120_000]);
  });
});

describe("RFC 9113 §6.8: the client's GOAWAY", () => {
  test("it opens no more streams: the open ones are answered, then the connection ends", () => {
    const waiting = new Waiting();
    const { client, carrier } = serve(waiting.handler);
    client.send(get(1), goaway(0, 0, "bye"));
    client.expectFrames(...FIRST_PHASE);
    client.send(ping(DRAIN_PING, true)).expectFrames("GOAWAY 1 NO_ERROR");
    waiting.answer();
    client.expectFrames(...echoed(1), "GOAWAY 1 NO_ERROR");
    expect(carrier.ended).toBe(true);
  });

  test("with an error, and of a code that nobody knows", () => {
    const { client, carrier } = serve(echoTarget);
    client.send(goaway(0, 0xfefe));
    client.expectFrames(...FIRST_PHASE);
    carrier.clock.advance(1_000);
    expect(carrier.ended).toBe(true);
  });

  test("a flood of them ends the connection", () => {
    const { client } = serve(() => {});
    client.send(get(1)).frames();
    for (let i = 0; i < 1_001; i++) client.send(goaway(0, 0));
    expect(client.frames().at(-1)).toBe("GOAWAY 1 ENHANCE_YOUR_CALM");
  });
});

describe("RFC 9113 §6.8: the server's GOAWAY", () => {
  test("a client without requests has nothing to wait for: it ends, and asks for nothing more", () => {
    const { server, carrier, connection } = asked();
    server.send(goaway(0, 0)).expectFrames("GOAWAY 0 NO_ERROR");
    expect([carrier.ended, connection.reusable]).toEqual([true, false]);
  });

  test("one with requests opens no others, and ends behind the last", () => {
    const { server, carrier, connection, ask } = asked();
    const answer = ask();
    server.frames();
    server.send(goaway(1, 0)).expectFrames();
    expect([carrier.ended, connection.reusable]).toEqual([false, false]);
    server.send(headers(1, [[":status", "204"]], { end: true }));
    expect([answer.events.at(-1), connection.idle]).toEqual(["end", true]);
  });
});

describe("RFC 9113 §5.4.1, §9.1: other ends", () => {
  test("idle for its time: GOAWAY without an error; PINGs do not extend it", () => {
    const { client, carrier, clock } = serve(echoTarget, { idleTimeoutMs: 75_000 });
    client.send(get(1)).expectFrames(...echoed(1));
    clock.advance(74_000);
    client.send(ping("12345678")).frames();
    clock.advance(999);
    expect(carrier.ended).toBe(false);
    clock.advance(1);
    client.expectFrames("GOAWAY 1 NO_ERROR");
    expect(carrier.ended).toBe(true);
  });

  test("a connection with a stream that waits for its handler is not idle", () => {
    const waiting = new Waiting();
    const { client, carrier, clock } = serve(waiting.handler, { idleTimeoutMs: 75_000 });
    client.send(get(1));
    clock.advance(10_000_000);
    waiting.answer();
    client.expectFrames(...echoed(1));
    expect(carrier.ended).toBe(false);
  });

  test("the client's end: what is open is over, whoever watches is told", async () => {
    const waiting = new Waiting();
    const { client, carrier, errors } = serve(waiting.handler);
    client.send(get(1), post(3, "/content"));
    const { signal } = waiting.request();
    const content = waiting.request("/content").text();
    client.peer.end();
    client.expectFrames("GOAWAY 3 NO_ERROR");
    await expect(content).rejects.toMatchObject({ code: "ERR_PEER_GONE" });
    expect([signal.aborted, carrier.closedWith, errors]).toEqual([true, null, []]);
  });

  test("S73: a connection that is gone: what is open is over, nothing is left", async () => {
    const waiting = new Waiting();
    const { client, carrier, connection } = serve(waiting.handler);
    client.send(get(1), post(3, "/content"), data(3, "held"));
    const { signal } = waiting.request();
    const content = waiting.request("/content").text();
    client.peer.reset();
    await expect(content).rejects.toMatchObject({ code: "ERR_PEER_GONE", cause: { code: "ECONNRESET" } });
    expect([signal.aborted, carrier.isClosed, connection.streams.size]).toEqual([true, true, 0]);
    expect(connection.deadline).toBe(Number.POSITIVE_INFINITY);
    waiting.answer();
  });
});
