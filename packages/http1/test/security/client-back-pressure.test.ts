import { describe, expect, test } from "vitest";
import { Answer, connect, okWire } from "../asked.ts";

describe("back-pressure, client: a response's content", () => {
  const wire = okWire("0123456789");

  test("comes as far as it was asked for", () => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1]) {
      const { ask, peer, connection } = connect({ cut });
      const answer = ask("/", {}, new Answer(0));
      peer.turn();
      peer.send(wire);
      expect([answer.events, answer.content]).toEqual([["200 OK"], ""]);
      answer.sink?.grant(3);
      peer.turn();
      expect(answer.content).toBe("012");
      answer.sink?.grant(4);
      peer.turn();
      expect([answer.content, connection.available]).toEqual(["0123456", false]);
      answer.sink?.grant(3);
      peer.turn();
      expect([answer.content, answer.events, connection.available]).toEqual(["0123456789", ["200 OK", "end"], true]);
    }
  });

  test("one read is held, the rest stays outside", () => {
    const { ask, peer, carrier } = connect();
    const answer = ask("/", {}, new Answer(0));
    peer.turn();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = `ea60\r\n${"x".repeat(60_000)}\r\n`;
    for (let i = 0; i < 10; i++) peer.send(chunk);
    expect([carrier.paused, carrier.unread]).toEqual([true, 9 * chunk.length]);
    for (let i = 0; i < 10; i++) {
      answer.sink?.grant(60_000);
      peer.turn();
    }
    expect(answer.content.length).toBe(600_000);
    expect(carrier.unread).toBe(0);
  });

  test("the server's end waits with the content", () => {
    for (const wire of ["HTTP/1.1 200 OK\r\n\r\nHello", okWire("Hello", "Connection: close\r\n")]) {
      const { ask, peer } = connect();
      const answer = ask("/", {}, new Answer(0));
      peer.turn();
      peer.send(wire).end();
      expect(answer.events).toEqual(["200 OK"]);
      answer.sink?.grant(3);
      peer.turn();
      expect(answer.content).toBe("Hel");
      answer.sink?.grant(100);
      expect([peer.closed, answer.content]).toEqual([true, "Hello"]);
      expect(answer.events.at(-1)).toMatch(/^end/);
    }
  });

  test("a receiver that wants no more: little is read away, and the connection kept", () => {
    for (const when of ["before", "in onHead", "later"]) {
      class Stopper extends Answer {
        override onHead(): void {
          if (when === "in onHead") this.sink?.stop(0);
        }
      }
      const { ask, peer, connection } = connect({ maxDrainOctets: 100 });
      const answer = ask("/", {}, new Stopper(0));
      if (when === "before") answer.sink?.stop(0);
      peer.turn();
      peer.send(wire);
      if (when === "later") answer.sink?.stop(0);
      expect([answer.events, answer.content, connection.available]).toEqual([[], "", true]);
    }
  });

  test.each([
    ["announced", `HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n`],
    ["until close", `HTTP/1.1 200 OK\r\n\r\n`],
    [
      "chunked",
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"33\r\n".concat("x".repeat(51), "\r\n").repeat(3)}`,
    ],
  ])("a receiver that wants no more: much is not read away, the connection is dropped: %s", (_, wire) => {
    for (const when of ["before", "later"]) {
      const { ask, peer, carrier } = connect({ maxDrainOctets: 100, cut: 40 });
      const answer = ask("/", {}, new Answer(0));
      peer.turn();
      if (when === "before") answer.sink?.stop(0);
      peer.send(wire);
      if (when === "later") answer.sink?.stop(0);
      peer.turn();
      peer.send("x");
      expect(answer.content).toBe("");
      expect([carrier.isClosed, answer.events.filter((event) => event !== "200 OK")]).toEqual([true, []]);
    }
  });
});

describe("back-pressure, client: a request's content", () => {
  test("a producer waits at 64 KiB and is resumed when the kernel has taken everything", () => {
    const { ask, peer, carrier } = connect();
    carrier.stall();
    const answer = ask("/", { method: "POST", contentLength: -1 });
    let pieces = 1;
    while (answer.write("x".repeat(10_000))) pieces++;
    expect(pieces).toBe(7);
    carrier.turn();
    expect(answer.events).toEqual([]);
    carrier.take(carrier.pending - 1);
    expect(answer.events).toEqual([]);
    carrier.take();
    expect(answer.events).toEqual(["resume"]);
    expect(peer.received.length).toBeGreaterThan(70_000);
  });

  test("a producer that was told to wait by a kernel that then took everything at once is resumed", () => {
    const { ask, peer } = connect();
    const answer = ask("/", { method: "POST", contentLength: -1 });
    expect(answer.write("x".repeat(70_000))).toBe(false);
    peer.turn();
    expect(answer.events).toEqual(["resume"]);
  });

  test("a producer that waits when the connection goes is told", () => {
    const { ask, carrier, peer } = connect();
    carrier.stall();
    const answer = ask("/", { method: "POST", contentLength: -1 });
    answer.write("x".repeat(70_000));
    carrier.turn();
    peer.reset();
    expect(answer.events).toEqual(["ERR_HTTP1_CLOSED perhaps processed", "stopped ERR_HTTP1_CLOSED"]);
  });
});
