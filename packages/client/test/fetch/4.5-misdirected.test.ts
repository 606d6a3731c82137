import { type Client, createClient } from "@stack/client";
import { createFetch, type Fetch } from "@stack/client/fetch";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { data, headers } from "../../../http2/test/wire.ts";
import { http2Server } from "../faults/http2-server.ts";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";

const MISDIRECTED = "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 9\r\n\r\nelsewhere";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("Fetch §4.5, RFC 9110 §15.5.20: 421", () => {
  let server: TcpServer;
  let fetch: Fetch;
  let client: Client;
  /** Connections by their number, and what came over them. */
  let came: [number, string][];

  beforeEach(() => {
    came = [];
    fetch = createFetch();
    client = createClient();
  });
  afterEach(async () => {
    expect(client.figures).toMatchObject({ requests: 0, queued: 0 });
    await client.close({ graceMs: 0 });
    await fetch.close({ graceMs: 0 });
    await server.close();
  });

  /** Each answer of a connection in turn; the last again and again. */
  const answering = async (...connections: readonly (readonly string[])[]): Promise<void> => {
    server = await TcpServer.listen((socket, index) => {
      const answers = connections[Math.min(index, connections.length - 1)] ?? [];
      onHeads(socket, (head, count) => {
        if (!head.endsWith(" HTTP/1.1\r\n", head.indexOf("\n") + 1)) return; // content
        came.push([index, head.slice(0, head.indexOf(" "))]);
        socket.write(answers[Math.min(count, answers.length) - 1] ?? "");
      });
    });
  };

  test("is asked once more over another connection", async () => {
    await answering([OK, MISDIRECTED], [OK]);
    for (const text of ["ok", "ok"]) expect(await (await fetch(server.origin)).text()).toBe(text);
    expect(came).toEqual([
      [0, "GET"],
      [0, "GET"],
      [1, "GET"],
    ]);
  });

  test("once: another 421 is the answer", async () => {
    await answering([MISDIRECTED]);
    const response = await fetch(server.origin);
    expect([response.status, await response.text(), came.length]).toEqual([421, "elsewhere", 2]);
    expect((await client.get(server.origin)).status).toBe(421);
    expect(new Set(came.map(([index]) => index)).size).toBe(4);
  });

  test("whatever the method, if its content can be made again", async () => {
    await answering([MISDIRECTED], [OK]);
    const whole = await client.post(server.origin, { content: "whole" });
    expect([whole.status, await whole.text()]).toEqual([200, "ok"]);
    expect(whole.timings.head).toBeGreaterThanOrEqual(whole.timings.queued);
    expect(came.map(([index]) => index)).toEqual([0, 1]);
  });

  test("content that was sent and cannot be made again is not: the 421 is given", async () => {
    await answering([MISDIRECTED], [OK]);
    const response = await client.post(server.origin, { content: ["on", "ce"] });
    expect([response.status, await response.text(), came.length]).toEqual([421, "elsewhere", 1]);
  });

  test("HTTP/2: what else is under way on the connection goes on; nothing new begins on it", async () => {
    const held: (() => void)[] = [];
    server = await http2Server((line, peer) => {
      const [, id, path] = /^HEADERS (\d+).*:path=(\S+)/.exec(line) ?? [];
      if (id === undefined || path === undefined) return;
      came.push([peer.index, path]);
      const stream = Number(id);
      const answer = (): void => peer.say(headers(stream, [[":status", "200"]]) + data(stream, path, { end: true }));
      if (path === "/slow") held.push(answer);
      else if (peer.index === 0) peer.say(headers(stream, [[":status", "421"]]) + data(stream, "elsewhere"));
      else answer();
    });
    const own = createClient({ version: "prior-knowledge" });
    const slow = own.get(`${server.origin}/slow`);
    expect(await (await own.get(`${server.origin}/moved`)).text()).toBe("/moved");
    held[0]?.();
    expect(await (await slow).text()).toBe("/slow");
    expect(await (await own.get(`${server.origin}/next`)).text()).toBe("/next");
    expect(came).toEqual([
      [0, "/slow"],
      [0, "/moved"],
      [1, "/moved"],
      [1, "/next"],
    ]);
    await own.close({ graceMs: 0 });
  });
});
