import { describe, expect, test } from "vitest";
import { Answer, connect, getWire, host, okWire } from "../asked.ts";

describe("RFC 9112 §9.3 Persistence, client", () => {
  test("one request after the other on the same connection", () => {
    const { ask, peer, connection, told } = connect();
    for (const target of ["/1", "/2", "/3"]) {
      const answer = ask(target);
      expect([connection.idle, connection.available]).toEqual([false, false]);
      peer.expectText(getWire(target)).send(okWire(target));
      expect([answer.events, answer.content]).toEqual([["200 OK", "end"], target]);
      expect([connection.idle, connection.available, connection.reusable]).toEqual([true, true, true]);
    }
    expect([connection.responses, told]).toEqual([3, ["idle", "idle", "idle"]]);
  });

  test("a request while another is under way is refused, unless it is pipelined", () => {
    const { ask } = connect();
    ask("/1");
    expect(() => ask("/2")).toThrow(expect.objectContaining({ code: "ERR_HTTP1_UNAVAILABLE" }));
  });

  test("a request may be made as soon as the response before it ends", () => {
    const { ask, peer, told } = connect();
    const second = new Answer();
    class Next extends Answer {
      override onEnd(): void {
        ask("/2", {}, second);
      }
    }
    ask("/1", {}, new Next());
    peer.expectText(getWire("/1")).send(okWire("one")).expectText(getWire("/2")).send(okWire("two"));
    expect([second.content, told]).toEqual(["two", ["idle"]]);
  });

  test.each([
    ["the server says close", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    ["the server speaks HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ])("no reuse when %s: we end, and wait for its end", (_, wire) => {
    const { ask, peer, connection, told, clock } = connect({ lingerMs: 2_000 });
    const answer = ask("/");
    peer.turn();
    peer.send(wire);
    expect(answer.events.at(-1)).toBe("end");
    expect([connection.reusable, connection.available, peer.ended, peer.closed]).toEqual([false, false, true, false]);
    expect(() => ask("/2")).toThrow(expect.objectContaining({ code: "ERR_HTTP1_UNAVAILABLE" }));
    clock.advance(2_000);
    expect([peer.closed, told]).toEqual([true, ["closed in good order"]]);
  });

  test("HTTP/1.0 with keep-alive is reused, but gets no chunked content (§6.1)", () => {
    const { ask, peer, connection } = connect();
    ask("/");
    peer.turn();
    peer.send("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    expect(connection.reusable).toBe(true);
    expect(() => ask("/", { method: "POST", contentLength: -1 })).toThrow(
      expect.objectContaining({ code: "ERR_HTTP1_LENGTH_REQUIRED" }),
    );
    expect(ask("/", { method: "POST", contentLength: 2 }).send("Hi")).toBe(true);
  });

  test("who asks for close ends after the response", () => {
    const { ask, peer } = connect();
    ask("/", { fields: host({ Connection: "close" }) });
    peer.expectText(getWire("/", "Connection: close\r\n")).send(okWire("one"));
    expect(peer.ended).toBe(true);
  });

  test("drain ends an idle connection at once, and a busy one after its response", () => {
    const idle = connect();
    idle.connection.drain();
    idle.carrier.wantFlush();
    expect(idle.peer.ended).toBe(true);
    const { ask, peer, carrier, connection } = connect();
    const answer = ask("/");
    carrier.drain();
    expect([peer.ended, connection.available]).toEqual([false, false]);
    peer.send(okWire("one"));
    expect([answer.content, peer.ended]).toEqual(["one", true]);
  });
});

describe("RFC 9112 §9.3, Appendix C.2.2: how long an idle connection is kept", () => {
  test("idleTimeoutMs when the server says nothing, from the connection on and from each response", () => {
    const { ask, peer, clock } = connect({ idleTimeoutMs: 4_000 });
    clock.advance(3_999);
    ask("/");
    peer.turn();
    clock.advance(100_000);
    peer.send(okWire("one"));
    clock.advance(3_999);
    expect(peer.ended).toBe(false);
    clock.advance(1);
    expect(peer.ended).toBe(true);
  });

  test.each([
    ["a second less than the server says", "timeout=10, max=100", 9_000],
    ["and not less than nothing", "timeout=1", 0],
    ["at most maxIdleTimeoutMs", "timeout=999999", 300_000],
    ["a hint that is none", "timeout=ten", 4_000],
    ["an absurd hint", "timeout=99999999999999999999", 4_000],
    ["another parameter", "max=5, x-timeout=100", 4_000],
  ])("the hint of Keep-Alive: %s", (_, value, ms) => {
    const { ask, peer, clock } = connect({ idleTimeoutMs: 4_000, maxIdleTimeoutMs: 300_000 });
    ask("/");
    peer.turn();
    peer.send(okWire("one", `Keep-Alive: ${value}\r\n`));
    clock.advance(Math.max(ms - 1, 0));
    expect(peer.ended).toBe(ms === 0);
    clock.advance(1);
    expect(peer.ended).toBe(true);
  });

  test("an idle connection that the server ends is ended in good order", () => {
    const { ask, peer, told } = connect();
    ask("/");
    peer.turn();
    peer.send(okWire("one")).end();
    expect([peer.closed, told]).toEqual([true, ["idle", "closed in good order"]]);
  });

  test("S33: octets on an idle connection, such as a 408 of a server that gives up, answer nothing", () => {
    for (const used of [true, false]) {
      const { ask, peer, connection, told } = connect();
      if (used) {
        ask("/");
        peer.turn();
        peer.send(okWire("one"));
      }
      peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
      expect([connection.reusable, told.at(-1)]).toEqual([false, "closed ERR_HTTP1_UNEXPECTED_OCTETS"]);
    }
  });
});
