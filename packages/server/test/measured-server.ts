/**
 * The server of `fixtures/memory-server.mjs`, in a process of its own, so that its memory can be told from the test's.
 *
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Octets of the process. */
export interface Memory {
  readonly rss: number;
  /** Of the heap and behind it, after a collection. */
  readonly used: number;
}

/**
 * The least growth of several tries; no further one when a growth is below `enough`, of whatever was asked for.
 *
 * What is held for a client is held each time. A page that the heap takes, or code that is compiled, comes now and then.
 */
export async function leastGrowth(enough: Partial<Memory>, grown: () => Promise<Memory>): Promise<Memory> {
  const { rss = Number.POSITIVE_INFINITY, used = Number.POSITIVE_INFINITY } = enough;
  let least: Memory = { rss: Number.POSITIVE_INFINITY, used: Number.POSITIVE_INFINITY };
  for (let i = 0; i < MAX_TRIES && (least.rss >= rss || least.used >= used); i++) {
    const now = await grown();
    least = { rss: Math.min(least.rss, now.rss), used: Math.min(least.used, now.used) };
  }
  return least;
}

const MAX_TRIES = 5;

export class MeasuredServer {
  readonly port: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
  }

  static async start(): Promise<MeasuredServer> {
    const path = fileURLToPath(new URL("fixtures/memory-server.mjs", import.meta.url));
    const child = fork(path, { execArgv: ["--expose-gc"] });
    const { port } = await told<{ port: number }>(child);
    return new MeasuredServer(child, port);
  }

  /** Asks for something that is not answered. */
  tell(what: string): void {
    this.child.send(what);
  }

  memory(): Promise<Memory> {
    return this.ask("memory");
  }

  /** Connections that are open. */
  async connections(): Promise<number> {
    return (await this.ask<{ connections: number }>("given")).connections;
  }

  /** Resolves when handlers have moved the same count of octets in twenty answers running; gives it. */
  async stalled(): Promise<number> {
    let last = -1;
    for (let same = 0; same < 20; ) {
      const { given } = await this.ask<{ given: number }>("given");
      same = given === last && given > 0 ? same + 1 : 0;
      last = given;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return last;
  }

  stop(): void {
    this.child.kill();
  }

  private ask<T>(what: string): Promise<T> {
    this.child.send(what);
    return told<T>(this.child);
  }
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once("message", (message) => resolve(message as T)));
}
