import { type Client, createClient } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import { Authority, type Issued } from "@stack/testing/certificates";
import { afterEach, beforeAll, describe, expect, test } from "vitest";

let authority: Authority;
let certificate: Issued;
let server: Server;
let client: Client;
beforeAll(async () => {
  authority = await Authority.create();
  certificate = await authority.issue({ names: ["localhost", "127.0.0.1"] });
});
afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close({ graceMs: 0 });
});

async function listening(alpn: readonly string[], issued: Issued = certificate): Promise<string> {
  server = createServer();
  server.get("/", (_, response) => response.text("ok"));
  return (await server.listen(0, { tls: { certificates: issued, alpn } })).url;
}

describe("ALPN chooses the version", () => {
  test.each([
    ["2", ["h2", "http/1.1"], "alpn"],
    ["1.1", ["http/1.1"], "alpn"],
    ["1.1", ["h2", "http/1.1"], "http/1.1"],
    ["2", ["h2", "http/1.1"], "prior-knowledge"],
  ] as const)("%s of %j for %s", async (chosen, alpn, version) => {
    const url = await listening(alpn);
    client = createClient({ version, tls: { ca: authority.cert } });
    const response = await client.get(url);
    expect(response.version).toBe(chosen);
    expect(await response.text()).toBe("ok");
    expect(response.timings.secured).toBeGreaterThanOrEqual(response.timings.connected);
  });

  test("many at once wait for the first connection, and share it over HTTP/2", async () => {
    const url = await listening(["h2", "http/1.1"]);
    client = createClient({ tls: { ca: authority.cert } });
    const calls = Array.from({ length: 50 }, () => client.get(url));
    expect(client.figures.connections).toBe(1);
    for (const call of calls) expect((await call).status).toBe(200);
    expect(server.figures.connections).toBe(1);
  });
});

describe("S116: a server is who its certificate says, or nobody", () => {
  test("S116: an authority that nobody trusts", async () => {
    const url = await listening(["h2"]);
    client = createClient();
    await expect(client.get(url)).rejects.toMatchObject({
      code: "ERR_CLIENT_TLS",
      stage: "tls",
      unprocessed: true,
      cause: { code: "ERR_TLS_UNKNOWN_AUTHORITY" },
    });
  });

  test("S116: another name", async () => {
    const url = await listening(["h2"], await authority.issue({ names: ["other.example"] }));
    client = createClient({ tls: { ca: authority.cert } });
    await expect(client.get(url)).rejects.toMatchObject({
      code: "ERR_CLIENT_TLS",
      cause: { code: "ERR_TLS_NAME_MISMATCH" },
    });
  });

  test("S116: rejectUnauthorized: undefined is no wish", async () => {
    const url = await listening(["h2"]);
    client = createClient({ tls: { rejectUnauthorized: undefined } as object });
    await expect(client.get(url)).rejects.toMatchObject({ code: "ERR_CLIENT_TLS" });
  });

  test.each([
    ["rejectUnauthorized", () => false],
    ["ca", () => authority.cert],
    ["checkServerIdentity", () => () => undefined],
  ])("S116, S127: %s on Object.prototype is no wish either", async (name, value) => {
    const url = await listening(["h2"]);
    const planted = Object.prototype as Record<string, unknown>;
    planted[name] = value();
    try {
      client = createClient({ tls: {} });
      await expect(client.get(url)).rejects.toMatchObject({ code: "ERR_CLIENT_TLS" });
    } finally {
      delete planted[name];
    }
  });

  test("S130: a server with a bad certificate, again and again, leaves nothing behind", async () => {
    const url = await listening(["h2"]);
    client = createClient();
    const resources = (): string[] =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /^(?:TCPSocketWrap|TLSWrap|Timeout|TCPConnectWrap)$/.test(name));
    await client.get(url).catch(() => {});
    const gone = async (): Promise<void> => {
      while (server.figures.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await gone();
    const before = resources();
    for (let i = 0; i < 50; i++) await client.get(url).catch(() => {});
    await Promise.all(Array.from({ length: 50 }, () => client.get(url).catch(() => {})));
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
    await gone();
    // What is closed is gone a turn or two later; what is kept would be here when the time of this test is up.
    while (resources().length > before.length) await new Promise((resolve) => setImmediate(resolve));
    expect(resources().length).toBeLessThanOrEqual(before.length);
  });
});

test("a server that speaks no TLS", async () => {
  server = createServer();
  const { port } = await server.listen(0);
  client = createClient();
  await expect(client.get(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
    code: "ERR_CLIENT_TLS",
    stage: "tls",
  });
});
