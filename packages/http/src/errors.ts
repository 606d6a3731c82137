/**
 * Errors that a handler can meet or throw.
 *
 * @module
 */

/**
 * A failure that has an HTTP status. A handler that throws one is answered with
 * that status and, for 4xx, with its message; any other error is a bare 500.
 *
 * @example
 * ```ts
 * import { HttpError, type Handler } from "@stack/http";
 *
 * const item: Handler = (request) => {
 *   throw new HttpError(404, "ERR_NO_ITEM", `there is no item ${request.params.get("id")}`);
 * };
 * ```
 */
export class HttpError extends Error {
  override readonly name: string = "HttpError";
  /** The status to answer with, 400 to 599. */
  readonly status: number;
  /** Stable, documented, safe to switch on. */
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    if (!(status >= 400 && status <= 599)) throw new RangeError(`an error's status is 400 to 599, not ${status}`);
    this.status = status;
    this.code = code;
  }
}

/**
 * The content is larger than its reader allows: 413 (RFC 9110 §15.5.14).
 *
 * @example
 * ```ts
 * const upload: Handler = async (request, response) => {
 *   try {
 *     response.text(await request.text({ limit: 1_000 }));
 *   } catch (error) {
 *     if (!(error instanceof ContentTooLargeError)) throw error;
 *     response.status = 413;
 *     response.text(`send ${error.limit} octets at most`);
 *   }
 * };
 * ```
 */
export class ContentTooLargeError extends HttpError {
  override readonly name = "ContentTooLargeError";
  /** The limit that was passed, octets. */
  readonly limit: number;

  constructor(limit: number) {
    super(413, "ERR_CONTENT_TOO_LARGE", `the content is larger than ${limit} octets; send less or raise the limit`);
    this.limit = limit;
  }
}

/**
 * The peer went away before its message, or the response to it, was complete.
 *
 * @example
 * ```ts
 * request.signal.addEventListener("abort", () => console.log(request.signal.reason instanceof PeerGoneError)); // true
 * ```
 */
export class PeerGoneError extends Error {
  override readonly name = "PeerGoneError";
  readonly code = "ERR_PEER_GONE";

  constructor(message = "the peer closed the connection before the exchange was complete", options?: ErrorOptions) {
    super(message, options);
  }
}

/** A handler used its request or response in an order that HTTP does not have. */
export class ResponseStateError extends Error {
  override readonly name = "ResponseStateError";
  readonly code:
    | "ERR_HEAD_SENT"
    | "ERR_RESPONSE_ENDED"
    | "ERR_CONTENT_TAKEN"
    | "ERR_CONTENT_LENGTH"
    | "ERR_NO_RESPONSE";

  constructor(code: ResponseStateError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
