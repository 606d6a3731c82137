/**
 * Errors of listening and dialling.
 *
 * @module
 */

import { formatAddress, type ParsedAddress } from "./address.ts";

/** The codes of {@link TcpError}; the README says when each happens and what to do. */
export type TcpErrorCode =
  | "ERR_ADDRESS_IN_USE"
  | "ERR_ADDRESS_NOT_AVAILABLE"
  | "ERR_ADDRESS_FORBIDDEN"
  | "ERR_LISTEN"
  | "ERR_DIAL"
  | "ERR_DIAL_TIMEOUT"
  | "ERR_DIAL_ABORTED"
  | "ERR_SERVER_CLOSED";

/**
 * A socket that could not be opened, or that the server closed. The system's own error is the `cause`.
 *
 * @example
 * ```ts
 * try {
 *   await listen(8080, { connect });
 * } catch (error) {
 *   if (!(error instanceof TcpError) || error.code !== "ERR_ADDRESS_IN_USE") throw error;
 *   await listen(0, { connect });
 * }
 * ```
 */
export class TcpError extends Error {
  override readonly name = "TcpError";
  /** Stable, documented, safe to switch on. */
  readonly code: TcpErrorCode;

  constructor(code: TcpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What the system says of an address, in words that tell what to do. */
export function listenError(error: NodeJS.ErrnoException, where: ParsedAddress): TcpError {
  const address = formatAddress(where);
  const isPath = "path" in where;
  switch (error.code) {
    case "EADDRINUSE":
      return new TcpError(
        "ERR_ADDRESS_IN_USE",
        isPath
          ? `${address} is in use by another process, or no socket; choose another path`
          : `${address} is in use by another process; choose another port, or 0 for a free one`,
        { cause: error },
      );
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "ENOTFOUND":
      return new TcpError(
        "ERR_ADDRESS_NOT_AVAILABLE",
        `${address} is no address of this machine; use 127.0.0.1, ::1, 0.0.0.0 or ::`,
        { cause: error },
      );
    case "EACCES":
      return new TcpError(
        "ERR_ADDRESS_FORBIDDEN",
        isPath
          ? `this process may not make ${address}; its folder must exist and be writable`
          : `this process may not listen on ${address}; ports below 1024 need a privilege`,
        { cause: error },
      );
    default:
      return new TcpError("ERR_LISTEN", `cannot listen on ${address}: ${error.message}`, { cause: error });
  }
}

/** What the system says of a peer. A name with several addresses fails with an error for each, and no message of its own. */
export function dialError(error: Error, address: string): TcpError {
  const causes: Error[] = error instanceof AggregateError ? error.errors : [error];
  const why = causes.map((cause) => cause.message).join("; ");
  return new TcpError("ERR_DIAL", `cannot connect to ${address}: ${why}; is the server running there?`, {
    cause: error,
  });
}

/**
 * For what nobody can be told of any more, an engine's `closed` that throws for example: the process lives (S102), and
 * says so on stderr or to whoever listens for its warnings.
 */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
