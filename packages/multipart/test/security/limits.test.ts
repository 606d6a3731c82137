import { Content } from "@stack/http";
import { describe, expect, test } from "vitest";
import {
  encodePartName,
  MAX_HEAD_OCTETS,
  MAX_PARTS,
  MultipartDecoder,
  parsePartHead,
  readForm,
  readMultipart,
} from "../../src/index.ts";
import { codeOf, content, crlf, cut, events, Wire } from "../wire.ts";

const TYPE = "multipart/form-data; boundary=b";
const part = (name: string, text: string): string => `--b\nContent-Disposition: form-data; name="${name}"\n\n${text}\n`;

describe("S159: what a form can cost is bounded", () => {
  test("parts", async () => {
    const parts = (count: number): Uint8Array => crlf(`${part("a", "").repeat(count)}--b--`);
    expect(await readForm(content(parts(MAX_PARTS)), TYPE)).toHaveLength(MAX_PARTS);
    expect(await codeOf(readForm(content(parts(MAX_PARTS + 1)), TYPE))).toBe("ERR_MULTIPART_LIMIT");
    expect(await codeOf(readForm(content(parts(3)), TYPE, { maxParts: 2 }))).toBe("ERR_MULTIPART_LIMIT");
  });
  test("octets of a head, the empty line not counted", () => {
    for (const [octets, told] of [
      [MAX_HEAD_OCTETS, "close"],
      [MAX_HEAD_OCTETS + 1, "ERR_MULTIPART_LIMIT"],
    ] as const) {
      const bytes = crlf(`--b\nX: ${"y".repeat(octets - 5)}\n\n\n--b--`);
      for (const size of [1, 1_000, bytes.length]) expect(events(bytes, "b", size).at(-1)).toBe(told);
    }
  });
  test("a head without end", () => {
    const bytes = crlf(`--b\n${"X: y\n".repeat(10_000)}`);
    expect(events(bytes, "b", 1_000)).toEqual(["ERR_MULTIPART_LIMIT"]);
  });
  test("fields of a head", () => {
    const head = (fields: number): Uint8Array =>
      crlf(`Content-Disposition: form-data; name="a"\n${"X: y\n".repeat(fields - 1)}`);
    expect(parsePartHead(head(16)).name).toBe("a");
    expect(() => parsePartHead(head(17))).toThrow(expect.objectContaining({ code: "ERR_MULTIPART_LIMIT" }));
  });
  test("octets of a part", async () => {
    const bytes = crlf(`${part("a", "x".repeat(101))}--b--`);
    expect(await codeOf(readForm(content(bytes), TYPE, { maxPartOctets: 100 }))).toBe("ERR_CONTENT_TOO_LARGE");
    expect(await readForm(content(bytes), TYPE, { maxPartOctets: 101 })).toHaveLength(1);
  });
  test("S94: octets of all of it, also of parts that are skipped; by default the content's own limit", async () => {
    const bytes = crlf(`${part("a", "x".repeat(1_000))}--b--`);
    const skipAll = async (limit: number | undefined, options: object): Promise<void> => {
      for await (const _ of readMultipart(content(bytes, 100, limit), TYPE, options));
    };
    expect(await codeOf(skipAll(1_000, {}))).toBe("ERR_MULTIPART_LIMIT");
    expect(await codeOf(skipAll(undefined, { maxOctets: 1_000 }))).toBe("ERR_MULTIPART_LIMIT");
    expect(await codeOf(skipAll(undefined, {}))).toBe("none");
  });
  test("a boundary that never comes", async () => {
    function* endless(): Generator<Uint8Array> {
      for (;;) yield new Uint8Array(10_000).fill(0x2d);
    }
    const wire = new Wire(endless());
    expect(await codeOf(readForm(new Content(wire), TYPE, { maxOctets: 1_000_000 }))).toBe("ERR_MULTIPART_LIMIT");
    expect(wire.sent).toBeLessThanOrEqual(1_010_000);
    expect(wire.stopped).toBe(true);
  });
  test("a form within a form is content", async () => {
    const inner = '--c\nContent-Disposition: form-data; name="x"\n\n1\n--c--';
    const [entry] = await readForm(content(crlf(`${part("a", inner)}--b--`)), TYPE);
    expect(entry?.text).toBe(inner.replaceAll("\n", "\r\n"));
  });
});

test("S99: names are values, not keys", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const form = await readForm(content(crlf(`${names.map((name) => part(name, "1")).join("")}--b--`)), TYPE);
  expect(form.map(({ name }) => name)).toEqual(names);
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});

describe("S97, S100: time is linear in the octets", () => {
  /** Milliseconds for a part with this content, in pieces of 64 KiB and octet by octet. */
  function time(bytes: Uint8Array): number {
    const head = crlf(`--${BOUNDARY}\n\n`);
    const started = performance.now();
    for (const size of [65_536, 1]) {
      let octets = 0;
      const decoder = new MultipartDecoder(BOUNDARY, {
        onPartHead() {},
        onPartContent(_, start, end) {
          octets += end - start;
        },
        onPartEnd() {},
        onClose() {},
      });
      decoder.decode(head, 0, head.length);
      for (const piece of cut(bytes, size)) decoder.decode(piece, 0, piece.length);
      expect(octets).toBeGreaterThan(bytes.length - 100);
    }
    return performance.now() - started;
  }
  const BOUNDARY = "-".repeat(70);
  const almost = `\r\n--${"-".repeat(69)}`;
  test.each([
    ["CR", "\r"],
    ["CR LF", "\r\n"],
    ["dashes", "-"],
    ["a delimiter but for its last octet", almost],
    ["half delimiters", almost.slice(0, 36)],
    ["zeros", "\0"],
  ])("a quarter of a megabyte of %s", (_, unit) => {
    const bytes = Uint8Array.from(`x${unit.repeat(Math.ceil(250_000 / unit.length))}`, (octet) => octet.charCodeAt(0));
    expect(time(bytes)).toBeLessThan(10_000);
  });
  test("100,000 quotes, semicolons and escapes in a head", () => {
    for (const text of ['"', ";", '; a="', "%22", "%", "=", "\\"]) {
      const disposition = `Content-Disposition: form-data; name="a"; x=${text.repeat(100_000)}\r\n`;
      const started = performance.now();
      try {
        parsePartHead(crlf(disposition));
      } catch (error) {
        expect((error as { code: string }).code).toBe("ERR_MULTIPART_HEAD");
      }
      encodePartName(text.repeat(100_000));
      expect(performance.now() - started).toBeLessThan(10_000);
    }
  });
  test("small pieces with little credit", async () => {
    const bytes = crlf(`${part("a", "x".repeat(300_000))}--b--`);
    const started = performance.now();
    for await (const { content: octets } of readMultipart(content(bytes, 60_000), TYPE)) {
      let received = 0;
      const source = octets.forward({
        onContent(_, start, end) {
          received += end - start;
        },
        onEnd() {},
        onError() {},
      });
      for (let i = 0; i < 300_100 && received < 300_000; i++) source.grant(1);
      source.grant(1_000);
      expect(received).toBe(300_000);
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
