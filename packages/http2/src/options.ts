/**
 * What an HTTP/2 connection allows: each bound, its default, and the attack that it stops.
 *
 * @module
 */
import type { Handler, HttpRequest, ReportError } from "@stack/http";
import { DEFAULT_MAX_FRAME_OCTETS } from "@stack/http2-frames";

/** Limits and times that both roles have. Times in ms, sizes in octets. */
export interface ConnectionOptions {
  /** The decoded size of a field section, 32 octets added for each field (S62, S66). Default 32 KiB. */
  readonly maxFieldSectionOctets?: number;
  /** Fields in a section (S93). Default 128. */
  readonly maxFields?: number;
  /** The encoded size of a field block over all its frames (S56). Default 32 KiB. */
  readonly maxFieldBlockOctets?: number;
  /** CONTINUATION frames in a field block (S56). Default 8. */
  readonly maxContinuations?: number;
  /** Our SETTINGS_HEADER_TABLE_SIZE, and the most that our encoder uses of the peer's. Default 4,096. */
  readonly headerTableOctets?: number;
  /** The window of streams and of the connection at first. Default 65,535. */
  readonly initialWindowOctets?: number;
  /** How far the windows grow where the path can use it. Default 8 MiB. */
  readonly maxWindowOctets?: number;
  /**
   * Content that waits for its readers and does not count against the connection's window, so that a response that
   * nobody reads keeps no other from its reader. Default 0 for a server, whose streams are the peer's; 8 MiB for a client.
   */
  readonly maxHeldOctets?: number;
  /** Useless streams in a burst: reset before they were answered, or broken (S54, S55, S60). Default 200. */
  readonly resetBurst?: number;
  /** Useless streams a second after that. Default 20. */
  readonly resetsPerSecond?: number;
  /** Frames that carry nothing in a burst: PING, SETTINGS, PRIORITY, empty DATA (S58, S59, S61, S64). Default 1,000. */
  readonly controlBurst?: number;
  /** Such frames a second after that. Default 100. */
  readonly controlsPerSecond?: number;
  /** From the connection to the peer's SETTINGS, and for a field block in pieces (S56, S82). Default 20 s. */
  readonly headTimeoutMs?: number;
  /** A connection without streams. Default 75 s. */
  readonly idleTimeoutMs?: number;
  /**
   * How long a peer may owe content, or a window that keeps content back, and move less than {@link minOctetsPerSecond}
   * on average: the stream is reset (S57, S78, S90); for the connection's window, the connection ends. Default
   * 30 s for a server, 300 s for a client, which waits for a response that long too.
   */
  readonly contentTimeoutMs?: number;
  /**
   * Octets a second that a peer must move while it owes any (S57, S63, S78, S90). 0: any octet is progress. Default 512
   * for a server, 0 for a client.
   */
  readonly minOctetsPerSecond?: number;
  /** The time over which the rate is taken at which the peer takes octets that wait in the kernel (S63). Default 10 s for a
   * server, 60 s for a client. */
  readonly rateWindowMs?: number;
  /** How long we wait for the peer's end after ours. Default 2 s. */
  readonly lingerMs?: number;
}

/** Limits and times of a server connection. */
export interface ServerConnectionOptions extends ConnectionOptions {
  /** Answers each request. */
  readonly handler: Handler;
  /** Told of handlers that fail. */
  readonly onError?: ReportError;
  /** Told of streams that are refused and connections that are ended for what the peer did. */
  readonly onRefused?: (error: Error, status: number) => void;
  /** Asked before content that the client announced with `Expect: 100-continue` is invited: 100, or a final status. */
  readonly onExpectContinue?: (request: HttpRequest) => number;
  /** From a request's head to the last of its content, while that is owed (S89). Default 300 s. */
  readonly requestTimeoutMs?: number;
  /** Content of a request; more is 413 (S94). Default 1 MiB. */
  readonly maxContentOctets?: number | ((request: HttpRequest) => number);
  /** Streams at once (S54); more are REFUSED_STREAM. Default 100. */
  readonly maxConcurrentStreams?: number;
  /** Accepts extended CONNECT (RFC 8441). Default true: a handler must accept each. */
  readonly extendedConnect?: boolean;
  /** Pushes where a handler asks for it and the peer allows it. Default false. */
  readonly push?: boolean;
  /**
   * Origins such as `https://a.example` that clients may ask for on a TLS connection to any of them: said once, in an
   * ORIGIN frame (RFC 8336). The certificate must name them all. Default: none is said.
   */
  readonly origins?: readonly string[];
}

