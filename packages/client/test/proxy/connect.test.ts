import { type Client, ClientError, type ClientOptions, createClient, HttpProxyError } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import { type NameResolver, publicOnly } from "@stack/tcp";
import { Authority, type Issued } from "@stack/testing/certificates";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { connectProxy, scriptedProxy, until } from "./proxies.ts";

let authority: Authority;
let certificate: Issued;
const servers: Server[] = [];
let http = "";
let https = "";
beforeAll(async () => {
  authority = await Authority.create();
  certificate = await authority.issue({ names: ["a.example", "localhost", "127.0.0.1"] });
  const plain = createServer();
  const secure = createServer();
  for (const server of [plain, secure]) {
    servers.push(server);
    server.get("/fields", (request, response) => response.json([...request.fields]));
    server.get("/version", (request, response) => response.text(request.version));
  }
  http = (await plain.listen(0)).url;
  https = (await secure.listen(0, { tls: { certificates: certificate } })).url;
});
afterAll(async () => {
  for (const server of servers) await server.close({ graceMs: 0 });
});

function clientWith(options: ClientOptions): Client {
  const client = createClient({ decode: false, tls: { ca: authority.cert }, ...options });
  onTestFinished(async () => {
    await client.close({ graceMs: 0 });
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  });
  return client;
}

async function failure(call: Promise<unknown>): Promise<ClientError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

const portOf = (url: string): string => new URL(url).port;

describe("RFC 9110 §9.3.6 CONNECT", () => {
  test("https goes through a tunnel, of which the proxy sees host and port", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url });
    const target = `https://a.example:${portOf(https)}`;
    const response = await client.get(`${target}/version?secret=1`);
    expect(await response.text()).toBe("2");
    expect(proxy.heads).toEqual([
      `CONNECT a.example:${portOf(https)} HTTP/1.1\r\nHost: a.example:${portOf(https)}\r\n\r\n`,
    ]);
    expect(response.timings.connected).toBeGreaterThan(0);
  });

  test("the tunnel's connection is used again", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url, version: "http/1.1" });
    for (let i = 0; i < 3; i++) await (await client.get(`${https}/version`)).text();
    expect(proxy.heads).toHaveLength(1);
  });

  test("credentials are for the proxy, and the origin never sees them (S114)", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url.replace("//", "//me:s3cret@") });
    const response = await client.get(`${https}/fields`);
    expect(proxy.heads[0]).toContain(`Proxy-Authorization: Basic ${Buffer.from("me:s3cret").toString("base64")}\r\n`);
    expect(await response.text()).not.toMatch(/proxy|Basic/i);
  });

  test("S114: the user's own Proxy-Authorization is refused, with a proxy and without", async () => {
    const proxy = await connectProxy();
    for (const options of [{ proxy: proxy.url }, {}]) {
      const call = clientWith(options).get(`${https}/`, { fields: { "Proxy-Authorization": "Basic s3cret" } });
      const error = await failure(call);
      expect(error.code).toBe("ERR_CLIENT_REQUEST");
      expect(error.message).not.toContain("s3cret");
    }
  });

  test("HTTP/2 with prior knowledge goes through a tunnel, in cleartext too", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url, version: "prior-knowledge" });
    expect(await (await client.get(`${http}/version`)).text()).toBe("2");
    expect(proxy.heads[0]).toMatch(/^CONNECT /);
  });

  test("an https proxy: TLS in TLS", async () => {
    // The proxy's own TLS ends at a server that does nothing but tunnel octets to the CONNECT proxy.
    const proxy = await connectProxy();
    const { createServer: createTlsServer } = await import("node:tls");
    const { connect } = await import("node:net");
    const front = createTlsServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
      const behind = connect({ port: proxy.port, host: "127.0.0.1" });
      socket.on("error", () => behind.destroy()).on("close", () => behind.destroy());
      behind.on("error", () => socket.destroy()).on("close", () => socket.destroy());
      socket.pipe(behind).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void front.close());
    const { port } = front.address() as { port: number };
    const client = clientWith({ proxy: { url: `https://localhost:${port}`, tls: { ca: authority.cert } } });
    for (let i = 0; i < 3; i++) expect(await (await client.get(`${https}/version`)).text()).toBe("2");
    expect(proxy.heads).toHaveLength(1);
    const suspicious = clientWith({ proxy: `https://localhost:${port}` });
    expect((await failure(suspicious.get(`${https}/`))).code).toBe("ERR_CLIENT_TLS");
  });

  test("S116: it is the origin's certificate that counts, not the proxy's name", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url });
    const error = await failure(client.get(`https://other.example:${portOf(https)}/`));
    expect(error).toMatchObject({ code: "ERR_CLIENT_TLS", cause: { code: "ERR_TLS_NAME_MISMATCH" } });
  });
});

