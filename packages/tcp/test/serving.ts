/**
 * A listener, its engines and its peers for one test; all of them are gone after it.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Address } from "../src/address.ts";
import type { Carrier, Engine } from "../src/engine.ts";
import { type Listener, listen } from "../src/listen.ts";
import type { ListenOptions } from "../src/listen-options.ts";
import { Peer, until } from "./engines.ts";

export interface Serving<E extends Engine> {
  readonly listener: Listener;
  /** In the order of their connections. */
  readonly engines: E[];
  /** A connected peer, and the engine at its other end. */
  meet(): Promise<{ peer: Peer; engine: E }>;
}

/** The tests run on Node, Bun and Deno; a few say which of them cannot do what they need. */
export const RUNTIME: "node" | "bun" | "deno" =
  process.versions.bun !== undefined ? "bun" : process.versions.deno !== undefined ? "deno" : "node";

/** Both ways of reading, for `describe.each`. */
export const READS: readonly ("auto" | "never")[] = ["auto", "never"];

export async function serve<E extends Engine>(
  make: (carrier: Carrier) => E,
  options: Partial<ListenOptions> = {},
  address: Address = 0,
): Promise<Serving<E>> {
  const engines: E[] = [];
  const peers: Peer[] = [];
  const connect = (carrier: Carrier): E => {
    const engine = make(carrier);
    engines.push(engine);
    return engine;
  };
  const listener = await listen(address, { ...options, connect });
  onTestFinished(async () => {
    for (const peer of peers) peer.socket.destroy();
    await listener.close({ graceMs: 0 });
  });
  const meet = async (): Promise<{ peer: Peer; engine: E }> => {
    const index = engines.length;
    const peer = new Peer(listener.address);
    peers.push(peer);
    await until(() => engines.length > index && !peer.socket.connecting);
    return { peer, engine: engines[index] as E };
  };
  return { listener, engines, meet };
}

/** A folder that is gone after the test, for Unix sockets. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tcp-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
