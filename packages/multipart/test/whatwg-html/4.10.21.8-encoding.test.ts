import { describe, expect, test } from "vitest";
import {
  decodePartName,
  encodePartName,
  MultipartContent,
  makeBoundary,
  type PartInit,
  readForm,
} from "../../src/index.ts";
import { content, latin1 } from "../wire.ts";

async function octets(form: MultipartContent): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of form) pieces.push(piece.slice());
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

const encode = async (...parts: PartInit[]): Promise<string> =>
  latin1(await octets(new MultipartContent(parts, { boundary: "b" })));

describe("WHATWG HTML §4.10.21.8 Multipart form data", () => {
  test("values and files", async () => {
    const written = await encode(
      { name: "a", content: "1" },
      { name: "f", content: Uint8Array.of(0x00, 0xff), filename: "x.bin" },
      { name: "g", content: "<p>", filename: "x.html", contentType: "text/html" },
    );
    expect(written).toBe(
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1' +
        '\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\nContent-Type: application/octet-stream\r\n\r\n\u0000\u00ff' +
        '\r\n--b\r\nContent-Disposition: form-data; name="g"; filename="x.html"\r\nContent-Type: text/html\r\n\r\n<p>' +
        "\r\n--b--\r\n",
    );
  });
  test("an empty form is its close delimiter", async () => {
    expect(await encode()).toBe("--b--\r\n");
  });
  test("line ends in names and in text become CR LF; octets and file names stay", async () => {
    const written = await encode(
      { name: "a\nb", content: "1\n2\r3\r\n4" },
      { name: "c", content: Uint8Array.of(0x0a), filename: "x\ny" },
    );
    expect(written).toContain('name="a%0D%0Ab"\r\n\r\n1\r\n2\r\n3\r\n4\r\n--b');
    expect(written).toContain('filename="x%0Ay"\r\nContent-Type: application/octet-stream\r\n\r\n\n\r\n--b');
  });
  test("names are UTF-8; only quotes and line ends are encoded", () => {
    expect(encodePartName('a"b\\c%22')).toBe("a%22b\\c%22");
    expect(decodePartName("a%22b\\c%0d%0A%2f%41")).toBe('a"b\\c\r\n%2f%41');
  });
  const formData = (): FormData => {
    const data = new FormData();
    data.append("näme", "wert\n");
    data.append("blob", new Blob(["abc"], { type: "text/css" }), "a b.css");
    data.append("file", new File(["x"], "写真.txt"));
    return data;
  };
  const entries = [
    ["näme", null, "wert\r\n"],
    ["blob", "a b.css", "abc"],
    ["file", "写真.txt", "x"],
  ];
  test("a FormData that we write is read by the runtime", async () => {
    const form = new MultipartContent(formData());
    expect(form.length).toBe((await octets(form)).length);
    const body = (await octets(form)).slice().buffer;
    const read = await new Response(body, { headers: { "Content-Type": form.contentType } }).formData();
    const found = await Promise.all(
      [...read].map(async ([name, value]) =>
        typeof value === "string" ? [name, null, value] : [name, value.name, await value.text()],
      ),
    );
    expect(found).toEqual(entries);
  });
  test("a FormData that the runtime writes is read by us", async () => {
    const response = new Response(formData());
    const type = response.headers.get("content-type") ?? "";
    const read = await readForm(content(new Uint8Array(await response.arrayBuffer())), type);
    expect(read.map(({ name, filename, text }) => [name, filename, text])).toEqual(entries);
    expect(read[1]?.contentType).toMatch(/^text\/css/);
  });
});

