/**
 * What a server is told when it is made.
 *
 * @module
 */
import type { ReportError } from "@stack/http";
import type { ServerConnectionOptions } from "@stack/http1";
import type { ServerConnectionOptions as Http2ConnectionOptions } from "@stack/http2";
import type { ListenOptions } from "@stack/tcp";

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
