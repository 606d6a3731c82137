import { createClient } from "@stack/client";
import { createServer } from "@stack/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const server = createServer();
server.get("/hello", (_, response) => response.text("hello"));
server.post("/echo", async (request, response) => {
  response.fields.set("X-Length", request.fields.get("content-length") ?? "none");
  response.fields.set("Content-Type", request.fields.get("content-type") ?? "none");
  response.send(await request.bytes());
});
let url = "";
beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(async () => {
  await server.close();
});

describe.each(["alpn", "prior-knowledge"] as const)("a call, version %s", (version) => {
  test("GET gives status, fields and content", async () => {
    const client = createClient({ version });
    const response = await client.get(`${url}/hello`);
    expect(response.status).toBe(200);
    expect(response.ok).toBe(true);
    expect(response.version).toBe(version === "alpn" ? "1.1" : "2");
    expect(response.fields.get("content-length")).toBe("5");
    expect(response.url).toBe(`${url}/hello`);
    expect(await response.text()).toBe("hello");
    expect(client.figures).toEqual({ connections: 1, requests: 0, queued: 0 });
    await client.close();
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  });

  test("S126: octets are in memory that shows nothing of other responses", async () => {
    const client = createClient({ version });
    const kept = await client.get(`${url}/hello`);
    const response = await client.get(`${url}/hello`);
    const bytes = await response.bytes();
    expect(bytes.buffer.byteLength).toBe(5);
    bytes.fill(0); // theirs to write to
    expect(await response.bytes()).toBe(bytes);
    expect(await kept.text()).toBe("hello");
    await client.close();
  });

  test("100 calls at once share connections, and each gets its own answer", async () => {
    const client = createClient({ version, pool: { maxConnectionsPerOrigin: 4 } });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => (await client.post(`${url}/echo`, { content: `call ${i}` })).text()),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, i) => `call ${i}`));
    expect(client.figures.connections).toBe(version === "alpn" ? 4 : 1);
    await client.close();
  });

  test.each([
    ["text", "text ü", "7", "text/plain;charset=UTF-8", "text ü"],
    ["octets", new Uint8Array([97, 98]), "2", "none", "ab"],
    ["a buffer", new Uint8Array([97, 98]).buffer, "2", "none", "ab"],
    ["a form", new URLSearchParams({ a: "1 2" }), "5", "application/x-www-form-urlencoded;charset=UTF-8", "a=1+2"],
    ["a Blob", new Blob(["blob"], { type: "a/b" }), "4", "a/b", "blob"],
    ["an iterable", ["a", new Uint8Array([98])], "none", "none", "ab"],
    ["a function", () => ["a", "b"], "none", "none", "ab"],
    ["a web stream", new Blob(["ab"]).stream(), "none", "none", "ab"],
    ["nothing", "", "0", "text/plain;charset=UTF-8", ""],
  ] as const)("content: %s", async (_, content, length, type, answer) => {
    const client = createClient({ version });
    const response = await client.post(`${url}/echo`, { content });
    expect(response.fields.get("content-type")).toBe(type);
    if (version === "alpn") expect(response.fields.get("x-length")).toBe(length);
    expect(await response.text()).toBe(answer);
    await client.close();
  });
});

test("a response to JSON says what it is, and nothing of its connection, fields or request", async () => {
  const client = createClient();
  const response = await client.get(`${url}/hello?secret`, { fields: { Authorization: "Bearer secret" } });
  expect(JSON.parse(JSON.stringify({ response }))).toEqual({
    response: { status: 200, reason: "OK", version: "1.1", origin: url },
  });
  await client.close({ graceMs: 0 });
});

test.each([
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  ["what makes nothing of itself", { toJSON: () => undefined }],
])("json: %s is no JSON, and nothing is sent", async (_, json) => {
  const client = createClient();
  await expect(client.post(`${url}/echo`, { json })).rejects.toMatchObject({
    code: "ERR_CLIENT_REQUEST",
    unprocessed: true,
  });
  await client.close();
});
