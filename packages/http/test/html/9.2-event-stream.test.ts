import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventStreamError, formatEvent, type ServerSentEvent } from "../../src/event-stream.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

/** A reader that follows §9.2.6 line by line: what a client would deliver. */
function deliver(stream: string): { data: string; event: string; id: string; retry: number }[] {
  const delivered: { data: string; event: string; id: string; retry: number }[] = [];
  let data = "";
  let event = "";
  let id = "";
  let retry = -1;
  const lines = stream.split(/\r\n|\r|\n/);
  lines.pop(); // an unfinished line is dropped
  for (const line of lines) {
    if (line === "") {
      if (data !== "") delivered.push({ data: data.slice(0, -1), event: event === "" ? "message" : event, id, retry });
      data = "";
      event = "";
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data += `${value}\n`;
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "retry" && /^[0-9]+$/.test(value)) retry = Number(value);
  }
  return delivered;
}

describe("WHATWG HTML §9.2 Server-sent events", () => {
  test.each<[ServerSentEvent, string]>([
    [{ data: "hello" }, "data: hello\n\n"],
    [{ data: "" }, "data: \n\n"],
    [{ data: "a\nb" }, "data: a\ndata: b\n\n"],
    [{ data: "a\r\nb\rc\n" }, "data: a\ndata: b\ndata: c\ndata: \n\n"],
    [{ data: " a" }, "data:  a\n\n"],
    [{ event: "x", id: "7", data: "y" }, "event: x\nid: 7\ndata: y\n\n"],
    [{ id: "", data: "y" }, "id: \ndata: y\n\n"],
    [{ retry: 0 }, "retry: 0\n\n"],
    [{ comment: "still here" }, ": still here\n\n"],
    [{ comment: "a\nb", data: "c" }, ": a\n: b\ndata: c\n\n"],
    [{}, "\n"],
  ])("%j", (event, text) => {
    expect(formatEvent(event)).toBe(text);
  });

  test.each<[string, ServerSentEvent]>([
    ["LF in event", { event: "a\ndata: evil", data: "x" }],
    ["CR in event", { event: "a\rdata: evil", data: "x" }],
    ["LF in id", { id: "1\n\ndata: evil", data: "x" }],
    ["CR in id", { id: "1\r", data: "x" }],
    ["NUL in id", { id: "1\0", data: "x" }],
    ["a negative retry", { retry: -1 }],
    ["a fraction as retry", { retry: 1.5 }],
    ["a retry that is no number", { retry: Number.NaN }],
    ["a retry that is text", { retry: "1\ndata: evil" as unknown as number }],
  ])("S50: refuses %s", (_, event) => {
    expect(() => formatEvent(event)).toThrow(EventStreamError);
    expect(() => formatEvent(event)).toThrow(expect.objectContaining({ code: "ERR_INVALID_EVENT" }));
  });

  test("S50: line ends in data start no other field", () => {
    expect(deliver(formatEvent({ data: "x\nevent: evil\n\nid: 9\r\rdata: y" }))).toEqual([
      { data: "x\nevent: evil\n\nid: 9\n\ndata: y", event: "message", id: "", retry: -1 },
    ]);
    expect(deliver(formatEvent({ comment: "x\n\ndata: evil\n\n" }))).toEqual([]);
  });

  test("fuzz: one event is delivered, and it is the one that was written", () => {
    const text = fc.string({ unit: fc.constantFrom("a", " ", ":", "\n", "\r", "\0", "é", "data", "\u2028") });
    const line = text.map((value) => value.replaceAll(/[\r\n\0]/g, ""));
    fc.assert(
      fc.property(text, line, line, fc.nat(), text, (data, event, id, retry, comment) => {
        expect(deliver(formatEvent({ data, event, id, retry, comment }))).toEqual([
          { data: data.replaceAll(/\r\n|\r/g, "\n"), event: event === "" ? "message" : event, id, retry },
        ]);
      }),
      { numRuns },
    );
  });

  test.each([
    ["LF", "\n"],
    ["CR", "\r"],
    ["CR LF", "\r\n"],
  ])("S97: linear in %s", (_, end) => {
    expect(milliseconds(() => formatEvent({ data: end.repeat(MEGABYTE / 10) }))).toBeLessThan(LINEAR_MS);
  });
});
