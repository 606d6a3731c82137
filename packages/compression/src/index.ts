export { acceptEncoding, availableCodings, type ContentEncodingOptions, parseContentEncoding } from "./codings.ts";
export type { ContentCoding, Decoder, DecoderVisitor } from "./content-coding.ts";
export { DecodedOrigin, type DecodingOptions, decodeContent, decodeWhole } from "./decode-content.ts";
export { decodeRequests } from "./decode-requests.ts";
export { ENCODED_WINDOW, WHOLE_DECODED, WHOLE_ENCODED } from "./decoding-stage.ts";
export { ContentDecodingError, type ContentDecodingErrorCode } from "./errors.ts";
export { MAX_CODINGS, MAX_RATIO, RATIO_FLOOR } from "./expansion.ts";
export { BR, DEFLATE, GZIP } from "./zlib-coding.ts";
export { MAX_ZSTD_WINDOW } from "./zstd-frames.ts";
