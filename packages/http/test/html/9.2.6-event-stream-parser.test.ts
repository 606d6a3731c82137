import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventStreamLimitError, type EventStreamLimits, EventStreamParser, formatEvent } from "../../src/index.ts";

type Told = [type: string, data: string, id: string] | [what: string, value: string | number];

/** What is told of these octets, cut as given. */
function run(bytes: Uint8Array, size: number, limits?: EventStreamLimits): Told[] {
  const told: Told[] = [];
  const parser = new EventStreamParser(
    {
      onEvent: (type, data, id) => told.push([type, data, id]),
      onRetry: (milliseconds) => told.push(["retry", milliseconds]),
      onComment: (text) => told.push(["comment", text]),
    },
    limits,
  );
  for (let at = 0; at < bytes.length; at += size) {
    const lent = bytes.slice(at, at + size);
    parser.decode(lent, 0, lent.length);
    lent.fill(0x21);
  }
  return told;
}

/** What is told of a stream: whole, and cut into pieces of every size. */
function decode(wire: string | Uint8Array): Told[] {
  const bytes = typeof wire === "string" ? new TextEncoder().encode(wire) : wire;
  const whole = run(bytes, bytes.length);
  for (const size of [1, 2, 3, 5, 8]) expect(run(bytes, size)).toEqual(whole);
  return whole;
}

