/**
 * What a client allows: each bound, its default, and what it stops.
 *
 * Options are read once, own properties only, into an object of our own: what
 * was planted on `Object.prototype` is no option (S127).
 *
 * @module
 */
import type { FieldsInit } from "@stack/http";
import type { ClientConnectionOptions as Http1Options } from "@stack/http1";
import type { ClientConnectionOptions as Http2Options } from "@stack/http2";
import type { ClientTls, ClientTlsOptions } from "@stack/tls";
import type { VersionChoice } from "./connection-key.ts";
import type { Connect, DialChoices } from "./connector.ts";
import type { LayerOptions } from "./layers.ts";
import type { ProxyOptions } from "./proxy-route.ts";
import type { RequestOptions, Timeouts } from "./request-options.ts";

/** How many connections there are, and for how long. Times in ms. */
export interface PoolOptions {
  /** Connections to one origin. Default 64. */
  readonly maxConnectionsPerOrigin?: number;
  /** Connections in all. Default 1,024. */
  readonly maxConnections?: number;
  /** Requests that may wait for a connection, also for one that is being opened, in all; more are `ERR_CLIENT_QUEUE_FULL`. Default 10,000. */
  readonly maxQueued?: number;
  /** How long an HTTP/1.1 connection waits for its next request unless the server said. Default 4,000. */
  readonly idleMs?: number;
  /** How long an HTTP/2 connection without streams is kept. Default 30,000. */
  readonly http2IdleMs?: number;
  /** How old a connection may be and still get a request. Default `Infinity`. */
  readonly maxAgeMs?: number;
  /** Requests on one connection. Default `Infinity`. */
  readonly maxRequests?: number;
  /** Streams at once on an HTTP/2 connection, whatever the server allows; then another is opened. Default 100. */
  readonly maxStreams?: number;
  /** Requests at once on an HTTP/1.1 connection, of safe methods (RFC 9112 §9.3.2). Default 1, no pipelining. */
  readonly maxPipelined?: number;
}

/** What a client is made of. */
export interface ClientOptions extends RequestOptions, LayerOptions {
  /** URLs of requests are paths below it, and cannot leave it (S110). */
  readonly baseUrl?: string | URL;
  /** Fields of every request that does not set them itself. */
  readonly fields?: FieldsInit;
  readonly pool?: PoolOptions;
  /** Whom to trust, what to show. Default: the public authorities. */
  readonly tls?: ClientTls | ClientTlsOptions;
  /** `"alpn"`: what TLS negotiates, HTTP/1.1 in cleartext. `"prior-knowledge"`: HTTP/2 in cleartext too. Default "alpn". */
  readonly version?: VersionChoice;
  /** Dials the Unix socket at this path instead of any host (S128). */
  readonly unixSocket?: string;
  /** How TCP connections are opened: the addresses that are allowed (S120), DNS. */
  readonly dial?: DialChoices;
  /**
   * The proxy for every request: `http://`, `https://` or `socks5://user:password@host:port`; or `"env"`, to read
   * `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` once. Default: none.
   */
  readonly proxy?: string | URL | ProxyOptions | null;
  /** Opens connections in a way of its own. Default: TCP, and TLS for https. */
  readonly connect?: Connect;
  /** What only HTTP/1.1 connections have: lenience, bounds on heads. */
  readonly http1?: Pick<Http1Options, "head" | "lenient" | "maxInformational" | "maxDrainOctets" | "continueTimeoutMs">;
  /** What only HTTP/2 connections have: windows, bounds on field sections. */
  readonly http2?: Omit<
    Http2Options,
    "onIdle" | "onClosed" | "idleTimeoutMs" | "contentTimeoutMs" | "maxConcurrentStreams"
  >;
}

/** {@link Timeouts} with every default filled in. */
export type ResolvedTimeouts = Required<Timeouts>;
/** {@link PoolOptions} with every default filled in. */
export type ResolvedPoolOptions = Required<PoolOptions>;

/** Defaults of {@link Timeouts}, ms. */
export const DEFAULT_TIMEOUTS: Readonly<ResolvedTimeouts> = {
  queueMs: 30_000,
  dnsMs: 5_000,
  connectMs: 10_000,
  tlsMs: 10_000,
  sendMs: 60_000,
  headMs: 300_000,
  contentMs: 300_000,
  totalMs: Number.POSITIVE_INFINITY,
};

/** Defaults of {@link PoolOptions}. */
export const DEFAULT_POOL: Readonly<ResolvedPoolOptions> = {
  maxConnectionsPerOrigin: 64,
  maxConnections: 1_024,
  maxQueued: 10_000,
  idleMs: 4_000,
  http2IdleMs: 30_000,
  maxAgeMs: Number.POSITIVE_INFINITY,
  maxRequests: Number.POSITIVE_INFINITY,
  maxStreams: 100,
  maxPipelined: 1,
};

/**
 * A copy of what `options` itself says; what it inherits is no option (S127).
 * @throws TypeError for a name that is unknown: a limit that was misspelt is none
 */
export function ownOptions<T extends object>(options: T, names: ReadonlySet<string>, what: string): T {
  const own: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(options)) {
    if (!names.has(name)) throw new TypeError(`${name} is no option of ${what}; known are ${[...names].join(", ")}`);
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) own[name] = value;
  }
  return own as T;
}

/**
 * Times over defaults.
 * @throws RangeError for one that is negative or no number; TypeError for a name that is unknown
 */
export function resolveTimeouts(
  timeouts: Timeouts = {},
  defaults: Readonly<ResolvedTimeouts> = DEFAULT_TIMEOUTS,
): ResolvedTimeouts {
  return resolveNumbers(timeouts, defaults, TIMEOUT_NAMES, "timeouts", 0);
}

/** Bounds of a pool over the defaults. Throws as {@link resolveTimeouts}. */
export function resolvePool(pool: PoolOptions = {}): ResolvedPoolOptions {
  return resolveNumbers(pool, DEFAULT_POOL, POOL_NAMES, "pool", 1, "maxQueued");
}

/**
 * Numbers over their defaults.
 *
 * @param what - they are options of, for errors
 * @param least - what each is at least, but the one that `orNone` names, which may be 0
 * @throws as {@link resolveTimeouts}
 */
export function resolveNumbers<T extends object>(
  given: Partial<T>,
  defaults: T,
  names: ReadonlySet<string>,
  what: string,
  least: number,
  orNone = "",
): T {
  const own = ownOptions(given, names, what) as Record<string, unknown>;
  for (const name of Object.keys(own)) {
    const value = own[name];
    const bound = name === orNone ? 0 : least;
    if (typeof value !== "number" || !(value >= bound))
      throw new RangeError(`${what}.${name} must be ${bound} or more, not ${String(value)}`);
  }
  return { ...defaults, ...own } as T;
}

const TIMEOUT_NAMES: ReadonlySet<string> = new Set(Object.keys(DEFAULT_TIMEOUTS));
const POOL_NAMES: ReadonlySet<string> = new Set(Object.keys(DEFAULT_POOL));
