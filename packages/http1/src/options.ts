/**
 * What a server connection allows: each bound, its default, and the attack that it stops.
 *
 * @module
 */
import type { Handler, HttpRequest, ReportError } from "@stack/http";
import { type HeadLimits, type Leniency, RequestHeadDecoder } from "@stack/http1-parser";

/** Limits and times of one HTTP/1.1 server connection. Times in ms, sizes in octets. */
export interface ServerConnectionOptions {
  /** Answers each request. */
  readonly handler: Handler;
  /** Told of handlers that fail. Default: nothing is told. */
  readonly onError?: ReportError;
  /** Told of each request that is refused, and of connections that are cut for being too slow. */
  readonly onRefused?: (error: Error, status: number) => void;
  /**
   * Asked before content that the client announced with `Expect: 100-continue` (RFC 9110 §10.1.1) is invited. Returns
   * 100 to go on, or the final status to refuse with; the handler is not called then. Default: always 100.
   */
  readonly onExpectContinue?: (request: HttpRequest) => number;
  /** Bounds on a request's head: octets, target, fields (S40, S93). */
  readonly head?: Partial<HeadLimits>;
  /** Rules of RFC 9112 that are relaxed, each on its own. Default: none. */
  readonly lenient?: Partial<Leniency>;
  /** Content of a request; more is 413 (S94). A function decides by the request's head. Default 1 MiB. */
  readonly maxContentOctets?: number | ((request: HttpRequest) => number);
  /** Content that no handler read and that is read away to keep the connection; more closes it (S26). Default 64 KiB. */
  readonly maxDrainOctets?: number;
  /** Octets of pipelined requests that wait while one is answered; then reading stops (S37). Default 64 KiB. */
  readonly maxHeldOctets?: number;
  /** Requests on one connection, the last is answered with `Connection: close`. Default: no bound. */
  readonly maxRequests?: number;
  /** From the connection, or a request's first octet, to the end of the head (S88). Default 20 s. */
  readonly headTimeoutMs?: number;
  /** From a response to the first octet of the next request. Default 75 s. */
  readonly idleTimeoutMs?: number;
  /** From a request's first octet to the last of its content (S89). Default 300 s. */
  readonly requestTimeoutMs?: number;
  /** How long a peer may send no octet of content that it owes (S90). Default 30 s. */
  readonly contentTimeoutMs?: number;
  /** Octets a second, averaged over {@link rateWindowMs}, while the peer owes content or takes it (S90, S91). Default 512. */
  readonly minOctetsPerSecond?: number;
  /** The time over which the rate is taken. Default 10 s. */
  readonly rateWindowMs?: number;
  /** How long a connection that we ended waits for the peer's end, so that its last answer is not lost. Default 2 s. */
  readonly lingerMs?: number;
}

/** The options with every default filled in; made once per server, shared by its connections. */
export interface ResolvedServerOptions {
  /** Decoders of heads, shared by the connections of a server. */
  readonly heads: HeadDecoders;
  readonly handler: Handler;
  readonly onError: ReportError;
  readonly onRefused: (error: Error, status: number) => void;
  readonly onExpectContinue: ((request: HttpRequest) => number) | null;
  readonly head: Partial<HeadLimits>;
  readonly lenient: Partial<Leniency>;
  readonly maxContentOctets: number | ((request: HttpRequest) => number);
  readonly maxDrainOctets: number;
  readonly maxHeldOctets: number;
  readonly maxRequests: number;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly contentTimeoutMs: number;
  readonly minOctetsPerSecond: number;
  readonly rateWindowMs: number;
  readonly lingerMs: number;
}

/** Defaults of {@link ServerConnectionOptions}. */
export const DEFAULT_SERVER_OPTIONS: Readonly<Omit<ResolvedServerOptions, "handler" | "heads">> = {
  onError: () => {},
  onRefused: () => {},
  onExpectContinue: null,
  head: {},
  lenient: {},
  maxContentOctets: 1_048_576,
  maxDrainOctets: 65_536,
  maxHeldOctets: 65_536,
  maxRequests: Number.POSITIVE_INFINITY,
  headTimeoutMs: 20_000,
  idleTimeoutMs: 75_000,
  requestTimeoutMs: 300_000,
  contentTimeoutMs: 30_000,
  minOctetsPerSecond: 512,
  rateWindowMs: 10_000,
  lingerMs: 2_000,
};

/**
 * Fills in the defaults.
 * @throws TypeError when something else is given for a number or a function, or a limit or leniency that is unknown
 * @throws RangeError when a number is negative or not a number
 *
 * @example
 * ```ts
 * const options = resolveServerOptions({ handler: (_, response) => response.text("hello"), headTimeoutMs: 5_000 });
 * options.maxContentOctets; // 1_048_576
 * ```
 */
export function resolveServerOptions(options: ServerConnectionOptions): ResolvedServerOptions {
  const resolved: Record<string, unknown> = { ...DEFAULT_SERVER_OPTIONS };
  for (const name of Object.keys(options)) {
    const value = options[name as keyof ServerConnectionOptions];
    if (value === undefined) continue;
    if (name !== "maxContentOctets" || typeof value !== "function") checkOption(name, value, resolved[name], 0);
    resolved[name] = value;
  }
  resolved.heads = new HeadDecoders(options.head, options.lenient);
  return resolved as unknown as ResolvedServerOptions;
}

/**
 * Looks at one option.
 *
 * @param standard - the default, of whose kind it has to be. What has none is another's option
 * @param least - what a number is at least
 * @throws TypeError, RangeError as {@link resolveServerOptions}
 */
export function checkOption(name: string, value: unknown, standard: unknown, least: number): void {
  const kind = name.startsWith("on") ? "function" : typeof standard;
  if (standard !== undefined && typeof value !== kind)
    throw new TypeError(`${name} is ${kind === "object" ? "an" : "a"} ${kind}, not ${shown(value)}`);
  if (typeof value === "number" && !(value >= least))
    throw new RangeError(`${name} must be ${least} or more, not ${value}`);
}

/** A value in one line of an error. */
function shown(value: unknown): string {
  return typeof value === "bigint" || typeof value === "symbol"
    ? String(value)
    : (JSON.stringify(value) ?? typeof value);
}

/**
 * Decoders of heads for all connections of a server. Decoding is synchronous,
 * so one decoder serves them all, except while a head is cut: then the
 * connection keeps it, and another takes its place. 10,000 idle connections
 * have one decoder between them.
 */
export class HeadDecoders {
  private readonly limits: Partial<HeadLimits> | undefined;
  private readonly leniency: Partial<Leniency> | undefined;
  private spare: RequestHeadDecoder | null;

  constructor(limits: Partial<HeadLimits> | undefined, leniency: Partial<Leniency> | undefined) {
    this.limits = limits;
    this.leniency = leniency;
    this.spare = new RequestHeadDecoder(limits, leniency); // now: what is no limit is told to who made the server
  }

  /** A decoder between two heads. */
  take(): RequestHeadDecoder {
    const { spare } = this;
    this.spare = null;
    return spare ?? new RequestHeadDecoder(this.limits, this.leniency);
  }

  /** Gives it back when its results were read. */
  give(decoder: RequestHeadDecoder): void {
    this.spare = decoder;
  }
}
