import { type Client, ClientError, createClient, createConnector } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import { createClientTls } from "@stack/tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { STALE_AFTER_MS } from "../src/connection-list.ts";
import { onHeads, TcpServer } from "./faults/tcp-server.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function made<T extends { close(): Promise<unknown> }>(closable: T): T {
  open.push(closable);
  return closable;
}

/** A server whose answers wait until they are let go, in the order of the requests. */
async function waiting(): Promise<{ server: TcpServer; targets: string[]; answer(): void }> {
  const answers: (() => void)[] = [];
  const targets: string[] = [];
  const server = made(
    await TcpServer.listen((socket) => {
      onHeads(socket, (head) => {
        targets.push(head.split(" ")[1] ?? "");
        answers.push(() => socket.write(head.startsWith("HEAD") ? OK.slice(0, -2) : OK));
      });
    }),
  );
  return { server, targets, answer: () => answers.shift()?.() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("the queue", () => {
  test("is first come, first served", async () => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1 } }));
    const calls = Array.from({ length: 20 }, (_, i) => client.get(`${server.origin}/${i}`));
    expect(client.figures).toEqual({ connections: 1, requests: 20, queued: 20 });
    for (let i = 0; i < 20; i++) {
      await until(() => targets.length === i + 1);
      answer();
      expect(await (await calls[i])?.text()).toBe("ok");
    }
    expect(targets).toEqual(Array.from({ length: 20 }, (_, i) => `/${i}`));
    expect(server.sockets.length).toBe(1);
  });

  test("is bounded", async () => {
    const { server } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1, maxQueued: 2 } }));
    const calls = Array.from({ length: 4 }, () => client.get(server.origin).catch((error: ClientError) => error.code));
    expect(await calls[2]).toBe("ERR_CLIENT_QUEUE_FULL");
    expect(await calls[3]).toBe("ERR_CLIENT_QUEUE_FULL");
    await client.close({ graceMs: 0 });
    expect(await calls[0]).toBe("ERR_CLIENT_CLOSED");
  });

  test("of an origin where nobody found a place nothing is left to wait for: the client closes", async () => {
    const { server } = await waiting();
    const client = made(createClient({ pool: { maxQueued: 0 } }));
    await expect(client.get(server.origin)).rejects.toMatchObject({ code: "ERR_CLIENT_QUEUE_FULL" });
    await client.close();
    expect(server.sockets).toEqual([]);
  });

  test("has a time, and who left it is not sent", async () => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1 } }));
    const first = client.get(`${server.origin}/first`);
    await until(() => targets.length === 1);
    await expect(client.get(server.origin, { timeouts: { queueMs: 50 } })).rejects.toMatchObject({
      code: "ERR_CLIENT_QUEUE_TIMEOUT",
      stage: "queue",
      unprocessed: true,
    });
    expect(client.figures.queued).toBe(0);
    answer();
    await (await first).text();
    expect(targets).toEqual(["/first"]);
  });

  test("a waiter that aborts leaves from any place", async () => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1 } }));
    const controller = new AbortController();
    const calls = [0, 1, 2].map((i) =>
      client
        .get(`${server.origin}/${i}`, i === 1 ? { signal: controller.signal } : {})
        .then((response) => response.text())
        .catch((error: ClientError) => error.code),
    );
    await until(() => targets.length === 1);
    controller.abort();
    expect(await calls[1]).toBe("ERR_CLIENT_ABORTED");
    answer();
    await until(() => targets.length === 2);
    answer();
    expect(await Promise.all(calls)).toEqual(["ok", "ERR_CLIENT_ABORTED", "ok"]);
    expect(targets).toEqual(["/0", "/2"]);
  });
});