describe("the length and the octets of a form", () => {
  const text = "x".repeat(10);
  async function* stream(): AsyncGenerator<string> {
    yield text;
    yield text;
  }
  test("is known when every part's is", async () => {
    const large = new Uint8Array(100_000);
    const form = new MultipartContent([
      { name: "a", content: "ä" },
      { name: "b", content: large },
      { name: "c", content: new Blob([large]) },
      { name: "d", content: stream, length: 20 },
    ]);
    expect(form.length).toBe((await octets(form)).length);
    expect(form.replayable).toBe(true);
    expect(await octets(form)).toEqual(await octets(form));
    expect(form.bytes()).toBeNull();
  });
  test("is not known with a stream of unknown length", async () => {
    const form = new MultipartContent([
      { name: "a", content: stream() },
      { name: "b", content: "1" },
    ]);
    expect([form.length, form.replayable]).toEqual([-1, false]);
    expect(latin1(await octets(form))).toContain(`\r\n\r\n${text}${text}\r\n--`);
  });
  test("all octets at once, where they are in memory", async () => {
    const form = new MultipartContent([
      { name: "a", content: "1" },
      { name: "b", content: new Uint8Array(50_000) },
    ]);
    expect(form.bytes()).toEqual(await octets(form));
    expect(form.bytes()?.length).toBe(form.length);
  });
  test("large octets are not copied", async () => {
    const large = new Uint8Array(100_000);
    const pieces: Uint8Array[] = [];
    for await (const piece of new MultipartContent([{ name: "a", content: large }])) pieces.push(piece);
    expect(pieces).toContain(large);
  });
  test("a stream of another length than it said breaks off", async () => {
    for (const length of [19, 21])
      await expect(octets(new MultipartContent([{ name: "a", content: stream, length }]))).rejects.toThrow(RangeError);
  });
  test("a stream whose reader leaves is told", async () => {
    let cancelled = false;
    const blob = {
      size: 1_000,
      type: "",
      stream: () =>
        new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(10)),
          cancel: () => {
            cancelled = true;
          },
        }),
    };
    let pieces = 0;
    for await (const _ of new MultipartContent([{ name: "a", content: blob }])) if (++pieces === 3) break;
    expect(cancelled).toBe(true);
  });
});

describe("what cannot be written", () => {
  test.each<[string, PartInit]>([
    ["content that is none", { name: "a", content: 7 as never }],
    ["no media type", { name: "a", content: "", contentType: "text" }],
    ["S47: a media type with a line end", { name: "a", content: "", contentType: "text/plain\r\nX: y" }],
    [
      "S47: a Blob whose type has a line end",
      { name: "a", content: { size: 0, type: "a/b\r\n\r\nx", stream: () => null } },
    ],
    ["S47: a name with NUL", { name: "a\u0000", content: "" }],
    ["S148: a file name with an escape", { name: "a", content: "", filename: "\u001b[2J" }],
  ])("%s", (_, part) => {
    expect(() => new MultipartContent([part])).toThrow(TypeError);
  });
  test("a length or a boundary that is none", () => {
    expect(() => new MultipartContent([{ name: "a", content: [], length: -1 }])).toThrow(RangeError);
    expect(() => new MultipartContent([], { boundary: "a\r\nb" })).toThrow(TypeError);
  });
  test("S47: line ends and quotes in names end nothing", async () => {
    const evil = 'x"; filename="y\r\nContent-Type: text/html\r\n\r\n<script>\r\n--b--';
    const written = await encode({ name: evil, content: "1" }, { name: "a", content: "2", filename: evil });
    const form = await readForm(
      content(Uint8Array.from(written, (octet) => octet.charCodeAt(0))),
      "multipart/form-data; boundary=b",
    );
    expect(form.map(({ name, filename, text }) => [name, filename, text])).toEqual([
      [evil, null, "1"],
      ["a", evil, "2"],
    ]);
  });
  test("S53: boundaries are 128 random bits", () => {
    const made = new Set(Array.from({ length: 1_000 }, makeBoundary));
    expect(made.size).toBe(1_000);
    for (const boundary of made) expect(boundary).toMatch(/^form-[0-9a-f]{32}$/);
  });

  test("S53: none of them can be foreseen by who knows Math.random", () => {
    const { random } = Math;
    Math.random = () => 0.5;
    try {
      expect(makeBoundary()).not.toBe(makeBoundary());
      expect(makeBoundary()).not.toMatch(/(..)\1{7}/);
    } finally {
      Math.random = random;
    }
  });
});
