/** What keeps a process alive: requests, and not the connections that wait for the next one. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ClientOptions } from "@stack/client";
import { Authority } from "@stack/testing/certificates";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectProxy } from "./proxy/proxies.ts";

const PROGRAM = fileURLToPath(new URL("./fixtures/exit-client.mjs", import.meta.url));

let authority: Authority;
let certificate: { key: string; cert: string };
beforeAll(async () => {
  authority = await Authority.create();
  certificate = await authority.issue({ names: ["localhost", "127.0.0.1"] });
});

/** How long a server takes to answer, ms: longer than a process lives on for which nothing keeps. */
const ANSWER_MS = 300;

type Answer = { end(content: string): unknown };

/** A server that keeps connections for ever, and takes its time to answer. @returns its port */
async function listening(server: Server, sockets: Set<Socket> = new Set()): Promise<number> {
  server.on("connection", (socket: Socket) => sockets.add(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const later = (_: unknown, response: Answer): void => void setTimeout(() => response.end("ok"), ANSWER_MS);

async function over(kind: "h1" | "h2c" | "h2 over TLS" | "h1 over TLS"): Promise<[string, ClientOptions]> {
  if (kind === "h1") {
    const server = createHttpServer({ keepAlive: true }, later as never);
    server.keepAliveTimeout = 3_600_000;
    return [`http://127.0.0.1:${await listening(server)}`, {}];
  }
  if (kind === "h2c")
    return [`http://127.0.0.1:${await listening(createHttp2Server(later as never))}`, { version: "prior-knowledge" }];
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, later as never);
  return [
    `https://127.0.0.1:${await listening(server)}`,
    { tls: { ca: authority.cert }, version: kind === "h2 over TLS" ? "alpn" : "http/1.1" },
  ];
}

async function run(how: "get" | "fetch" | "close", origin: string, options: ClientOptions): Promise<string> {
  const args = [PROGRAM, how, origin, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return stdout;
}

describe("a program that is done ends, though its client was not closed", () => {
  test.each(["h1", "h2c", "h2 over TLS", "h1 over TLS"] as const)("over %s", async (kind) => {
    const [origin, options] = await over(kind);
    expect(await run("get", origin, options)).toBe("ok\nexit 0\n");
  });

  test("through a tunnel, with TLS in it", async () => {
    const [origin, options] = await over("h2 over TLS");
    const { url } = await connectProxy();
    expect(await run("get", origin, { ...options, proxy: url })).toBe("ok\nexit 0\n");
  });

  test("after fetch", async () => {
    const [origin, options] = await over("h1");
    expect(await run("fetch", origin, options)).toBe("ok\nexit 0\n");
  });

  test("when it waits for the client to close", async () => {
    const [origin, options] = await over("h2 over TLS");
    expect(await run("close", origin, options)).toBe("ok\nexit 0\n");
  });
});
