import { describe, expect, test } from "vitest";
import { asked } from "../asked.ts";
import { echoed, echoTarget, fieldsOf, get, post, serve, Waiting } from "../served.ts";
import { block, data, headers, headersOf, rstStream, windowUpdate } from "../wire.ts";

describe("RFC 9113 §5.1.1: stream identifiers", () => {
  test("odd, rising, with gaps", () => {
    const { client } = serve(echoTarget);
    client
      .send(get(1), get(3), get(9))
      .expectFrames(
        "HEADERS 1 :status=200 content-length=1",
        "HEADERS 3 :status=200 content-length=1",
        "HEADERS 9 :status=200 content-length=1",
        'DATA 1 "/" END_STREAM',
        'DATA 3 "/" END_STREAM',
        'DATA 9 "/" END_STREAM',
      );
  });

  test.each([
    ["an even one", [get(2)], "GOAWAY 0 PROTOCOL_ERROR"],
    ["zero", [get(0)], "GOAWAY 0 PROTOCOL_ERROR"],
    ["a lower one, which a higher one has closed", [get(5), get(3)], "GOAWAY 5 STREAM_CLOSED"],
    ["one that was used", [get(1), get(1)], "GOAWAY 1 STREAM_CLOSED"],
    ["one behind the last that there is", [get(0x7fffffff), get(1)], "GOAWAY 2147483647 STREAM_CLOSED"],
    ["DATA on an even one", [data(2, "x")], "GOAWAY 0 PROTOCOL_ERROR"],
    ["RST_STREAM on an even one", [rstStream(2, 0)], "GOAWAY 0 PROTOCOL_ERROR"],
    ["WINDOW_UPDATE on an even one", [windowUpdate(2, 1)], "GOAWAY 0 PROTOCOL_ERROR"],
  ])("S86: %s", (_, wire, answer) => {
    const { client, carrier } = serve(echoTarget);
    for (const frame of wire) client.send(frame);
    expect(client.frames().at(-1)).toBe(answer);
    expect(carrier.ended).toBe(true);
  });

  test("S86, S76: the last identifier can be used, and the connection drains after it", () => {
    const waiting = new Waiting();
    const { client, carrier } = serve(waiting.handler);
    client.send(get(0x7fffffff)).expectFrames();
    carrier.drain();
    expect(client.frames()[0]).toBe("GOAWAY 2147483647 NO_ERROR");
    carrier.clock.advance(1_000);
    client.expectFrames("GOAWAY 2147483647 NO_ERROR");
    waiting.answer();
    client.expectFrames(...echoed(0x7fffffff), "GOAWAY 2147483647 NO_ERROR");
    expect(carrier.ended).toBe(true);
  });

  test("the reserved bit is ignored", () => {
    const { client } = serve(echoTarget);
    const wire = get(1);
    client.send(`${wire.slice(0, 5)}\x80${wire.slice(6)}`).expectFrames(...echoed(1));
  });

  test("a refused stream's identifier is used up", () => {
    const { client } = serve(echoTarget);
    client.send(headers(7, [[":method", "GET"]], { end: true })).expectFrames("RST_STREAM 7 PROTOCOL_ERROR");
    expect(client.send(get(5)).frames()).toEqual(["GOAWAY 7 STREAM_CLOSED"]);
  });
});

describe("RFC 9113 §5.1.2: concurrency", () => {
  test("what is more is refused and can be sent again; the others go on", () => {
    const held: (() => void)[] = [];
    const { client, refused } = serve((_, response) => void held.push(() => response.send("ok")), {
      maxConcurrentStreams: 2,
    });
    client.send(get(1), post(3), get(5)).expectFrames("RST_STREAM 5 REFUSED_STREAM");
    expect(refused).toEqual(["ERR_HTTP2_STREAM_REFUSED 0"]);
    held[0]?.();
    client.expectFrames("HEADERS 1 :status=200 content-length=2", 'DATA 1 "ok" END_STREAM');
    client.send(get(7)).expectFrames();
    held[2]?.();
    client.expectFrames("HEADERS 7 :status=200 content-length=2", 'DATA 7 "ok" END_STREAM');
  });

  test("streams that are half-closed count, streams that were reset do not", () => {
    const { client, connection } = serve(echoTarget, { maxConcurrentStreams: 1 });
    client.send(post(1)).frames(); // answered, but the request goes on
    client.send(get(3)).expectFrames("RST_STREAM 3 REFUSED_STREAM");
    client.send(rstStream(1, 8), get(5)).expectFrames(...echoed(5));
    expect(connection.streams.size).toBe(0);
  });

  test("a client opens as many as the server allows, and no more than its own options say", () => {
    for (const [theirs, own] of [
      [2, 100],
      [100, 2],
    ] as const) {
      const { server, connection, ask } = asked({ maxConcurrentStreams: own }, [3, theirs]);
      ask();
      expect(connection.available).toBe(true);
      ask();
      expect(connection.available).toBe(false);
      expect(() => ask()).toThrow(expect.objectContaining({ code: "ERR_HTTP2_UNAVAILABLE" }));
      server.frames();
      server.send(headers(1, [[":status", "204"]], { end: true }));
      expect(connection.available).toBe(true);
    }
  });

  test("a client that has used the last identifier opens no stream any more, and is answered on that one", () => {
    const { server, connection, ask } = asked();
    Reflect.set(connection, "nextId", 0x7fffffff); // 2^30 requests are out of a test's reach
    const last = ask("/last");
    expect([connection.reusable, connection.available]).toEqual([false, false]);
    expect(() => ask("/more")).toThrow(expect.objectContaining({ code: "ERR_HTTP2_UNAVAILABLE" }));
    expect(server.frames()).toHaveLength(1);
    server.send(headers(0x7fffffff, [[":status", "204"]], { end: true }));
    expect(last.events).toEqual(["204 []", "end"]);
  });

  test("a refused request's field block is decoded all the same: the table is the connection's (§4.3)", () => {
    const { client, requests } = serve((request, response) => response.send(`${request.fields.get("x")}`), {
      maxConcurrentStreams: 1,
    });
    client.send(post(1)).frames();
    const indexing = "\x40\x01x\x01y"; // x: y enters the table (RFC 7541 §6.2.1)
    client.send(headersOf(3, block(fieldsOf("GET", "/")) + indexing, { end: true }));
    client.expectFrames("RST_STREAM 3 REFUSED_STREAM");
    client.send(data(1, "", { end: true }), headersOf(5, `${block(fieldsOf("GET", "/"))}\xbe`, { end: true }));
    client.expectFrames("HEADERS 5 :status=200 content-length=1", 'DATA 5 "y" END_STREAM');
    expect(requests).toEqual(["POST /", "GET /"]);
  });
});
