/** Every server, over every protocol that it speaks, by every way to it, with `client` and with `fetch`. */
import { join } from "node:path";
import { type ClientOptions, createClient } from "@stack/client";
import { createFetch } from "@stack/client/fetch";
import { Authority } from "@stack/testing/certificates";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderWith, freePorts, type Program, presence, startListening } from "../programs.ts";
import { COMPRESSIBLE, PEERS, type Peer, type Protocol, type RunningPeer } from "./peers.ts";

/** Octets that go up. */
const UPLOAD: Buffer = Buffer.alloc(2 ** 20, "0123456789abcdef!");
/** Requests at once, and connections for them over HTTP/1.1: 2,400 handshakes less, and someone waits. */
const MANY = 50;
const MAX_CONNECTIONS = 10;
/** Bound for programs to start in, ms, on a machine that runs other tests as well. */
const START_MS = 60_000;

let authority: Authority;
beforeAll(async () => {
  authority = await Authority.create();
  for (const way of WAYS) if (way.start !== null && !way.skipped) await started(way, way.start);
}, START_MS);

// Ways

const tinyproxy = presence("tinyproxy", "apt-get install tinyproxy");
const microsocks = presence("microsocks", "apt-get install microsocks");
const danted = presence("danted", "apt-get install dante-server");

/** How a server is reached: as it is, or through a proxy. */
interface Way {
  readonly name: string;
  readonly skipped: boolean;
  /** The proxy's URL at a port. */
  url(port: number): string;
  readonly start: ((port: number) => Promise<Program>) | null;
}

const WAYS: readonly Way[] = [
  { name: "directly", skipped: false, url: () => "", start: null },
  {
    name: `through tinyproxy${tinyproxy.note}`,
    skipped: tinyproxy.skipped,
    url: (port) => `http://127.0.0.1:${port}`,
    start: (port) => configured(port, "tinyproxy", ["-d", "-c"], `Port ${port}\nListen 127.0.0.1\nMaxClients 500\n`),
  },
  {
    name: `through microsocks${microsocks.note}`,
    skipped: microsocks.skipped,
    url: (port) => `socks5://me:s3cret@127.0.0.1:${port}`,
    start: (port) => startListening([port], "microsocks", "-i127.0.0.1", `-p${port}`, "-ume", "-Ps3cret"),
  },
  {
    name: `through danted${danted.note}`,
    skipped: danted.skipped,
    url: (port) => `socks5://127.0.0.1:${port}`,
    start: (port) => configured(port, "danted", ["-p", "/dev/null", "-f"], dante(port)),
  },
];

/** The URLs of the proxies that run. */
const proxies: Map<Way, string> = new Map();

async function started(way: Way, start: (port: number) => Promise<Program>): Promise<void> {
  const [port = 0] = await freePorts(1);
  const program = await start(port);
  proxies.set(way, way.url(port));
  programs.push(program);
}

const programs: Program[] = [];
afterAll(async () => {
  for (const program of programs) await program.stop();
});

const dante = (port: number): string => `
  errorlog: stderr
  internal: 127.0.0.1 port = ${port}
  external: lo
  clientmethod: none
  socksmethod: none
  client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
  socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 command: connect }
`;

/** Starts a proxy that reads a file; `args` end where the file's name goes. */
async function configured(port: number, command: string, args: string[], config: string): Promise<Program> {
  const folder = folderWith({ config });
  const program = await startListening([port], command, ...args, join(folder.path, "config"));
  return { ...program, stop: () => program.stop().finally(folder.remove) };
}

// Callers

/** A response, read to its end. */
interface Answer {
  readonly status: number;
  readonly content: Buffer;
}
interface Caller {
  call(url: string, method?: string, content?: Uint8Array): Promise<Answer>;
  close(options: { graceMs: number }): Promise<void>;
}

const CALLERS: Readonly<Record<"client" | "fetch", (options: ClientOptions) => Caller>> = {
  client: (options) => {
    const client = createClient(options);
    const call: Caller["call"] = async (url, method = "GET", content) => {
      const response = await client.request(url, content === undefined ? { method } : { method, content });
      return { status: response.status, content: Buffer.from(await response.bytes()) };
    };
    return { call, close: (closing) => client.close(closing) };
  },
  fetch: (options) => {
    const fetch = createFetch(options);
    const call: Caller["call"] = async (url, method = "GET", body) => {
      const response = await fetch(url, body === undefined ? { method } : { method, body });
      return { status: response.status, content: Buffer.from(await response.arrayBuffer()) };
    };
    return { call, close: (closing) => fetch.close(closing) };
  },
};

