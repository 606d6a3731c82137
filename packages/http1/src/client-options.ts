/**
 * What a client connection allows: each bound, its default, and what it stops.
 *
 * @module
 */
import { type HeadLimits, type Leniency, ResponseHeadDecoder } from "@stack/http1-parser";
import type { ClientConnection } from "./client-connection.ts";
import { checkOption } from "./options.ts";

/** Limits and times of one HTTP/1.1 client connection. Times in ms, sizes in octets. */
export interface ClientConnectionOptions {
  /** Told when the connection could take a request and has none. For pools. */
  readonly onIdle?: (connection: ClientConnection) => void;
  /** Told when the byte stream is gone, and why. Not after an upgrade: the stream is another engine's then. */
  readonly onClosed?: (connection: ClientConnection, reason: Error | null) => void;
  /** Bounds on a response's head: octets and fields (S93). */
  readonly head?: Partial<HeadLimits>;
  /** Rules of RFC 9112 that are relaxed, each on its own. Default: none. */
  readonly lenient?: Partial<Leniency>;
  /** Requests that may be under way at once (RFC 9112 §9.3.2). Default 1, no pipelining: many servers get it wrong. */
  readonly maxPipelined?: number;
  /** Informational responses to one request; more is an error (S36). Default 16. */
  readonly maxInformational?: number;
  /** Content that its receiver does not want and that is read away to keep the connection. Default 64 KiB. */
  readonly maxDrainOctets?: number;
  /** Octets that wait for who takes over after an upgrade; then reading stops. Default 64 KiB. */
  readonly maxHeldOctets?: number;
  /** How long 100 is waited for before content is sent without it (RFC 9110 §10.1.1). Default 1 s. */
  readonly continueTimeoutMs?: number;
  /** From the end of a request, or an informational response, to the end of the response's head. Default 300 s. */
  readonly headTimeoutMs?: number;
  /** How long a server may send no octet of content that is wanted. Default 300 s. */
  readonly contentTimeoutMs?: number;
  /** How long a server may take no octet of a request. Default 60 s. */
  readonly sendTimeoutMs?: number;
  /**
   * How long a connection waits for its next request when the server named no time of its own. Default 4 s: most servers
   * end an idle connection after 5 s, and a request that crosses that end is lost.
   */
  readonly idleTimeoutMs?: number;
  /** The longest wait that a server's `Keep-Alive: timeout` can ask for. Default 300 s. */
  readonly maxIdleTimeoutMs?: number;
  /** How long a connection that we ended waits for the server's end. Default 2 s. */
  readonly lingerMs?: number;
}

/** The options with every default filled in; made once per client, shared by its connections. */
export interface ResolvedClientOptions {
  readonly onIdle: (connection: ClientConnection) => void;
  readonly onClosed: (connection: ClientConnection, reason: Error | null) => void;
  readonly head: Partial<HeadLimits>;
  readonly lenient: Partial<Leniency>;
  readonly maxPipelined: number;
  readonly maxInformational: number;
  readonly maxDrainOctets: number;
  readonly maxHeldOctets: number;
  readonly continueTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly contentTimeoutMs: number;
  readonly sendTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxIdleTimeoutMs: number;
  readonly lingerMs: number;
}

/** Defaults of {@link ClientConnectionOptions}. */
export const DEFAULT_CLIENT_OPTIONS: Readonly<ResolvedClientOptions> = {
  onIdle: () => {},
  onClosed: () => {},
  head: {},
  lenient: {},
  maxPipelined: 1,
  maxInformational: 16,
  maxDrainOctets: 65_536,
  maxHeldOctets: 65_536,
  continueTimeoutMs: 1_000,
  headTimeoutMs: 300_000,
  contentTimeoutMs: 300_000,
  sendTimeoutMs: 60_000,
  idleTimeoutMs: 4_000,
  maxIdleTimeoutMs: 300_000,
  lingerMs: 2_000,
};

/**
 * Fills in the defaults.
 * @throws TypeError when something else is given for a number or a function, or a limit or leniency that is unknown
 * @throws RangeError when a number is negative or not a number, or `maxPipelined` is less than 1
 *
 * @example
 * ```ts
 * resolveClientOptions({ headTimeoutMs: 5_000 }).lingerMs; // 2_000
 * ```
 */
export function resolveClientOptions(options: ClientConnectionOptions = {}): ResolvedClientOptions {
  const resolved: Record<string, unknown> = { ...DEFAULT_CLIENT_OPTIONS };
  for (const name of Object.keys(options)) {
    const value = options[name as keyof ClientConnectionOptions];
    if (value === undefined) continue;
    checkOption(name, value, resolved[name], name === "maxPipelined" ? 1 : 0);
    resolved[name] = value;
  }
  new ResponseHeadDecoder(options.head, options.lenient); // what is no limit is told here, not by the first connection
  return resolved as unknown as ResolvedClientOptions;
}
