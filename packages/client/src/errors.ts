/**
 * Errors of the client.
 *
 * @module
 */

/** How far a request had come when it failed. */
export type ClientStage = "request" | "queue" | "dns" | "connect" | "proxy" | "tls" | "head" | "content" | "redirect";

/** The codes of {@link ClientError}; the README says when each happens and what to do. */
export type ClientErrorCode =
  | "ERR_CLIENT_ABORTED"
  | "ERR_CLIENT_CIRCUIT_OPEN"
  | "ERR_CLIENT_CLOSED"
  | "ERR_CLIENT_CONNECT"
  | "ERR_CLIENT_CONNECT_TIMEOUT"
  | "ERR_CLIENT_CONTENT_SOURCE"
  | "ERR_CLIENT_CONTENT_TIMEOUT"
  | "ERR_CLIENT_CONTENT_TOO_LARGE"
  | "ERR_CLIENT_COOKIES"
  | "ERR_CLIENT_DISCONNECTED"
  | "ERR_CLIENT_DNS"
  | "ERR_CLIENT_DNS_TIMEOUT"
  | "ERR_CLIENT_EVENT_STREAM"
  | "ERR_CLIENT_HEAD_TIMEOUT"
  | "ERR_CLIENT_PROTOCOL"
  | "ERR_CLIENT_PROXY"
  | "ERR_CLIENT_PROXY_AUTHENTICATION"
  | "ERR_CLIENT_QUEUE_FULL"
  | "ERR_CLIENT_QUEUE_TIMEOUT"
  | "ERR_CLIENT_REDIRECT"
  | "ERR_CLIENT_REQUEST"
  | "ERR_CLIENT_RESET"
  | "ERR_CLIENT_SEND_TIMEOUT"
  | "ERR_CLIENT_TLS"
  | "ERR_CLIENT_TLS_TIMEOUT"
  | "ERR_CLIENT_TOTAL_TIMEOUT"
  | "ERR_CLIENT_URL";

/**
 * A request that has no complete response. What was met on the way is the `cause`.
 *
 * Neither the message nor a property holds a secret (S126): no field, no query, no credentials of a URL.
 *
 * @example
 * ```ts
 * import { ClientError, createClient } from "@stack/client";
 *
 * const client = createClient({ timeouts: { connectMs: 1_000 } });
 * try {
 *   await client.get("http://127.0.0.1:1/");
 * } catch (error) {
 *   if (error instanceof ClientError) console.log(error.code, error.stage); // ERR_CLIENT_CONNECT connect
 * }
 * await client.close();
 * ```
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** Stable, documented, safe to switch on. */
  readonly code: ClientErrorCode;
  readonly stage: ClientStage;
  /** `https://example.com:8443`, or "" when there was none yet. */
  readonly origin: string;
  /** The server has not acted on the request: sending it again cannot do a thing twice (RFC 9110 §9.2.2). */
  readonly unprocessed: boolean;

  constructor(
    code: ClientErrorCode,
    stage: ClientStage,
    origin: string,
    message: string,
    options: ErrorOptions & { readonly unprocessed?: boolean } = {},
  ) {
    super(origin === "" ? message : `${origin}: ${message}`, options);
    this.code = code;
    this.stage = stage;
    this.origin = origin;
    this.unprocessed = options.unprocessed === true;
  }
}
