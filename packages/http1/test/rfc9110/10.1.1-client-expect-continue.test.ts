import { describe, expect, test } from "vitest";
import { connect, host, okWire } from "../asked.ts";

const HEAD = "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const expecting = { method: "POST", contentLength: 4, expectContinue: true } as const;

describe("RFC 9110 §10.1.1 Expect, client", () => {
  test("content waits for 100, whenever it was given", () => {
    for (const early of [true, false]) {
      const { ask, peer } = connect();
      const answer = ask("/", expecting);
      if (early) expect(answer.write("Wi")).toBe(false);
      peer.expectText(HEAD).send(CONTINUE);
      expect(answer.events).toEqual(["100", "resume"]);
      answer.send(early ? "ki" : "Wiki");
      peer.expectText("Wiki").send(okWire("done"));
      expect([answer.events.at(-1), answer.content]).toEqual(["end", "done"]);
    }
  });

  test("whole content that was given at once leaves after 100", () => {
    const { ask, peer, connection } = connect();
    const answer = ask("/", { ...expecting, contentLength: -1 });
    answer.send("Wiki");
    expect(peer.takeText()).toContain("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    peer.turn();
    peer.send(CONTINUE).expectText("4\r\nWiki\r\n0\r\n\r\n").send(okWire("done"));
    expect(connection.available).toBe(true);
  });

  test("a server that knows nothing of it gets the content after continueTimeoutMs", () => {
    const { ask, peer, clock, connection } = connect({ continueTimeoutMs: 1_000, headTimeoutMs: 10_000 });
    const answer = ask("/", expecting);
    answer.send("Wiki");
    peer.expectText(HEAD);
    clock.advance(999);
    peer.expectText("");
    clock.advance(1);
    peer.expectText("Wiki");
    clock.advance(9_999);
    peer.send(okWire("done"));
    expect([answer.content, connection.available]).toEqual(["done", true]);
  });

  test.each([
    ["417", "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"],
    ["a success", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ])("S30: %s instead of 100: the content is never sent, and the connection never used again", (_, wire) => {
    for (const given of [true, false]) {
      const { ask, peer, connection, clock } = connect();
      const answer = ask("/", expecting);
      if (given) answer.send("Wiki");
      peer.expectText(HEAD).send(wire);
      expect([answer.events.at(-1), connection.reusable]).toEqual(["end", false]);
      expect(answer.events).toContain("stopped ERR_HTTP1_ANSWERED");
      expect(answer.write("Wiki")).toBe(false);
      clock.advance(1_000);
      peer.expectText("");
      expect(peer.ended).toBe(true);
    }
  });

  test("S30: it is stopped with the head, not when the response is over", () => {
    const { ask, peer } = connect();
    const answer = ask("/", expecting);
    answer.send("Wiki");
    peer.expectText(HEAD).send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndo");
    expect(answer.events).toEqual(["stopped ERR_HTTP1_ANSWERED", "200 OK"]);
    peer.send("ne").expectText("");
    expect([answer.content, peer.ended]).toEqual(["done", true]);
  });

  test("the field says it as well as the option; without content it is not said", () => {
    const { ask, peer } = connect();
    ask("/", { method: "POST", contentLength: 4, fields: host({ expect: "100-Continue" }) });
    peer.expectText(HEAD);
    const none = connect();
    none.ask("/", { fields: host({ Expect: "100-continue" }) });
    none.peer.expectText("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    const not = connect();
    not.ask("/", { method: "POST", contentLength: 4, fields: host({ Expect: "100-continue" }), expectContinue: false });
    expect(not.peer.takeText()).not.toContain("Expect");
  });

  test("100 that nobody waited for is told and changes nothing", () => {
    const { ask, peer } = connect();
    const answer = ask("/");
    peer.turn();
    peer.send(CONTINUE + okWire("one"));
    expect(answer.events).toEqual(["100", "200 OK", "end"]);
  });
});

describe("RFC 9112 §9.5 a response before the request is complete, client", () => {
  const post = { method: "POST", contentLength: 100 } as const;

  test("S30: one that is no success stops the content; the connection ends after it", () => {
    const { ask, peer, connection } = connect();
    const answer = ask("/", post);
    answer.write("some");
    peer.turn();
    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nless");
    expect(answer.events).toEqual(["stopped ERR_HTTP1_ANSWERED", "413 Content Too Large", "end"]);
    expect([answer.content, answer.write("more"), connection.reusable, peer.ended]).toEqual([
      "less",
      false,
      false,
      true,
    ]);
  });

  test("S30: a success may come while content is sent, and both go on", () => {
    const { ask, peer, connection } = connect();
    const answer = ask("/", { ...post, contentLength: -1 });
    answer.write("one");
    peer.turn();
    peer.takeText();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nONE\r\n");
    answer.write("two");
    peer.expectText("3\r\ntwo\r\n").send("3\r\nTWO\r\n");
    answer.sink?.sendContent(new Uint8Array(0), true);
    peer.expectText("0\r\n\r\n").send("0\r\n\r\n");
    expect([answer.content, answer.events, connection.available]).toEqual(["ONETWO", ["200 OK", "end"], true]);
  });

  test("S30: a success that is over before the content is: nothing more is sent on the connection", () => {
    const { ask, peer, connection } = connect();
    const answer = ask("/", post);
    answer.write("some");
    peer.turn();
    peer.takeText();
    peer.send(okWire("done"));
    expect(answer.events).toEqual(["200 OK", "stopped ERR_HTTP1_ANSWERED", "end"]);
    expect([answer.write("more"), connection.reusable, peer.ended]).toEqual([false, false, true]);
    peer.expectText("");
  });
});
