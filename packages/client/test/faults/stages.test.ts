/**
 * A request that gets stuck: at every stage its time ends it, its signal ends it, and nothing stays behind.
 */
import {
  type Client,
  ClientError,
  type ClientOptions,
  type ClientStage,
  createClient,
  type MethodInit,
} from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { TcpServer } from "./tcp-server.ts";

let client: Client;
let server: TcpServer;
let others: Promise<unknown>[] = [];

afterEach(async () => {
  await client.close({ graceMs: 0 });
  await Promise.allSettled(others);
  others = [];
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

interface Stuck {
  readonly stage: ClientStage;
  readonly url: string;
  readonly options: ClientOptions;
  readonly init?: MethodInit;
  /** What the server says to whatever comes. */
  readonly wire?: string;
  /** What its time is called, and its error. */
  readonly time: keyof NonNullable<ClientOptions["timeouts"]>;
  readonly code: string;
}

const HALF = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab";
const LARGE = new Uint8Array(32 * 2 ** 20);

/** `PORT` is the server's. */
const STUCK: readonly (readonly [string, Stuck])[] = [
  [
    "DNS",
    {
      stage: "dns",
      url: "http://never.example:PORT/",
      options: { dial: { resolver: { resolve: () => {} } } },
      time: "dnsMs",
      code: "ERR_CLIENT_DNS_TIMEOUT",
    },
  ],
  [
    "connecting",
    {
      stage: "connect",
      url: "http://127.0.0.1:PORT/",
      options: {
        connect: (_target, _make, context) =>
          new Promise((_resolve, reject) => {
            const late = Object.assign(new Error("nobody there"), { code: "ERR_DIAL_TIMEOUT" });
            const timer = setTimeout(() => reject(late), context.connectMs);
            context.onStage("connect");
            context.signal.addEventListener("abort", () => {
              clearTimeout(timer);
              reject(context.signal.reason);
            });
          }),
      },
      time: "connectMs",
      code: "ERR_CLIENT_CONNECT_TIMEOUT",
    },
  ],
  [
    "a tunnel by CONNECT",
    {
      stage: "proxy",
      url: "https://origin.example/",
      options: { proxy: "http://127.0.0.1:PORT" },
      time: "connectMs",
      code: "ERR_CLIENT_CONNECT_TIMEOUT",
    },
  ],
  [
    "a tunnel by SOCKS5",
    {
      stage: "proxy",
      url: "http://origin.example/",
      options: { proxy: "socks5://127.0.0.1:PORT" },
      time: "connectMs",
      code: "ERR_CLIENT_CONNECT_TIMEOUT",
    },
  ],
  [
    "the TLS handshake",
    {
      stage: "tls",
      url: "https://127.0.0.1:PORT/",
      options: {},
      time: "tlsMs",
      code: "ERR_CLIENT_TLS_TIMEOUT",
    },
  ],
  [
    "sending",
    {
      stage: "head",
      url: "http://127.0.0.1:PORT/",
      options: {},
      init: { content: LARGE },
      time: "sendMs",
      code: "ERR_CLIENT_SEND_TIMEOUT",
    },
  ],
  [
    "the head",
    {
      stage: "head",
      url: "http://127.0.0.1:PORT/",
      options: {},
      init: { content: "x" },
      time: "headMs",
      code: "ERR_CLIENT_HEAD_TIMEOUT",
    },
  ],
  [
    "the content",
    {
      stage: "content",
      url: "http://127.0.0.1:PORT/",
      options: {},
      wire: HALF,
      time: "contentMs",
      code: "ERR_CLIENT_CONTENT_TIMEOUT",
    },
  ],
];

/** The server, and the call that gets stuck with it. */
async function stuck(
  { url, options, init = {}, wire = "" }: Stuck,
  more: ClientOptions,
  also: MethodInit = {},
): Promise<ClientError> {
  server = await TcpServer.listen((socket) => {
    if (init.content === LARGE) socket.pause();
    else if (wire === "") socket.resume();
    else socket.once("data", () => socket.write(wire));
  });
  const port = new URL(server.origin).port;
  const { proxy } = options;
  client = createClient({
    ...options,
    ...more,
    ...(typeof proxy === "string" ? { proxy: proxy.replace("PORT", port) } : {}),
  });
  const call = client.post(url.replace("PORT", port), { ...init, ...also }).then((response) => response.text());
  const error: unknown = await call.catch((reason: unknown) => reason);
  if (!(error instanceof ClientError)) throw new Error(`it was not stuck: ${String(error)}`);
  expect(error.origin).toBe(new URL(url.replace("PORT", port)).origin);
  return error;
}

/** Every socket that came is gone. */
async function gone(): Promise<void> {
  while (!server.sockets.every((socket) => socket.destroyed || socket.readableEnded || socket.isPaused()))
    await new Promise((resolve) => setImmediate(resolve));
}

describe.each(STUCK)("stuck in %s", (_, what) => {
  test("its time ends it", async () => {
    const start = performance.now();
    const error = await stuck(what, { timeouts: { [what.time]: 100 } });
    expect(error).toMatchObject({ code: what.code, stage: what.stage });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(error.unprocessed).toBe(!["head", "content"].includes(what.stage));
    await gone();
  });

  test("so does the time for all of it", async () => {
    const error = await stuck(what, { timeouts: { totalMs: 100 } });
    expect(error).toMatchObject({ code: "ERR_CLIENT_TOTAL_TIMEOUT", stage: what.stage });
    await gone();
  });

  test("so does its signal, at once", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => {
      controller.abort(reason);
      expect(client.figures.requests).toBe(0);
    }, 50);
    const error = await stuck(what, {}, { signal: controller.signal });
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", stage: what.stage, cause: reason });
    await Promise.all(others);
    await gone();
  });

  test("so does the end of its client", async () => {
    setTimeout(() => others.push(client.close({ graceMs: 0 })), 50);
    const error = await stuck(what, {});
    expect(error.code).toBe("ERR_CLIENT_CLOSED");
    await gone();
  });
});
