import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { createServerTls } from "@stack/tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../src/app.ts";
import { developmentCertificate } from "../src/development-certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "stack-server-"));
const draining = new AbortController();
const server = createApp({ draining: draining.signal });
let port = 0;
let ca = "";

beforeAll(async () => {
  const certificates = await developmentCertificate(folder);
  ca = certificates.cert;
  const tls = createServerTls({ alpn: ["h2", "http/1.1"], certificates });
  port = (await server.listen(0, { tls })).port;
});

afterAll(async () => {
  draining.abort();
  await server.close({ graceMs: 0 });
  rmSync(folder, { recursive: true });
});

describe("the TLS port", () => {
  test("speaks HTTP/2 with who offers it, and the certificate holds for localhost", async () => {
    const session = connect(`https://localhost:${port}`, { ca });
    const stream = session.request({ ":path": "/hello/you" });
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe("Hello, you!");
    expect(session.alpnProtocol).toBe("h2");
    session.close();
  });
  test.each([["http/1.1"], []])("speaks HTTP/1.1 with who offers %j", async (...alpn) => {
    const socket = connectTls({ port, host: "127.0.0.1", ca, ...(alpn.length > 0 ? { ALPNProtocols: alpn } : {}) });
    socket.write("GET /plaintext HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Hello, World!$/);
  });
  test("S119: who offers only something else is refused", async () => {
    const socket = connectTls({ port, host: "127.0.0.1", ca, ALPNProtocols: ["ftp"] });
    const failure = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(failure.message).toMatch(/no application protocol/i);
  });
});

describe("the development certificate", () => {
  test("is kept, its key for its owner alone", async () => {
    const again = await developmentCertificate(folder);
    expect(again.cert).toBe(ca);
    expect(statSync(join(folder, "development-key.pem")).mode & 0o777).toBe(0o600);
  });
  test("is made anew before it ends", async () => {
    const later = await developmentCertificate(folder, Date.now() + 360 * 86_400_000);
    expect(later.cert).not.toBe(ca);
  });
  test("a folder that cannot be written costs nothing but keeping it", async () => {
    const made = await developmentCertificate("/dev/null/nowhere");
    expect(made.cert).toContain("BEGIN CERTIFICATE");
  });
});
