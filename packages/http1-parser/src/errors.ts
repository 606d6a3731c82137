/**
 * What a peer's octets can be accused of, each with a stable code.
 *
 * Thrown at most once per connection: after it nothing more can be read from
 * the peer, so a server answers `status` with `Connection: close`, and a client
 * gives the connection up.
 *
 * @module
 */

/** A status code with which a server answers a head that it cannot read. */
export type HeadErrorStatus = 400 | 414 | 431 | 501 | 505;

/** Every code, the status that answers it and what the sender has to do (RFC 9112). */
export const SYNTAX_ERRORS = {
  ERR_HTTP1_LEADING_EMPTY_LINES: { status: 400, message: "too many empty lines before the start line; send none" },
  ERR_HTTP1_METHOD: { status: 400, message: "the first octets are no method; send a token and one SP (§3.1)" },
  ERR_HTTP1_METHOD_TOO_LONG: { status: 501, message: "the method is longer than any that is known (§3)" },
  ERR_HTTP1_REQUEST_LINE: {
    status: 400,
    message: "the request line is method SP target SP version CRLF, with single spaces (§3)",
  },
  ERR_HTTP1_TARGET: {
    status: 400,
    message: "the request target has none of the four forms that its method allows (§3.2)",
  },
  ERR_HTTP1_TARGET_TOO_LONG: {
    status: 414,
    message: "the request target is too long; raise maxTargetOctets or send a shorter one (§3)",
  },
  ERR_HTTP1_VERSION: { status: 400, message: "the version is not of the form HTTP/1.1, in upper case (§2.3)" },
  ERR_HTTP1_VERSION_UNSUPPORTED: { status: 505, message: "only HTTP/1.0 and HTTP/1.1 are spoken here (§2.3)" },
  ERR_HTTP1_PRI_PREFACE: {
    status: 505,
    message: "this is the HTTP/2 connection preface; hand it to an HTTP/2 engine (RFC 9113 §3.4)",
  },
  ERR_HTTP1_STATUS_LINE: { status: 400, message: "the status line is version SP 3DIGIT SP [reason] CRLF (§4)" },
  ERR_HTTP1_BARE_LF: { status: 400, message: "a line ends with CRLF, not with LF alone (§2.2)" },
  ERR_HTTP1_BARE_CR: { status: 400, message: "CR is followed by LF or is not sent at all (§2.2)" },
  ERR_HTTP1_FIELD_NAME: { status: 400, message: "a field name is a token and ends with a colon (§5)" },
  ERR_HTTP1_SPACE_BEFORE_COLON: { status: 400, message: "no whitespace between field name and colon (§5.1)" },
  ERR_HTTP1_LEADING_SPACE: { status: 400, message: "no whitespace between the start line and the first field (§2.2)" },
  ERR_HTTP1_FIELD_VALUE: { status: 400, message: "a field value holds no control characters but HTAB (RFC 9110 §5.5)" },
  ERR_HTTP1_OBS_FOLD: { status: 400, message: "a field value is not folded over lines (§5.2)" },
  ERR_HTTP1_HEAD_TOO_LARGE: {
    status: 431,
    message: "the head is too large; raise maxHeadOctets or send fewer octets (RFC 6585 §5)",
  },
  ERR_HTTP1_TOO_MANY_FIELDS: {
    status: 431,
    message: "too many field lines; raise the limit or send fewer (RFC 6585 §5)",
  },
  ERR_HTTP1_HOST: { status: 400, message: "exactly one Host field with a valid host and port is due (§3.2)" },
  ERR_HTTP1_CONTENT_LENGTH: {
    status: 400,
    message: "Content-Length is one decimal number up to 2^53 - 1 (RFC 9110 §8.6)",
  },
  ERR_HTTP1_DUPLICATE_CONTENT_LENGTH: { status: 400, message: "Content-Length is given more than once (§6.3)" },
  ERR_HTTP1_TRANSFER_ENCODING: {
    status: 400,
    message: "Transfer-Encoding is a list whose last and only chunked is exactly chunked (§6.1)",
  },
  ERR_HTTP1_TRANSFER_CODING_UNSUPPORTED: {
    status: 501,
    message: "chunked is the only transfer coding known here (§6.1)",
  },
  ERR_HTTP1_TRANSFER_ENCODING_AND_CONTENT_LENGTH: {
    status: 400,
    message: "Transfer-Encoding and Content-Length exclude each other (§6.1)",
  },
  ERR_HTTP1_TRANSFER_ENCODING_IN_1_0: { status: 400, message: "HTTP/1.0 knows no Transfer-Encoding (§6.1)" },
  /** RFC 9110 §9.3.6: two recipients would let the tunnel begin at different octets (S28). */
  ERR_HTTP1_CONNECT_CONTENT: { status: 400, message: "CONNECT has no content; leave out its length (RFC 9110 §9.3.6)" },
} as const;

/** The codes of {@link HeadSyntaxError}. */
export type HeadErrorCode = keyof typeof SYNTAX_ERRORS;

