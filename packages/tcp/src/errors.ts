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
  | "ERR_DIAL_NOT_ALLOWED"
  | "ERR_DNS"
  | "ERR_DNS_NOT_FOUND"
  | "ERR_DNS_TIMEOUT"
  | "ERR_TUNNEL_OCTETS"
  | "ERR_SERVER_CLOSED";

/** One address that was tried, or refused before that. Times in ms from the begin of the dial. */
export interface DialAttempt {
  /** An IP address. */
  readonly address: string;
  readonly startMs: number;
  /** -1: it was still under way when the dial was given up. */
  readonly endMs: number;
  readonly error: Error | null;
}

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
  /** The addresses that were tried, in the order of their ends, if a name was dialled; else empty. */
  readonly attempts: readonly DialAttempt[];

  constructor(
    code: TcpErrorCode,
    message: string,
    options: ErrorOptions & { readonly attempts?: readonly DialAttempt[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.attempts = options.attempts ?? [];
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

/** What the system says of a peer. */
export function dialError(error: Error, address: string): TcpError {
  return new TcpError("ERR_DIAL", `cannot connect to ${address}: ${error.message}; is the server running there?`, {
    cause: error,
  });
}

/** What the system says of all addresses of a name; a policy may have refused some of them. */
export function attemptsError(attempts: readonly DialAttempt[], address: string): TcpError {
  const errors = attempts.flatMap(({ error }) => (error === null ? [] : [error]));
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors, "every attempt failed");
  const why = errors.map(({ message }) => message).join("; ");
  const refused = errors.filter((error) => (error as NodeJS.ErrnoException).code === "ERR_DIAL_NOT_ALLOWED").length;
  if (refused > 0 && refused === errors.length) return notAllowed(address, why, { cause, attempts });
  return new TcpError("ERR_DIAL", `cannot connect to ${address}: ${why}; is the server running there?`, {
    cause,
    attempts,
  });
}

/** Where `allowAddress` lets nobody go. */
export function notAllowed(
  address: string,
  why: string,
  options: { readonly cause: unknown; readonly attempts?: readonly DialAttempt[] },
): TcpError {
  return new TcpError("ERR_DIAL_NOT_ALLOWED", `will not connect to ${address}: ${why}`, options);
}

/** What a resolver says of a name. */
export function nameError(name: string, error: Error | null, negative: boolean): TcpError {
  const why = error === null ? "it has no address" : error.message;
  return negative
    ? new TcpError("ERR_DNS_NOT_FOUND", `${name} has no address (${why}); is it spelled right?`, { cause: error })
    : new TcpError("ERR_DNS", `cannot ask for the addresses of ${name} (${why}); try again later`, { cause: error });
}

/**
 * For what nobody can be told of any more, an engine's `closed` that throws for example: the process lives (S102), and
 * says so on stderr or to whoever listens for its warnings.
 */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
