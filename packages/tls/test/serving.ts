/**
 * A TLS server, its engines and its clients for one test; all of them are gone after it.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, Carrier, Engine, Listener, TlsPeer } from "@stack/tcp";
import { onTestFinished } from "vitest";
import { type ClientTlsOptions, createClientTls } from "../src/client-tls.ts";
import { type DialTlsOptions, dialTls } from "../src/dial-tls.ts";
import type { TlsError } from "../src/errors.ts";
import { type ListenTlsOptions, listenTls } from "../src/listen-tls.ts";
import { createServerTls, type ServerTls, type ServerTlsOptions } from "../src/server-tls.ts";
import { Echo, RawPeer, Talker } from "./engines.ts";

/** Which runtime this is: some leave parts of TLS out. */
export const RUNTIME: "node" | "bun" | "deno" =
  process.versions.bun !== undefined ? "bun" : process.versions.deno !== undefined ? "deno" : "node";

/** What a client and its server know of each other. */
export interface Meeting {
  readonly client: Talker;
  readonly server: Echo;
}

export interface Serving {
  readonly tls: ServerTls;
  readonly listener: Listener;
  /** In the order of their connections. */
  readonly engines: Echo[];
  /** Handshakes that failed. */
  readonly errors: TlsError[];
  /** What was wrong with our own files. */
  readonly problems: TlsError[];
  dial(options?: ClientTlsOptions, dialling?: DialTlsOptions): Promise<Talker>;
  /** Dials, and says something, so that both sides have seen the whole handshake. */
  meet(options?: ClientTlsOptions, dialling?: DialTlsOptions): Promise<Meeting>;
  raw(): RawPeer;
}

export async function serve(
  options: ServerTlsOptions,
  listening: Partial<ListenTlsOptions> = {},
  address: Address = 0,
): Promise<Serving> {
  const engines: Echo[] = [];
  const errors: TlsError[] = [];
  const problems: TlsError[] = [];
  const clients: { destroy(): void }[] = [];
  const tls = createServerTls({
    onHandshakeError: (error) => errors.push(error),
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  const connect = (carrier: Carrier): Engine => {
    const engine = new Echo(carrier);
    engines.push(engine);
    return engine;
  };
  const listener = await listenTls(address, { connect, ...listening, tls });
  onTestFinished(async () => {
    tls.close();
    for (const client of clients) client.destroy();
    await listener.close({ graceMs: 0 });
  });
  const dial = async (client: ClientTlsOptions = {}, dialling: DialTlsOptions = {}): Promise<Talker> => {
    const talker = await dialTls(listener.address, (carrier) => new Talker(carrier), {
      tls: createClientTls(client),
      servername: "a.example",
      ...dialling,
    });
    clients.push({ destroy: () => talker.carrier.abort(null) });
    return talker;
  };
  const meet = async (client?: ClientTlsOptions, dialling?: DialTlsOptions): Promise<Meeting> => {
    const before = engines.length;
    const talker = await dial(client, dialling);
    await said(talker, "hello");
    return { client: talker, server: engines[before] as Echo };
  };
  const raw = (): RawPeer => {
    const peer = new RawPeer(listener.address);
    clients.push(peer.socket);
    return peer;
  };
  return { tls, listener, engines, errors, problems, dial, meet, raw };
}

/** Says something to an {@link Echo} and hears it back. */
export async function said(client: Talker, text: string): Promise<void> {
  const before = client.received;
  client.send(text);
  while (client.received !== before + text) {
    if (client.reason !== undefined) throw client.reason ?? new Error("the connection was closed");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What TLS proved about the other side of a connection. */
export function tlsOf(engine: Echo): TlsPeer {
  const { tls } = engine.carrier.peer;
  if (tls === undefined || tls === null) throw new Error("the connection is not under TLS");
  return tls;
}

/** The error that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<TlsError> {
  try {
    await promise;
  } catch (error) {
    return error as TlsError;
  }
  throw new Error("it did not fail");
}

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tls-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
