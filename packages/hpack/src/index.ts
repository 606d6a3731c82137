/**
 * HPACK, header compression for HTTP/2 (RFC 7541). Pure functions of octets.
 *
 * @module
 */

export { HpackDecoder, type HpackDecoderOptions } from "./decoder.ts";
export { HpackEncoder, type HpackEncoderOptions } from "./encoder.ts";
export { HPACK_ERRORS, HpackError, type HpackErrorCode } from "./errors.ts";
export { DEFAULT_MAX_FIELD_SECTION_OCTETS, DEFAULT_MAX_FIELDS, DEFAULT_TABLE_SIZE } from "./limits.ts";