describe("RFC 9112 §3.2.2 absolute-form", () => {
  const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  test("http is given to the proxy as it is, credentials with it", async () => {
    const proxy = await scriptedProxy(OK);
    const client = clientWith({ proxy: proxy.url.replace("//", "//me:s3cret@") });
    const response = await client.get("http://a.example/path?q=1", { fields: { Accept: "text/plain" } });
    expect(await response.text()).toBe("ok");
    expect(proxy.heads[0]).toBe(
      "GET http://a.example/path?q=1 HTTP/1.1\r\nHost: a.example\r\nAccept: text/plain\r\n" +
        `Proxy-Authorization: Basic ${Buffer.from("me:s3cret").toString("base64")}\r\n\r\n`,
    );
  });

  test("without credentials, and without fields", async () => {
    const proxy = await scriptedProxy(OK);
    const client = clientWith({ proxy: proxy.url });
    await (await client.get("http://a.example:8080/")).text();
    expect(proxy.heads[0]).toBe("GET http://a.example:8080/ HTTP/1.1\r\nHost: a.example:8080\r\n\r\n");
  });

  test("S114: 407 is an error, and not asked again", async () => {
    const proxy = await scriptedProxy(
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    );
    const client = clientWith({ proxy: proxy.url.replace("//", "//me:s3cret@") });
    const error = await failure(client.get("http://a.example/"));
    expect(error).toMatchObject({ code: "ERR_CLIENT_PROXY_AUTHENTICATION", stage: "proxy" });
    expect(proxy.heads).toHaveLength(1);
    expect(String(error.stack)).not.toContain("s3cret");
  });

  test("407 of an origin that was asked without a proxy is a response", async () => {
    const origin = await scriptedProxy("HTTP/1.1 407 Odd\r\nContent-Length: 0\r\n\r\n");
    expect((await clientWith({}).get(origin.url)).status).toBe(407);
  });
});

