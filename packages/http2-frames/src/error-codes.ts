/**
 * Error codes (RFC 9113 §7), and the one error that ends a connection.
 *
 * @module
 */

/** What RST_STREAM and GOAWAY carry. */
export const ERROR_CODE = {
  NO_ERROR: 0x00,
  PROTOCOL_ERROR: 0x01,
  INTERNAL_ERROR: 0x02,
  FLOW_CONTROL_ERROR: 0x03,
  SETTINGS_TIMEOUT: 0x04,
  STREAM_CLOSED: 0x05,
  FRAME_SIZE_ERROR: 0x06,
  REFUSED_STREAM: 0x07,
  CANCEL: 0x08,
  COMPRESSION_ERROR: 0x09,
  CONNECT_ERROR: 0x0a,
  ENHANCE_YOUR_CALM: 0x0b,
  INADEQUATE_SECURITY: 0x0c,
  HTTP_1_1_REQUIRED: 0x0d,
} as const;

/**
 * The name of an error code, or its number in hexadecimal: unknown codes are no error (RFC 9113 §7).
 *
 * @example
 * ```ts
 * errorCodeName(0x0b); // "ENHANCE_YOUR_CALM"
 * errorCodeName(0xff); // "0xff"
 * ```
 */
export function errorCodeName(code: number): string {
  return NAMES.get(code) ?? `0x${code.toString(16)}`;
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ERROR_CODE).map(([name, code]) => [code, name]));

/**
 * A connection error (RFC 9113 §5.4.1): the peer broke the protocol and the
 * connection cannot continue. Thrown by the codec and the engine, caught in one
 * place, the engine's `receive`, which turns it into GOAWAY.
 *
 * @example
 * ```ts
 * const error = new ConnectionError(ERROR_CODE.PROTOCOL_ERROR, "SETTINGS come first");
 * error.code; // "ERR_HTTP2_CONNECTION"
 * errorCodeName(error.errorCode); // "PROTOCOL_ERROR"
 * ```
 */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** Stable, documented, safe to switch on. The message is for people. */
  readonly code = "ERR_HTTP2_CONNECTION";
  /** What GOAWAY carries. */
  readonly errorCode: number;

  /**
   * @param errorCode - one of {@link ERROR_CODE}
   * @param message - what the peer did; its code's name is put before it
   */
  constructor(errorCode: number, message: string) {
    super(`${errorCodeName(errorCode)}: ${message}`);
    this.errorCode = errorCode;
  }
}
