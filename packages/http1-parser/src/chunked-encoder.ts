/**
 * Chunked transfer coding, encoding (RFC 9112 §7.1).
 *
 * What frames the content is text; the content itself is never touched: write
 * the chunk head, the octets, and {@link CHUNK_END}.
 *
 * @module
 */

import { EncodeError, quote } from "./errors.ts";
import { encodeFields } from "./head-encoder.ts";
import { ALLOWED, trailerRule } from "./trailer-fields.ts";

/** What follows the octets of each chunk. */
export const CHUNK_END = "\r\n";

/** The last chunk and an empty trailer section: the end of content without trailers. */
export const LAST_CHUNK = "0\r\n\r\n";

/**
 * The line before the octets of a chunk.
 *
 * @param octets - of content in the chunk, 1 or more
 * @throws RangeError for 0, which would end the content
 *
 * @example
 * ```ts
 * encodeChunkHead(5) + "hello" + CHUNK_END + LAST_CHUNK; // "5\r\nhello\r\n0\r\n\r\n"
 * ```
 */
export function encodeChunkHead(octets: number): string {
  if (!Number.isSafeInteger(octets) || octets < 1)
    throw new RangeError(`a chunk holds 1 octet or more, not ${octets}; the last one is LAST_CHUNK`);
  return `${octets.toString(16)}\r\n`;
}

/**
 * The last chunk and a trailer section: the end of content with trailers.
 *
 * @param fields - `[name, value, …]`
 * @throws EncodeError `ERR_FORBIDDEN_TRAILER` for a field that has to stand
 *   before the content (RFC 9110 §6.5.1, S39), `ERR_INVALID_FIELD` as
 *   {@link encodeFields} (S44)
 *
 * @example
 * ```ts
 * encodeTrailers(["Server-Timing", "db;dur=53"]); // "0\r\nServer-Timing: db;dur=53\r\n\r\n"
 * ```
 */
export function encodeTrailers(fields: readonly string[]): string {
  for (let i = 0; i < fields.length; i += 2) {
    const name = String(fields[i]);
    if (trailerRule(name) !== ALLOWED)
      throw new EncodeError(
        "ERR_FORBIDDEN_TRAILER",
        `${quote(name)} cannot be a trailer (RFC 9110 §6.5.1); send it in the head`,
      );
  }
  return `0\r\n${encodeFields(fields)}\r\n`;
}
