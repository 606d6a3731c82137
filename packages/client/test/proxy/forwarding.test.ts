/** Connections to a proxy that forwards: used again, bounded, and not trusted where it ends them without a word. */
import { createClient } from "@stack/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const ORIGIN = "http://origin.example";

/** A proxy that answers by itself, and what came to it. */
async function forwarding(ends: boolean): Promise<{ url: string; heads: string[]; connections: () => number }> {
  const heads: string[] = [];
  const server = await TcpServer.listen((socket) => {
    onHeads(socket, (head) => {
      heads.push(head);
      if (ends) socket.end(OK);
      else socket.write(OK);
    });
  });
  onTestFinished(() => server.close());
  return { url: server.origin, heads, connections: () => server.sockets.length };
}

function clientOf(proxy: string): ReturnType<typeof createClient> {
  const client = createClient({ proxy, pool: { maxConnectionsPerOrigin: 4 } });
  onTestFinished(() => client.close({ graceMs: 0 }));
  return client;
}

/** Methods that are not sent again when a connection ends under them. */
const post = async (client: ReturnType<typeof createClient>, i: number): Promise<string> =>
  (await client.post(`${ORIGIN}/${i}`)).text();

describe("a proxy that keeps its connections", () => {
  test("gets all requests of an origin over one, one after the other", async () => {
    const proxy = await forwarding(false);
    const client = clientOf(proxy.url);
    for (let i = 0; i < 20; i++) expect(await post(client, i)).toBe("ok");
    expect(proxy.connections()).toBe(1);
    expect(proxy.heads[19]).toMatch(/^POST http:\/\/origin\.example\/19 HTTP\/1\.1\r\n/);
  });

  test("gets no more than maxConnectionsPerOrigin, at once", async () => {
    const proxy = await forwarding(false);
    const client = clientOf(proxy.url);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => post(client, i)));
    expect(answers).toEqual(answers.map(() => "ok"));
    expect([proxy.heads.length, proxy.connections()]).toEqual([100, 4]);
  });
});

test("a request that is between two connections when all is dropped is not sent", async () => {
  const proxy = await forwarding(false);
  const client = clientOf(proxy.url);
  await post(client, 1);
  const call = post(client, 2); // looks for an end of its connection first, for a turn
  const closed = client.close({ graceMs: 0 });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // the time is up before that turn
  await expect(call).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  await closed;
  expect(proxy.heads.length).toBe(1);
});

describe("a proxy that ends each connection behind its response, and does not say so", () => {
  test("gets each request over a connection of its own; none is lost, one after the other", async () => {
    const proxy = await forwarding(true);
    const client = clientOf(proxy.url);
    for (let i = 0; i < 20; i++) expect(await post(client, i)).toBe("ok");
    expect([proxy.heads.length, proxy.connections()]).toEqual([20, 20]);
  });

  test("at once, with requests that wait", async () => {
    const proxy = await forwarding(true);
    const client = clientOf(proxy.url);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => post(client, i)));
    expect(answers).toEqual(answers.map(() => "ok"));
    expect([proxy.heads.length, proxy.connections()]).toEqual([100, 100]);
    expect(client.figures.queued).toBe(0);
  });
});
