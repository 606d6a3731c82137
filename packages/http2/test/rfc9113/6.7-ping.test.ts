import { describe, expect, test } from "vitest";
import { asked } from "../asked.ts";
import { echoed, echoTarget, get, post, serve } from "../served.ts";
import { data, frame, headers, ping, windowUpdate } from "../wire.ts";

describe("RFC 9113 §6.7: PING", () => {
  test("is answered with the same octets, ahead of everything else", () => {
    const { client } = serve(echoTarget);
    client.send(get(1), ping("\0\x01two\xff56")).expectFrames('PING "\\u0000\\u0001twoÿ56" ACK', ...echoed(1));
  });

  test.each([
    ["on a stream", frame(6, 0, 1, "12345678"), "PROTOCOL_ERROR"],
    ["of seven octets", frame(6, 0, 0, "1234567"), "FRAME_SIZE_ERROR"],
    ["of nine octets", frame(6, 0, 0, "123456789"), "FRAME_SIZE_ERROR"],
  ])("rejects: %s", (_, wire, code) => {
    const { client } = serve(echoTarget);
    client.send(wire).expectFrames(`GOAWAY 0 ${code}`);
  });

  test("an acknowledgement is not answered", () => {
    const { client } = serve(echoTarget);
    client.send(ping("12345678", true)).expectFrames();
  });

  test("S58: a flood of PINGs to a server that is heard: after a burst of 1,000 it ends", () => {
    const { client, carrier, refused } = serve(echoTarget);
    for (let i = 0; i < 1_000; i++) client.send(ping("12345678"));
    expect(new Set(client.frames())).toEqual(new Set(['PING "12345678" ACK']));
    expect(carrier.ended).toBe(false);
    client.send(ping("12345678"), get(1)).expectFrames("GOAWAY 0 ENHANCE_YOUR_CALM");
    expect(refused).toEqual(["ERR_HTTP2_CONNECTION 0"]);
  });

  test("S58: a flood of PINGs whose answers are not read: at most 20,000 octets wait", () => {
    const { client, carrier, connection } = serve(echoTarget);
    carrier.stall();
    for (let i = 0; i < 10_000; i++) client.send(ping("12345678"));
    expect(carrier.ended).toBe(true);
    expect(carrier.pending).toBeLessThan(20_000);
    carrier.clock.advance(60_000);
    expect([carrier.isClosed, connection.streams.size]).toEqual([true, 0]);
  });

  test("S58: all of them in one read", () => {
    const { client, carrier } = serve(echoTarget, { controlBurst: 1e9 });
    carrier.stall();
    client.send(ping("12345678").repeat(3_000));
    expect(carrier.pending).toBeLessThan(20_000);
    carrier.take();
    expect(client.frames().at(-1)).toBe("GOAWAY 0 ENHANCE_YOUR_CALM");
  });

  test("a client that measures with PINGs now and then is not punished: ten a second for an hour", () => {
    const { client, carrier } = serve(echoTarget, { idleTimeoutMs: 1e9 });
    for (let i = 0; i < 36_000; i++) {
      client.send(ping("12345678"));
      carrier.clock.advance(100);
    }
    expect([carrier.ended, client.frames().length]).toEqual([false, 36_000]);
  });

  test("nor is one that measures at each piece of content that it is sent, or sends", () => {
    const { client, carrier } = serve(
      (request, response) => {
        if (request.method === "GET") response.send("x".repeat(2_000_000));
        else void request.bytes();
      },
      { maxContentOctets: 10_000_000 },
      [4, 0],
    );
    client.send(windowUpdate(0, 10_000_000), get(1), post(3)).frames();
    for (let i = 0; i < 1_000; i++) {
      client.send(windowUpdate(1, 2_000), ping("12345678"));
      client.send(data(3, "x".repeat(2_000)), ping("12345678"));
    }
    client.frames();
    expect([carrier.ended, client.octets(1)]).toEqual([false, 2_000_000]);
  });
});

describe("RFC 9113 §6.7: a client asks whether a silent server is still there", () => {
  const QUESTION = ["RST_STREAM 1 CANCEL", 'PING "\\u0003\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"'];

  function silent(ms: number): ReturnType<typeof asked> {
    const made = asked();
    const answer = made.ask();
    made.server.frames();
    made.clock.advance(ms);
    answer.sink?.reset(0);
    return made;
  }

  test("when a stream is given up on which nothing came for long; until then it opens no other", () => {
    const { connection, server, ask } = silent(600);
    expect(server.frames().sort()).toEqual([...QUESTION].sort());
    expect([connection.available, connection.reusable]).toEqual([false, true]);
    server.send(ping("\x03\0\0\0\0\0\0\0", true));
    expect(connection.available).toBe(true);
    const next = ask();
    server.frames();
    server.send(headers(3, [[":status", "204"]], { end: true }));
    expect(next.events.at(-1)).toBe("end");
  });

  test("and ends a connection on which no answer comes, and no stream with it that was not open", () => {
    const { carrier, clock, connection } = silent(600);
    clock.advance(4_999);
    expect(carrier.isClosed).toBe(false);
    clock.advance(1);
    expect(carrier.closedWith).toMatchObject({ code: "ERR_HTTP2_TIMEOUT", by: "us" });
    expect(connection.reusable).toBe(false);
  });

  test("not when it was given up at once, or something came meanwhile on another stream", () => {
    const { connection, server } = silent(100);
    expect(server.frames()).toEqual(["RST_STREAM 1 CANCEL"]);
    expect(connection.available).toBe(true);
    const made = asked();
    const slow = made.ask();
    made.ask();
    made.server.frames();
    made.clock.advance(600);
    made.server.send(headers(3, [[":status", "204"]], { end: true }));
    slow.sink?.reset(0);
    expect(made.server.frames()).toEqual(["RST_STREAM 1 CANCEL"]);
  });
});
