import { inspect } from "node:util";
import { type Client, ClientError, createClient } from "@stack/client";
import { acceptEncoding } from "@stack/compression";
import { createClientTls } from "@stack/tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectionKey, type Route } from "../src/connection-key.ts";
import { parseUrl } from "../src/request-url.ts";
import { onHeads, TcpServer } from "./faults/tcp-server.ts";

let client: Client;
let server: TcpServer;
let heads: string[];

beforeEach(async () => {
  heads = [];
  server = await TcpServer.listen((socket) => {
    onHeads(socket, (head) => {
      heads.push(head);
      socket.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
  });
  client = createClient();
});
afterEach(async () => {
  await client.close({ graceMs: 0 });
  await server.close();
});

describe("S42, S45, S46: what would split a request is refused before anything is sent", () => {
  test.each([
    ["a method", { method: "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" }],
    ["a method with a space", { method: "GE T" }],
    ["a field's value", { fields: { a: "b\r\nX: y" } }],
    ["S42: a character that is cut down to LF", { fields: { a: "b\u010aX: y" } }],
    ["a field's name", { fields: { "a\r\nX": "y" } }],
    ["S46: an upgrade", { fields: { upgrade: "x\r\nX: y" } }],
    ["Host", { fields: { host: "a\r\nX: y" } }],
    ["two Hosts", { fields: { host: ["a", "b"] } }],
  ])("%s", async (_, init) => {
    const failure = client.request(server.origin, init);
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_REQUEST", stage: "request", unprocessed: true });
    expect(heads).toEqual([]);
    expect((await client.get(server.origin)).status).toBe(204);
  });

  test("S45: what a path must not hold is encoded", async () => {
    await client.get(`${server.origin}/a b\r\n\u010a?c d`);
    expect(heads[0]?.split("\r\n")[0]).toBe("GET /a%20b%C4%8A?c%20d HTTP/1.1");
  });
});

describe("S108, S128: only http and https, and no sockets through a URL", () => {
  test.each(["file:///etc/passwd", "unix:/run/docker.sock", "data:,x", "ftp://a/", "javascript:x", "/relative", ""])(
    "%s",
    async (url) => {
      await expect(client.get(url)).rejects.toMatchObject({
        code: "ERR_CLIENT_URL",
        stage: "request",
        unprocessed: true,
      });
    },
  );
});

describe("S110: baseUrl cannot be left", () => {
  test.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "../up",
    "a/../../up",
    "%2e%2e/up",
    "a/..%2f..%2fup",
    "..%5c..%5cup",
    "http://user@127.0.0.1/",
    "ftp:x",
  ])("%s", async (url) => {
    const bound = createClient({ baseUrl: `${server.origin}/v1/` });
    await expect(bound.get(url)).rejects.toMatchObject({ code: "ERR_CLIENT_URL", unprocessed: true });
    expect(heads).toEqual([]);
    await bound.close();
  });

  test.each([
    ["users/1?q=%2e%2e", "/v1/users/1?q=%2e%2e"],
    ["/users", "/v1/users"],
    ["", "/v1/"],
    ["a/../b", "/v1/b"],
  ])("%s is below it", async (url, target) => {
    const bound = createClient({ baseUrl: `${server.origin}/v1` });
    expect((await bound.get(url)).status).toBe(204);
    expect(heads[0]?.split(" ")[1]).toBe(target);
    await bound.close();
  });
});

