/**
 * Errors of TLS: of what it is given to work with, and of handshakes.
 *
 * @module
 */

/** The codes of {@link TlsError}; the README says when each happens and what to do. */
export type TlsErrorCode =
  | "ERR_TLS_FILE"
  | "ERR_TLS_CERTIFICATE"
  | "ERR_TLS_CERTIFICATE_EXPIRED"
  | "ERR_TLS_CERTIFICATE_REFUSED"
  | "ERR_TLS_CLIENT_CERTIFICATE"
  | "ERR_TLS_HANDSHAKE"
  | "ERR_TLS_HANDSHAKE_TIMEOUT"
  | "ERR_TLS_KEY"
  | "ERR_TLS_KEY_MISMATCH"
  | "ERR_TLS_NAME_MISMATCH"
  | "ERR_TLS_NO_ALPN"
  | "ERR_TLS_NOT_TLS"
  | "ERR_TLS_TICKET_KEYS"
  | "ERR_TLS_UNKNOWN_AUTHORITY"
  | "ERR_TLS_UNKNOWN_NAME";

/**
 * TLS cannot be set up, or a handshake failed. What the runtime said is the `cause`.
 *
 * @example
 * ```ts
 * try {
 *   createServerTls({ certificates: { cert: "cert.pem", key: "key.pem" } });
 * } catch (error) {
 *   if (error instanceof TlsError) console.error(error.code, error.message); // ERR_TLS_FILE, and which file
 * }
 * ```
 */
export class TlsError extends Error {
  override readonly name = "TlsError";
  /** Stable, documented, safe to switch on. */
  readonly code: TlsErrorCode;

  constructor(code: TlsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** For what nobody can be told of any more: the process lives (S102), and says so to whoever listens for its warnings. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
