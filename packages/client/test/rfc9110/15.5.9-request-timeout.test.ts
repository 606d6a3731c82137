import { type Client, createClient } from "@stack/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";

const TIMEOUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/** What the nth request of the mth connection is answered with. */
let answer: (connection: number, request: number) => string;
let server: TcpServer;
let client: Client;
beforeEach(async () => {
  server = await TcpServer.listen((socket, index) => onHeads(socket, (_, count) => socket.write(answer(index, count))));
  client = createClient();
});
afterEach(async () => {
  await client.close({ graceMs: 0 });
  await server.close();
});

describe("RFC 9110 §15.5.9 408: a connection that was used before had timed out when the request crossed its end", () => {
  test.each(["GET", "HEAD", "PUT"])("%s is repeated on a new connection", async (method) => {
    answer = (connection, request) => (connection === 0 && request === 2 ? TIMEOUT : OK);
    await client.get(server.origin);
    expect((await client.request(server.origin, { method })).status).toBe(200);
    expect(server.sockets.length).toBe(2);
  });

  test("POST is not: what a server means by 408 is no proof", async () => {
    answer = (_, request) => (request === 2 ? TIMEOUT : OK);
    await client.get(server.origin);
    expect((await client.post(server.origin, { content: "x" })).status).toBe(408);
    expect(server.sockets.length).toBe(1);
  });

  test("on a connection of its own it is the answer, and so it is when the connection stays", async () => {
    answer = () => TIMEOUT;
    expect((await client.get(server.origin)).status).toBe(408);
    expect(server.sockets.length).toBe(1);
    answer = (_, request) => (request === 2 ? TIMEOUT.replace("Connection: close\r\n", "") : OK);
    await client.get(server.origin);
    expect((await client.get(server.origin)).status).toBe(408);
    expect(server.sockets.length).toBe(2);
  });

  test("a second 408 is the answer", async () => {
    answer = (connection, request) => (connection === 0 && request === 1 ? OK : TIMEOUT);
    await client.get(server.origin);
    expect((await client.get(server.origin)).status).toBe(408);
    expect(server.sockets.length).toBe(2);
  });
});
