import { connect as connectHttp2 } from "node:http2";
import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServer, type Server } from "../src/index.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS = "\0\0\0\x04\0\0\0\0\0";
let server: Server;
let port = 0;
/** Has less time for a head. */
let hasty: Server;
let hastyPort = 0;

beforeAll(async () => {
  server = createServer();
  server.get("/", (request, response) => response.text(`over ${request.version}`));
  port = (await server.listen(0)).port;
  hasty = createServer({ headTimeoutMs: 300 });
  hastyPort = (await hasty.listen(0)).port;
});

afterAll(async () => {
  await server.close({ graceMs: 0 });
  await hasty.close({ graceMs: 0 });
});

describe("RFC 9113 §3.3: one cleartext port, the first octets decide", () => {
  test("HTTP/1.1", async () => {
    const client = new RawClient(port).send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.untilClosed();
    expect(client.received).toMatch(/over 1\.1$/);
  });
  test("HTTP/2 with prior knowledge, by node:http2", async () => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":path": "/" });
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    session.close();
    expect(text).toBe("over 2");
  });
  test.each([1, 2, 3, 10, 23])("a preface that is cut after %i octets", async (cut) => {
    const client = new RawClient(port).send(PREFACE.slice(0, cut));
    await new Promise((resolve) => setImmediate(resolve));
    client.send(PREFACE.slice(cut) + SETTINGS);
    await client.until(() => client.received.length >= 9);
    expect(client.received.charCodeAt(3)).toBe(4); // SETTINGS
    client.destroy();
  });
  test.each(["P", "PRI * HTTP/2", "PR"])("an HTTP/1 request that begins like it: %s…", async (begin) => {
    const client = new RawClient(port).send(begin);
    await new Promise((resolve) => setImmediate(resolve));
    client.send(begin === "PR" ? "OPFIND / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" : "X / HTTP/1.1\r\n\r\n");
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 (400|405|505) /);
  });
  test.each([1, 10, 23])("S82: a client that ends after %i octets of a preface is not waited for", async (cut) => {
    const patient = createServer({ headTimeoutMs: 60_000 });
    const client = new RawClient((await patient.listen(0)).port).send(PREFACE.slice(0, cut)).end();
    await client.untilClosed();
    while (patient.figures.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    await patient.close({ graceMs: 0 });
    expect(client.received).toMatch(/^(?:HTTP\/1\.1 (?:400|505) |$)/);
  });
  test("S82: half a preface is closed when the time for a head is up", async () => {
    const client = new RawClient(hastyPort).send(PREFACE.slice(0, 10));
    await client.untilClosed();
    expect(client.received).toBe("");
  });
  test("S82: a whole preface without SETTINGS is closed too", async () => {
    const client = new RawClient(hastyPort).send(PREFACE);
    await client.untilClosed();
    expect(client.received).toContain("no SETTINGS");
  });
  test("what is neither is refused as a wrong preface (§3.4)", async () => {
    const client = new RawClient(port).send("INVALID CONNECTION PREFACE\r\n\r\n");
    await client.untilClosed();
    expect(client.received.charCodeAt(3)).toBe(4); // SETTINGS, then GOAWAY
    expect(client.received).toContain("the client's preface is wrong");
  });
  test("S83: an HTTP/1.1 request in front of a preface does not become HTTP/2", async () => {
    const client = new RawClient(port).send(`GET / HTTP/1.1\r\nHost: a\r\n\r\n${PREFACE}${SETTINGS}`);
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 [\s\S]*over 1\.1HTTP\/1\.1 505 /);
  });
  test("HTTP/2 can be turned off", async () => {
    const only1 = createServer({ http2: false });
    const client = new RawClient((await only1.listen(0)).port).send(PREFACE);
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 505 /);
    await only1.close({ graceMs: 0 });
  });
});
