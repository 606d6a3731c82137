import { describe, expect, test } from "vitest";
import { Answer, connect, okWire } from "../asked.ts";

describe("RFC 9112 §9.5, RFC 9110 §9.2.2: what is known of a request that failed", () => {
  test("a new connection that ends without an octet proves nothing: the request may be the cause", () => {
    const { ask, peer } = connect();
    const answer = ask("/");
    peer.turn();
    peer.end();
    expect(answer.events).toEqual(["ERR_HTTP1_CLOSED perhaps processed"]);
  });

  test.each([
    ["ends", (peer: { end(): unknown }) => peer.end()],
    ["is reset", (peer: { reset(): unknown }) => peer.reset()],
  ])("a connection that was used before and %s without an octet: the end crossed the request", (_, end) => {
    const { ask, peer } = connect();
    ask("/1");
    peer.turn();
    peer.send(okWire("one"));
    const answer = ask("/2");
    peer.turn();
    end(peer as never);
    expect(answer.events).toEqual(["ERR_HTTP1_CLOSED unprocessed"]);
  });

  test.each([
    ["an octet of a head", "H"],
    ["an informational response", "HTTP/1.1 103 Early Hints\r\n\r\n"],
  ])("not when %s came back", (_, wire) => {
    const { ask, peer } = connect();
    ask("/1");
    peer.turn();
    peer.send(okWire("one"));
    const answer = ask("/2");
    peer.turn();
    peer.send(wire).end();
    expect(answer.events.at(-1)).toMatch(/^ERR_HTTP1_(CLOSED|INCOMPLETE) perhaps processed$/);
  });

  test("not when it was us who gave up", () => {
    const { ask, peer, clock } = connect({ headTimeoutMs: 1_000 });
    ask("/1");
    peer.turn();
    peer.send(okWire("one"));
    const answer = ask("/2");
    peer.turn();
    clock.advance(1_000);
    expect(answer.events).toEqual(["ERR_HTTP1_HEAD_TIMEOUT perhaps processed"]);
  });

  test("a request of which nothing was written is unprocessed in any case", () => {
    const { ask, carrier } = connect();
    const answer = ask("/");
    carrier.lose(new Error("no route"));
    expect(answer.events).toEqual(["ERR_HTTP1_CLOSED unwritten"]);
    expect(answer.error?.cause).toMatchObject({ message: "no route" });
  });

  test("S35: half a response is an error, never a shorter one, and never continued", () => {
    const { ask, peer, connection } = connect();
    const answer = ask("/");
    peer.turn();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").reset();
    expect(answer.events).toEqual(["200 OK", "ERR_HTTP1_CLOSED perhaps processed"]);
    expect(connection.reusable).toBe(false);
  });

  test("a request that its sender gives up takes the connection with it", () => {
    const { ask, peer, carrier } = connect();
    const answer = ask("/");
    peer.turn();
    answer.sink?.reset(0);
    carrier.turn();
    expect(answer.events).toEqual(["ERR_HTTP1_RESET perhaps processed"]);
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP1_RESET" });
    answer.sink?.reset(0);
    answer.sink?.grant(1);
    answer.sink?.stop(0);
    expect([answer.write("x"), answer.events.length]).toEqual([false, 1]);
  });

  test("a request that is given up while its content is delivered gets no more of it", () => {
    class Enough extends Answer {
      override onContent(bytes: Uint8Array, start: number, end: number): void {
        super.onContent(bytes, start, end);
        this.sink?.reset(0);
      }
    }
    for (const wire of [okWire("Hello"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nH\r\n1\r\ni\r\n"]) {
      const { ask, peer, carrier } = connect();
      const answer = ask("/", {}, new Enough());
      peer.turn();
      peer.send(wire);
      expect([answer.events, carrier.isClosed]).toEqual([["200 OK", "ERR_HTTP1_RESET perhaps processed"], true]);
      expect(["Hello", "H"]).toContain(answer.content);
    }
  });
});

describe("times, client", () => {
  test("a head that does not come, or comes an octet now and then", () => {
    const { ask, peer, clock, carrier } = connect({ headTimeoutMs: 10_000 });
    const answer = ask("/");
    peer.turn();
    for (const octet of "HTTP/1.1 ") {
      peer.send(octet);
      clock.advance(1_000);
    }
    expect(carrier.isClosed).toBe(false);
    clock.advance(1_000);
    expect(answer.events).toEqual(["ERR_HTTP1_HEAD_TIMEOUT perhaps processed"]);
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP1_HEAD_TIMEOUT" });
  });

  test("an informational response gives more time", () => {
    const { ask, peer, clock } = connect({ headTimeoutMs: 10_000 });
    const answer = ask("/");
    peer.turn();
    clock.advance(9_000);
    peer.send("HTTP/1.1 102 Processing\r\n\r\n");
    clock.advance(9_000);
    expect(answer.events).toEqual(["102"]);
  });

  test("the time runs from the end of the request, not while it is sent", () => {
    const { ask, peer, clock } = connect({ headTimeoutMs: 10_000 });
    const answer = ask("/", { method: "POST", contentLength: 2 });
    peer.turn();
    clock.advance(100_000);
    answer.send("Hi");
    peer.turn();
    clock.advance(9_999);
    expect(answer.events).toEqual([]);
    clock.advance(1);
    expect(answer.events).toEqual(["ERR_HTTP1_HEAD_TIMEOUT perhaps processed"]);
  });

  test("content that stops coming; not while its receiver is the one who waits", () => {
    const { ask, peer, clock } = connect({ contentTimeoutMs: 10_000 });
    const answer = ask("/", {}, new Answer(0));
    peer.turn();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    clock.advance(100_000);
    expect(answer.events).toEqual(["200 OK"]);
    answer.sink?.grant(50);
    clock.advance(9_999);
    peer.send("x".repeat(10));
    clock.advance(9_999);
    expect(answer.events).toEqual(["200 OK"]);
    clock.advance(1);
    expect(answer.events).toEqual(["200 OK", "ERR_HTTP1_CONTENT_TIMEOUT perhaps processed"]);
  });

  test("content that is asked for in onHead is awaited from then on", () => {
    class Later extends Answer {
      override onHead(): void {
        this.sink?.grant(1_000);
      }
    }
    const { ask, peer, clock } = connect({ contentTimeoutMs: 10_000 });
    const answer = ask("/", {}, new Later(0));
    peer.turn();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    clock.advance(10_000);
    expect(answer.events).toEqual(["ERR_HTTP1_CONTENT_TIMEOUT perhaps processed"]);
  });

  test("a server that takes no octet of a request", () => {
    const { ask, carrier, clock } = connect({ sendTimeoutMs: 60_000 });
    carrier.stall();
    const answer = ask("/", { method: "POST", contentLength: 1_000 });
    answer.send("x".repeat(1_000));
    carrier.turn();
    for (let i = 0; i < 20; i++) {
      clock.advance(59_000);
      carrier.take(1);
    }
    expect(carrier.isClosed).toBe(false); // slow, but not dead
    clock.advance(120_000);
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP1_TOO_SLOW" });
    expect(answer.events).toEqual(["ERR_HTTP1_TOO_SLOW perhaps processed"]);
  });
});
