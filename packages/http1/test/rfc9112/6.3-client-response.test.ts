import { everyCut } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { Answer, connect, okWire } from "../asked.ts";

/** What a GET (or another method) gets when the server says `wire`, for every cut of it. */
function answerTo(wire: string, { method = "GET", end = false } = {}): string[] {
  return everyCut(wire, (parts) => {
    const { ask, peer, told } = connect();
    const answer = ask("/", { method });
    peer.turn();
    for (const part of parts) peer.send(part);
    if (end) peer.end();
    return [...answer.events, JSON.stringify(answer.content), ...told.filter((event) => event !== "idle")];
  });
}

describe("RFC 9112 §6.3 Message body length of a response", () => {
  test.each([
    ["rule 6: Content-Length", okWire("Hello"), "Hello"],
    ["rule 6: Content-Length 0", okWire(""), ""],
    ["rule 4: chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n", "Hello"],
    ["rule 4: chunked, nothing in it", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""],
  ])("%s", (_, wire, content) => {
    expect(answerTo(wire)).toEqual(["200 OK", "end", JSON.stringify(content)]);
  });

  test("trailers come with the end", () => {
    const wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nHi\r\n0\r\nX-Sum: 42\r\n\r\n";
    expect(answerTo(wire)).toEqual(["200 OK", 'end [["X-Sum","42"]]', '"Hi"']);
  });

  test("rule 8: content until the close ends with it, and says that it may not be whole", () => {
    const wire = "HTTP/1.1 200 OK\r\n\r\nHello";
    expect(answerTo(wire)).toEqual(["200 OK", '"Hello"']);
    expect(answerTo(wire, { end: true })).toEqual(["200 OK", "end until close", '"Hello"', "closed in good order"]);
  });

  test.each([
    ["Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHello"],
    ["chunked, in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nHello"],
    ["chunked, before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n"],
    ["chunked, in the trailer section", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\nX: y"],
  ])("content that is cut short is no response: %s (§8)", (_, wire) => {
    expect(answerTo(wire, { end: true })).toEqual([
      "200 OK",
      "ERR_HTTP1_INCOMPLETE perhaps processed",
      '"Hello"',
      "closed in good order",
    ]);
  });

  test("content until the close that a reset ends is no response", () => {
    const { ask, peer } = connect();
    const answer = ask("/");
    peer.turn();
    peer.send("HTTP/1.1 200 OK\r\n\r\nHello").reset();
    expect(answer.events).toEqual(["200 OK", "ERR_HTTP1_CLOSED perhaps processed"]);
    expect(answer.error?.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test.each([
    ["HEAD and Content-Length", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "200 OK"],
    ["HEAD and chunked", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 OK"],
    ["HEAD and neither", "HEAD", "HTTP/1.1 200 OK\r\n\r\n", "200 OK"],
    ["204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", "204 No Content"],
    ["304 and the length of 200", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 Not Modified"],
  ])("rule 1: no content, and the connection persists: %s", (_, method, wire, head) => {
    expect(answerTo(wire, { method })).toEqual([head, "end", '""']);
  });

  test.each([
    ["HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "Hello"],
    ["304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "Hello"],
    ["204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", "Hello"],
    ["a whole response", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n", okWire("poison")],
    ["more than Content-Length", "GET", okWire("Hello"), "x"],
    ["after the last chunk", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\r\n"],
  ])("S33: octets where none may be: the connection is discarded: %s", (_, method, wire, extra) => {
    for (const cut of [Number.MAX_SAFE_INTEGER, 1]) {
      const { ask, peer, connection, told } = connect({ cut });
      const answer = ask("/", { method });
      peer.turn();
      peer.send(wire + extra);
      expect(answer.events.at(-1)).toBe("end");
      expect(connection.reusable).toBe(false);
      expect(told.at(-1)).toBe("closed ERR_HTTP1_UNEXPECTED_OCTETS");
    }
  });

  test("S33: octets behind a response are not the answer to a request that is made when it ends", () => {
    for (const wire of [
      okWire("Hello"),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n",
    ]) {
      const { ask, peer, connection } = connect();
      const next: unknown[] = [];
      class Eager extends Answer {
        override onEnd(): void {
          next.push(connection.available);
          expect(() => ask("/secret")).toThrow(expect.objectContaining({ code: "ERR_HTTP1_UNAVAILABLE" }));
        }
      }
      ask("/", {}, new Eager());
      peer.turn();
      peer.send(wire + okWire("poison"));
      expect(next).toEqual([false]);
    }
  });

  test("S33: nor is what came before the request has left", () => {
    const { ask, peer, told } = connect();
    const first = ask("/1");
    peer.turn();
    peer.send(okWire("one"));
    const second = ask("/2");
    peer.carrier.deliver(Buffer.from(okWire("poison"))); // before the flush that this turn wants
    expect(first.events).toEqual(["200 OK", "end"]);
    expect(second.events).toEqual(["ERR_HTTP1_UNEXPECTED_OCTETS unwritten"]);
    expect(told.at(-1)).toBe("closed ERR_HTTP1_UNEXPECTED_OCTETS");
  });

  test("S33: 204 that announces content is delivered, and the connection is not used again", () => {
    for (const framing of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
      const { ask, peer, connection } = connect();
      const answer = ask("/");
      peer.turn();
      peer.send(`HTTP/1.1 204 No Content\r\n${framing}\r\n\r\n`);
      expect(answer.events).toEqual(["204 No Content", "end"]);
      expect([connection.reusable, peer.ended]).toEqual([false, true]);
    }
  });

  test.each([
    ["100", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n"],
    ["103", "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ])("S33: an informational response that announces content: %s", (_, wire) => {
    expect(answerTo(wire)).toEqual([
      "ERR_HTTP1_UNEXPECTED_OCTETS perhaps processed",
      '""',
      "closed ERR_HTTP1_UNEXPECTED_OCTETS",
    ]);
  });

  test.each([
    ["S34: Transfer-Encoding and Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 5"],
    ["S34: two lengths", "Content-Length: 5\r\nContent-Length: 6"],
    ["S34: two equal lengths", "Content-Length: 5\r\nContent-Length: 5"],
    ["S34: a list of lengths", "Content-Length: 5, 5"],
    ["S2: an obscured chunked", "Transfer-Encoding: xchunked"],
    ["S9: a length that is no number", "Content-Length: 0x5"],
    ["S16: a bare LF", "X: y\nContent-Length: 5"],
    ["S17: a space before the colon", "Content-Length : 5"],
    ["S19: a folded field", "X: y\r\n z"],
    ["S20: a control character", "X: \0"],
  ])("fails and is not guessed at: %s", (_, lines) => {
    const [event, content, closed] = answerTo(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\nHello`);
    expect(event).toMatch(/^ERR_HTTP1_[A-Z_]+ perhaps processed$/);
    expect(content).toBe('""');
    expect(closed).toBe(`closed ${event?.split(" ")[0]}`);
  });

  test.each([
    ["no status line", "Hello\r\n\r\n"],
    ["HTTP/2", "HTTP/2 200 OK\r\n\r\n"],
    ["a chunk size that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nHello"],
    ["S15: a chunk that is longer than its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nHello"],
    [
      "S39: a trailer that frames",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n",
    ],
  ])("fails: %s", (_, wire) => {
    expect(answerTo(wire).at(-1)).toMatch(/^closed ERR_HTTP1_/);
  });

  test("S93: a head without end is bounded", () => {
    const { ask, peer, told } = connect({ head: { maxHeadOctets: 1_000 } });
    ask("/");
    peer.turn();
    peer.send("HTTP/1.1 200 OK\r\n");
    for (let i = 0; i < 100; i++) peer.send(`X-${i}: ${"y".repeat(20)}\r\n`);
    expect(told).toEqual(["closed ERR_HTTP1_HEAD_TOO_LARGE"]);
  });
});
