/**
 * HTTP/1.1 message syntax (RFC 9112): decode and encode. Pure functions of octets.
 *
 * @module
 */

export { ChunkedDecoder, type ContentVisitor } from "./chunked-decoder.ts";
export { CHUNK_END, encodeChunkHead, encodeTrailers, LAST_CHUNK } from "./chunked-encoder.ts";
export {
  CHUNKED_ERRORS,
  type ChunkedErrorCode,
  ChunkedSyntaxError,
  EncodeError,
  type EncodeErrorCode,
  type HeadErrorCode,
  type HeadErrorStatus,
  HeadSyntaxError,
  SYNTAX_ERRORS,
} from "./errors.ts";
export { PARTIAL } from "./field-lines.ts";
export { assertFieldName, assertFieldValue, isFieldValue, isToken } from "./field-syntax.ts";
export { CHUNKED, type Framing, requestFraming, responseFraming, TUNNEL, UNTIL_CLOSE } from "./framing.ts";
export { encodeFields, encodeRequestLine, encodeStatusLine } from "./head-encoder.ts";
export { latin1 } from "./latin1.ts";
export { type Leniency, STRICT } from "./leniency.ts";
export { type ChunkedLimits, DEFAULT_CHUNKED_LIMITS, DEFAULT_HEAD_LIMITS, type HeadLimits } from "./limits.ts";
export { REASON_PHRASES } from "./reason-phrases.ts";
export { RequestHeadDecoder } from "./request-head.ts";
export { TARGET_FORM, type TargetForm } from "./request-target.ts";
export { ResponseHeadDecoder } from "./response-head.ts";