describe("limits", () => {
  test("in total: an idle connection gives way to another origin", async () => {
    const servers = [await TcpServer.answering(OK), await TcpServer.answering(OK)].map(made);
    // Long before the idle connection would end by itself.
    const client = made(createClient({ pool: { maxConnections: 1, idleMs: 60_000 }, timeouts: { queueMs: 10_000 } }));
    for (let i = 0; i < 6; i++) {
      const server = servers[i % 2] as TcpServer;
      expect(await (await client.get(server.origin)).text()).toBe("ok");
      expect(client.figures.connections).toBe(1);
    }
    expect(servers.map(({ sockets }) => sockets.length)).toEqual([3, 3]);
  });

  test("in total: an origin that is never idle does not starve another", async () => {
    const [busy, other] = [await TcpServer.answering(OK), await TcpServer.answering(OK)].map(made) as [
      TcpServer,
      TcpServer,
    ];
    const client = made(createClient({ pool: { maxConnections: 1 } }));
    const order: string[] = [];
    const call = async (name: string, server: TcpServer): Promise<void> => {
      await (await client.get(server.origin)).text();
      order.push(name);
    };
    const calls = [call("busy", busy), call("busy", busy), call("other", other), call("busy", busy)];
    await Promise.all(calls);
    expect(order).toEqual(["busy", "busy", "other", "busy"]);
  });

  test("of requests", async () => {
    const server = made(await TcpServer.answering(OK));
    const client = made(createClient({ pool: { maxRequests: 2 } }));
    for (let i = 0; i < 6; i++) await (await client.get(server.origin)).text();
    expect(server.sockets.length).toBe(3);
  });

  test("of age", async () => {
    const server = made(await TcpServer.answering(OK));
    const client = made(createClient({ pool: { maxAgeMs: 60_000 } }));
    await (await client.get(server.origin)).text();
    const now = performance.now.bind(performance);
    const later = vi.spyOn(performance, "now").mockImplementation(() => now() + 60_000);
    try {
      for (let i = 0; i < 3; i++) await (await client.get(server.origin)).text();
    } finally {
      later.mockRestore();
    }
    expect(server.sockets.length).toBe(2);
  });

  test("the connection used last is used next", async () => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient());
    const calls = [0, 1, 2].map((i) => client.get(`${server.origin}/${i}`));
    await until(() => targets.length === 3);
    for (const _ of calls) answer();
    await Promise.all(calls.map(async (call) => (await call).text()));
    for (let i = 0; i < 5; i++) {
      const call = client.get(server.origin);
      await until(() => targets.length === 4 + i);
      answer();
      await (await call).text();
    }
    const busy = server.sockets.filter((socket) => socket.bytesRead > 100);
    expect(busy.length).toBe(1);
  });

  test("an idle connection ends by itself", async () => {
    const server = made(await TcpServer.answering(OK));
    const client = made(createClient({ pool: { idleMs: 50 } }));
    await (await client.get(server.origin)).text();
    await until(() => client.figures.connections === 0);
    expect(server.sockets[0]?.destroyed).toBe(true);
  });

  test("Keep-Alive: timeout is kept, with a margin", async () => {
    const server = made(
      await TcpServer.answering("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok"),
    );
    const client = made(createClient());
    // On a machine with other work a connection may end later than it is told to, but not each time.
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10 && shortest >= 1_000; i++) {
      const start = performance.now();
      await (await client.get(server.origin)).text();
      await until(() => client.figures.connections === 0);
      shortest = Math.min(shortest, performance.now() - start);
    }
    expect(shortest).toBeLessThan(1_000);
  });

  test("options that are none are refused", () => {
    expect(() => createClient({ pool: { maxConnections: 0 } })).toThrow(RangeError);
    expect(() => createClient({ pool: { maxQueued: -1 } })).toThrow(RangeError);
    expect(() => createClient({ timeouts: { headMs: Number.NaN } })).toThrow(RangeError);
    expect(() => createClient({ timeouts: { haedMs: 1 } as object })).toThrow(TypeError);
    expect(() => createClient({ maxSockets: 1 } as object)).toThrow(TypeError);
    expect(() => createClient({ version: "3" as "alpn" })).toThrow(RangeError);
  });
});

test("a connection that was idle for long waits one turn: an end that is there is seen before, even by a POST", async () => {
  const server = made(await TcpServer.answering(OK));
  const client = made(createClient());
  await (await client.get(server.origin)).text();
  server.sockets[0]?.destroy();
  // The process is busy with something else, and reads nothing meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALE_AFTER_MS + 50);
  expect(await (await client.post(server.origin)).text()).toBe("ok");
  expect(server.sockets.length).toBe(2);
});

test("what is opened for somebody who has given up meanwhile is closed, and its pool's successor keeps its connections", async () => {
  const server = made(await TcpServer.answering(OK));
  const gates: (() => void)[] = [];
  const direct = createConnector({ tls: createClientTls() });
  const client = createClient({
    // A connector that does not look at its signal.
    connect: async (target, makeEngine, context) => {
      await new Promise<void>((resolve) => {
        gates.push(resolve);
      });
      const { dnsMs, connectMs, tlsMs } = context;
      const { signal } = new AbortController();
      await direct(target, makeEngine, { signal, dnsMs, connectMs, tlsMs, onStage: (stage) => context.onStage(stage) });
    },
  });
  const controller = new AbortController();
  const first = client.get(server.origin, { signal: controller.signal });
  await until(() => gates.length === 1);
  controller.abort();
  await expect(first).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED" });
  const second = client.get(server.origin);
  await until(() => gates.length === 2);
  gates[1]?.();
  expect(await (await second).text()).toBe("ok");
  gates[0]?.();
  await until(() => server.sockets[1]?.destroyed === true);
  await until(() => client.figures.connections === 1);
  expect(await (await client.get(server.origin)).text()).toBe("ok");
  await client.close();
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await until(() => server.sockets.every((socket) => socket.destroyed));
  expect(server.sockets.length).toBe(2);
});

