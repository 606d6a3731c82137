/**
 * The content codings that `node:zlib` undoes: gzip (RFC 1952), deflate (RFC 1950, RFC 1951) and br (RFC 7932).
 *
 * @module
 */
import * as zlib from "node:zlib";
import type { ContentCoding, Decoder, DecoderVisitor } from "./content-coding.ts";
import { corrupt, trailing, truncated } from "./errors.ts";
import { DECODED_CHUNK, ZlibDecoder, type ZlibStream, zlibError } from "./zlib-decoder.ts";

/** How `node:zlib` is asked for all octets at once, and for how many were used of those it was given. */
export interface WholeOptions {
  readonly info: true;
  readonly maxOutputLength: number;
  readonly params?: Readonly<Record<number, number>>;
}

/** One of `gunzipSync`, `inflateSync` …, as far as it is needed here. */
export type DecodeWhole = (bytes: Uint8Array, options: WholeOptions) => unknown;

/**
 * Runs a synchronous decoder of `node:zlib`, and says what it does not say.
 *
 * @returns as {@link ContentCoding.decodeWhole}
 */
export function wholeWithZlib(
  coding: string,
  decode: DecodeWhole,
  bytes: Uint8Array,
  maxOutputLength: number,
  params?: Readonly<Record<number, number>>,
): Uint8Array | null {
  let result: { buffer?: Uint8Array; engine?: { bytesWritten: number } };
  try {
    result = decode(bytes, { info: true, maxOutputLength, ...(params && { params }) }) as typeof result;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw zlibError(coding, error);
  }
  // A runtime that does not say how many octets it used cannot tell that some follow: a stream can.
  if (!(result.buffer instanceof Uint8Array) || typeof result.engine?.bytesWritten !== "number") return null;
  if (result.engine.bytesWritten !== bytes.length) throw trailing(coding);
  return result.buffer;
}

/**
 * `gzip`, and `x-gzip`, which is the same (RFC 9110 §8.4.1.3). Several members one after the other are one content
 * (RFC 1952 §2.2); anything else after a member is an error, zeros for padding too.
 */
export const GZIP: ContentCoding = {
  names: ["gzip", "x-gzip"],
  peek: 2,
  decodeWhole(bytes, maxOctets) {
    checkMagic(bytes);
    return wholeWithZlib("gzip", zlib.gunzipSync as DecodeWhole, bytes, maxOctets);
  },
  decoder(visitor, first) {
    checkMagic(first);
    return zlibDecoder("gzip", zlib.createGunzip({ chunkSize: DECODED_CHUNK }), visitor);
  },
};

/**
 * `deflate`: zlib (RFC 1950) around deflate (RFC 1951). Many send deflate alone; it is taken too, as browsers do
 * (RFC 9110 §8.4.1.2), told apart by the header that zlib has.
 */
export const DEFLATE: ContentCoding = {
  names: ["deflate"],
  peek: 2,
  decodeWhole(bytes, maxOctets) {
    const decode = isZlib(bytes) ? zlib.inflateSync : zlib.inflateRawSync;
    return wholeWithZlib("deflate", decode as DecodeWhole, bytes, maxOctets);
  },
  decoder(visitor, first) {
    const options = { chunkSize: DECODED_CHUNK };
    const stream = isZlib(first) ? zlib.createInflate(options) : zlib.createInflateRaw(options);
    return zlibDecoder("deflate", stream, visitor);
  },
};

/** `br` (RFC 7932): windows of 16 MiB at most; the large windows that its makers added are no part of it. */
export const BR: ContentCoding = {
  names: ["br"],
  peek: 0,
  decodeWhole: (bytes, maxOctets) => wholeWithZlib("br", zlib.brotliDecompressSync as DecodeWhole, bytes, maxOctets),
  decoder: (visitor) => zlibDecoder("br", zlib.createBrotliDecompress({ chunkSize: DECODED_CHUNK }), visitor),
};

/** The header of a gzip member begins with 1f 8b (RFC 1952 §2.3.1). */
function checkMagic(first: Uint8Array): void {
  if (first[0] !== 0x1f || (first.length > 1 && first[1] !== 0x8b))
    throw corrupt("gzip", new Error("it does not begin with 1f 8b"));
  if (first.length === 1) throw truncated("gzip");
}

/**
 * Whether octets begin with the header of zlib: compression method 8, a window of at most 32 KiB, and a check sum
 * over both octets (RFC 1950 §2.2). Raw deflate could only begin so with padding that no encoder writes.
 */
function isZlib(first: Uint8Array): boolean {
  const [cmf = 0, flg = 0] = first;
  return (cmf & 0x0f) === 8 && cmf >> 4 <= 7 && ((cmf << 8) | flg) % 31 === 0;
}

function zlibDecoder(coding: string, stream: unknown, visitor: DecoderVisitor): Decoder {
  return new ZlibDecoder(coding, stream as ZlibStream, visitor);
}
