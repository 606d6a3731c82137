import { getEventListeners } from "node:events";
import { gzipSync } from "node:zlib";
import { type Client, type ClientResponse, createClient } from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { TcpServer } from "./faults/tcp-server.ts";

let client: Client;
let server: TcpServer;

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

async function all(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of pieces);
}

const READERS: readonly (readonly [string, (response: ClientResponse) => Promise<unknown>])[] = [
  ["text()", (response) => response.text()],
  ["bytes()", (response) => response.bytes()],
  ["stream()", (response) => all(response.stream())],
  ["readable()", (response) => response.readable().pipeTo(new WritableStream())],
];
const HALF = gzipSync("never read to its end").subarray(0, 12);

test("what is cancelled is read away, but not for long: a server that stalls then loses its connection", async () => {
  server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nab");
  client = createClient();
  const start = performance.now();
  (await client.get(server.origin)).cancel();
  expect(client.figures).toEqual({ connections: 1, requests: 0, queued: 0 });
  while (client.figures.connections > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("what is cancelled and little leaves its connection to the next request", async () => {
  const bodies = "x".repeat(500);
  server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", (socket) => {
    socket.write(bodies);
    setTimeout(() => socket.write(bodies), 20);
  });
  client = createClient({ pool: { maxConnectionsPerOrigin: 1 } });
  (await client.get(server.origin)).cancel();
  expect((await (await client.get(server.origin)).bytes()).length).toBe(1_000);
  expect(server.sockets.length).toBe(1);
});

describe("cancel() while the content is read", () => {
  test.each(READERS)("%s ends with an error, and does not wait for ever", async (_, read) => {
    server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    client = createClient();
    const response = await client.get(server.origin);
    const failure = expect(read(response)).rejects.toMatchObject({
      code: "ERR_CLIENT_ABORTED",
      stage: "content",
      origin: server.origin,
    });
    response.cancel();
    await failure;
    expect(client.figures.requests).toBe(0);
  });

  test.each(READERS)("so does %s of decoded content", async (_, read) => {
    const head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 50\r\n\r\n";
    server = await TcpServer.answering(Buffer.concat([Buffer.from(head), HALF]));
    client = createClient();
    const response = await client.get(server.origin);
    const failure = expect(read(response)).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED" });
    response.cancel();
    await failure;
  });

  test("what is whole already is the reader's", async () => {
    server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    client = createClient();
    const response = await client.get(server.origin);
    const text = response.text();
    response.cancel();
    expect(await text).toBe("ok");
  });
});

test("a signal of many requests has one listener of them all, and stops them all", async () => {
  server = await TcpServer.listen(() => {});
  client = createClient();
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 20 }, () => client.get(server.origin, { signal }));
  expect(getEventListeners(signal, "abort").length).toBe(1); // with eleven Node warns of a leak
  controller.abort("enough");
  const outcomes = await Promise.allSettled(calls);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ reason: { code: "ERR_CLIENT_ABORTED", cause: "enough" } });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