describe("HTTP/2", () => {
  async function slow(maxConcurrentStreams: number): Promise<{ server: Server; url: string; answer(): void }> {
    const answers: (() => void)[] = [];
    const server = made(createServer({ http2: { maxConcurrentStreams } }));
    server.get("/", (_, response) => {
      answers.push(() => response.text("ok"));
    });
    const { url } = await server.listen(0);
    return {
      server,
      url,
      answer: () => {
        for (const each of answers.splice(0)) each();
      },
    };
  }

  test("streams share a connection; another is opened when they are exhausted", async () => {
    const { server, url, answer } = await slow(100);
    const client = made(createClient({ version: "prior-knowledge", pool: { maxStreams: 4 } }));
    const calls = Array.from({ length: 10 }, () => client.get(url));
    await until(() => server.figures.requests === 10);
    expect(client.figures).toEqual({ connections: 3, requests: 10, queued: 0 });
    answer();
    expect(await Promise.all(calls.map(async (call) => (await call).text()))).toEqual(calls.map(() => "ok"));
  });

  test("what the server refuses above its limit is sent again elsewhere, and done once", async () => {
    const { server, url, answer } = await slow(2);
    const client = made(createClient({ version: "prior-knowledge" }));
    const calls = Array.from({ length: 8 }, () => client.get(url).then((response) => response.text()));
    await until(() => server.figures.requests === 8);
    answer();
    expect(await Promise.all(calls)).toEqual(calls.map(() => "ok"));
    expect(server.figures.requests).toBe(8);
  });
});

describe("pipelining", () => {
  test("is for safe methods, and only when it is asked for", async () => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1, maxPipelined: 3 } }));
    const first = client.get(`${server.origin}/0`);
    await until(() => targets.length === 1);
    const calls = [
      first,
      client.get(`${server.origin}/1`),
      client.get(`${server.origin}/2`),
      client.get(server.origin),
    ];
    await until(() => targets.length === 3);
    expect(client.figures.queued).toBe(1);
    for (let i = 0; i < 4; i++) {
      await until(() => targets.length > i);
      answer();
    }
    for (const call of calls) expect(await (await call).text()).toBe("ok");
    expect(server.sockets.length).toBe(1);
  });
});

describe("pipelining, and what must not be sent behind an open request", () => {
  test.each<[string, string, Record<string, string>]>([
    ["HEAD", "HEAD", {}],
    ["POST", "POST", {}],
    ["one that ends the connection", "GET", { connection: "close" }],
    ["one that offers another protocol", "GET", { upgrade: "x" }],
  ])("%s waits for its turn", async (_, method, fields) => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1, maxPipelined: 3 } }));
    const calls = [
      client.get(`${server.origin}/0`),
      client.request(`${server.origin}/1`, { method, fields }),
      client.get(`${server.origin}/2`),
    ];
    for (let i = 0; i < 3; i++) {
      await until(() => targets.length > i);
      expect(targets.length).toBe(i + 1);
      answer();
      expect((await calls[i])?.status).toBe(200);
    }
    expect(targets).toEqual(["/0", "/1", "/2"]);
  });

  test.each(["HEAD", "POST"])("%s that comes while a GET is open, too", async (method) => {
    const { server, targets, answer } = await waiting();
    const client = made(createClient({ pool: { maxConnectionsPerOrigin: 1, maxPipelined: 3 } }));
    const first = client.get(`${server.origin}/0`);
    await until(() => targets.length === 1);
    const second = client.request(`${server.origin}/1`, { method });
    answer();
    expect((await first).status).toBe(200);
    await until(() => targets.length === 2);
    answer();
    expect((await second).status).toBe(200);
  });
});

describe("close", () => {
  test("lets finish what is under way, and what waits", async () => {
    const { server, targets, answer } = await waiting();
    const client = createClient({ pool: { maxConnectionsPerOrigin: 1 } });
    const calls = [client.get(server.origin), client.get(server.origin)];
    await until(() => targets.length === 1);
    const closed = client.close();
    await expect(client.get(server.origin)).rejects.toMatchObject({ code: "ERR_CLIENT_CLOSED" });
    answer();
    await until(() => targets.length === 2);
    answer();
    for (const call of calls) expect(await (await call).text()).toBe("ok");
    await closed;
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  });

  test("a second call can be less patient than the first", async () => {
    const { server, targets } = await waiting();
    const client = createClient();
    const failure = client.get(server.origin).catch((error: ClientError) => error.code);
    await until(() => targets.length === 1);
    const patient = client.close({ graceMs: 600_000 });
    await client.close({ graceMs: 0 });
    await patient;
    expect(await failure).toBe("ERR_CLIENT_CLOSED");
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  });

  test("what was between two connections is dropped, too", async () => {
    const server = made(await TcpServer.answering(OK));
    const client = createClient();
    await (await client.get(server.origin)).text();
    // Idle for long: the next request waits a turn, and its connection is gone when it has.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALE_AFTER_MS + 50);
    const failure = client.get(server.origin).catch((error: ClientError) => error.code);
    server.sockets[0]?.destroy();
    const closed = client.close({ graceMs: 0 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    await closed;
    expect(await failure).toMatch(/^ERR_CLIENT_CLOSED$/);
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
    expect(server.sockets.length).toBe(1);
  });

  test("drops after graceMs what is left", async () => {
    const { server, targets } = await waiting();
    const client: Client = createClient();
    const failure = client.get(server.origin).catch((error: unknown) => error);
    await until(() => targets.length === 1);
    await client.close({ graceMs: 10 });
    expect(await failure).toBeInstanceOf(ClientError);
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
    await client.close();
  });
});