describe("S113: what shares a connection", () => {
  const { origin } = parseUrl("https://a.example/");
  const route: Route = {
    origin,
    unixSocket: "",
    tls: createClientTls(),
    version: "alpn",
    proxy: "",
    forwarding: null,
    connect: "",
  };
  test.each<[string, Partial<Route>]>([
    ["host", { origin: parseUrl("https://b.example/").origin }],
    ["port", { origin: parseUrl("https://a.example:444/").origin }],
    ["scheme", { origin: parseUrl("http://a.example:443/").origin }],
    ["whom it trusts", { tls: createClientTls({ rejectUnauthorized: false }) }],
    ["version", { version: "prior-knowledge" }],
    ["proxy", { proxy: "http://proxy.example" }],
    ["Unix socket", { unixSocket: "/run/a" }],
    ["way of connecting", { connect: "1" }],
  ])("not with another %s", (_, other) => {
    expect(connectionKey({ ...route, ...other })).not.toBe(connectionKey(route));
  });
  test("no value passes for two others", () => {
    expect(connectionKey({ ...route, proxy: "a", connect: "" })).not.toBe(
      connectionKey({ ...route, proxy: "", connect: "a" }),
    );
  });
});

test("S126: an error holds no secret", async () => {
  const url = new URL(`${server.origin}/path?token=SECRET`);
  url.username = "SECRET";
  url.password = "SECRET";
  await server.close();
  const error = await client
    .get(url, { fields: { Authorization: "SECRET", Cookie: "SECRET" } })
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ClientError);
  const { message, stack, origin, cause } = error as ClientError;
  expect(JSON.stringify([message, stack, origin, error, String(cause)])).not.toContain("SECRET");
  server = await TcpServer.answering("");
});

test("S126: nor does what a log shows of a client, a response and its request", async () => {
  const own = createClient({ fields: { "X-Key": "SECRET" } });
  const url = `${server.origin.replace("//", "//SECRET:SECRET@")}/path?token=SECRET`;
  const response = await own.get(url, { fields: { Cookie: "SECRET" } });
  expect(inspect(response, { breakLength: Number.POSITIVE_INFINITY })).toBe(
    `ClientResponse { status: 204, reason: 'No Content', version: '1.1', origin: '${server.origin}' }`,
  );
  expect(inspect(own)).toBe("Client { connections: 1, requests: 0, queued: 0 }");
  const { request } = response;
  expect(JSON.stringify(request)).toBe(JSON.stringify({ method: "GET", origin: server.origin }));
  for (const shown of [inspect([own, response, request], { depth: 9 }), JSON.stringify([own, response, request])])
    expect(shown).not.toContain("SECRET");
  await own.close({ graceMs: 0 });
});

test("S126: a URL that is none is not repeated", async () => {
  const error = (await client.get("http://SECRET:SECRET@[/").catch((e: unknown) => e)) as ClientError;
  expect(error.code).toBe("ERR_CLIENT_URL");
  expect(JSON.stringify([error.message, String(error.cause), { ...(error.cause as object) }])).not.toContain("SECRET");
});

test.each([["nothing"], ["null"], ["{}"]])("what is no text is no URL: %s", async (given) => {
  const url = given === "nothing" ? undefined : JSON.parse(given);
  const error = await Reflect.apply(client.get, client, [url]).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "ERR_CLIENT_URL", message: expect.stringContaining("not an absolute URL") });
});

test("S126: nor what cannot be resolved below baseUrl, nor the credentials of baseUrl", async () => {
  const bound = createClient({ baseUrl: "http://SECRET:SECRET@127.0.0.1:1/SECRET/" });
  for (const reference of [
    "http://[?token=SECRET",
    "//SECRET:SECRET@[/",
    "/../?token=SECRET",
    "http://SECRET.example/",
  ]) {
    const error = (await bound.get(reference).catch((e: unknown) => e)) as ClientError;
    expect(error.code).toBe("ERR_CLIENT_URL");
    expect(inspect(error, { depth: 9, showHidden: true }).replaceAll(/\n +at .*/g, "")).not.toContain("SECRET");
  }
  await bound.close();
});

