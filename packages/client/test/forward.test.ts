import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { type Client, createClient } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import { RawClient } from "@stack/testing";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { onHeads } from "./faults/tcp-server.ts";

let heads: string[];
let answer: string;
let sockets: Socket[];
let upstream: ReturnType<typeof createTcpServer>;
let client: Client;
let proxy: Server;
let port: number;

beforeEach(async () => {
  heads = [];
  sockets = [];
  answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  upstream = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onHeads(socket, (head) => {
      heads.push(head);
      socket.write(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  client = createClient();
  proxy = createServer({ onError: () => {} });
  proxy.mount("/", client.forward(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`));
  port = (await proxy.listen(0)).port;
});
afterEach(async () => {
  await proxy.close({ graceMs: 0 });
  await client.close({ graceMs: 0 });
  for (const socket of sockets) socket.destroy();
  upstream.close();
});

/** What the proxy says to a request of these octets. */
async function ask(wire: string): Promise<string> {
  const raw = new RawClient(port);
  raw.send(wire);
  await raw.untilClosed();
  return raw.received;
}

describe("a request that goes on", () => {
  test("S178: without the fields of this hop, and those that Connection names", async () => {
    await ask(
      "GET /a?b HTTP/1.1\r\nHost: front.example\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n" +
        "Proxy-Authorization: Basic x\r\nProxy-Connection: close\r\nTE: trailers, gzip\r\nX-End: 1\r\n\r\n",
    );
    expect(heads[0]?.split("\r\n")[0]).toBe("GET /a?b HTTP/1.1");
    expect(heads[0]).not.toMatch(/x-hop|keep-alive|proxy-|gzip|close|front\.example/i);
    expect(heads[0]).toMatch(/\r\nX-End: 1\r\n/);
    expect(heads[0]).toMatch(/\r\nVia: 1\.1 stack\r\n/);
    expect(heads[0]).toMatch(/\r\nTE: trailers\r\n/);
  });

  test("content keeps the length that it came with", async () => {
    await ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab");
    expect(heads[0]).toMatch(/\r\nContent-Length: 2\r\n/);
    expect(heads[0]).not.toMatch(/transfer-encoding/i);
  });

  test("S29: an Upgrade to h2c ends here", async () => {
    const text = await ask(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n" +
        "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(heads[0]).not.toMatch(/upgrade|http2-settings/i);
  });

  test("S28: octets behind an Upgrade are a request like any other, and no tunnel", async () => {
    const text = await ask(
      "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" +
        "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    expect(text.match(/HTTP\/1\.1 200 /g)?.length).toBe(2);
    expect(heads.map((head) => head.split(" ")[1])).toEqual(["/1", "/2"]);
  });

  test.each(["Authorization", "Cookie", "X-Forwarded-For", "Content-Length", "Host"])(
    "S41: Connection cannot take %s away",
    async (name) => {
      const text = await ask(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close, ${name}\r\n\r\n`);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(heads).toEqual([]);
    },
  );

  test("S112: Proxy is no field", async () => {
    await ask("GET / HTTP/1.1\r\nHost: a\r\nProxy: evil\r\nConnection: close\r\n\r\n");
    expect(heads[0]).not.toContain("evil");
  });
});

describe("a response that comes back", () => {
  test("S178: without the fields of that hop", async () => {
    answer =
      "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\n" +
      "X-End: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n";
    const text = await ask("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close, TE\r\n\r\n");
    expect(text).not.toMatch(/x-hop|keep-alive|proxy-/i);
    expect(text).toMatch(/\r\nX-End: 1\r\n/);
    expect(text).toMatch(/\r\nVia: 1\.1 stack\r\n/);
    expect(text).toMatch(/2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n$/);
  });

  test("HEAD keeps the length", async () => {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n";
    const text = await ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(text).toMatch(/\r\nContent-Length: 1234\r\n/);
  });

  test.each([204, 304])("%d has no content", async (status) => {
    answer = `HTTP/1.1 ${status} X\r\nETag: "a"\r\n\r\n`;
    const text = await ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toMatch(/\r\nETag: "a"\r\n/);
    expect(text.endsWith("\r\n\r\n")).toBe(true);
  });

  test("a redirect is the peer's to follow", async () => {
    answer = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    expect(await ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 302 /);
    expect(heads.length).toBe(1);
  });

  test("103 is passed on", async () => {
    answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    expect(await ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 103 [\s\S]*Link: <\/a>[\s\S]*HTTP\/1\.1 200 /,
    );
  });
});

describe("a server that fails", () => {
  test("with no head in time is 504", async () => {
    answer = "";
    const hasty = createClient({ timeouts: { headMs: 200 } });
    onTestFinished(() => hasty.close({ graceMs: 0 }));
    proxy.mount("/hasty", hasty.forward(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`));
    expect(await ask("GET /hasty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 504 /);
  });

  test("with garbage is 502, and says nothing of the cause", async () => {
    answer = "garbage\r\n\r\n";
    const text = await ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(text).toMatch(/^HTTP\/1\.1 502 /);
    expect(text).not.toContain("127.0.0.1");
  });

  test("in the content is a response that is seen to be broken", async () => {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    const raw = new RawClient(port);
    raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    while (sockets.length === 0 || heads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    sockets[0]?.end();
    await raw.untilClosed();
    expect(raw.received).toMatch(/\r\nContent-Length: 10\r\n[\s\S]*abc$/);
    expect(client.figures.requests).toBe(0);
  });

  test("a peer that leaves takes its request with it", async () => {
    answer = "";
    const raw = new RawClient(port);
    raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    while (heads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(client.figures.requests).toBe(1);
    raw.destroy();
    while (client.figures.requests > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(client.figures.requests).toBe(0);
  });
});

describe("connections to the server", () => {
  const GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  test("are used again, whichever peer asks", async () => {
    for (let i = 0; i < 10; i++) expect(await ask(GET)).toMatch(/^HTTP\/1\.1 200 /);
    expect([heads.length, sockets.length]).toEqual([10, 1]);
  });

  test("are no more than maxConnectionsPerOrigin, whoever forwards there; who has to wait is served in turn", async () => {
    const few = createClient({ pool: { maxConnectionsPerOrigin: 3 } });
    onTestFinished(() => few.close({ graceMs: 0 }));
    const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    proxy.mount("/a", few.forward(origin)).mount("/b", few.forward(origin));
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => ask(GET.replace("GET /", `GET /${i % 2 === 0 ? "a" : "b"}`))),
    );
    expect(answers.filter((text) => text.startsWith("HTTP/1.1 200 ")).length).toBe(60);
    expect([heads.length, sockets.length]).toEqual([60, 3]);
    expect(few.figures).toEqual({ connections: 3, requests: 0, queued: 0 });
  });
});

test("an origin with a path is none", () => {
  expect(() => client.forward("http://127.0.0.1/path")).toThrow("forward takes an origin");
});
