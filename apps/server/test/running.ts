/**
 * The reference server as tests use it: in this process, or spawned as users do.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Server } from "@stack/server";
import { RawClient } from "@stack/testing";
import { type AppOptions, createApp } from "../src/app.ts";

/** A server in this process, on a port that the system chose. */
export interface Running {
  readonly server: Server;
  readonly port: number;
  /** Sends octets on a connection of its own, and resolves with all that came until the server ended it. */
  exchange(wire: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server in this process. A port is given only to start again where one was. */
export async function start(options: Partial<AppOptions> = {}, at = 0): Promise<Running> {
  const draining = new AbortController();
  const server = createApp({ draining: draining.signal, ...options });
  const { port } = await server.listen(at);
  return {
    server,
    port,
    async exchange(wire) {
      const client = new RawClient(port).send(wire);
      await client.untilClosed();
      client.destroy();
      return client.received;
    },
    async stop() {
      draining.abort();
      await server.close({ graceMs: 0 });
    },
  };
}

/** Starts a server on a port below those that the system gives out for 0, so that nobody takes it while it is stopped. */
export async function startBelow(): Promise<Running> {
  for (let port = 10_240 + ((process.pid * 64) % 22_016); ; port++) {
    try {
      return await start({}, port);
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_ADDRESS_IN_USE") throw error;
    }
  }
}

/** A request with `Connection: close`, so that the end of the connection is the end of the answer. */
export function request(line: string, fields = "", content = ""): string {
  return `${line} HTTP/1.1\r\nHost: stack.test\r\nConnection: close\r\n${fields}\r\n${content}`;
}

/** A response taken apart; chunked content is joined. */
export interface Answer {
  readonly status: number;
  /** The field lines, as they came. */
  readonly head: string;
  readonly content: string;
  /** The trailer section's lines. */
  readonly trailers: string;
}

/** Takes apart a whole response. */
export function answer(received: string): Answer {
  const end = received.indexOf("\r\n\r\n");
  const head = received.slice(0, end + 2);
  const rest = received.slice(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  if (!/^transfer-encoding: chunked\r$/im.test(head)) return { status, head, content: rest, trailers: "" };
  let content = "";
  for (let at = 0; ; ) {
    const line = rest.slice(at, rest.indexOf("\r\n", at));
    const size = Number.parseInt(line, 16);
    if (!Number.isInteger(size)) return { status, head, content: `${content}<cut>`, trailers: "" };
    at += line.length + 2;
    if (size === 0) return { status, head, content, trailers: rest.slice(at, -2) };
    content += rest.slice(at, at + size);
    at += size + 2;
  }
}

/** The built program, as `node dist/main.js` starts it. */
export class Program {
  stdout: string;
  stderr: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  private changed: (() => void)[];

  constructor(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.stdout = "";
    this.stderr = "";
    this.changed = [];
    this.child = spawn(process.execPath, [MAIN, ...argv], { env: { ...process.env, ...env } });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.notify();
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.notify();
    });
    this.ended = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        resolve(code ?? signal ?? "");
        this.notify();
      });
    });
  }

  /** Resolves when what was written to stdout matches; rejects when the program ended without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`it ended without saying ${pattern}: ${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => this.changed.push(resolve));
    }
  }

  /** The port it listens on. */
  async port(): Promise<number> {
    return Number((await this.says(/^stack-server \S+ listening on http:\/\/\S+:(\d+)$/m))[1]);
  }

  /** Ends it at once, if it has not ended. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  private notify(): void {
    const { changed } = this;
    this.changed = [];
    for (const told of changed) told();
  }
}

/** Built before the tests run. */
export const MAIN: string = fileURLToPath(new URL("../dist/main.js", import.meta.url));
