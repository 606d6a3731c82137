import { RawClient } from "@stack/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createServer, type Server, type ServerOptions } from "../src/index.ts";

let server: Server;
const refused: string[] = [];

afterEach(() => {
  refused.length = 0;
  return server.close({ graceMs: 0 });
});

async function connect(options: ServerOptions): Promise<RawClient> {
  server = createServer({
    onError: () => {},
    onRefused: (error) => refused.push((error as Error & { code: string }).code),
    ...options,
  });
  server.get("/", (_, response) => response.text("ok"));
  server.post("/", async (request, response) => response.send(await request.bytes()));
  server.get("/large", async (_, response) => {
    const piece = new Uint8Array(65_536);
    for (let i = 0; i < 16_384; i++) if (!response.write(piece)) await response.drained();
    response.end();
  });
  return new RawClient((await server.listen(0)).port);
}

describe("times, over a real socket", () => {
  test("S88: a head that does not end is 408, from the connection on", async () => {
    const client = await connect({ headTimeoutMs: 600 }); // time for these octets to come, wherever this runs
    client.send("GET / HT");
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 408 [\s\S]*Connection: close/);
    expect(refused).toEqual(["ERR_HTTP1_HEAD_TIMEOUT"]);
  });
  test("S88: a connection that says nothing is closed without a word", async () => {
    const client = await connect({ headTimeoutMs: 100 });
    await client.untilClosed();
    expect(client.received).toBe("");
    expect(refused).toEqual([]);
  });
  test("S88: the next request's head has its own time", async () => {
    const client = await connect({ headTimeoutMs: 600, idleTimeoutMs: 60_000 }); // as above, for the first request
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(() => client.received.endsWith("ok"));
    client.send("GET /");
    await client.untilClosed();
    expect(client.received).toMatch(/okHTTP\/1\.1 408 /);
  });
  test("an idle connection is closed after its time, without a response", async () => {
    const client = await connect({ idleTimeoutMs: 100 });
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.untilClosed();
    expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
  test("S90: content that stops coming is 408", async () => {
    const client = await connect({ contentTimeoutMs: 100 });
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01");
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(refused).toEqual(["ERR_HTTP1_CONTENT_TIMEOUT"]);
  });
  test("S89: a request that takes too long is 408 however alive it is", async () => {
    const client = await connect({ requestTimeoutMs: 200, contentTimeoutMs: 10_000, minOctetsPerSecond: 0 });
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    const dribble = setInterval(() => client.send("x"), 20);
    await client.untilClosed();
    clearInterval(dribble);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(refused).toEqual(["ERR_HTTP1_REQUEST_TIMEOUT"]);
  });
  test("S90: content in dribs is 408 when it is slower than the least pace", async () => {
    const client = await connect({ minOctetsPerSecond: 1_000, rateWindowMs: 200 });
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    const dribble = setInterval(() => client.send("x"), 20);
    await client.untilClosed();
    clearInterval(dribble);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(refused).toEqual(["ERR_HTTP1_TOO_SLOW"]);
  });
  test("S91: a reader that stalls is cut, and only then", async () => {
    const client = await connect({ minOctetsPerSecond: 1_000, rateWindowMs: 200 });
    client.socket.pause();
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (refused.length === 0) return;
        clearInterval(look);
        resolve();
      }, 20);
    });
    expect(refused).toEqual(["ERR_HTTP1_TOO_SLOW"]);
    client.destroy();
  });
  test("S91: a handler that thinks for longer than every limit is not slow", async () => {
    server = createServer({
      headTimeoutMs: 600, // as above: the request has to come
      idleTimeoutMs: 100,
      contentTimeoutMs: 100,
      requestTimeoutMs: 100,
      minOctetsPerSecond: 1e6,
      rateWindowMs: 100,
    });
    server.get("/", (_, response) => void setTimeout(() => response.text("thought"), 800));
    const client = new RawClient((await server.listen(0)).port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(() => client.received.endsWith("thought"));
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /);
    client.destroy();
  });
  test("S102: while a handler blocks the loop, nobody's time passes: what has come meanwhile is read first", async () => {
    // A turn counts for 250 ms at most, also where it is the machine that blocks it.
    const client = await connect({ contentTimeoutMs: 900, rateWindowMs: 900, minOctetsPerSecond: 1 });
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    await client.until(() => client.received.startsWith("HTTP/1.1 100 "));
    client.send("0123456789"); // in the kernel, where it waits
    const until = performance.now() + 1_500;
    while (performance.now() < until);
    await client.until(() => client.received.endsWith("0123456789"));
    expect(client.received).toMatch(/HTTP\/1\.1 200 /);
    expect(refused).toEqual([]);
    client.destroy();
  });
});