/** All options with every default filled in. */
export interface ResolvedOptions extends Required<Omit<ServerConnectionOptions, "onExpectContinue" | "handler">> {
  readonly handler: Handler | null;
  readonly onExpectContinue: ((request: HttpRequest) => number) | null;
}

/** Defaults of {@link ServerConnectionOptions}. */
export const DEFAULT_OPTIONS: Readonly<ResolvedOptions> = {
  handler: null,
  onError: () => {},
  onRefused: () => {},
  onExpectContinue: null,
  maxContentOctets: 1_048_576,
  maxConcurrentStreams: 100,
  extendedConnect: true,
  push: false,
  origins: [],
  maxFieldSectionOctets: 32_768,
  maxFields: 128,
  maxFieldBlockOctets: 32_768,
  maxContinuations: 8,
  headerTableOctets: 4_096,
  initialWindowOctets: 65_535,
  maxWindowOctets: 8_388_608,
  maxHeldOctets: 0,
  resetBurst: 200,
  resetsPerSecond: 20,
  controlBurst: 1_000,
  controlsPerSecond: 100,
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
 * @throws TypeError when something else is given for a number, a function, or for true and false
 * @throws RangeError when a number is negative or not a number
 * @throws TypeError when an origin is not the ASCII serialisation of one (RFC 6454 §6.2)
 *
 * @example
 * ```ts
 * const options = resolveOptions({ handler: (_, response) => response.text("hello"), headTimeoutMs: 5_000 });
 * options.idleTimeoutMs; // 75_000
 * ```
 */
export function resolveOptions(options: Partial<ServerConnectionOptions>): ResolvedOptions {
  const resolved: Record<string, unknown> = { ...DEFAULT_OPTIONS };
  for (const name of Object.keys(options)) {
    const value = options[name as keyof ServerConnectionOptions];
    if (value === undefined || !Object.hasOwn(DEFAULT_OPTIONS, name)) continue;
    const kind = name.startsWith("on") || name === "handler" ? "function" : typeof resolved[name];
    if (typeof value !== kind && (name !== "maxContentOctets" || typeof value !== "function"))
      throw new TypeError(`${name} is ${kind === "object" ? "an array" : `a ${kind}`}, not ${shown(value)}`);
    if (typeof value === "number" && !(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${value}`);
    resolved[name] = value;
  }
  for (const origin of options.origins ?? [])
    if (!ORIGIN.test(origin)) throw new TypeError(`not an origin: ${JSON.stringify(origin)}; say https://host[:port]`);
  if ((options.origins ?? []).reduce((octets, origin) => octets + 2 + origin.length, 0) > DEFAULT_MAX_FRAME_OCTETS)
    throw new RangeError(`origins do not fit into a frame of ${DEFAULT_MAX_FRAME_OCTETS} octets; say fewer`);
  return resolved as unknown as ResolvedOptions;
}

/** A value in one line of an error. */
function shown(value: unknown): string {
  return typeof value === "bigint" || typeof value === "symbol"
    ? String(value)
    : (JSON.stringify(value) ?? typeof value);
}

const ORIGIN = /^https?:\/\/[a-z0-9._~-]+(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:.]+\](?::\d{1,5})?$/;
