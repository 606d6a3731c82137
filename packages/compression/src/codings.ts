/**
 * Which content codings there are, and what Accept-Encoding and Content-Encoding make of them (RFC 9110 §8.4, §12.5.3).
 *
 * @module
 */
import { escapeForLog, listElements } from "@stack/http";
import type { ContentCoding } from "./content-coding.ts";
import { ContentDecodingError } from "./errors.ts";
import { MAX_CODINGS } from "./expansion.ts";
import { BR, DEFLATE, GZIP } from "./zlib-coding.ts";
import { nativeZstd } from "./zstd-coding.ts";

/**
 * The codings that this runtime can undo: gzip, deflate and br, and zstd where it has it (Node 22.15 and later).
 * For others there is `@stack/compression/fzstd`.
 *
 * @example
 * ```ts
 * availableCodings().some(({ names }) => names.includes("gzip")); // true
 * decodeRequests({ codings: availableCodings().filter(({ names }) => !names.includes("deflate")) });
 * ```
 */
export function availableCodings(): readonly ContentCoding[] {
  if (available === null) {
    const zstd = nativeZstd();
    available = zstd === null ? [GZIP, DEFLATE, BR] : [GZIP, DEFLATE, BR, zstd];
  }
  return available;
}

let available: readonly ContentCoding[] | null = null;

/**
 * The value of Accept-Encoding that asks for `codings` and no others: all with the same weight, `identity` implied.
 *
 * @example
 * ```ts
 * acceptEncoding(); // "gzip, deflate, br", and ", zstd" where the runtime has it
 * acceptEncoding([GZIP]); // "gzip"
 * acceptEncoding([]); // "identity"
 * ```
 *
 * RFC 9110 §12.5.3. A receiver may send any coding to who sends no Accept-Encoding, hence `identity` for none.
 */
export function acceptEncoding(codings: readonly ContentCoding[] = availableCodings()): string {
  return codings.length === 0 ? "identity" : codings.map(({ names }) => names[0]).join(", ");
}

/** Bounds and choices for {@link parseContentEncoding}. */
export interface ContentEncodingOptions {
  /** What may be undone; {@link availableCodings} unless given. */
  readonly codings?: readonly ContentCoding[];
  /** Codings that one content may have, {@link MAX_CODINGS} unless given. */
  readonly maxCodings?: number;
}

/**
 * Reads a Content-Encoding.
 *
 * @param value - the field's combined value; undefined for none
 * @returns the codings in the order in which they were applied, `identity` left out: the last has to be undone first
 * @throws ContentDecodingError `ERR_CODING_UNKNOWN` for a coding that is not among `codings`, `ERR_CODING_CHAIN` for
 *   more than `maxCodings`
 *
 * @example
 * ```ts
 * parseContentEncoding("X-GZip, br").map(({ names }) => names[0]); // ["gzip", "br"]
 * ```
 *
 * RFC 9110 §8.4: names compare without case. Laxer: `identity`, which is not to be sent (§12.5.3), means nothing.
 */
export function parseContentEncoding(value: string | undefined, options?: ContentEncodingOptions): ContentCoding[] {
  if (value === undefined) return [];
  const codings = options?.codings ?? availableCodings();
  const maxCodings = options?.maxCodings ?? MAX_CODINGS;
  const chain: ContentCoding[] = [];
  const elements = listElements(value);
  if (elements === null) throw unknown(value, codings);
  for (const element of elements) {
    const name = element.toLowerCase();
    if (name === "identity") continue;
    const coding = codings.find(({ names }) => names.includes(name));
    if (coding === undefined) throw unknown(name, codings);
    if (chain.push(coding) > maxCodings)
      throw new ContentDecodingError(
        "ERR_CODING_CHAIN",
        name,
        `the content has more than ${maxCodings} codings; send one, or raise maxCodings`,
      );
  }
  return chain;
}

function unknown(name: string, codings: readonly ContentCoding[]): ContentDecodingError {
  const shown = escapeForLog(name, SHOWN);
  return new ContentDecodingError(
    "ERR_CODING_UNKNOWN",
    shown,
    `content coded as "${shown}" cannot be decoded here; what can be is ${acceptEncoding(codings)}`,
  );
}

/** How much of a peer's coding an error repeats, characters. */
const SHOWN = 40;
