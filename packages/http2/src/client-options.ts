/**
 * Limits and times of a client connection, and where their defaults differ from a server's.
 *
 * @module
 */
import type { ClientConnection } from "./client-connection.ts";
import { type ConnectionOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import type { PushedRequest } from "./push-promise.ts";

/** Limits and times of a client connection. */
export interface ClientConnectionOptions extends ConnectionOptions {
  /** Told when streams can be opened again, when none are left, and when the server leaves. For pools. */
  readonly onIdle?: (connection: ClientConnection) => void;
  /** Told when the byte stream is gone. */
  readonly onClosed?: (connection: ClientConnection, reason: Error | null) => void;
  /** Informational responses to one request; more is an error (S36). Default 16. */
  readonly maxInformational?: number;
  /** Streams at once, whatever the server allows. Default 100. */
  readonly maxConcurrentStreams?: number;
  /**
   * Told of each response that the server pushes (RFC 9113 §8.4): it calls `accept`, or the promise is refused. As many
   * at once as {@link maxConcurrentStreams}. Default: push is off, and a promise ends the connection (S84).
   */
  readonly onPush?: (request: PushedRequest) => void;
}

/** Informational responses to one request, unless the options say another number. */
export const DEFAULT_MAX_INFORMATIONAL = 16;

/** A server may be slow, but not dead: where a client's defaults differ from a server's. */
const CLIENT_DEFAULTS: ConnectionOptions = {
  contentTimeoutMs: 300_000,
  minOctetsPerSecond: 0,
  rateWindowMs: 60_000,
  maxHeldOctets: 8_388_608,
};

/** What both roles share, with the defaults of a client filled in. */
export function resolveClientOptions(options: ClientConnectionOptions): ResolvedOptions {
  return resolveOptions({ ...CLIENT_DEFAULTS, ...options });
}
