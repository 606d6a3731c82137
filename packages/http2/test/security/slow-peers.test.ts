import { describe, expect, test } from "vitest";
import { asked } from "../asked.ts";
import { get, post, serve, Waiting } from "../served.ts";
import { data, headers, windowUpdate } from "../wire.ts";

const INITIAL_WINDOW_SIZE = 4;
const octets = (count: number): string => "x".repeat(count);
const large = octets(200_000);

/** Calls `each` once a second of virtual time, `seconds` times. */
function everySecond(clock: { advance(ms: number): void }, seconds: number, each: () => void): void {
  for (let i = 0; i < seconds; i++) {
    clock.advance(1_000);
    each();
  }
}

describe("a peer that owes a window", () => {
  test("S78: a stream whose window stays shut is reset, and what it held is gone; others live", () => {
    const { client, clock, connection, refused } = serve((_, response) => response.send(large), {}, [
      INITIAL_WINDOW_SIZE,
      0,
    ]);
    client.send(get(1)).frames();
    clock.advance(29_000);
    client.expectFrames();
    clock.advance(6_000);
    client.expectFrames("RST_STREAM 1 CANCEL");
    expect([connection.streams.size, refused]).toEqual([0, ["ERR_HTTP2_TOO_SLOW 0"]]);
  });

  test("S57: one that is opened octet by octet, too", () => {
    const { client, clock, connection } = serve((_, response) => response.send(large), {}, [INITIAL_WINDOW_SIZE, 1]);
    client.send(get(1)).frames();
    const seen: string[] = [];
    everySecond(clock, 40, () => {
      client.send(windowUpdate(1, 64));
      seen.push(...client.frames());
    });
    expect(seen).toContain("RST_STREAM 1 CANCEL");
    expect([connection.streams.size, client.octets(1) < 15_360]).toEqual([0, true]);
  });

  test("a client that takes 1 KiB a second is slow and honest", () => {
    const { client, clock, connection } = serve((_, response) => response.send(large), {}, [INITIAL_WINDOW_SIZE, 0]);
    client.send(get(1)).frames();
    everySecond(clock, 100, () => void client.send(windowUpdate(0, 1_024), windowUpdate(1, 1_024)).frames());
    expect([connection.streams.size, client.octets(1)]).toEqual([1, 102_400]);
  });

  test("a stream that waits for its turn is not punished for those before it", () => {
    const { client, clock, connection } = serve((_, response) => response.send(octets(1_000_000)));
    client.send(get(1, "/", [["priority", "u=0"]]), get(3)).frames();
    everySecond(clock, 100, () => void client.send(windowUpdate(0, 4_096), windowUpdate(1, 4_096)).frames());
    expect([connection.streams.size, client.octets(3)]).toEqual([2, 0]);
  });

  test("S78: the connection's window stays shut, however wide its streams are: the connection ends", () => {
    const { client, carrier, clock, refused } = serve((_, response) => response.send(large), {}, [
      INITIAL_WINDOW_SIZE,
      1_000_000,
    ]);
    client.send(get(1)).frames();
    clock.advance(29_999);
    expect(carrier.ended).toBe(false);
    clock.advance(1);
    client.expectFrames("GOAWAY 1 ENHANCE_YOUR_CALM");
    expect(refused).toEqual(["ERR_HTTP2_CONNECTION 0"]);
  });

  test("content that comes after a long silence has its whole time", async () => {
    const waiting = new Waiting();
    const { client, clock, connection } = serve(waiting.handler, {}, [INITIAL_WINDOW_SIZE, 0]);
    client.send(get(1));
    clock.advance(600_000);
    waiting.answer("/", "an event");
    clock.advance(29_000);
    expect(connection.streams.size).toBe(1);
    client.send(windowUpdate(1, 100));
    expect(client.frames().at(-1)).toBe('DATA 1 "an event" END_STREAM');
  });
});

describe("S63: a peer that opens every window and reads nothing", () => {
  test("no more than the high-water mark leaves for the kernel, and the connection is dropped", () => {
    const { client, carrier, clock, refused } = serve((_, response) => response.send(octets(10_000_000)), {}, [
      INITIAL_WINDOW_SIZE,
      2 ** 31 - 1,
    ]);
    client.send(windowUpdate(0, 2 ** 31 - 1 - 65_535));
    carrier.stall();
    client.send(get(1));
    expect(carrier.pending).toBeLessThan(131_072);
    clock.advance(20_000);
    expect([carrier.isClosed, refused]).toEqual([true, ["ERR_HTTP2_TOO_SLOW 0"]]);
  });

  test("or an octet now and then", () => {
    const { client, carrier, clock } = serve((_, response) => response.send(octets(60_000)));
    carrier.stall();
    client.send(get(1));
    everySecond(clock, 25, () => carrier.take(10));
    expect(carrier.isClosed).toBe(true);
  });

  test("one that takes 1 KiB a second gets all of it", () => {
    const { client, carrier, clock } = serve((_, response) => response.send(octets(60_000)));
    carrier.stall();
    client.send(get(1));
    everySecond(clock, 65, () => carrier.take(1_024));
    client.frames();
    expect([carrier.isClosed, client.octets(1)]).toEqual([false, 60_000]);
  });
});