test.each([
  ["a line end behind a token", { fields: { Authorization: "Bearer SECRET\n" } }],
  ["a character that is none of HTTP", { fields: { Cookie: "a=SECRET\u2026" } }],
  ["two lines of it", { fields: { "Proxy-Authorization": "SECRET" } }],
])("S126: %s is refused without being repeated", async (_, init) => {
  for (const version of ["alpn", "prior-knowledge"] as const) {
    const other = createClient({ version });
    const error = (await other.post(server.origin, init).catch((e: unknown) => e)) as ClientError;
    expect(error).toBeInstanceOf(ClientError);
    expect(inspect(error, { depth: 9, showHidden: true }).replaceAll(/\n +at .*/g, "")).not.toContain("SECRET");
    await other.close({ graceMs: 0 });
  }
});

test("credentials in a URL become Authorization, and leave it", async () => {
  const url = new URL(server.origin);
  url.username = "us er";
  url.password = "ü";
  const response = await client.get(url);
  expect(heads[0]).toContain(`Authorization: Basic ${Buffer.from("us er:ü").toString("base64")}\r\n`);
  expect(response.url).toBe(`${server.origin}/`);
});

test("S127, S49: what is planted on Object.prototype is neither an option nor a field", async () => {
  const planted = {
    fields: { "X-Evil": "1" },
    "X-Planted": "1",
    unixSocket: "/run/evil.sock",
    baseUrl: "http://evil.example",
    content: "evil",
    json: { evil: true },
    method: "DELETE",
    expectContinue: true,
    tls: { rejectUnauthorized: false },
    layers: [() => () => Promise.reject(new Error("evil"))],
    redirect: "error",
    decode: false,
    retry: { maxRetries: 9 },
    redirects: { maxRedirects: 0 },
    allowDowngrade: true,
    decoding: { codings: [] },
    codings: [],
    maxOctets: 0,
  };
  for (const [name, value] of Object.entries(planted))
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  const other = createClient({});
  try {
    const response = await other.get(server.origin, { fields: { a: "b" } });
    expect(response.status).toBe(204);
  } finally {
    for (const name of Object.keys(planted)) delete (Object.prototype as Record<string, unknown>)[name];
  }
  const { port } = new URL(server.origin);
  expect(heads).toEqual([
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\na: b\r\nAccept-Encoding: ${acceptEncoding()}\r\n\r\n`,
  ]);
  await other.close();
});

test.each<[string, unknown]>([
  ["method", "DELETE"],
  ["path", "/run/evil.sock"],
  ["socketPath", "/run/evil.sock"],
  ["host", "192.0.2.1"],
  ["hostname", "192.0.2.1"],
  ["port", 1],
  ["localAddress", "192.0.2.1"],
  ["proxy", "http://192.0.2.1"],
  ["expectContinue", true],
  ["maxContentOctets", 0],
  ["contentLength", 7],
  ["length", 7],
  ["mediaType", "evil/evil"],
  ["timeouts", { totalMs: 0 }],
  ["totalMs", 0],
  ["headMs", 0],
  ["pool", { maxQueued: 0 }],
  ["http1", { lenient: { bareLf: true } }],
  ["scheme", "https"],
])("S127: %s on Object.prototype changes no call", async (name, value) => {
  const planted = Object.prototype as Record<string, unknown>;
  const before = createClient();
  const calls: string[] = [];
  planted[name] = value;
  try {
    const after = createClient({ pool: {}, timeouts: {}, dial: {} });
    for (const each of [before, after])
      calls.push((await each.request(server.origin, {})).status + (await each.post(server.origin, { json: 1 })).reason);
    await after.close({ graceMs: 0 });
  } finally {
    delete planted[name];
  }
  await before.close({ graceMs: 0 });
  expect(calls).toEqual(["204No Content", "204No Content"]);
  const { host } = new URL(server.origin);
  const fields = `Accept-Encoding: ${acceptEncoding()}`;
  const get = `GET / HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n\r\n`;
  const post = `POST / HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n`;
  expect(heads.map((head) => head.replace(/^1/, ""))).toEqual([get, post, get, post]);
});
