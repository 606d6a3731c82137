/**
 * How a connection is opened: DNS, TCP, TLS, and the engine that the server chose.
 *
 * A seam: a proxy, a mock or a test is another {@link Connect}. It gives the
 * carrier to the engine in the same turn in which the byte stream is ready, so
 * that no octet can come before someone takes it (S115).
 *
 * @module
 */
import type { Carrier, Engine } from "@stack/http";
import { type Address, type DialOptions, type DialStage, dial } from "@stack/tcp";
import type { ClientTls } from "@stack/tls";
import type { VersionChoice } from "./connection-key.ts";
import type { ClientStage } from "./errors.ts";

/** Where to connect to. */
export interface ConnectTarget {
  readonly scheme: "http" | "https";
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly version: VersionChoice;
}

/** What is known while a connection is opened. */
export interface ConnectContext {
  /** Aborts when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
  /** Times of the stages, ms; `Infinity` for ever. */
  readonly dnsMs: number;
  readonly connectMs: number;
  readonly tlsMs: number;
  /** Says that a stage begins, so that a failure and the timings can name it. */
  onStage(stage: ConnectStage): void;
}

/** The stages of opening a connection, in their order. */
export type ConnectStage = Extract<ClientStage, "dns" | "connect" | "proxy" | "tls">;

/** Opens a byte stream to `target` and carries the engine that `makeEngine` makes of it. */
export type Connect = (
  target: ConnectTarget,
  makeEngine: (carrier: Carrier) => Engine,
  context: ConnectContext,
) => Promise<void>;

/** What of `dial` of `@stack/tcp` a client leaves to its user: SOCKS5 (`tunnel`), the SSRF guard (`allowAddress`), DNS. */
export type DialChoices = Pick<
  DialOptions,
  "noDelay" | "keepAliveMs" | "tunnel" | "allowAddress" | "resolver" | "attemptDelayMs"
>;

/** How the default connector dials. */
export interface ConnectorOptions {
  readonly tls: ClientTls;
  /** The path of a Unix socket for every target, or "" (S128). */
  readonly unixSocket?: string;
  /** More for `dial` of `@stack/tcp`. */
  readonly dial?: DialChoices;
}

/** The {@link Connect} of a client that was given none: TCP, and TLS for https. */
export function createConnector(options: ConnectorOptions): Connect {
  const { tls, unixSocket = "", dial: more = {} } = options;
  return async ({ scheme, host, port }, makeEngine, context) => {
    const { dnsMs, connectMs, tlsMs } = context;
    const address: Address = unixSocket === "" ? { host, port } : { path: unixSocket };
    await dial(address, makeEngine, {
      ...more,
      dnsTimeoutMs: dnsMs,
      connectTimeoutMs: connectMs,
      // Each stage has a time of its own; together they cannot take longer. A tunnel has what a connection has.
      timeoutMs: dnsMs + connectMs + (more.tunnel === undefined ? 0 : connectMs) + tlsMs,
      signal: context.signal,
      onStage: (stage) => context.onStage(STAGES[stage]),
      ...(scheme === "https" ? { secure: tls.secure(host, `${host}:${port}`) } : {}),
    });
  };
}

/** What `dial` calls its stages, and we ours. */
const STAGES: Readonly<Record<DialStage, ConnectStage>> = {
  dns: "dns",
  connect: "connect",
  tunnel: "proxy",
  secure: "tls",
};
