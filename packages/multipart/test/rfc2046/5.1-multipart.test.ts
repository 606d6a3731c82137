import { describe, expect, test } from "vitest";
import { isBoundary, MultipartDecoder } from "../../src/index.ts";
import { crlf, events } from "../wire.ts";

/** What is told: whole, and cut at every size up to 12. */
function decode(text: string, boundary = "b"): string[] {
  const bytes = crlf(text);
  const whole = events(bytes, boundary, bytes.length);
  for (let size = 1; size <= 12; size++) expect(events(bytes, boundary, size)).toEqual(whole);
  return whole;
}

describe("RFC 2046 §5.1.1 Common syntax", () => {
  test("the RFC's example: preamble, two parts, epilogue", () => {
    const text =
      "This is the preamble.  It is to be ignored.\n\n--simple boundary\n\nThis is implicitly typed plain US-ASCII text.\n" +
      "It does NOT end with a linebreak.\n--simple boundary\nContent-type: text/plain; charset=us-ascii\n\n" +
      "This is explicitly typed plain US-ASCII text.\nIt DOES end with a linebreak.\n\n--simple boundary--\n\n" +
      "This is the epilogue.  It is also to be ignored.\n";
    expect(decode(text, "simple boundary")).toEqual([
      "head ",
      "content This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.",
      "head Content-type: text/plain; charset=us-ascii\r\n",
      "content This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n",
      "close",
    ]);
  });
  test("the first delimiter needs no line end before it", () => {
    expect(decode("--b\nA: 1\n\nx\n--b--")).toEqual(["head A: 1\r\n", "content x", "close"]);
    expect(decode("\n--b\nA: 1\n\nx\n--b--\n")).toEqual(["head A: 1\r\n", "content x", "close"]);
  });
  test("a part of a head alone: its empty line is the delimiter's line end", () => {
    expect(decode("--b\nA: 1\n\n--b\nB: 2\n\n\n--b--")).toEqual([
      "head A: 1\r\n",
      "content ",
      "head B: 2\r\n",
      "content ",
      "close",
    ]);
  });
  test("no parts", () => {
    expect(decode("--b--\n")).toEqual(["close"]);
  });
  test("what begins like a delimiter and is none is content", () => {
    for (const text of [
      "-",
      "--",
      "--a",
      "\r",
      "\r\r",
      "\n\r",
      "\r\n-",
      "\r\n--",
      "\r\r\n--",
      "x\r\n--a",
      "\r\n\r\n\r\n",
      "--\r\n--",
      "\n--b",
      "\r--b",
    ]) {
      const bytes = Uint8Array.from(`--b\r\n\r\n${text}\r\n--b--`, (character) => character.charCodeAt(0));
      for (let size = 1; size <= 12; size++)
        expect(events(bytes, "b", size)).toEqual(["head ", `content ${text}`, "close"]);
    }
  });
  test("padding after a boundary is taken, 256 octets of it", () => {
    expect(decode("--b \t \nA: 1\n\nx\n--b-- \t \n")).toEqual(["head A: 1\r\n", "content x", "close"]);
    expect(decode(`--b${" ".repeat(257)}\n`)).toEqual(["ERR_MULTIPART_LIMIT"]);
  });
  test("every boundary that RFC 2046 allows", () => {
    for (const boundary of ["0", "gc0pJq0M:08jU534c0p", "'()+_,-./:=? x", "--", "x".repeat(70)])
      expect(decode(`--${boundary}\n\nx\n--${boundary}--`, boundary)).toEqual(["head ", "content x", "close"]);
    for (const text of ["", "x".repeat(71), "ends with a space ", "a;b", 'a"b', "a\r\nb", "ä"]) {
      expect(isBoundary(text)).toBe(false);
      expect(() => new MultipartDecoder(text, {} as never)).toThrow(TypeError);
    }
  });
  test.each([
    [
      "a boundary that goes on: stricter, since readers differ",
      "--b\n\nx\n--bc\n\ny\n--b--",
      ["head ", "content x", "ERR_MULTIPART_SYNTAX"],
    ],
    ["a boundary and one dash", "--b\n\nx\n--b-\n", ["head ", "content x", "ERR_MULTIPART_SYNTAX"]],
    ["padding and then text", "--b x\n", ["ERR_MULTIPART_SYNTAX"]],
    ["padding and then dashes", "--b --\n", ["ERR_MULTIPART_SYNTAX"]],
  ])("rejects: %s", (_, text, told) => {
    expect(decode(text)).toEqual(told);
  });
  test.each([
    ["a boundary whose line ends with LF alone", "--b\n\r\n", ["ERR_MULTIPART_SYNTAX"]],
    ["a boundary whose line ends with CR alone", "--b\rA", ["ERR_MULTIPART_SYNTAX"]],
    ["a head whose lines end with LF alone", "--b\r\nA: 1\n\nx\r\n--b--", ["ERR_MULTIPART_SYNTAX"]],
  ])("rejects: %s", (_, wire, told) => {
    const bytes = new TextEncoder().encode(wire);
    for (let size = 1; size <= 12; size++) expect(events(bytes, "b", size)).toEqual(told);
  });
});
