/**
 * What whoever dials may choose: times, guards, tunnels and handshakes.
 *
 * @module
 */
import type { DialTime } from "./dial-time.ts";
import type { NameResolver } from "./name-resolver.ts";
import type { SocketOptions } from "./open-socket.ts";
import type { Secure } from "./secure.ts";
import type { Tunnel } from "./tunnel.ts";

/** What is done while dialling, in order; what is not wanted is left out. */
export type DialStage = "dns" | "connect" | "tunnel" | "secure";

/** How to dial. */
export interface DialOptions extends SocketOptions {
  /** How long all of it may take, {@link tunnel} and {@link secure} included, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** How long it may take to learn the first address of a name, ms. Default: as long as all of it. */
  readonly dnsTimeoutMs?: number;
  /** How long it may take from the first address to a connection, ms. Default: as long as all of it. */
  readonly connectTimeoutMs?: number;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal;
  /** Makes a tunnel to somewhere else, {@link socks5} for example, before anything else is said. Default: none. */
  readonly tunnel?: Tunnel;
  /** Makes a handshake before the engine is made. Default: none. */
  readonly secure?: Secure;
  /**
   * Whether an IP address may be connected to, {@link publicOnly} for example. Asked of an address that was given and of
   * those that a name has, and the one that was asked of is the one that is connected to (S120, S122). Not of paths, and
   * not of what a proxy connects to: it resolves names by itself. Default: all.
   */
  readonly allowAddress?: (address: string) => boolean;
  /** Who knows the addresses of names. Default: a `NameCache` that all dials share. */
  readonly resolver?: NameResolver;
  /** How long an attempt has to itself before the next begins, ms, 10 at least (RFC 8305 §5). Default 250. */
  readonly attemptDelayMs?: number;
  /** Told when a stage begins. */
  readonly onStage?: (stage: DialStage) => void;
  /** Default: the machine's. */
  readonly time?: DialTime;
}
