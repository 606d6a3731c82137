import { Fields, type Handler } from "@stack/http";
import { MemoryCarrier, settle } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { ClientConnection, type PushedRequest, resolveOptions, ServerConnection } from "../../src/index.ts";
import { Answer, type AskedOptions, asked, connect as connectClient } from "../asked.ts";
import { fieldsOf } from "../served.ts";
import {
  block,
  continuation,
  data,
  frame,
  goaway,
  headers,
  type Lines,
  pushPromise,
  uint32,
  windowUpdate,
} from "../wire.ts";

const CANCEL = 8;

/** Pushes `/style.css`, then answers. */
const page: Handler = (request, response) => {
  response.push(request.promise("/style.css", { Accept: "text/css" }))?.send("css");
  response.send("page");
};

describe("RFC 9113 §8.4: a client that takes what is pushed", () => {
  const style = fieldsOf("GET", "/style.css");

  function pushing(
    options: AskedOptions = {},
  ): ReturnType<typeof asked> & { pushed: PushedRequest[]; answers: Answer[] } {
    const pushed: PushedRequest[] = [];
    const answers: Answer[] = [];
    const made = asked({
      ...options,
      onPush: (request) => {
        pushed.push(request);
        const answer = new Answer();
        answer.sink = request.accept(answer);
        answer.sink.grant(Number.POSITIVE_INFINITY);
        answers.push(answer);
      },
    });
    return { ...made, pushed, answers };
  }

  test("a promise, then its response; the request's own goes on", () => {
    const { ask, server, pushed, answers, connection } = pushing();
    const answer = ask();
    server.frames();
    server.send(
      pushPromise(1, 2, style),
      headers(1, [[":status", "200"]]),
      data(1, "page", { end: true }),
      headers(2, [[":status", "200"]]),
      data(2, "css", { end: true }),
    );
    expect(pushed).toMatchObject([{ method: "GET", scheme: "http", authority: "a.example", target: "/style.css" }]);
    expect([answer.content, answers[0]?.content, answers[0]?.events.at(-1)]).toEqual(["page", "css", "end"]);
    expect(connection.streams.size).toBe(0);
  });

  test("the settings say so: push is not turned off, and their number is bounded (§6.5.2)", () => {
    const settingsOf = (options: AskedOptions): string => connectClient(options).server.frames()[0] ?? "";
    expect(settingsOf({})).toContain(" 2=0");
    expect(settingsOf({ onPush: () => {}, maxConcurrentStreams: 7 })).toContain(" 3=7");
    expect(settingsOf({ onPush: () => {}, maxConcurrentStreams: 7 })).not.toContain(" 2=");
  });

  test("S84: without onPush a promise ends the connection", () => {
    const { ask, server } = asked();
    ask();
    server.frames();
    server.send(pushPromise(1, 2, style)).expectFrames("GOAWAY 0 PROTOCOL_ERROR");
  });

  test("one that nobody accepts is refused", () => {
    const { ask, server, connection } = asked({ onPush: () => {} });
    ask();
    server.frames();
    server.send(pushPromise(1, 2, style)).expectFrames("RST_STREAM 2 CANCEL");
    server.send(headers(2, [[":status", "200"]]), data(2, "css", { end: true })).expectFrames();
    expect(connection.streams.size).toBe(1);
  });

  test("accept once, and at once", () => {
    const offered: PushedRequest[] = [];
    const { ask, server } = asked({
      onPush: (request) => {
        offered.push(request);
        request.accept(new Answer());
      },
    });
    ask();
    server.frames();
    server.send(pushPromise(1, 2, style));
    expect(() => offered[0]?.accept(new Answer())).toThrow(/once/);
  });

  test.each<[string, Lines]>([
    ["a method that is not safe", fieldsOf("POST", "/x")],
    ["a method that is not cacheable", fieldsOf("OPTIONS", "/x")],
    ["content", fieldsOf("GET", "/x", [["content-length", "1"]])],
    [
      "another authority (S84)",
      [
        [":method", "GET"],
        [":scheme", "http"],
        [":authority", "b.example"],
        [":path", "/"],
      ],
    ],
    [
      "another scheme",
      [
        [":method", "GET"],
        [":scheme", "https"],
        [":authority", "a.example"],
        [":path", "/"],
      ],
    ],
    [
      "no path",
      [
        [":method", "GET"],
        [":scheme", "http"],
        [":authority", "a.example"],
      ],
    ],
    ["fields of a connection", fieldsOf("GET", "/x", [["connection", "close"]])],
  ])("a promise is malformed, and its stream alone: %s", (_, fields) => {
    const { ask, server, pushed } = pushing();
    const answer = ask();
    server.frames();
    server.send(pushPromise(1, 2, fields)).expectFrames("RST_STREAM 2 PROTOCOL_ERROR");
    server.send(headers(1, [[":status", "204"]], { end: true }));
    expect([answer.events.at(-1), pushed]).toEqual(["end", []]);
  });

  test("one with more fields than we said is not taken for what is left of it (§10.5.1)", () => {
    const { ask, server, pushed } = pushing({ maxFieldSectionOctets: 1_000 });
    ask();
    server.frames();
    const long = fieldsOf("GET", "/x", [["x", "y".repeat(1_000)]]);
    server.send(pushPromise(1, 2, long)).expectFrames("RST_STREAM 2 PROTOCOL_ERROR");
    expect(pushed).toEqual([]);
  });

  test.each<[string, string]>([
    ["on a stream that is idle (§6.6)", pushPromise(3, 2, style)],
    ["on a stream of its own", pushPromise(1, 2, style) + pushPromise(2, 4, style)],
    ["on a stream that it has ended", headers(1, [[":status", "204"]], { end: true }) + pushPromise(1, 2, style)],
    ["of a stream that is ours (§5.1.1)", pushPromise(1, 5, style)],
    ["of a stream twice", pushPromise(1, 2, style) + pushPromise(1, 2, style)],
    ["of streams in falling order", pushPromise(1, 4, style) + pushPromise(1, 2, style)],
    ["DATA before HEADERS on it (§5.1)", pushPromise(1, 2, style) + data(2, "x")],
    ["WINDOW_UPDATE before HEADERS on it (§5.1)", pushPromise(1, 2, style) + windowUpdate(2, 1_000)],
    ["HEADERS on one that was never promised", headers(2, [[":status", "200"]])],
  ])("the connection ends over a promise %s", (_, wire) => {
    const { ask, server } = pushing();
    ask();
    server.frames();
    expect(server.send(wire).frames().at(-1)).toMatch(/^GOAWAY \d PROTOCOL_ERROR$/);
  });

  test("on a stream that we have reset and the server does not know: refused, its fields decoded (§6.6, §4.3)", () => {
    const { ask, server, pushed } = pushing();
    const answer = ask();
    server.frames();
    answer.sink?.reset(CANCEL);
    server.expectFrames("RST_STREAM 1 CANCEL");
    const indexed = "\x40\x01x\x01y"; // what follows counts on it
    server.send(frame(5, 0, 1, uint32(2) + block(style)), continuation(1, indexed)).expectFrames("RST_STREAM 2 CANCEL");
    const next = ask();
    server.frames();
    server.send(frame(1, 5, 3, `\x88\xbe`));
    expect([pushed, next.events]).toEqual([[], ['200 [["x","y"]]', "end"]]);
  });

  test("S84: more at once than we said are refused; a flood of them ends the connection", () => {
    const { ask, server, connection } = pushing({ maxConcurrentStreams: 2 });
    ask();
    server.frames();
    server
      .send(pushPromise(1, 2, style), pushPromise(1, 4, style), pushPromise(1, 6, style))
      .expectFrames("RST_STREAM 6 REFUSED_STREAM");
    expect(connection.streams.size).toBe(3);
    for (let i = 8; i < 1_000; i += 2) server.send(pushPromise(1, i, style));
    expect(server.frames().at(-1)).toMatch(/^GOAWAY \d+ ENHANCE_YOUR_CALM$/);
  });

  test("WINDOW_UPDATE behind HEADERS on a promised stream is no error, if of no use (§5.1)", () => {
    const { ask, server, answers } = pushing();
    ask();
    server.frames();
    server.send(pushPromise(1, 2, style), headers(2, [[":status", "200"]]), windowUpdate(2, 1_000)).expectFrames();
    server.send(data(2, "css", { end: true }));
    expect([answers[0]?.content, answers[0]?.events.at(-1)]).toEqual(["css", "end"]);
  });

  test("promised streams do not count against ours", () => {
    const { ask, server, connection } = pushing({ maxConcurrentStreams: 2 });
    ask();
    server.frames();
    server.send(pushPromise(1, 2, style), pushPromise(1, 4, style));
    expect(connection.available).toBe(true);
  });

  test("GOAWAY says which of our streams were worked on: what was pushed goes on", () => {
    const { ask, server, answers } = pushing();
    const answer = ask();
    server.frames();
    server.send(pushPromise(1, 2, style), goaway(0, 0));
    server.send(headers(2, [[":status", "200"]]), data(2, "css", { end: true }));
    expect([answer.events, answers[0]?.events.at(-1)]).toEqual([["ERR_HTTP2_GOAWAY unprocessed"], "end"]);
  });
});

describe("RFC 9113 §8.4: our two roles", () => {
  test("what a handler pushes is what onPush gets", async () => {
    const resolved = resolveOptions({ handler: page, push: true });
    const server = new MemoryCarrier((carrier) => new ServerConnection(carrier, resolved));
    const answers = new Map<string, Answer>();
    const client = new MemoryCarrier(
      (carrier) =>
        new ClientConnection(carrier, {
          onPush: (request) => {
            const answer = new Answer();
            answer.sink = request.accept(answer);
            answer.sink.grant(1_000);
            answers.set(`${request.target} ${request.fields.get("Accept")}`, answer);
          },
        }),
    );
    settle(client, server);
    const answer = new Answer();
    client.engine
      .request({ method: "GET", target: "/", fields: new Fields({ Host: "a.example" }) }, answer)
      .grant(1_000);
    settle(client, server);
    expect([answer.content, answers.get("/style.css text/css")?.content]).toEqual(["page", "css"]);
    expect([client.engine.idle, server.engine.idle]).toEqual([true, true]);
  });
});