const VERSIONS: Readonly<Record<Protocol, "alpn" | "http/1.1" | "prior-knowledge">> = {
  h1: "alpn",
  "h1 over TLS": "http/1.1",
  h2: "alpn",
  h2c: "prior-knowledge",
};

/** What every cell is asked. */
async function proves(peer: Peer, running: RunningPeer, { protocol, how, way }: Cell): Promise<void> {
  const proxy = proxies.get(way);
  expect(proxy === undefined).toBe(way.start === null);
  const options: ClientOptions = {
    version: VERSIONS[protocol],
    tls: { ca: authority.cert },
    pool: { maxConnectionsPerOrigin: MAX_CONNECTIONS },
    ...(proxy === undefined ? {} : { proxy }),
  };
  const port = protocol === "h1" ? running.plain : protocol === "h2c" ? (running.h2c ?? running.plain) : running.secure;
  const origin = `${protocol === "h1" || protocol === "h2c" ? "http" : "https"}://127.0.0.1:${port}`;
  const caller = CALLERS[how](options);
  const probe = createClient({ ...options, decode: false });
  try {
    await asks(peer, caller, origin, `${protocol}-${how}-${WAYS.indexOf(way)}`.replaceAll(" ", "-"));
    // The cell is what it says, and what was decoded had come encoded.
    const seen = await probe.get(`${origin}/gzip`, { fields: { "Accept-Encoding": "gzip" } });
    await seen.bytes();
    expect(seen.version).toBe(protocol.startsWith("h1") ? "1.1" : "2");
    if (peer.compresses) expect(seen.fields.get("content-encoding")).toBe("gzip");
  } finally {
    await caller.close({ graceMs: 0 });
    await probe.close({ graceMs: 0 });
  }
}

async function asks(peer: Peer, { call }: Caller, origin: string, name: string): Promise<void> {
  // First: tinyproxy ends each connection without a word, and a POST that crosses the end is not sent twice.
  if (peer.upload === "echo") {
    const echo = await call(`${origin}/upload`, "POST", UPLOAD);
    expect([echo.status, Buffer.compare(echo.content, UPLOAD)]).toEqual([200, 0]);
  } else {
    const kept = `${origin}/upload-${name}`;
    expect((await call(kept, "PUT", UPLOAD)).status).toBe(201);
    expect(Buffer.compare((await call(kept)).content, UPLOAD)).toBe(0);
    expect((await call(kept, "DELETE")).status).toBe(204);
  }
  expect(said(await call(`${origin}/text`))).toBe("200 text");
  expect(said(await call(`${origin}/text`, "HEAD"))).toBe("200 ");
  expect((await call(`${origin}/unknown`)).status).toBe(404);
  if (peer.compresses) expect(said(await call(`${origin}/gzip`))).toBe(`200 ${COMPRESSIBLE}`);
  const answers = await Promise.all(Array.from({ length: MANY }, () => call(`${origin}/text`)));
  expect(answers.map(said)).toEqual(Array.from({ length: MANY }, () => "200 text"));
}

interface Cell {
  readonly way: Way;
  readonly protocol: Protocol;
  readonly how: keyof typeof CALLERS;
}

describe.each(PEERS.map((peer) => [`${peer.name}${peer.presence.note}`, peer] as const))("%s", (_, peer) => {
  let running: RunningPeer | null = null;
  const proofs: Map<Cell, Promise<void>> = new Map();
  beforeAll(async () => {
    if (peer.presence.skipped) return;
    running = await peer.start(await authority.issue({ names: ["127.0.0.1"] }));
    // All at once: in proxies that do not know TCP_NODELAY most of the time is waited for.
    for (const cell of cells) {
      const proof = proves(peer, running, cell);
      proof.catch(() => {}); // its test says so
      proofs.set(cell, proof);
    }
  }, START_MS);
  afterAll(() => running?.stop());

  const cells: Cell[] = [];
  describe.each(WAYS.map((way) => [way.name, way] as const))("%s", (_name, way) => {
    for (const protocol of peer.protocols)
      for (const how of ["client", "fetch"] as const) {
        const cell: Cell = { way, protocol, how };
        const skip = peer.presence.skipped || way.skipped;
        if (!skip) cells.push(cell);
        test(`${protocol}, ${how}`, { skip, timeout: 60_000 }, async () => {
          expect(proofs.has(cell)).toBe(true);
          await proofs.get(cell);
        });
      }
  });
});

function said({ status, content }: Answer): string {
  return `${status} ${content.toString("latin1")}`;
}
