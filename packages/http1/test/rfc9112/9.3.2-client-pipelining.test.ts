import { describe, expect, test } from "vitest";
import { Answer, connect, getWire, host, okWire } from "../asked.ts";

describe("RFC 9112 §9.3.2 Pipelining, client", () => {
  test("requests leave in one write, responses belong to them in their order", () => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1, 10]) {
      const { ask, peer, carrier, connection, told } = connect({ maxPipelined: 3, cut });
      const answers = ["/1", "/2", "/3"].map((target) => ask(target));
      expect(connection.available).toBe(false);
      peer.expectText(getWire("/1") + getWire("/2") + getWire("/3"));
      expect(carrier.writes).toBe(1);
      peer.send(okWire("one") + okWire("two") + okWire("three"));
      expect(answers.map((answer) => answer.content)).toEqual(["one", "two", "three"]);
      expect([connection.responses, told]).toEqual([3, ["idle"]]);
    }
  });

  test("not by default", () => {
    const { ask, connection } = connect();
    ask("/1");
    expect(connection.available).toBe(false);
  });

  test.each([
    ["a method that is not idempotent", { method: "POST" }],
    ["HEAD, as content that a broken server sends to it would pass for the next response (S33)", { method: "HEAD" }],
    ["CONNECT", { method: "CONNECT", target: "b.example:80" }],
    ["an offer of an upgrade", { fields: host({ Upgrade: "websocket" }) }],
    ["a request that closes", { fields: host({ Connection: "close" }) }],
  ])("nothing is pipelined behind %s, nor it behind anything", (_, head) => {
    const behind = connect({ maxPipelined: 3 });
    behind.ask("/", head);
    expect(behind.connection.available).toBe(false);
    const before = connect({ maxPipelined: 3 });
    before.ask("/");
    expect(() => before.ask("/", head)).toThrow(expect.objectContaining({ code: "ERR_HTTP1_UNAVAILABLE" }));
  });

  test("a request waits for the content of the one before it", () => {
    const { ask, peer, connection } = connect({ maxPipelined: 2 });
    const first = ask("/1", { method: "PUT", contentLength: 3 });
    expect(connection.available).toBe(false);
    first.send("one");
    expect(connection.available).toBe(true);
    ask("/2");
    peer.expectText(`PUT /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\none${getWire("/2")}`);
  });

  test("a server that says close leaves the requests behind unprocessed (§9.6)", () => {
    const { ask, peer } = connect({ maxPipelined: 3 });
    const answers = ["/1", "/2", "/3"].map((target) => ask(target));
    peer.turn();
    peer.send(okWire("one", "Connection: close\r\n"));
    expect(answers.map((answer) => answer.events.at(-1))).toEqual([
      "end",
      "ERR_HTTP1_CLOSED unprocessed",
      "ERR_HTTP1_CLOSED unprocessed",
    ]);
  });

  test("what was not sent yet is not sent then", () => {
    const { ask, peer, carrier } = connect({ maxPipelined: 2 });
    ask("/1");
    peer.expectText(getWire("/1"));
    const second = ask("/2");
    carrier.deliver(Buffer.from(okWire("one", "Connection: close\r\n")));
    expect(second.events).toEqual(["ERR_HTTP1_CLOSED unwritten"]);
    peer.expectText("");
    expect(peer.ended).toBe(true);
  });

  test("a server that just ends leaves them in doubt", () => {
    const { ask, peer } = connect({ maxPipelined: 3 });
    const answers = ["/1", "/2"].map((target) => ask(target));
    peer.turn();
    peer.send(okWire("one")).end();
    expect(answers.map((answer) => answer.events.at(-1))).toEqual(["end", "ERR_HTTP1_CLOSED perhaps processed"]);
  });

  test.each([
    ["content until the close", "HTTP/1.1 200 OK\r\n\r\none"],
    ["204 that announces content", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n"],
  ])("and one that ends by its framing, without a word: %s", (_, wire) => {
    const { ask, peer } = connect({ maxPipelined: 2 });
    const answers = ["/1", "/2"].map((target) => ask(target));
    peer.turn().send(wire).end();
    expect(answers.map((answer) => answer.events.at(-1)?.replace(" until close", ""))).toEqual([
      "end",
      "ERR_HTTP1_CLOSED perhaps processed",
    ]);
  });

  test("S33: nothing is pipelined while octets are looked at or held: they cannot be its answer", () => {
    const available: boolean[] = [];
    class Watcher extends Answer {
      override onContent(): void {
        available.push(connection.available);
      }
    }
    const { ask, peer, connection, told } = connect({ maxPipelined: 2 });
    const answer = ask("/1", {}, new Watcher(0));
    peer.turn().send(okWire("one") + okWire("poison"));
    available.push(connection.available);
    expect(() => ask("/2")).toThrow(expect.objectContaining({ code: "ERR_HTTP1_UNAVAILABLE" }));
    answer.sink?.grant(1_000);
    peer.turn();
    expect(available).toEqual([false, false]);
    expect([answer.events, told]).toEqual([["200 OK", "end"], ["closed ERR_HTTP1_UNEXPECTED_OCTETS"]]);
  });

  test("the time for a head runs anew for each", () => {
    const { ask, peer, clock } = connect({ maxPipelined: 2, headTimeoutMs: 1_000 });
    ask("/1");
    const second = ask("/2");
    peer.turn();
    clock.advance(900);
    peer.send(okWire("one"));
    clock.advance(999);
    expect(second.events).toEqual([]);
    clock.advance(1);
    expect(second.events).toEqual(["ERR_HTTP1_HEAD_TIMEOUT perhaps processed"]);
  });
});
