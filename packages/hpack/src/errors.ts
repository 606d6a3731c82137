/**
 * What a peer's header block can be accused of, each with a stable code.
 *
 * Thrown at most once per connection: the two tables are out of step after it,
 * so nothing that follows can be read. An HTTP/2 engine answers every one of
 * them with a connection error of type COMPRESSION_ERROR (RFC 9113 §4.3).
 *
 * @module
 */

/** Every code and what the sender has to do (RFC 7541). */
export const HPACK_ERRORS = {
  ERR_HPACK_TRUNCATED: "the header block ends inside a field; send the block whole (§6)",
  ERR_HPACK_INTEGER: "an integer takes at most 5 octets after its prefix and is at most 2^31 - 1 (§5.1)",
  ERR_HPACK_INDEX: "an index is from 1 to the last entry of the dynamic table (§2.3.3, §6.1)",
  ERR_HPACK_HUFFMAN: "a Huffman-coded string ends with at most 7 bits of padding, all ones, and never holds EOS (§5.2)",
  ERR_HPACK_SIZE_UPDATE_MISPLACED: "a dynamic table size update stands only before a block's first field (§4.2)",
  ERR_HPACK_SIZE_UPDATE_TOO_LARGE: "a dynamic table size update is at most what the decoder has announced (§6.3)",
  ERR_HPACK_SIZE_UPDATE_MISSING:
    "the decoder's table was reduced: the next block begins with a dynamic table size update (§4.2)",
} as const;

/** The codes of {@link HpackError}. */
export type HpackErrorCode = keyof typeof HPACK_ERRORS;

/**
 * A header block breaks RFC 7541. The connection's compression state is lost.
 *
 * @example
 * ```ts
 * try {
 *   new HpackDecoder().decode(Uint8Array.of(0x80), 0, 1); // index 0
 * } catch (error) {
 *   if (error instanceof HpackError) console.log(error.code); // ERR_HPACK_INDEX
 * }
 * ```
 */
export class HpackError extends Error {
  override readonly name = "HpackError";
  /** Stable, documented, safe to switch on. The message is for people. */
  readonly code: HpackErrorCode;

  constructor(code: HpackErrorCode, detail = "") {
    super(detail === "" ? HPACK_ERRORS[code] : `${HPACK_ERRORS[code]}: ${detail}`);
    this.code = code;
  }
}
