/**
 * The client role against a scripted server: each case of the public conformance tool for clients, in its order and by
 * its sections, then what the tool does not ask.
 */
import { Fields } from "@stack/http";
import { describe, expect, test } from "vitest";
import { type Answer, type Asked, asked, connect } from "../asked.ts";
import {
  block,
  continuation,
  data,
  frame,
  goaway,
  headers,
  headersOf,
  type Lines,
  ping,
  priority,
  priorityUpdate,
  rstStream,
  SETTINGS_ACK,
  settings,
  uint32,
  windowUpdate,
} from "../wire.ts";

const OK: Lines = [[":status", "200"]];
const ended = { end: true };
const answered = headers(1, OK, ended);
const octets = (count: number): string => "x".repeat(count);

/** A request on stream 1 under way. */
function request(): Asked & { answer: Answer } {
  const made = asked();
  const answer = made.ask();
  expect(made.server.frames()).toHaveLength(1);
  return { ...made, answer };
}

type Case = readonly [section: string, title: string, wire: string, ...expected: string[]];

const CASES: readonly Case[] = [
  ["4.1", "a frame of unknown type is ignored", frame(0x16, 0, 0, octets(8))],
  ["4.1", "a flag that is not defined is ignored", frame(6, 0x16 & ~1, 0, "h2client"), 'PING "h2client" ACK'],
  ["4.1", "the reserved bit is ignored", "\0\0\x08\x06\0\x80\0\0\0h2client", 'PING "h2client" ACK'],

  ["4.2", "DATA of 2^14 octets", headers(1, OK) + data(1, octets(16_384))],
  ["4.2", "DATA over SETTINGS_MAX_FRAME_SIZE", headers(1, OK) + data(1, octets(16_385)), "GOAWAY 0 FRAME_SIZE_ERROR"],
  ["4.2", "HEADERS over SETTINGS_MAX_FRAME_SIZE", headersOf(1, octets(16_385)), "GOAWAY 0 FRAME_SIZE_ERROR"],
  ["4.3", "a field block that is no HPACK", headersOf(1, "\x40"), "GOAWAY 0 COMPRESSION_ERROR"],

  ["5.1", "idle: DATA", data(3, "x"), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.1", "idle: RST_STREAM", rstStream(3, 8), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.1", "idle: WINDOW_UPDATE", windowUpdate(3, 100), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.1", "idle: CONTINUATION", continuation(3, block(OK)), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.1", "closed by RST_STREAM: DATA", rstStream(1, 8) + data(1, "x"), "RST_STREAM 1 STREAM_CLOSED"],
  ["5.1", "closed by RST_STREAM: HEADERS", rstStream(1, 8) + headers(1, OK), "GOAWAY 0 STREAM_CLOSED"],
  ["5.1", "closed by RST_STREAM: CONTINUATION", rstStream(1, 8) + continuation(1, ""), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.1", "closed by END_STREAM: DATA", answered + data(1, "x"), "GOAWAY 0 STREAM_CLOSED"],
  ["5.1", "closed by END_STREAM: HEADERS", answered + headers(1, OK), "GOAWAY 0 STREAM_CLOSED"],
  ["5.1", "closed by END_STREAM: CONTINUATION", answered + continuation(1, ""), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.1.1", "a stream that nobody has opened", headers(101, OK), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.4.1", "an error of the connection is said, and ends it", frame(6, 0, 3, octets(8)), "GOAWAY 0 PROTOCOL_ERROR"],
  ["5.5", "an extension's frame is ignored", frame(0xff, 0xff, 1, octets(8))],

  ["6.1", "DATA on stream 0", data(0, "x"), "GOAWAY 0 PROTOCOL_ERROR"],
  [
    "6.1",
    "DATA on a stream that is neither open nor half-closed (local)",
    headers(1, OK) + data(1, "", ended) + data(1, "x"),
    "GOAWAY 0 STREAM_CLOSED",
  ],
  ["6.1", "more padding than DATA", headers(1, OK) + frame(0, 9, 1, "\x06five!"), "GOAWAY 0 PROTOCOL_ERROR"],
  [
    "6.2",
    "HEADERS without END_HEADERS, then PRIORITY",
    headersOf(1, block(OK), { open: true }) + priority(1, 3),
    "GOAWAY 0 PROTOCOL_ERROR",
  ],
  ["6.2", "HEADERS on stream 0", headers(0, OK), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.2", "more padding than HEADERS", frame(1, 0x0c, 1, `\xff${block(OK)}`), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.3", "PRIORITY on stream 0", priority(0, 3), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.3", "PRIORITY of other than 5 octets", frame(2, 0, 1, "\x80\0\0\x01"), "RST_STREAM 1 FRAME_SIZE_ERROR"],
  ["6.4", "RST_STREAM on stream 0", rstStream(0, 8), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.4", "RST_STREAM on an idle stream", rstStream(2, 8), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.4", "RST_STREAM of other than 4 octets", frame(3, 0, 1, "\0\0\0"), "GOAWAY 0 FRAME_SIZE_ERROR"],

  ["6.5", "SETTINGS with ACK and a payload", frame(4, 1, 0, "\0"), "GOAWAY 0 FRAME_SIZE_ERROR"],
  ["6.5", "SETTINGS on another stream than 0", frame(4, 0, 1, "\0\x03\0\0\0\x64"), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.5", "SETTINGS of no multiple of 6 octets", frame(4, 0, 0, "\0\x03\0"), "GOAWAY 0 FRAME_SIZE_ERROR"],
  ["6.5.2", "INITIAL_WINDOW_SIZE over 2^31-1", settings([4, 2 ** 31]), "GOAWAY 0 FLOW_CONTROL_ERROR"],
  ["6.5.2", "MAX_FRAME_SIZE below 2^14", settings([5, 16_383]), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.5.2", "MAX_FRAME_SIZE over 2^24-1", settings([5, 2 ** 24]), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.5.2", "an unknown setting is ignored", settings([0xff, 1]), "SETTINGS ACK"],
  ["6.5.3", "SETTINGS are acknowledged", settings([3, 100]), "SETTINGS ACK"],

  ["6.7", "PING is answered", ping("h2client"), 'PING "h2client" ACK'],
  ["6.7", "PING with ACK is not", ping("h2client", true)],
  ["6.7", "PING on another stream than 0", frame(6, 0, 1, octets(8)), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.7", "PING of other than 8 octets", frame(6, 0, 0, octets(6)), "GOAWAY 0 FRAME_SIZE_ERROR"],
  ["6.8", "GOAWAY on another stream than 0", frame(7, 0, 1, uint32(0) + uint32(0)), "GOAWAY 0 PROTOCOL_ERROR"],

  ["6.9", "WINDOW_UPDATE by 0", windowUpdate(0, 0), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.9", "WINDOW_UPDATE by 0 on a stream", windowUpdate(1, 0), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["6.9", "WINDOW_UPDATE of other than 4 octets", frame(8, 0, 0, "\0\0\x01"), "GOAWAY 0 FRAME_SIZE_ERROR"],
  [
    "6.9.1",
    "the connection's window over 2^31-1",
    windowUpdate(0, 2 ** 31 - 1) + windowUpdate(0, 2 ** 31 - 1),
    "GOAWAY 0 FLOW_CONTROL_ERROR",
  ],
  [
    "6.9.1",
    "a stream's window over 2^31-1",
    windowUpdate(1, 2 ** 31 - 1) + windowUpdate(1, 2 ** 31 - 1),
    "RST_STREAM 1 FLOW_CONTROL_ERROR",
  ],

  [
    "6.10",
    "CONTINUATION, several of them",
    headersOf(1, block(OK), { open: true }) +
      continuation(1, block([["a", "b"]]), { open: true }) +
      continuation(1, ""),
  ],
  [
    "6.10",
    "CONTINUATION, then any other frame",
    headersOf(1, block(OK), { open: true }) + continuation(1, "", { open: true }) + data(1, "x"),
    "GOAWAY 0 PROTOCOL_ERROR",
  ],
  [
    "6.10",
    "CONTINUATION on stream 0",
    headersOf(1, block(OK), { open: true }) + continuation(0, ""),
    "GOAWAY 0 PROTOCOL_ERROR",
  ],
  ["6.10", "CONTINUATION behind END_HEADERS", headers(1, OK) + continuation(1, ""), "GOAWAY 0 PROTOCOL_ERROR"],
  [
    "6.10",
    "CONTINUATION behind the last CONTINUATION",
    headersOf(1, block(OK), { open: true }) + continuation(1, "") + continuation(1, ""),
    "GOAWAY 0 PROTOCOL_ERROR",
  ],
  ["6.10", "CONTINUATION behind DATA", headers(1, OK) + data(1, "x") + continuation(1, ""), "GOAWAY 0 PROTOCOL_ERROR"],
];

const MORE: readonly Case[] = [
  ["6.5.2", "ENABLE_PUSH of 1, which a server never says", settings([2, 1]), "GOAWAY 0 PROTOCOL_ERROR"],
  ["6.5.2", "ENABLE_PUSH of 0, which it may", settings([2, 0]), "SETTINGS ACK"],
  [
    "6.5.2",
    "ENABLE_CONNECT_PROTOCOL taken back (RFC 8441 §3)",
    settings([8, 1]) + settings([8, 0]),
    "SETTINGS ACK",
    "GOAWAY 0 PROTOCOL_ERROR",
  ],
  ["6.8", "GOAWAY of a code that nobody has defined", goaway(1, 0xabcd)],
  ["8.1", "content before the head", data(1, "x"), "RST_STREAM 1 PROTOCOL_ERROR"],
  [
    "8.1",
    "an informational response that ends",
    headers(1, [[":status", "103"]], ended),
    "RST_STREAM 1 PROTOCOL_ERROR",
  ],
  ["8.1", "a head behind the head", headers(1, OK) + headers(1, OK), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.1", "trailers that do not end", headers(1, OK) + headers(1, [["a", "b"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
  [
    "8.1.1",
    "less content than was announced",
    headers(1, [...OK, ["content-length", "2"]]) + data(1, "x", ended),
    "RST_STREAM 1 PROTOCOL_ERROR",
  ],
  [
    "8.1.1",
    "more content than was announced",
    headers(1, [...OK, ["content-length", "1"]]) + data(1, "xx"),
    "RST_STREAM 1 PROTOCOL_ERROR",
  ],
  [
    "8.1.1",
    "two lengths",
    headers(1, [...OK, ["content-length", "1"], ["content-length", "1"]]),
    "RST_STREAM 1 PROTOCOL_ERROR",
  ],
  ["8.1.1", "none at all", headers(1, [...OK, ["content-length", "1"]], ended), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.2.1", "a name in upper case", headers(1, [...OK, ["X-Y", "z"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.2.1", "a line end in a value (S79)", headers(1, [...OK, ["x", "a\r\nb: c"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
  [
    "8.2.2",
    "what describes an HTTP/1.1 connection",
    headers(1, [...OK, ["connection", "close"]]),
    "RST_STREAM 1 PROTOCOL_ERROR",
  ],
  ["8.3", "a pseudo-header field in trailers", headers(1, OK) + headers(1, OK, ended), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.3", "a pseudo-header field of requests", headers(1, [...OK, [":path", "/"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.3.2", "no :status", headers(1, [["a", "b"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["7.1 of RFC 9218", "PRIORITY_UPDATE, a wish of clients", priorityUpdate(1, "u=1"), "GOAWAY 0 PROTOCOL_ERROR"],
  [
    "10.5.1",
    "a head with more fields than we said, which would be cut",
    headers(1, [...OK, ...Array.from({ length: 200 }, (_, i) => [`x-${i}`, "y"] as const)], ended),
    "RST_STREAM 1 PROTOCOL_ERROR",
  ],
  ["8.3.2", "a :status beyond 599", headers(1, [[":status", "600"]], ended), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.3.2", "a :status that is no number", headers(1, [[":status", "2e2"]], ended), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.3.2", "another field in its place", headers(1, [["x", "200"]], ended), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.3.2", "two of them", headers(1, [...OK, ...OK]), "RST_STREAM 1 PROTOCOL_ERROR"],
  ["8.6", "101 Switching Protocols", headers(1, [[":status", "101"]]), "RST_STREAM 1 PROTOCOL_ERROR"],
];

/** What comes back, windows that are opened again left out. */
function answersTo({ server }: Asked, wire: string): string[] {
  return server
    .send(wire)
    .frames()
    .filter((line) => !line.startsWith("WINDOW_UPDATE "));
}

describe("RFC 9113: a client, case by case", () => {
  test("§3.4: the server's preface is its SETTINGS, and acknowledged", () => {
    const { server, ask } = connect();
    const answer = ask();
    expect(server.frames().map((line) => line.split(" ")[0])).toEqual(["SETTINGS", "HEADERS"]);
    server.send(settings(), SETTINGS_ACK).expectFrames("SETTINGS ACK");
    server.send(answered);
    expect(answer.events.at(-1)).toBe("end");
  });

  test.each(CASES)("§%s: %s", (_section, _title, wire, ...expected) => {
    const made = request();
    expect(answersTo(made, wire)).toEqual(expected);
    judge(made, expected);
  });
});

describe("RFC 9113: a client, beyond the tool", () => {
  test.each(MORE)("§%s: %s", (_section, _title, wire, ...expected) => {
    const made = request();
    expect(answersTo(made, wire)).toEqual(expected);
    judge(made, expected);
  });

  test("§6.9.1: more content than our window", () => {
    const made = asked();
    made.ask("/", {}, 0);
    made.server.frames();
    const wire = headers(1, OK) + data(1, octets(16_384)).repeat(4);
    expect(answersTo(made, wire)).toEqual(["RST_STREAM 1 FLOW_CONTROL_ERROR"]);
    // What is held counts against the stream alone, but not without end.
    const strict = asked({ maxHeldOctets: 0 });
    strict.ask("/", {}, 0);
    strict.server.frames();
    expect(answersTo(strict, wire)).toEqual(["GOAWAY 0 FLOW_CONTROL_ERROR"]);
  });

  test("§8.1: RST_STREAM with NO_ERROR behind a whole response takes nothing of it away", () => {
    const made = asked();
    const { connection, server } = made;
    const answer = made.ask("/", { method: "POST", contentLength: -1 }, 2);
    answer.send("the first of it", false);
    server.frames();
    expect(answersTo(made, headers(1, OK) + data(1, "whole", ended) + rstStream(1, 0))).toEqual([]);
    expect(answer.content).toBe("whole");
    answer.sink?.grant(100);
    expect(answer.events.at(-1)).toBe("end");
    expect(connection.idle).toBe(true);
    answer.send("nobody wants it", true);
    expect(server.frames()).toEqual([]);
  });

  test("§8.1: nor of one that was not read yet", () => {
    const { server, ask, connection } = asked();
    const answer = ask("/", { method: "POST", contentLength: -1 }, 0);
    server.frames();
    server.send(headers(1, OK) + data(1, "whole", ended) + rstStream(1, 0)).expectFrames();
    expect(connection.idle).toBe(true);
    answer.sink?.grant(100);
    expect([answer.content, answer.events]).toEqual(["whole", ["200 []", "end"]]);
  });

  test("§8.1: before its end it is an error, NO_ERROR or not", () => {
    const { server, answer } = request();
    server.send(headers(1, OK) + data(1, "ha"), rstStream(1, 0));
    expect(answer.events.at(-1)).toBe("ERR_HTTP2_STREAM_RESET");
  });

  test("§8.3.1: without an authority there is no :authority, and no empty one", () => {
    const { server, ask } = asked();
    ask("/", { fields: new Fields() });
    server.expectFrames("HEADERS 1 :method=GET :scheme=http :path=/ END_STREAM");
  });

  test.each([
    ["that end", { end: true }],
    ["that do not", {}],
  ])("§8.5: HEADERS behind an accepted CONNECT, %s, break the tunnel", (_, end) => {
    const { server, ask } = asked();
    const answer = ask("a.example:443", { method: "CONNECT" });
    server.frames();
    server
      .send(headers(1, OK), data(1, "x"), headers(1, [["a", "b"]], end))
      .expectFrames("RST_STREAM 1 PROTOCOL_ERROR");
    expect([answer.content, answer.events]).toEqual(["x", ["200 []", "ERR_HTTP2_STREAM_RESET"]]);
  });

  test("§8.5: a CONNECT that was refused has a response like any other, trailers too", () => {
    const { server, ask } = asked();
    const answer = ask("a.example:443", { method: "CONNECT" });
    server.frames();
    server.send(headers(1, [[":status", "403"]]), data(1, "no"), headers(1, [["a", "b"]], ended)).expectFrames();
    expect([answer.content, answer.events]).toEqual(["no", ["403 []", 'end [["a","b"]]']]);
  });

  test("§8.7: what has not left was not processed, however the connection ends", () => {
    const { carrier, server, ask } = asked();
    const sent = ask();
    server.frames();
    const waits = ask();
    carrier.lose(null);
    expect(sent.events).toEqual(["ERR_PEER_GONE"]);
    expect(waits.events).toEqual(["ERR_PEER_GONE unprocessed"]);
  });

  test("§8.7: REFUSED_STREAM says that nothing was done", () => {
    const { server, answer } = request();
    server.send(rstStream(1, 7));
    expect(answer.events).toEqual(["ERR_HTTP2_STREAM_RESET unprocessed"]);
  });
});

/** The connection ended if and only if it was said; a stream's error left it usable; anything else harmed nothing. */
function judge(
  { server, carrier, connection, answer, ask }: Asked & { answer: Answer },
  expected: readonly string[],
): void {
  const last = expected.at(-1) ?? "";
  expect(carrier.ended).toBe(last.startsWith("GOAWAY"));
  if (carrier.ended) {
    expect(answer.events.at(-1)).toMatch(/^(ERR_|end)/);
    return;
  }
  if (last.startsWith("RST_STREAM")) expect(answer.error).toMatchObject({ code: "ERR_HTTP2_STREAM_RESET" });
  else if (answer.events.length === 0) server.send(answered);
  else server.send(data(1, "", ended));
  if (!last.startsWith("RST_STREAM")) expect(answer.events.at(-1)).toBe("end");
  if (!connection.available) return; // a server that leaves
  const next = ask("/next");
  server.frames();
  server.send(headers(3, OK, ended));
  expect(next.events.at(-1)).toBe("end");
}
