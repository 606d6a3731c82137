import type { ByteSink, Carrier, Engine, Handler, HttpRequest, HttpResponse } from "@stack/http";
import { describe, expect, test } from "vitest";
import { type ServedOptions, serve } from "../served.ts";
import { data, headers, type Lines, rstStream, windowUpdate } from "../wire.ts";

const CONNECT: Lines = [
  [":method", "CONNECT"],
  [":protocol", "websocket"],
  [":scheme", "http"],
  [":authority", "a.example"],
  [":path", "/chat"],
];

/** The protocol inside: whatever comes goes back in capitals. */
class Shout implements Engine {
  readonly deadline: number = Number.POSITIVE_INFINITY;
  readonly calls: string[] = [];
  output: Uint8Array[] = [];
  ends = false;

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const text = Buffer.from(bytes.subarray(start, end)).toString("latin1");
    this.calls.push(text);
    this.output.push(Buffer.from(text.toUpperCase(), "latin1"));
  }

  receiveEnd(): void {
    this.calls.push("end");
    this.ends = true;
  }

  flush(sink: ByteSink): boolean {
    for (const piece of this.output.splice(0)) sink.write(piece);
    if (this.ends) sink.end();
    return true;
  }

  drain(): void {}
  onDeadline(): void {}

  closed(reason: Error | null): void {
    this.calls.push(reason === null ? "closed" : `closed ${(reason as { code?: string }).code}`);
  }
}

/** One that has times of its own, and says when it is told of them. */
class Timed extends Shout {
  override deadline: number = Number.POSITIVE_INFINITY;

  override onDeadline(): void {
    this.calls.push("deadline");
    this.deadline = Number.POSITIVE_INFINITY;
    this.output.push(Buffer.from("ping"));
  }

  override drain(): void {
    this.calls.push("drain");
    this.ends = true;
  }
}

interface Tunnel {
  readonly handler: Handler;
  readonly engine: Shout;
  carrier: Carrier | null;
  request: HttpRequest | null;
}

/** Accepts every CONNECT. */
function tunnel(accept: (response: HttpResponse) => Carrier = (response) => response.accept()): Tunnel {
  const made: Tunnel = {
    engine: new Shout(),
    carrier: null,
    request: null,
    handler: (request, response) => {
      made.request = request;
      made.carrier = accept(response);
      made.carrier.handOver(made.engine, new Uint8Array(0));
    },
  };
  return made;
}

function open(made: Tunnel, options: ServedOptions = {}): ReturnType<typeof serve> {
  const served = serve(made.handler, options);
  served.client.send(headers(1, CONNECT)).expectFrames("HEADERS 1 :status=200");
  return served;
}

/** By how much the stream's window was opened. */
function opened(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Number(/^WINDOW_UPDATE 1 (\d+)$/.exec(line)?.[1] ?? 0), 0);
}

describe("RFC 8441 §4: extended CONNECT, a stream as another protocol's carrier", () => {
  test("the request has a path and an authority, and the octets go both ways", async () => {
    const made = tunnel();
    const { client } = open(made);
    expect([made.request?.method, made.request?.path, made.request?.authority]).toEqual([
      "CONNECT",
      "/chat",
      "a.example",
    ]);
    await client.send(data(1, "one")).expectLater('DATA 1 "ONE"');
    await client.send(data(1, "two"), data(1, "three")).expectLater('DATA 1 "TWOTHREE"');
    expect(made.engine.calls).toEqual(["one", "two", "three"]);
  });

  test("2xx has a Date like any other, and no length (RFC 9110 §6.6.1, §8.6)", () => {
    const { client } = serve(tunnel((response) => response.accept({ "Content-Length": "5", "X-A": "1" })).handler);
    client.send(headers(1, CONNECT)).expectFrames("HEADERS 1 :status=200 x-a=1");
    expect(client.reader.dates).toEqual(["Sun, 06 Nov 1994 08:49:37 GMT"]);
  });

  test("END_STREAM is the end of a side, and both ends the stream's", async () => {
    const made = tunnel();
    const { client, connection } = open(made);
    await client.send(data(1, "last", { end: true })).expectLater('DATA 1 "LAST" END_STREAM');
    expect([made.engine.calls, connection.streams.size]).toEqual([["last", "end", "closed"], 0]);
  });

  test.each([
    ["that end", { end: true }],
    ["that do not", {}],
  ])("RFC 9113 §8.5: HEADERS on it, %s, are its stream's error", async (_, end) => {
    const made = tunnel();
    const { client, connection } = open(made);
    await client.send(data(1, "one"), headers(1, [["a", "b"]], end)).peer.settled();
    expect(client.frames()).toContain("RST_STREAM 1 PROTOCOL_ERROR");
    expect([made.engine.calls, connection.streams.size]).toEqual([["one", "closed ERR_HTTP2_STREAM_RESET"], 0]);
  });

  test("RST_STREAM is a reset: the engine is told", () => {
    const made = tunnel();
    const { client } = open(made);
    client.send(rstStream(1, 8));
    expect(made.engine.calls).toEqual(["closed ERR_HTTP2_STREAM_RESET"]);
  });

  test("abort() resets the stream, and leaves the others", async () => {
    const made = tunnel();
    const { client, carrier } = open(made);
    made.carrier?.abort(Object.assign(new Error("enough"), { code: "ERR_ENOUGH" }));
    await client.expectLater("RST_STREAM 1 CANCEL");
    expect([made.engine.calls, carrier.ended]).toEqual([["closed ERR_ENOUGH"], false]);
  });

  test("the windows hold it: nothing is sent beyond the peer's, nothing is taken beyond ours", async () => {
    const made = tunnel();
    const { client } = open(made);
    made.engine.output.push(new Uint8Array(100_000));
    made.carrier?.wantFlush();
    await client.peer.settled();
    client.frames();
    expect(client.octets(1)).toBe(65_535);
    await client.send(windowUpdate(0, 100_000), windowUpdate(1, 100_000)).peer.settled();
    client.frames();
    expect(client.octets(1)).toBe(100_000);
  });

  test("an engine that pauses holds the peer up: a window behind what it has, and no more", async () => {
    const made = tunnel();
    const { client } = open(made);
    made.carrier?.pauseReading(true);
    let sent = 0;
    for (let window = 65_535; window >= 16_000; ) {
      await client.send(data(1, "x".repeat(16_000))).peer.settled();
      sent += 16_000;
      window += opened(client.frames()) - 16_000;
    }
    expect(sent).toBeLessThan(140_000);
    made.carrier?.pauseReading(false);
    await client.peer.settled();
    expect(opened(client.frames())).toBeGreaterThan(32_000);
  });

  test("any other answer is an answer", () => {
    const { client } = serve((_, response) => {
      response.status = 501;
      response.send("no");
    });
    client.send(headers(1, CONNECT)).expectFrames("HEADERS 1 :status=501 content-length=2", 'DATA 1 "no" END_STREAM');
  });
});

