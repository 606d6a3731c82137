import { createFetch, type FetchInit } from "@stack/client/fetch";
import { createServer } from "@stack/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf } from "./failure-of.ts";

const server = createServer();
server.post("/", async (request, response) => {
  const content = await request.text();
  response.json([request.fields.get("content-type") ?? null, request.fields.get("content-length") ?? null, content]);
});
const fetch = createFetch();
let url = "";
beforeAll(async () => {
  ({ url } = await server.listen(0));
});
afterAll(async () => {
  await fetch.close({ graceMs: 0 });
  await server.close();
});

async function echo(body: unknown, init: FetchInit = {}): Promise<unknown> {
  return (await fetch(url, { method: "POST", body, ...init })).json();
}

const octets = new Uint8Array([120, 97, 98, 99, 120]);

function pieces(...list: unknown[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of list) controller.enqueue(piece as Uint8Array);
      controller.close();
    },
  });
}

describe("Fetch §5.2 BodyInit unions: extract a body", () => {
  test.each<[string, unknown, string | null, string]>([
    ["a string", "ü", "text/plain;charset=UTF-8", "ü"],
    ["an empty string", "", "text/plain;charset=UTF-8", ""],
    ["a number", 1, "text/plain;charset=UTF-8", "1"],
    ["URLSearchParams", new URLSearchParams({ a: "1 2" }), "application/x-www-form-urlencoded;charset=UTF-8", "a=1+2"],
    ["a Blob", new Blob(["a"], { type: "a/b" }), "a/b", "a"],
    ["a Blob without type", new Blob(["a"]), null, "a"],
    ["a File", new File(["a"], "name", { type: "a/b" }), "a/b", "a"],
    ["an ArrayBuffer", octets.buffer, null, "xabcx"],
    ["a view", octets.subarray(1, 4), null, "abc"],
    ["a DataView", new DataView(octets.buffer, 1, 2), null, "ab"],
    ["wider integers", new Uint16Array([0x6261]), null, "ab"],
  ])("%s", async (_, body, type, content) => {
    expect(await echo(body)).toEqual([type, String(Buffer.byteLength(content)), content]);
  });

  test("FormData, with its boundary", async () => {
    const form = new FormData();
    form.append("a", "1");
    const [type, length, content] = (await echo(form)) as [string, string, string];
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type)?.[1] as string;
    expect(Number(length)).toBe(content.length);
    expect(content.split(`--${boundary}`)).toHaveLength(3);
  });

  test("those of another realm are known by their name", async () => {
    const form = {
      [Symbol.toStringTag]: "FormData",
      *[Symbol.iterator]() {
        yield ["a", "1"];
      },
    };
    expect((await echo(form)) as [string]).toEqual([
      expect.stringMatching(/^multipart/),
      expect.any(String),
      expect.stringContaining('name="a"'),
    ]);
  });

  test("a type that was given stays", async () => {
    expect(await echo("{}", { headers: { "content-type": "a/b" } })).toEqual(["a/b", "2", "{}"]);
  });

  test("octets are as they were when fetch was called", async () => {
    const body = new Uint8Array([97]);
    const answer = echo(body);
    body[0] = 98;
    expect(await answer).toEqual([null, "1", "a"]);
  });

  test("a buffer that was given away is empty", async () => {
    const given = new Uint8Array([1, 2]);
    structuredClone(given.buffer, { transfer: [given.buffer] });
    expect(await echo(given)).toEqual([null, "0", ""]);
  });

  test("a stream, and an async iterable, in chunks", async () => {
    const body = pieces(octets.subarray(1, 3), octets.subarray(3, 4));
    expect(await echo(body, { duplex: "half" })).toEqual([null, null, "abc"]);
    async function* generated(): AsyncGenerator<Uint8Array> {
      yield octets;
    }
    expect(await echo(generated(), { duplex: "half" })).toEqual([null, null, "xabcx"]);
  });

  test.each([["text"], [octets.buffer], [null], [1]])("a stream of %j is a TypeError", async (piece) => {
    expect(await failureOf(echo(pieces(piece), { duplex: "half" }))).toMatchObject({
      name: "TypeError",
      code: "ERR_CLIENT_CONTENT_SOURCE",
    });
  });

  test("a stream that fails, is locked, or was read of, is a TypeError", async () => {
    const failing = new ReadableStream({ pull: () => Promise.reject(new Error("source")) });
    expect(await failureOf(echo(failing, { duplex: "half" }))).toMatchObject({ name: "TypeError" });
    const locked = pieces();
    locked.getReader();
    expect((await failureOf(echo(locked, { duplex: "half" }))).name).toBe("TypeError");
    const disturbed = pieces(octets, octets);
    const reader = disturbed.getReader();
    await reader.read();
    reader.releaseLock();
    expect((await failureOf(echo(disturbed, { duplex: "half" }))).name).toBe("TypeError");
  });
});
