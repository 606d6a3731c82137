import { Content } from "@stack/http";
import { describe, expect, test } from "vitest";
import { boundaryOf, READ_WINDOW, readForm, readMultipart } from "../../src/index.ts";
import { codeOf, content, crlf, cut, Wire } from "../wire.ts";

const TYPE = "multipart/form-data; boundary=b";
const part = (name: string, text: string, more = ""): string =>
  `--b\nContent-Disposition: form-data; name="${name}"${more}\n\n${text}\n`;
const FORM = crlf(
  `${part("title", "Holidays")}${part("photo", "\u0001\u0002", '; filename="a.jpg"\nContent-Type: image/jpeg')}--b--\n`,
);

describe("RFC 7578 §2 multipart/form-data", () => {
  test("parts in their order, however they are cut", async () => {
    for (let size = 1; size <= 40; size++) {
      const form = await readForm(content(FORM, size), TYPE);
      expect(form.map(({ name, filename, contentType, text }) => [name, filename, contentType, text])).toEqual([
        ["title", null, null, "Holidays"],
        ["photo", "a.jpg", "image/jpeg", "\u0001\u0002"],
      ]);
    }
  });
  test("names may repeat (§4.3)", async () => {
    const form = await readForm(content(crlf(`${part("a", "1")}${part("a", "2")}--b--`)), TYPE);
    expect(form.map(({ text }) => text)).toEqual(["1", "2"]);
  });
  test("a part that is not read, or not to its end, is skipped", async () => {
    const bytes = crlf(`${part("a", "x".repeat(200_000))}${part("b", "y".repeat(200_000))}${part("c", "z")}--b--`);
    const seen: string[] = [];
    for await (const { name, content: octets } of readMultipart(content(bytes, 10_000), TYPE)) {
      seen.push(name);
      if (name === "b") for await (const _ of octets) break;
      if (name === "c") seen.push(await octets.text());
    }
    expect(seen).toEqual(["a", "b", "c", "z"]);
  });
  test("a part that was skipped cannot be read any more", async () => {
    const reader = readMultipart(content(FORM), TYPE);
    const first = await reader.next();
    await reader.next();
    expect(await codeOf(first.value?.content.text())).toBe("ERR_CONTENT_TAKEN");
  });
  test("S125: a reader that does not read holds back who sends", async () => {
    const wire = new Wire(cut(crlf(`${part("a", "x".repeat(2_000_000))}--b--`), 10_000));
    const reader = readMultipart(new Content(wire), TYPE);
    const { value } = await reader.next();
    expect(wire.sent).toBeLessThanOrEqual(READ_WINDOW + 10_000);
    const iterator = value?.content.stream()[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise(setImmediate);
    expect(wire.sent).toBeLessThanOrEqual(4 * READ_WINDOW);
  });
  test("who leaves the loop stops who sends", async () => {
    const wire = new Wire(cut(FORM, 20));
    for await (const _ of readMultipart(new Content(wire), TYPE)) break;
    expect(wire.stopped).toBe(true);
    expect(wire.sent).toBeLessThanOrEqual(FORM.length);
  });
  test("the preamble, the epilogue and an empty form mean nothing", async () => {
    expect(await readForm(content(crlf("--b--\nepilogue")), TYPE)).toEqual([]);
    const form = await readForm(content(crlf(`preamble\n${part("a", "1")}--b--\nepilogue\n--b\n\nx\n--b--`)), TYPE);
    expect(form.map(({ name }) => name)).toEqual(["a"]);
  });
  test("one part at a time", async () => {
    const never = new Content({ contentLength: -1, contentLimit: 100, read: () => ({ grant() {}, stop() {} }) });
    const reader = readMultipart(never, TYPE);
    void reader.next();
    await expect(reader.next()).rejects.toThrow(TypeError);
  });
});

describe("RFC 7578 §4.1 Boundary", () => {
  test("is given by the Content-Type, quoted or not", () => {
    expect(boundaryOf('Multipart/Form-Data; charset=utf-8; Boundary="a b"')).toBe("a b");
    expect(boundaryOf("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW")).toBe(
      "----WebKitFormBoundary7MA4YWxkTrZu0gW",
    );
  });
  test.each([
    [undefined, 415, "ERR_MULTIPART_TYPE"],
    ["text/plain; boundary=b", 415, "ERR_MULTIPART_TYPE"],
    ["multipart/mixed; boundary=b", 415, "ERR_MULTIPART_TYPE"],
    ["multipart/form-data", 400, "ERR_MULTIPART_BOUNDARY"],
    ['multipart/form-data; boundary=""', 400, "ERR_MULTIPART_BOUNDARY"],
    [`multipart/form-data; boundary=${"x".repeat(71)}`, 400, "ERR_MULTIPART_BOUNDARY"],
    ['multipart/form-data; boundary="a;b"', 400, "ERR_MULTIPART_BOUNDARY"],
  ])("%s is %i", (type, status, code) => {
    expect(() => boundaryOf(type)).toThrow(expect.objectContaining({ status, code }));
  });
});

describe("content that is broken fails its readers", () => {
  test("cut off anywhere: the parts that are whole are read, then ERR_MULTIPART_TRUNCATED", async () => {
    for (let end = 0; end < FORM.length - 2; end++)
      for (const size of [1, 16, FORM.length])
        expect(await codeOf(readForm(content(FORM.subarray(0, end), size), TYPE))).toBe("ERR_MULTIPART_TRUNCATED");
  });
  test("the content of the part that is being read fails too", async () => {
    const reader = readMultipart(content(FORM.subarray(0, -8), 10), TYPE);
    await reader.next();
    const { value } = await reader.next();
    expect(value?.name).toBe("photo");
    expect(await codeOf(value?.content.bytes())).toBe("ERR_MULTIPART_TRUNCATED");
    expect(await codeOf(reader.next())).toBe("ERR_MULTIPART_TRUNCATED");
  });
  test("a failure of the connection is the reader's, unchanged", async () => {
    const reset = new Error("reset");
    const broken = new Content({
      contentLength: -1,
      contentLimit: 1_000,
      read: (receiver) => ({ grant: () => receiver.onError(reset), stop() {} }),
    });
    await expect(readForm(broken, TYPE)).rejects.toBe(reset);
  });
  test("content that was taken before", async () => {
    const taken = content(FORM);
    await taken.bytes();
    expect(await codeOf(readForm(taken, TYPE))).toBe("ERR_CONTENT_TAKEN");
  });
});