describe("S85: RFC 8441 §3, §4: what is no extended CONNECT", () => {
  const without = (name: string): Lines => CONNECT.filter(([other]) => other !== name);
  const speaking = (protocol: string): Lines =>
    CONNECT.map(([name, value]) => [name, name === ":protocol" ? protocol : value]);

  test.each<[string, Lines]>([
    ["no :path", without(":path")],
    ["no :scheme", without(":scheme")],
    ["no :authority", without(":authority")],
    ["an empty :protocol", speaking("")],
    ["a :protocol that is no token (RFC 9110 §7.8)", speaking("web socket")],
    ["one with a line end in it (S79)", speaking("websocket\r\nx: y")],
    ["two :protocol", [CONNECT[0] as [string, string], ...CONNECT.slice(1), [":protocol", "x"]]],
    ["another method", CONNECT.map(([name, value]) => [name, name === ":method" ? "GET" : value])],
  ])("malformed: %s", (_, lines) => {
    const { client, requests } = serve(() => {});
    client.send(headers(1, lines)).expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
    expect(requests).toEqual([]);
  });

  test("where we have not said SETTINGS_ENABLE_CONNECT_PROTOCOL", () => {
    const { client, requests } = serve(() => {}, { extendedConnect: false });
    client.send(headers(1, CONNECT)).expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
    expect(requests).toEqual([]);
  });

  test("nothing is opened without a handler that accepts: one that does nothing special answers", () => {
    const { client } = serve((request, response) => response.send(`${request.method} is ${request.target}`));
    client.send(headers(1, CONNECT));
    expect(client.frames().at(-1)).toBe('DATA 1 "CONNECT is /chat" END_STREAM');
  });
});

describe("an engine on a stream has what it has on a socket", () => {
  function timed(dueMs: number): ReturnType<typeof serve> & { readonly engine: Timed } {
    const engine = new Timed();
    const served = serve((_, response) => {
      const carrier = response.accept();
      engine.deadline = carrier.now + dueMs;
      carrier.handOver(engine, new Uint8Array(0));
    });
    served.client.send(headers(1, CONNECT)).expectFrames("HEADERS 1 :status=200");
    return Object.assign(served, { engine });
  }

  test("its deadline", async () => {
    const { client, clock, engine } = timed(700);
    clock.advance(699);
    expect(engine.calls).toEqual([]);
    clock.advance(1);
    expect(engine.calls).toEqual(["deadline"]);
    await client.expectLater('DATA 1 "ping"');
    clock.advance(3_000);
    expect(engine.calls).toEqual(["deadline"]);
  });

  test("a deadline that it sets later", async () => {
    const { client, clock, engine } = timed(1e9);
    engine.deadline = clock.now + 50;
    await client.send(data(1, "x")).expectLater('DATA 1 "X"');
    clock.advance(50);
    expect(engine.calls).toEqual(["x", "deadline"]);
  });

  test("that the connection drains; none of it when its stream is over", async () => {
    const { client, carrier, clock, engine } = timed(5_000);
    carrier.engine.drain();
    expect(engine.calls).toEqual(["drain"]);
    await client.peer.settled();
    expect(client.frames()).toContain('DATA 1 "" END_STREAM');
    client.send(rstStream(1, 8));
    clock.advance(5_000);
    expect(engine.calls.filter((call) => call === "deadline")).toEqual([]);
  });
});
