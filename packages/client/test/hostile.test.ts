/**
 * What others make a client do, over both versions: split requests, reach what it must not, believe huge things.
 */
import { type Client, type ClientOptions, createClient } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import type { NameResolver } from "@stack/tcp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "./faults/tcp-server.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const seen: string[] = [];
const server: Server = createServer({ onError: () => {} });
let url = "";

server.post("/", async (request, response) => {
  const content = await request.text();
  seen.push(`${request.method} ${content} ${JSON.stringify(request.content.trailers)}`);
  response.text("ok");
});

beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(() => server.close({ graceMs: 0 }));

async function using(options: ClientOptions, what: (client: Client) => Promise<void>): Promise<void> {
  const client = createClient(options);
  try {
    await what(client);
  } finally {
    await client.close({ graceMs: 0 });
  }
}

describe.each(["alpn", "prior-knowledge"] as const)("what would split a message, version %s", (version) => {
  test.each([
    ["S45: a method", { method: "POST / HTTP/1.1\r\nX: y\r\n\r\nPOST" }],
    ["S45: a method that is a pseudo-header field", { method: ":path" }],
    ["S42: a value", { fields: { a: "b\r\nX: y" } }],
    ["S42: a value with NUL", { fields: { a: "b\0" } }],
    ["S42: a value that is cut down to CR LF", { fields: { a: "b\u010d\u010aX: y" } }],
    ["S42: a name", { fields: { "a: b\r\nX": "y" } }],
    ["a name that is a pseudo-header field", { fields: { ":path": "/evil" } }],
    ["S45: Host", { fields: { host: "a\r\nX: y" } }],
    ["S46: Upgrade", { fields: { upgrade: "h2c\r\n\r\nGET /evil HTTP/1.1" } }],
  ])("%s is refused, and the connection is as good as before", async (_, init) => {
    await using({ version }, async (client) => {
      seen.length = 0;
      await expect(client.request(url, { method: "POST", content: "x", ...init })).rejects.toMatchObject({
        code: "ERR_CLIENT_REQUEST",
        stage: "request",
        unprocessed: true,
      });
      expect(await (await client.post(url, { content: "whole" })).text()).toBe("ok");
      expect(seen).toEqual(["POST whole []"]);
    });
  });

  test.each([
    ["S44: a trailer's value", { a: "b\r\n\r\nPOST / HTTP/1.1" }],
    ["S44: a trailer's name", { "a\r\nb": "c" }],
  ])("%s ends the request, and nothing else is sent in its place", async (_, trailers) => {
    await using({ version }, async (client) => {
      seen.length = 0;
      const content = (): string[] => ["half"];
      const failure = client.post(url, { content, trailers: () => trailers as unknown as Record<string, string> });
      await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_CONTENT_SOURCE" });
      expect(await (await client.post(url, { content: "whole" })).text()).toBe("ok");
      expect(seen).toEqual(["POST whole []"]);
    });
  });

  test("S47: a form's names and media types", async () => {
    await using({ version }, async (client) => {
      seen.length = 0;
      const form = new FormData();
      form.append('a"\r\nX: y', new Blob(["z"]), 'f"\r\nX-Evil: 1\r\n\r\nevil');
      expect((await client.post(url, { content: form })).status).toBe(200);
      expect(seen[0]).not.toMatch(/\r\nX/);
    });
  });
});

