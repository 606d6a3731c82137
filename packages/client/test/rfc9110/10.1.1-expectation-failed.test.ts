import { type Client, createClient } from "@stack/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";

const heads: string[] = [];
let server: TcpServer;
let client: Client;
beforeEach(async () => {
  heads.length = 0;
  server = await TcpServer.listen((socket) =>
    onHeads(socket, (head) => {
      heads.push(head.toLowerCase());
      const failed = head.toLowerCase().includes("\r\nexpect: ");
      socket.write(`HTTP/1.1 ${failed ? "417 Expectation Failed" : "200 OK"}\r\nContent-Length: 0\r\n\r\n`);
    }),
  );
  client = createClient();
});
afterEach(async () => {
  await client.close({ graceMs: 0 });
  await server.close();
});

describe("RFC 9110 §10.1.1 Expect: 417 says that the chain does not support expectations", () => {
  test("the request is repeated without, and its content sent", async () => {
    const response = await client.post(server.origin, { content: "abc", expectContinue: true });
    expect(response.status).toBe(200);
    expect(heads.map((head) => head.includes("\r\nexpect: 100-continue\r\n"))).toEqual([true, false]);
    expect(heads.map((head) => head.includes("\r\ncontent-length: 3\r\n"))).toEqual([true, true]);
  });

  test("content that is given once is not: 417 is the answer", async () => {
    async function* once(): AsyncGenerator<string> {
      yield "abc";
    }
    const response = await client.post(server.origin, { content: once(), expectContinue: true });
    expect([response.status, heads.length]).toEqual([417, 1]);
  });
});
