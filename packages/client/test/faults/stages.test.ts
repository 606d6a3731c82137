/**
 * A request that gets stuck: at every stage its time ends it, its signal ends it, and nothing stays behind.
 */
import type { Socket } from "node:net";
import {
  type Client,
  ClientError,
  type ClientOptions,
  type ClientStage,
  createClient,
  type MethodInit,
} from "@stack/client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_TIMEOUTS } from "../../src/client-options.ts";
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
  /** The client is where it gets stuck: what the server has got so far, and whether a head came. */
  reached?(socket: Socket | undefined, headed: boolean): boolean;
  /** What its time is called, and its error. */
  readonly time: keyof NonNullable<ClientOptions["timeouts"]>;
  readonly code: string;
}

const HALF = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab";
const LARGE = new Uint8Array(32 * 2 ** 20);
const asked = (socket?: Socket): boolean => socket !== undefined && socket.bytesRead > 0;

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
      reached: asked,
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
      reached: asked,
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
      reached: asked,
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
      reached: asked,
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
      reached: asked,
      init: { content: "x" },
      time: "headMs",
      code: "ERR_CLIENT_HEAD_TIMEOUT",
    },
  ],
  [
    "the content",
    {
      stage: "content",
      reached: (_, headed) => headed,
      url: "http://127.0.0.1:PORT/",
      options: {},
      wire: HALF,
      time: "contentMs",
      code: "ERR_CLIENT_CONTENT_TIMEOUT",
    },
  ],
];

/** The server, and the call that gets stuck with it; `then` comes when it is. */
async function stuck(
  { url, options, init = {}, wire = "", reached = () => true }: Stuck,
  more: ClientOptions,
  also: MethodInit = {},
  then: () => void = () => {},
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
  let over = false;
  let headed = false;
  const call = client.post(url.replace("PORT", port), { ...init, ...also }).then((response) => {
    headed = true;
    return response.text();
  });
  const failure: Promise<unknown> = call
    .catch((reason: unknown) => reason)
    .finally(() => {
      over = true;
    });
  do await new Promise((resolve) => setImmediate(resolve));
  while (!over && !reached(server.sockets[0], headed));
  if (!over) then();
  const error = await failure;
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
    // Of connecting, too: a tunnel is a part of that, and begins when there is a connection. So that time is the test's.
    const connecting = what.time === "connectMs";
    if (connecting) vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const pass = (): void => void (connecting && vi.advanceTimersByTime(100));
    const start = performance.now();
    const error = await stuck(what, { timeouts: { [what.time]: 100 } }, {}, pass).finally(() => vi.useRealTimers());
    expect(error).toMatchObject({ code: what.code, stage: what.stage });
    expect(performance.now() - start).toBeLessThan((DEFAULT_TIMEOUTS[what.time] ?? 0) - 500);
    expect(error.unprocessed).toBe(!["head", "content"].includes(what.stage));
    await gone();
  });

  test("so does the time for all of it", async () => {
    const error = await stuck(what, { timeouts: { totalMs: 600 } });
    expect(error).toMatchObject({ code: "ERR_CLIENT_TOTAL_TIMEOUT", stage: what.stage });
    await gone();
  });

  test("so does its signal, at once", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const error = await stuck(what, {}, { signal: controller.signal }, () => {
      controller.abort(reason);
      expect(client.figures.requests).toBe(0);
    });
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", stage: what.stage, cause: reason });
    await gone();
  });

  test("so does the end of its client", async () => {
    const error = await stuck(what, {}, {}, () => others.push(client.close({ graceMs: 0 })));
    expect(error.code).toBe("ERR_CLIENT_CLOSED");
    await gone();
  });
});