describe("WHATWG HTML §9.2.6 Interpreting an event stream", () => {
  test("the standard's example: three events, the last line of the first joined by LF", () => {
    expect(decode("data: YHOO\ndata: +2\ndata: 10\n\n")).toEqual([["message", "YHOO\n+2\n10", ""]]);
  });
  test("the standard's example: a comment, an id, its reset, and an event that loses one space", () => {
    expect(
      decode(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"),
    ).toEqual([
      ["comment", " test stream"],
      ["message", "first event", "1"],
      ["message", "second event", ""],
      ["message", " third event", ""],
    ]);
  });
  test("the standard's example: empty data is an event, data cut off by the end is none", () => {
    expect(decode("data\n\ndata\ndata\n\ndata:")).toEqual([
      ["message", "", ""],
      ["message", "\n", ""],
    ]);
  });
  test("the standard's example: a space after the colon is optional", () => {
    expect(decode("data:test\n\ndata: test\n\n")).toEqual([
      ["message", "test", ""],
      ["message", "test", ""],
    ]);
  });
  test("lines end with LF, CR or CR LF, each for itself", () => {
    expect(decode("data: a\r\rdata: b\r\n\r\ndata: c\n\ndata: d\r\n\rdata: e\n\r")).toEqual(
      ["a", "b", "c", "d", "e"].map((data) => ["message", data, ""]),
    );
  });
  test("a CR that is the last octet so far ends its line at once", () => {
    const told: string[] = [];
    const parser = new EventStreamParser({ onEvent: (_, data) => told.push(data) });
    parser.decode(new TextEncoder().encode("data: now\r\r"), 0, 11);
    expect(told).toEqual(["now"]);
  });
  test("one byte order mark at the beginning is left out, another is not", () => {
    expect(decode("\ufeffdata: a\n\n")).toEqual([["message", "a", ""]]);
    expect(decode("\ufeff\ufeffdata: a\n\n")).toEqual([]);
    expect(decode("data: \ufeffa\n\n\ufeffdata: b\n\n")).toEqual([["message", "\ufeffa", ""]]);
    expect(decode(Uint8Array.of(0xef, 0xbb, 0x0a))).toEqual([]);
  });
  test("octets that are not UTF-8 become U+FFFD", () => {
    const data = [0x64, 0x61, 0x74, 0x61, 0x3a];
    expect(decode(Uint8Array.of(...data, 0xff, 0xe2, 0x82, 0x0a, 0x0a))).toEqual([["message", "\ufffd\ufffd", ""]]);
    expect(decode("data: €😀\n\n")).toEqual([["message", "€😀", ""]]);
  });
  test("event gives the type of one event", () => {
    expect(decode("event: add\ndata: 1\n\ndata: 2\n\nevent: lost\n\ndata: 3\n\n")).toEqual([
      ["add", "1", ""],
      ["message", "2", ""],
      ["message", "3", ""],
    ]);
  });
  test("id stays for later events; with NUL it is ignored", () => {
    expect(decode("id: 1\ndata: a\n\ndata: b\n\nid: 2\u0000\ndata: c\n\nid: 3\n\ndata: d\n\n")).toEqual([
      ["message", "a", "1"],
      ["message", "b", "1"],
      ["message", "c", "1"],
      ["message", "d", "3"],
    ]);
  });
  test("lastEventId is that of the last complete event, or of the connection before", () => {
    const parser = new EventStreamParser({ onEvent: () => {} }, {}, "41");
    const send = (text: string): void => parser.decode(new TextEncoder().encode(text), 0, text.length);
    expect(parser.lastEventId).toBe("41");
    send("id: 42\n");
    expect(parser.lastEventId).toBe("41");
    send("\n");
    expect(parser.lastEventId).toBe("42");
    send("id\n\n");
    expect(parser.lastEventId).toBe("");
  });
  test("retry is digits only", () => {
    expect(decode("retry: 250\nretry: 1e3\nretry: -1\nretry:\nretry: ١\nretry: 0\n")).toEqual([
      ["retry", 250],
      ["retry", 0],
    ]);
  });
  test("names are compared exactly; others mean nothing", () => {
    expect(decode("Data: a\n data: b\nconstructor: c\n__proto__: d\ndata : e\n\n")).toEqual([]);
  });
  test("what formatEvent writes is read again", () => {
    const lines = fc.string({ unit: fc.constantFrom("a", " ", ":", "\n", "\r", "é", "\u0000") });
    const line = fc.string({ unit: fc.constantFrom("a", " ", ":", "é") });
    fc.assert(
      fc.property(lines, line, line, fc.nat(), lines, (data, event, id, retry, comment) => {
        const told = decode(formatEvent({ data, event, id, retry, comment }));
        expect(told.at(-1)).toEqual([event === "" ? "message" : event, data.replaceAll(/\r\n?/g, "\n"), id]);
        expect(told).toContainEqual(["retry", retry]);
      }),
    );
  });
  test("any octets, cut anywhere, tell the same", () => {
    const wire = fc.string({
      unit: fc.constantFrom("data", "id", "event", "retry", ":", " ", "\n", "\r", "1", "\ufeff"),
    });
    fc.assert(fc.property(wire, (text) => void decode(text)));
  });
});

describe("S132: what a server can make us keep is bounded", () => {
  test("a line without end", () => {
    const limits = { maxLineOctets: 1_000 };
    const endless = new TextEncoder().encode(`data: ${"x".repeat(995)}`);
    for (const size of [1, 7, endless.length])
      expect(() => run(endless, size, limits)).toThrow(
        expect.objectContaining({ name: "EventStreamLimitError", code: "ERR_EVENT_LIMIT", limit: 1_000 }),
      );
    expect(run(endless.subarray(0, 1_000), 7, limits)).toEqual([]);
  });
  test("an event without end", () => {
    const bytes = new TextEncoder().encode("data: 23456789\n".repeat(100));
    expect(() => run(bytes, 64, { maxDataOctets: 890 })).toThrow(EventStreamLimitError);
    const whole = new TextEncoder().encode(`${"data: 23456789\n".repeat(99)}\n`);
    expect(run(whole, 64, { maxDataOctets: 890 })[0]?.[1]).toHaveLength(890);
  });
  test("S97: 100,000 lines, and a megabyte that comes octet by octet, take linear time", () => {
    const started = performance.now();
    const many = new TextEncoder().encode(`${"data:\n".repeat(100_000)}\n`);
    expect(run(many, 65_536)).toHaveLength(1);
    const long = new TextEncoder().encode(`data:${"x".repeat(1_000_000)}\n\n`);
    expect(run(long, 1)[0]?.[1]).toHaveLength(1_000_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