describe("a peer that owes content", () => {
  test("S90: an octet a second is too slow", async () => {
    let failed: unknown = null;
    const { client, clock, connection } = serve(async (request) => {
      await request.bytes().catch((error: unknown) => {
        failed = error;
      });
    });
    client.send(post(1));
    const seen: string[] = [];
    everySecond(clock, 40, () => seen.push(...client.send(data(1, "x")).frames()));
    await client.peer.settled();
    expect([seen, connection.streams.size]).toEqual([["RST_STREAM 1 ENHANCE_YOUR_CALM"], 0]);
    expect(failed).toMatchObject({ code: "ERR_HTTP2_TIMEOUT" });
  });

  test("S89: so is a request without end, whatever its pace", () => {
    const { client, clock } = serve(async (request) => void (await request.bytes().catch(() => {})), {
      maxContentOctets: 10_000_000,
      requestTimeoutMs: 60_000,
    });
    client.send(post(1));
    const seen: string[] = [];
    everySecond(clock, 66, () => seen.push(...client.send(data(1, octets(1_024))).frames()));
    expect(seen).toContain("RST_STREAM 1 ENHANCE_YOUR_CALM");
  });

  test("a handler that takes its time is no fault of the client", () => {
    const waiting = new Waiting();
    const { client, clock, connection } = serve(waiting.handler);
    client.send(post(1));
    clock.advance(1_000_000);
    expect(connection.streams.size).toBe(1);
    waiting.answer();
    expect(client.frames().at(-1)).toBe('DATA 1 "/" END_STREAM');
  });

  test("a conversation: once the response has begun, the client may be silent", async () => {
    const heard: string[] = [];
    const { client, clock, connection } = serve(async (request, response) => {
      response.write("go on");
      for await (const piece of request) heard.push(new TextDecoder().decode(piece));
      response.end();
    });
    client.send(post(1));
    await client.peer.settled();
    clock.advance(600_000);
    client.send(data(1, "later", { end: true }));
    await client.peer.settled();
    expect([heard, connection.streams.size]).toEqual([["later"], 0]);
  });

  test("RFC 8441: a tunnel may be silent", () => {
    const { client, clock, connection } = serve((_, response) => {
      const carrier = response.accept();
      carrier.handOver(
        {
          receive: () => {},
          receiveEnd: () => {},
          flush: () => true,
          drain: () => {},
          deadline: Number.POSITIVE_INFINITY,
          onDeadline: () => {},
          closed: () => {},
        },
        new Uint8Array(0),
      );
    });
    client
      .send(
        headers(1, [
          [":method", "CONNECT"],
          [":authority", "a.example:80"],
        ]),
      )
      .expectFrames("HEADERS 1 :status=200");
    clock.advance(600_000);
    client.send(data(1, "still there")).expectFrames();
    expect(connection.streams.size).toBe(1);
  });
});

describe("a server that is slow", () => {
  test("has 300 s for a response, from the end of the request", () => {
    const { ask, server, clock } = asked();
    const answer = ask("/", { method: "POST", contentLength: -1 });
    clock.advance(900_000); // the request is not complete: nothing is owed
    expect(answer.events).toEqual([]);
    answer.send("content");
    clock.advance(290_000);
    expect(answer.events).toEqual([]);
    clock.advance(15_000);
    expect(answer.events).toEqual(["ERR_HTTP2_TIMEOUT"]);
    expect(server.frames().at(-1)).toBe("RST_STREAM 1 ENHANCE_YOUR_CALM");
  });

  test("an octet now and then is enough", () => {
    const { ask, server, clock } = asked();
    const answer = ask();
    server.frames();
    server.send(headers(1, [[":status", "200"]]));
    everySecond(clock, 10, () => {
      clock.advance(199_000);
      server.send(data(1, "x"));
    });
    expect([answer.content, answer.error]).toEqual(["x".repeat(10), null]);
  });

  test("S78: one that never opens its window", () => {
    const { ask, clock } = asked({}, [INITIAL_WINDOW_SIZE, 0]);
    const answer = ask("/", { method: "POST", contentLength: 4 });
    answer.send("four");
    clock.advance(310_000);
    expect(answer.events).toEqual(["ERR_HTTP2_TOO_SLOW"]);
  });
});
