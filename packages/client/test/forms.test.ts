import { type Client, createClient, RequestContent } from "@stack/client";
import { parseForm, QueryPairs } from "@stack/http";
import { MultipartContent, readMultipart } from "@stack/multipart";
import { createServer } from "@stack/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const server = createServer({ maxContentOctets: 100_000_000, onError: () => {} });
server.post("/form", async (request, response) => {
  const form = parseForm(await request.text());
  response.json({ type: request.fields.get("content-type"), pairs: [...form] });
});
server.post("/parts", async (request, response) => {
  const parts: unknown[] = [];
  for await (const { name, filename, content } of readMultipart(request.content, request.fields.get("content-type"))) {
    let octets = 0;
    for await (const bytes of content) octets += bytes.length;
    parts.push([name, filename, octets]);
  }
  response.json({ length: request.fields.get("content-length") ?? null, parts });
});
server.get("/parts", (_, response) => {
  const form = new MultipartContent([
    { name: "a", content: "1" },
    { name: "b", content: new Uint8Array(3_000_000), filename: "b.bin" },
  ]);
  response.fields.set("Content-Type", form.contentType);
  return response.stream(form);
});
let url = "";
beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(async () => {
  await server.close({ graceMs: 0 });
});

describe.each(["alpn", "prior-knowledge"] as const)("version %s", (version) => {
  let client: Client;
  beforeEach(() => {
    client = createClient({ version });
  });
  afterEach(async () => {
    await client.close({ graceMs: 0 });
  });

  test("WHATWG URL §5.2: URLSearchParams and QueryPairs are a form", async () => {
    const pairs = [
      ["q", "a b&c"],
      ["ü", "="],
    ] as [string, string][];
    for (const content of [new URLSearchParams(pairs), new QueryPairs(pairs)]) {
      const response = await client.post(`${url}/form`, { content });
      expect(await response.json()).toEqual({ type: "application/x-www-form-urlencoded;charset=UTF-8", pairs });
    }
  });
  test("RFC 7578: a FormData of any size is sent with its length", async () => {
    for (const octets of [10, 5_000_000]) {
      const form = new FormData();
      form.append("title", "Holidays");
      form.append("photo", new Blob([new Uint8Array(octets)]), "beach.jpg");
      const content = RequestContent.of(form);
      const response = await client.post(`${url}/parts`, { content });
      expect(await response.json()).toEqual({
        length: String(content.length),
        parts: [
          ["title", null, 8],
          ["photo", "beach.jpg", octets],
        ],
      });
      expect(content.replayable).toBe(true);
    }
  });
  test("RFC 7578: a form with a stream of unknown length is sent in chunks", async () => {
    async function* lines(): AsyncGenerator<string> {
      for (let i = 0; i < 1_000; i++) yield `line ${i}\n`;
    }
    const content = RequestContent.of(new MultipartContent([{ name: "log", content: lines(), filename: "a.log" }]));
    const response = await client.post(`${url}/parts`, { content });
    expect(await response.json()).toEqual({ length: null, parts: [["log", "a.log", 8_890]] });
    expect(content.replayable).toBe(false); // it was begun
  });
  test("RFC 7578: an answer of several parts is read as a stream", async () => {
    const response = await client.get(`${url}/parts`);
    const parts: unknown[] = [];
    for await (const { name, content } of readMultipart(response.content, response.fields.get("content-type"))) {
      let octets = 0;
      for await (const bytes of content) octets += bytes.length;
      parts.push([name, octets]);
    }
    expect(parts).toEqual([
      ["a", 1],
      ["b", 3_000_000],
    ]);
  });
});
