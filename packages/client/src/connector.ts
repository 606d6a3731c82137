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
import type { ProxyRoutes } from "./proxy-route.ts";

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

/** What of `dial` of `@stack/tcp` a client leaves to its user: the SSRF guard (`allowAddress`), DNS. */
export type DialChoices = Pick<DialOptions, "noDelay" | "keepAliveMs" | "allowAddress" | "resolver" | "attemptDelayMs">;

/** How the default connector dials. */
export interface ConnectorOptions {
  readonly tls: ClientTls;
  /** The path of a Unix socket for every target, or "" (S128). */
  readonly unixSocket?: string;
  /** More for `dial` of `@stack/tcp`. */
  readonly dial?: DialChoices;
  /** The proxies on the way, or null. */
  readonly proxies?: ProxyRoutes | null;
}

/**
 * The {@link Connect} of a client that was given none: TCP, and TLS for https.
 *
 * @example
 * ```ts
 * import { createClientTls } from "@stack/tls";
 *
 * const slow = createConnector({ tls: createClientTls(), dial: { attemptDelayMs: 500 } });
 * const client = createClient({ connect: slow });
 * ```
 */
export function createConnector(options: ConnectorOptions): Connect {
  const { tls, unixSocket = "", dial: choices = {}, proxies = null } = options;
  // A proxy's own address is whoever's that set it up, and not judged.
  const { allowAddress: _, ...toProxy } = choices;
  return async (target, makeEngine, context) => {
    const { scheme, host, port } = target;
    const { dnsMs, connectMs, tlsMs } = context;
    const route = proxies?.routeTo(target) ?? null;
    const direct: Address = unixSocket === "" ? { host, port } : { path: unixSocket };
    const { address, ...through } =
      proxies === null || route === null ? { address: direct } : await proxies.dialling(route, target, context);
    // What is resumed was begun on the same way (S117).
    const server = `${host}:${port}${route === null ? "" : ` ${route.server.name}`}`;
    await dial(address, makeEngine, {
      ...(route === null ? choices : toProxy),
      keepsProcess: false,
      dnsTimeoutMs: dnsMs,
      connectTimeoutMs: connectMs,
      // Each stage has a time of its own; together they cannot take longer. A tunnel has what a connection has.
      timeoutMs: dnsMs + connectMs + (route === null ? 0 : connectMs + tlsMs) + tlsMs,
      signal: context.signal,
      onStage: (stage) => context.onStage(STAGES[stage]),
      ...through,
      ...(scheme === "https" ? { secure: tls.secure(host, server) } : {}),
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
