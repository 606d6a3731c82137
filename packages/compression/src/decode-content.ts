/**
 * Content with its codings undone (RFC 9110 §8.4): from a `Content` to a `Content`, from an origin to an origin, or
 * all at once.
 *
 * @module
 */
import { Content, type ContentOrigin, type ContentReceiver, type ContentSource } from "@stack/http";
import { type ContentEncodingOptions, parseContentEncoding } from "./codings.ts";
import type { ContentCoding } from "./content-coding.ts";
import { DecodingStage, WHOLE_DECODED, WHOLE_ENCODED } from "./decoding-stage.ts";
import { Expansion, MAX_RATIO, RATIO_FLOOR } from "./expansion.ts";

/** Bounds and choices for {@link decodeContent}. */
export interface DecodingOptions extends ContentEncodingOptions {
  /** Decoded octets, of each coding in a chain. Default: what the content itself is limited to. */
  readonly maxOctets?: number;
  /** Decoded octets for one encoded octet, {@link MAX_RATIO} unless given; `Infinity` for any. */
  readonly maxRatio?: number;
  /** Decoded octets up to which any ratio is allowed, {@link RATIO_FLOOR} unless given. */
  readonly ratioFloor?: number;
}

/**
 * Content as it was before its codings were applied.
 *
 * @param content - encoded; it is taken when the result is read, not before
 * @param contentEncoding - the combined value of Content-Encoding; undefined for none
 * @returns the decoded content, of unknown length; `content` itself if it has no coding, or no octets, as in answers
 *   to HEAD and with 204 and 304, whose Content-Encoding speaks of content that is not there
 * @throws ContentDecodingError `ERR_CODING_UNKNOWN`, `ERR_CODING_CHAIN` at once; a read fails with the other codes
 *
 * Reading it holds back who sends, as reading `content` does. To stop reading frees what the decoders hold.
 *
 * @example
 * ```ts
 * const decoded = decodeContent(request.content, request.fields.get("content-encoding"), { maxOctets: 10_000_000 });
 * await decoded.text();
 * ```
 *
 * RFC 9110 §8.4. Laxer: content of no octets at all is empty content, though a coding of nothing has some.
 */
export function decodeContent(
  content: Content,
  contentEncoding: string | undefined,
  options?: DecodingOptions,
): Content {
  if (content.length === 0) return content;
  const codings = parseContentEncoding(contentEncoding, options);
  return codings.length === 0 ? content : new Content(new DecodedOrigin(originOf(content), codings, options));
}

/**
 * What content with its codings undone is made of, for who has an origin of his own: a transport, a layer.
 *
 * @example
 * ```ts
 * const origin = new DecodedOrigin(encoded, parseContentEncoding(fields.get("content-encoding")));
 * const content = new Content(origin);
 * ```
 */
export class DecodedOrigin implements ContentOrigin {
  /** Unknown: -1; 0 when there is nothing to decode. */
  readonly contentLength: number;
  readonly contentLimit: number;
  private readonly origin: ContentOrigin;
  private readonly codings: readonly ContentCoding[];
  private readonly options: DecodingOptions;

  /** @param codings - in the order in which they were applied, one at least: see {@link parseContentEncoding} */
  constructor(origin: ContentOrigin, codings: readonly ContentCoding[], options: DecodingOptions = {}) {
    this.contentLength = origin.contentLength === 0 ? 0 : -1;
    this.contentLimit = options.maxOctets ?? origin.contentLimit;
    this.origin = origin;
    this.codings = codings;
    this.options = options;
  }

  read(receiver: ContentReceiver): ContentSource {
    const { codings, origin } = this;
    const expansion = expansionOf(this.contentLimit, this.options);
    let reader = receiver;
    let source: DecodingStage | null = null;
    for (const [index, coding] of codings.entries()) {
      const onWire = index === codings.length - 1;
      const stage = new DecodingStage(coding, reader, expansion, onWire ? origin.contentLength : -1, onWire);
      if (reader instanceof DecodingStage) reader.attach(stage);
      source ??= stage;
      reader = stage;
    }
    const encoded = origin.read(reader);
    if (reader instanceof DecodingStage) reader.attach(encoded);
    return source ?? encoded;
  }
}

/**
 * Decodes octets that are all here, at once, if they are few.
 *
 * @param codings - in the order in which they were applied
 * @returns the decoded octets; null when it is too much for one call, more than 32 KiB before or 512 KiB after, and
 *   a {@link DecodedOrigin} has to do it
 * @throws ContentDecodingError as reading the decoded content would
 */
export function decodeWhole(
  bytes: Uint8Array,
  codings: readonly ContentCoding[],
  options: DecodingOptions = {},
): Uint8Array | null {
  if (bytes.length === 0) return bytes;
  if (bytes.length > WHOLE_ENCODED) return null;
  const expansion = expansionOf(options.maxOctets ?? Number.POSITIVE_INFINITY, options);
  expansion.add(bytes.length);
  let decoded = bytes;
  for (const coding of codings.toReversed()) {
    // Octets beyond the bounds are found by the streamed form too, which has the error for them.
    const next = coding.decodeWhole(decoded, Math.min(WHOLE_DECODED, expansion.allowance));
    if (next === null) return null;
    decoded = next;
    if (decoded.length === 0) break;
  }
  return decoded;
}

function expansionOf(
  maxOctets: number,
  { maxRatio = MAX_RATIO, ratioFloor = RATIO_FLOOR }: DecodingOptions,
): Expansion {
  return new Expansion(maxOctets, maxRatio, ratioFloor);
}

/** A `Content` as the origin of another. */
export function originOf(content: Content): ContentOrigin {
  return {
    contentLength: content.length,
    contentLimit: content.limit,
    read: (receiver) => content.forward(receiver),
  };
}
