/**
 * Why content could not be decoded.
 *
 * @module
 */

/** The stable codes of {@link ContentDecodingError}, with their meaning in the README. */
export type ContentDecodingErrorCode =
  | "ERR_CODING_UNKNOWN"
  | "ERR_CODING_CHAIN"
  | "ERR_CODING_CORRUPT"
  | "ERR_CODING_TRUNCATED"
  | "ERR_CODING_TRAILING"
  | "ERR_CODING_TOO_LARGE"
  | "ERR_CODING_RATIO";

/**
 * Content whose coding cannot be undone, or may not be within the limits. What was decoded before stays valid, but
 * is not the whole.
 *
 * It has no status of HTTP: what a server answers to such a request (400, 413, 415) says {@link decodeRequests}; for
 * a client it is a failure of the server that it asked.
 */
export class ContentDecodingError extends Error {
  override readonly name = "ContentDecodingError";
  /** Stable, documented, safe to switch on. */
  readonly code: ContentDecodingErrorCode;
  /** The coding, in lower case as it stands in Content-Encoding. */
  readonly coding: string;

  constructor(code: ContentDecodingErrorCode, coding: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.coding = coding;
  }
}

/** The octets are not what the coding says. `cause`: what the decoder found. */
export function corrupt(coding: string, cause: unknown): ContentDecodingError {
  return new ContentDecodingError(
    "ERR_CODING_CORRUPT",
    coding,
    `the content is not valid ${coding}: it was damaged, or its Content-Encoding is wrong`,
    { cause },
  );
}

/** The content ended within the coding. */
export function truncated(coding: string): ContentDecodingError {
  return new ContentDecodingError(
    "ERR_CODING_TRUNCATED",
    coding,
    `the content ended before its ${coding} did: it was cut off; ask for it again`,
  );
}

/** Octets follow the end of the coding. */
export function trailing(coding: string): ContentDecodingError {
  return new ContentDecodingError(
    "ERR_CODING_TRAILING",
    coding,
    `octets follow the end of the ${coding} content: they are no part of it, so what was meant is a guess`,
  );
}