/**
 * A head breaks RFC 9112, or one of the limits set for it.
 *
 * The message quotes at most a few octets of the peer, escaped (S51).
 *
 * @example
 * ```ts
 * const octets = new TextEncoder().encode("GET / HTTP/1.1\nHost: a\n\n");
 * try {
 *   new RequestHeadDecoder().decode(octets, 0, octets.length);
 * } catch (error) {
 *   if (error instanceof HeadSyntaxError) console.log(error.status, error.code); // 400 ERR_HTTP1_BARE_LF
 * }
 * ```
 */
export class HeadSyntaxError extends Error {
  override readonly name = "HeadSyntaxError";
  /** Stable, documented, safe to switch on. The message is for people. */
  readonly code: HeadErrorCode;
  /** What a server answers. In a response it means nothing: a client fails, a proxy answers 502. */
  readonly status: HeadErrorStatus;

  constructor(code: HeadErrorCode, detail = "") {
    super(detail === "" ? SYNTAX_ERRORS[code].message : `${SYNTAX_ERRORS[code].message}: ${detail}`);
    this.code = code;
    this.status = SYNTAX_ERRORS[code].status;
  }
}

/** Every code of chunked content and what the sender has to do (RFC 9112 §7.1). */
export const CHUNKED_ERRORS = {
  ERR_HTTP1_CHUNK_SIZE: 'a chunk begins with its size, 1 to 16 hexadecimal digits up to 2^53 - 1, and CRLF or ";"',
  ERR_HTTP1_CHUNK_EXTENSION: 'a chunk extension is ";" name ["=" value], the value a token or a quoted-string (§7.1.1)',
  ERR_HTTP1_CHUNK_EXTENSIONS_TOO_LARGE: "too many octets of chunk extensions; raise the limit or send none (§7.1.1)",
  ERR_HTTP1_CHUNK_LINE_END: "a chunk-size line ends with exactly CRLF (§7.1)",
  ERR_HTTP1_CHUNK_DATA_END: "chunk data is exactly as long as its size and followed by CRLF (§7.1)",
  ERR_HTTP1_TRAILER_SYNTAX: "a trailer field breaks the syntax of fields (§5, §7.1.2)",
  ERR_HTTP1_TRAILER_FORBIDDEN:
    "a field that frames, routes or authenticates a message cannot be a trailer (RFC 9110 §6.5.1)",
  ERR_HTTP1_TRAILERS_TOO_LARGE: "the trailer section is too large; raise the limit or send less",
} as const;

/** The codes of {@link ChunkedSyntaxError}. */
export type ChunkedErrorCode = keyof typeof CHUNKED_ERRORS;

/** Chunked content breaks RFC 9112 §7.1, or one of the limits set for it. Nothing after it can be read. */
export class ChunkedSyntaxError extends Error {
  override readonly name = "ChunkedSyntaxError";
  /** Stable, documented, safe to switch on. The message is for people. */
  readonly code: ChunkedErrorCode;
  /** What a server answers while it still can. */
  readonly status: 400 | 431;

  constructor(code: ChunkedErrorCode, detail = "") {
    super(detail === "" ? CHUNKED_ERRORS[code] : `${CHUNKED_ERRORS[code]}: ${detail}`);
    this.code = code;
    this.status = code === "ERR_HTTP1_TRAILERS_TOO_LARGE" ? 431 : 400;
  }
}

/** The codes of {@link EncodeError}. */
export type EncodeErrorCode = "ERR_INVALID_FIELD" | "ERR_INVALID_START_LINE" | "ERR_FORBIDDEN_TRAILER";

/**
 * We were asked to write what RFC 9112 forbids, such as CR or LF in a value (S42 to S45). Nothing was written.
 *
 * @example
 * ```ts
 * try {
 *   encodeFields(["Location", "/a\r\nSet-Cookie: b=c"]);
 * } catch (error) {
 *   if (error instanceof EncodeError) console.log(error.code); // ERR_INVALID_FIELD
 * }
 * ```
 */
export class EncodeError extends TypeError {
  override readonly name = "EncodeError";
  /** Stable, documented, safe to switch on. The message is for people. */
  readonly code: EncodeErrorCode;

  constructor(code: EncodeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The first of a peer's code units, escaped so that no terminal or log line is at their mercy (S51). */
export function quote(text: string): string {
  let quoted = "";
  for (let i = 0; i < text.length && i < MAX_QUOTED; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit <= 0x7e && unit !== 0x22 && unit !== 0x5c) quoted += text[i];
    else
      quoted += unit <= 0xff ? `\\x${unit.toString(16).padStart(2, "0")}` : `\\u${unit.toString(16).padStart(4, "0")}`;
  }
  return `"${quoted}"${text.length > MAX_QUOTED ? "…" : ""}`;
}

/** One octet of a peer, for a message: printable ones as themselves, always in hexadecimal. */
export function quoteOctet(octet: number): string {
  const hex = `0x${octet.toString(16).padStart(2, "0")}`;
  return octet > 0x20 && octet < 0x7f ? `found ${hex} ("${String.fromCharCode(octet)}")` : `found ${hex}`;
}

/** Code units of a peer that a message shows: enough to recognise, too few to be a payload. */
const MAX_QUOTED = 40;
