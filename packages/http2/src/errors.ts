/**
 * Errors of the HTTP/2 engines.
 *
 * @module
 */
import { errorCodeName } from "@stack/http2-frames";

/** The codes of {@link Http2Error}; the README says when each happens and what to do. */
export type Http2ErrorCode =
  | "ERR_HTTP2_STREAM_RESET"
  | "ERR_HTTP2_STREAM_REFUSED"
  | "ERR_HTTP2_GOAWAY"
  | "ERR_HTTP2_TOO_SLOW"
  | "ERR_HTTP2_CLOSED"
  | "ERR_HTTP2_UNAVAILABLE"
  | "ERR_HTTP2_TIMEOUT";

/** Why a stream or a connection ended before its time. */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  /** Stable, documented, safe to switch on. */
  readonly code: Http2ErrorCode;
  /** The protocol's own code, of RST_STREAM or GOAWAY (RFC 9113 §7). */
  readonly errorCode: number;
  /** Who ended it. */
  readonly by: "peer" | "us";

  constructor(code: Http2ErrorCode, errorCode: number, by: "peer" | "us", message: string) {
    super(`${message} (${errorCodeName(errorCode)}, by ${by})`);
    this.code = code;
    this.errorCode = errorCode;
    this.by = by;
  }
}

/**
 * Whether the reason of a connection's end is a fault in this process: something that an engine, or what it called,
 * has thrown. What a peer or the network does has a `code`, and is none of JavaScript's own errors.
 */
export function isFault(reason: Error | null): boolean {
  if (reason === null) return false;
  return (
    typeof (reason as { code?: unknown }).code !== "string" ||
    reason instanceof TypeError ||
    reason instanceof RangeError
  );
}
