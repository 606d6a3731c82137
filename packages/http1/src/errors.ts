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