/** Answers each path of its own. */
function redirecting(locations: Readonly<Record<string, string>>): Promise<TcpServer> {
  return TcpServer.listen((socket) => {
    onHeads(socket, (head) => {
      const location = locations[head.split(" ")[1] ?? ""];
      socket.write(
        location === undefined ? OK : `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
      );
    });
  });
}

describe("S120: where only some addresses are allowed", () => {
  const onlyOne = (address: string): boolean => address === "127.0.0.1";

  test("a redirect leads to no other", async () => {
    const inner = await TcpServer.answering(OK);
    const port = new URL(inner.origin).port;
    const outer = await redirecting({
      "/2": `http://127.0.0.2:${port}/`,
      "/6": `http://[::ffff:7f00:2]:${port}/`,
      "/number": `http://2130706434:${port}/`,
      "/name": `http://localhost:${port}/`,
    });
    await using({ dial: { allowAddress: onlyOne, resolver: { resolve: () => {} } } }, async (client) => {
      for (const path of ["/2", "/6", "/number"])
        await expect(client.get(outer.origin + path)).rejects.toMatchObject({
          code: "ERR_CLIENT_CONNECT",
          cause: { code: "ERR_DIAL_NOT_ALLOWED" },
        });
      expect(inner.sockets.length).toBe(0);
      // The one of its addresses that is allowed.
      expect(await (await client.get(`${outer.origin}/name`)).text()).toBe("ok");
    });
    await outer.close();
    await inner.close();
  });

  test("what is judged is what is connected to: a name that changes its address meanwhile is judged again", async () => {
    const inner = await TcpServer.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    const { port } = new URL(inner.origin);
    const answers = ["127.0.0.1", "127.0.0.2", "::ffff:7f00:2"];
    let asked = 0;
    const rebinding: NameResolver = {
      resolve: (_, report) => report({ family: 0, addresses: [answers[asked++] ?? ""], ttlMs: 0, error: null }),
    };
    await using({ dial: { allowAddress: onlyOne, resolver: rebinding } }, async (client) => {
      const name = `http://rebinding.example:${port}/`;
      expect(await (await client.get(name)).text()).toBe("ok");
      expect(asked).toBe(1);
      for (let i = 2; i <= 3; i++) {
        while (client.figures.connections > 0) await new Promise((resolve) => setImmediate(resolve));
        await expect(client.get(name)).rejects.toMatchObject({ code: "ERR_CLIENT_CONNECT", stage: "connect" });
        expect(asked).toBe(i);
      }
      expect(inner.sockets.length).toBe(1);
    });
    await inner.close();
  });

  test("what dials by itself cannot be told which addresses are allowed, and says so", () => {
    const dial = { allowAddress: onlyOne };
    expect(() => createClient({ dial, connect: () => Promise.resolve() })).toThrow(TypeError);
    expect(() => createClient({ dial, unixSocket: "/run/a.sock" })).toThrow(TypeError);
  });
});

describe("S109: Locations", () => {
  test("a huge one is an error, whether a head has room for it or not", async () => {
    for (const octets of [10_000, 200_000]) {
      const target = await redirecting({ "/": `/${"x".repeat(octets)}` });
      await using({ timeouts: { totalMs: 5_000 } }, async (client) => {
        const call = client.get(target.origin).then(
          (response) => response.url.length,
          (error: { code: string }) => error.code,
        );
        const end = await call;
        if (octets > 100_000) expect(end).toBe("ERR_CLIENT_PROTOCOL");
        else expect(end).toBe(target.origin.length + 1 + octets);
      });
      await target.close();
    }
  });

  test("several that differ are an error, several that do not are one", async () => {
    const head = (...locations: string[]): string =>
      `HTTP/1.1 302 Found\r\n${locations.map((location) => `Location: ${location}\r\n`).join("")}Content-Length: 0\r\n\r\n`;
    const target = await TcpServer.listen((socket) => {
      onHeads(socket, (request) => {
        const path = request.split(" ")[1];
        socket.write(path === "/two" ? head("/a", "/b") : path === "/same" ? head("/a", "/a") : OK);
      });
    });
    await using({}, async (client) => {
      await expect(client.get(`${target.origin}/two`)).rejects.toMatchObject({ code: "ERR_CLIENT_REDIRECT" });
      expect((await client.get(`${target.origin}/same`)).url).toBe(`${target.origin}/a`);
    });
    await target.close();
  });

  test("in a circle between origins: 20 and no more", async () => {
    const first = await TcpServer.listen((socket) => {
      onHeads(socket, () => socket.write(`HTTP/1.1 307 T\r\nLocation: ${second.origin}/\r\nContent-Length: 0\r\n\r\n`));
    });
    let heads = 0;
    const second: TcpServer = await TcpServer.listen((socket) => {
      onHeads(socket, () => {
        heads++;
        socket.write(`HTTP/1.1 307 T\r\nLocation: ${first.origin}/\r\nContent-Length: 0\r\n\r\n`);
      });
    });
    await using({}, async (client) => {
      await expect(client.get(first.origin)).rejects.toMatchObject({ code: "ERR_CLIENT_REDIRECT", stage: "redirect" });
      expect(heads).toBe(10);
    });
    await first.close();
    await second.close();
  });
});