describe("S114, S115: what a proxy may answer to CONNECT", () => {
  async function refused(reply: string, closes = false): Promise<{ error: ClientError; connections: number }> {
    const proxy = await scriptedProxy(reply, closes);
    const client = clientWith({ proxy: proxy.url.replace("//", "//me:s3cret@") });
    const error = await failure(client.get("https://a.example/path?secret"));
    await until(() => proxy.open.size === 0); // no socket is left behind
    const shown = JSON.stringify([error.message, error.stack, String(error.cause), Object.entries(error)]);
    expect(shown).not.toMatch(/s3cret|secret|bWU6/);
    return { error, connections: proxy.heads.length };
  }

  test("407: a typed error, and no second try", async () => {
    const { error, connections } = await refused(
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_PROXY_AUTHENTICATION", stage: "proxy", unprocessed: true });
    expect(error.cause).toBeInstanceOf(HttpProxyError);
    expect(error.cause).toMatchObject({ code: "ERR_HTTP_PROXY_AUTHENTICATION", status: 407 });
    expect(connections).toBe(1);
  });

  test.each([400, 403, 404, 429, 500, 502, 503, 504, 302])("%d", async (status) => {
    const { error } = await refused(
      `HTTP/1.1 ${status} No\r\nLocation: http://evil/\r\nContent-Length: 9999999\r\n\r\n`,
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_PROXY", stage: "proxy", cause: { status } });
  });

  test("a head of 16 KiB, and no more", async () => {
    const field = `X: ${"y".repeat(4_000)}\r\n`;
    const small = await refused(`HTTP/1.1 403 No\r\n${field.repeat(3)}\r\n`);
    expect(small.error.cause).toMatchObject({ code: "ERR_HTTP_PROXY_REFUSED", status: 403 });
    const large = await refused(`HTTP/1.1 200 OK\r\n${field.repeat(5)}\r\n`);
    expect(large.error.cause).toMatchObject({ code: "ERR_HTTP_PROXY_PROTOCOL" });
  });

  test("content that never ends is not read", async () => {
    const { error } = await refused(
      `HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n${"5\r\nhello\r\n".repeat(9_000)}`,
    );
    expect(error.cause).toMatchObject({ code: "ERR_HTTP_PROXY_REFUSED", status: 403 });
  });

  test.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["octets before the reply", "garbage HTTP/1.1 200 OK\r\n\r\n"],
    ["a NUL", "HTTP/1.1 200 \0\r\n\r\n"],
    ["101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"],
    ["an endless head", `HTTP/1.1 200 OK\r\n${`X: ${"a".repeat(1_000)}\r\n`.repeat(40)}`],
    ["1xx without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(20)],
  ])("%s", async (_, reply) => {
    const { error } = await refused(reply);
    expect(error).toMatchObject({
      code: "ERR_CLIENT_PROXY",
      stage: "proxy",
      cause: { code: "ERR_HTTP_PROXY_PROTOCOL" },
    });
  });

  test.each(["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nX: y\r\n"])("closed after %j", async (reply) => {
    const { error } = await refused(reply, true);
    expect(error).toMatchObject({ code: "ERR_CLIENT_PROXY", stage: "proxy" });
  });

  test("S115: octets behind 200 would be taken for the origin's: refused before the handshake", async () => {
    const { error } = await refused("HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03\x00\x7a");
    expect(error).toMatchObject({ code: "ERR_CLIENT_PROXY", stage: "proxy", cause: { code: "ERR_TUNNEL_OCTETS" } });
  });

  test.each(["Content-Length: 5", "Transfer-Encoding: chunked"])(
    "RFC 9110 §9.3.6: %s of a 2xx says nothing",
    async (field) => {
      const proxy = await connectProxy(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`);
      expect(await (await clientWith({ proxy: proxy.url }).get(`${https}/version`)).text()).toBe("2");
    },
  );

  test("a reply that comes octet by octet is the same reply", async () => {
    const proxy = await connectProxy("HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n", true);
    expect(await (await clientWith({ proxy: proxy.url }).get(`${https}/version`)).text()).toBe("2");
  });

  test("a proxy that says nothing: the time of the stage", async () => {
    const proxy = await scriptedProxy("");
    const client = clientWith({ proxy: proxy.url, timeouts: { connectMs: 100 } });
    // No time passes for the connection, however slow the machine is; that of the tunnel is the clock's of connections.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const error = await failure(client.get("https://a.example/"));
    expect(error).toMatchObject({ code: "ERR_CLIENT_CONNECT_TIMEOUT", stage: "proxy" });
    await until(() => proxy.open.size === 0);
  });

  test("nobody is the proxy: the message names it", async () => {
    const proxy = await scriptedProxy("");
    const other = createClient({ proxy: "http://me:s3cret@127.0.0.1:1" });
    onTestFinished(() => other.close());
    const error = await failure(other.get("https://a.example/"));
    expect(error.code).toBe("ERR_CLIENT_CONNECT");
    expect(error.message).toContain("127.0.0.1:1");
    expect(error.message).not.toContain("s3cret");
    expect(proxy.heads).toEqual([]);
  });
});

describe("S113: what is reached in another way shares no connection", () => {
  test("two credentials are two proxies", async () => {
    const proxy = await connectProxy();
    for (const user of ["a:1", "b:2"]) {
      const client = clientWith({ proxy: proxy.url.replace("//", `//${user}@`) });
      await (await client.get(`${https}/version`)).text();
    }
    expect(proxy.heads).toHaveLength(2);
  });

  test("proxy and connect, or a Unix socket, exclude each other", () => {
    expect(() => createClient({ proxy: "http://p:1", unixSocket: "/run/a.sock" })).toThrow(TypeError);
    expect(() => createClient({ proxy: "http://p:1", connect: async () => {} })).toThrow(TypeError);
    expect(() => createClient({ proxy: { url: "http://p:1", tsl: {} } as never })).toThrow(TypeError);
  });

  test("a guard that was misspelt is none, and an error", () => {
    expect(() => createClient({ dial: { allowAdress: publicOnly } as never })).toThrow(TypeError);
  });
});

describe("S120: where addresses are judged, the proxy gets the one that was", () => {
  const resolver: NameResolver = {
    resolve(name, report) {
      const addresses = name === "inside.example" ? ["10.0.0.1"] : ["8.8.8.8"];
      report({ family: 0, addresses, ttlMs: 0, error: null });
    },
  };

  test("a name of our own network is refused, and the proxy not asked", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url, dial: { allowAddress: publicOnly, resolver } });
    for (const url of ["https://inside.example/", "http://inside.example/", "http://127.0.0.1/", "http://[::1]/"]) {
      const error = await failure(client.get(url));
      expect(error.cause).toMatchObject({ code: "ERR_DIAL_NOT_ALLOWED" });
    }
    expect(proxy.heads).toEqual([]);
  });

  test("http goes through a tunnel then: whoever forwards resolves names by himself", async () => {
    const proxy = await connectProxy();
    const client = clientWith({ proxy: proxy.url, dial: { allowAddress: publicOnly, resolver } });
    const response = await client.get(`http://outside.example:${portOf(http)}/fields`);
    expect(await response.text()).toContain(`outside.example:${portOf(http)}`);
    expect(proxy.heads[0]).toMatch(/^CONNECT 8\.8\.8\.8:/);
  });
});
