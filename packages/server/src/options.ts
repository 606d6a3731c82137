/**
 * What a server is told when it is made and when it is to listen, and what it tells.
 *
 * @module
 */
import type { ReportError } from "@stack/http";
import type { ServerConnectionOptions } from "@stack/http1";
import type { ServerConnectionOptions as Http2ConnectionOptions } from "@stack/http2";
import type { ListenOptions } from "@stack/tcp";
import type { ServerTls, ServerTlsOptions } from "@stack/tls";

/**
 * Limits, times and sockets of a server. Everything has a default that is safe
 * on the open internet; times are ms, sizes octets.
 */
export interface ServerOptions
  extends Omit<ServerConnectionOptions, "handler">,
    Omit<ListenOptions, "connect" | "onRefused" | "secure"> {
  /**
   * Limits that only HTTP/2 has; what both versions have (times, content, paces) is said once, beside this. `false`:
   * HTTP/2 is not spoken. Default: spoken to clients that begin with its preface.
   */
  readonly http2?: Omit<Http2ConnectionOptions, "handler"> | false;
  /** Told of handlers that fail. Default: one line and the stack on stderr. */
  readonly onError?: ReportError;
  /** Told of connections that a cap turned away. */
  readonly onConnectionRefused?: (address: string) => void;
}

/** Where a server listens. */
export interface Listening {
  /** `http://host:port`, or `unix:/path`. */
  readonly url: string;
  readonly host: string;
  /** The port that the system chose when 0 was asked for; 0 for a Unix socket. */
  readonly port: number;
}

/** How to listen. */
export interface ServerListenOptions {
  /** Speaks TLS: certificates and keys, or a context that was made before and may be shared. Default: cleartext. */
  readonly tls?: ServerTls | ServerTlsOptions;
}

/** Figures of a server since it was made. */
export interface ServerFigures {
  /** Connections that are open now. */
  readonly connections: number;
  /** Requests that reached a handler. */
  readonly requests: number;
  /** Requests that were refused before, and connections that were cut for being too slow. */
  readonly refused: number;
  /** Handlers that failed. */
  readonly errors: number;
}
