/**
 * Errors of the HTTP/1.1 engines.
 *
 * @module
 */

/** Why a connection was refused or cut by us, for logs and for whoever waits on the exchange. */
export class Http1Error extends Error {
  override readonly name = "Http1Error";
  /** Stable, documented, safe to switch on. */
  readonly code: Http1ErrorCode;
  /** The status that the peer was sent, or 0. */
  readonly status: number;

  constructor(code: Http1ErrorCode, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** The codes of {@link Http1Error}; the README says when each happens and what to do. */
export type Http1ErrorCode =
  | "ERR_HTTP1_HEAD_TIMEOUT"
  | "ERR_HTTP1_REQUEST_TIMEOUT"
  | "ERR_HTTP1_CONTENT_TIMEOUT"
  | "ERR_HTTP1_TOO_SLOW"
  | "ERR_HTTP1_INCOMPLETE"
  | "ERR_HTTP1_MISDIRECTED"
  | "ERR_HTTP1_CONTENT_TOO_LARGE"
  | "ERR_HTTP1_EXPECTATION_REFUSED"
  | "ERR_HTTP1_CLOSED"
  | "ERR_HTTP1_UNEXPECTED_OCTETS"
  | "ERR_HTTP1_TOO_MANY_INFORMATIONAL"
  | "ERR_HTTP1_CONTENT_MISMATCH"
  | "ERR_HTTP1_NO_UPGRADE"
  | "ERR_HTTP1_UNEXPECTED_UPGRADE"
  | "ERR_HTTP1_UNAVAILABLE"
  | "ERR_HTTP1_LENGTH_REQUIRED"
  | "ERR_HTTP1_ANSWERED"
  | "ERR_HTTP1_RESET";

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
