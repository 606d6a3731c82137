/**
 * How to listen and to close, and whether what was said is that: a cap that is no number would be no cap.
 *
 * @module
 */
import type { Carrier, Engine } from "./engine.ts";
import type { Secure } from "./secure.ts";

/** Bounds and socket options of a a listener. */
export interface ListenOptions {
  /** Makes the engine of each connection. When it throws, the connection is dropped and the process is warned (S102). */
  readonly connect: (carrier: Carrier) => Engine;
  /** Connections at once; more are closed as they come (S104). Default 32,768. */
  readonly maxConnections?: number;
  /**
   * Connections at once from one IPv4 address, or one IPv6 /64, which is what one network has (S104).
   * Default: no bound of its own, for servers behind a proxy.
   */
  readonly maxConnectionsPerAddress?: number;
  /** Connections that the kernel keeps waiting. Default 1,024. */
  readonly backlog?: number;
  /** Small writes leave at once. Default true. */
  readonly noDelay?: boolean;
  /** TCP keep-alive probes after this time without traffic, ms; 0 for none. Default 60,000. */
  readonly keepAliveMs?: number;
  /** Reads into one reused buffer: where proved ("auto"), or never. Default "auto". */
  readonly reuseReads?: "auto" | "never";
  /** Several processes may listen on the port, where the runtime can do it. Default false. */
  readonly reusePort?: boolean;
  /** Makes a handshake on each accepted socket, which counts as a connection meanwhile (S92). Default: none. */
  readonly secure?: Secure;
  /** Told of each connection that a cap turned away. */
  readonly onRefused?: (address: string) => void;
}

/** How to close. */
export interface CloseOptions {
  /** How long open exchanges may take to finish, ms; `Infinity` for as long as they like. Default 10,000. */
  readonly graceMs?: number;
}

/**
 * Looks at options before anything listens; {@link ListenOptions.connect} and `secure` are what `listen` is called with.
 *
 * @throws TypeError for another kind of value; RangeError for a number that is none, negative, or no bound where the
 *   system wants one
 *
 * @example
 * ```ts
 * checkListenOptions({ maxConnections: 1_000, backlog: 128 });
 * ```
 */
export function checkListenOptions(options: SocketBounds): void {
  for (const name of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    const value = options[name];
    if (value === undefined) continue;
    const kind = KINDS[name];
    if (typeof value !== kind) throw new TypeError(`${name} is a ${kind}, not ${shown(value)}`);
    if (typeof value === "number" && !(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${value}`);
  }
  const { backlog = 0, keepAliveMs = 0, reuseReads = "auto" } = options;
  if (!Number.isInteger(backlog) || backlog > MAX_INT32)
    throw new RangeError(`backlog must be a whole number to ${MAX_INT32}, not ${backlog}`);
  if (!Number.isFinite(keepAliveMs)) throw new RangeError("keepAliveMs must be finite; 0 is for no probes");
  if (reuseReads !== "auto" && reuseReads !== "never")
    throw new RangeError(`reuseReads is "auto" or "never", not ${shown(reuseReads)}`);
}

/** What a server of a protocol passes on; what it has under these names beside is its own. */
type SocketBounds = Partial<Omit<ListenOptions, "connect" | "secure" | "onRefused">> & { readonly onRefused?: unknown };

/** @throws RangeError when the time is no number, or negative: what is open would be cut at once */
export function checkGrace({ graceMs = 0 }: CloseOptions): void {
  if (typeof graceMs !== "number" || !(graceMs >= 0))
    throw new RangeError(`graceMs must be 0 or more, not ${shown(graceMs)}`);
}

/** A value in one line of an error. */
function shown(value: unknown): string {
  return typeof value === "bigint" || typeof value === "symbol"
    ? String(value)
    : (JSON.stringify(value) ?? typeof value);
}

const KINDS = {
  backlog: "number",
  keepAliveMs: "number",
  maxConnections: "number",
  maxConnectionsPerAddress: "number",
  noDelay: "boolean",
  onRefused: "function",
  reusePort: "boolean",
  reuseReads: "string",
} as const;

const MAX_INT32 = 2 ** 31 - 1;
