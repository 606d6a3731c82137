/**
 * What a content coding is to this package (RFC 9110 §8.4.1): names, and how it is undone.
 *
 * Interfaces only. A coding of your own, or one out of a library, implements
 * {@link ContentCoding} and is given as an option where codings are chosen.
 *
 * @module
 */
import type { ContentDecodingError } from "./errors.ts";

/** One content coding. */
export interface ContentCoding {
  /** In lower case; the first is the one that is offered, the others are taken as well (`x-gzip`). */
  readonly names: readonly [string, ...string[]];
  /** Octets that {@link decoder} has to see before it can choose how to decode. */
  readonly peek: number;
  /**
   * Decodes small content at once.
   *
   * @param bytes - all of the encoded content, at least one octet
   * @param maxOctets - the most that may come out
   * @returns the decoded octets; null when there are more than `maxOctets`, or when it takes a {@link Decoder}
   * @throws ContentDecodingError when `bytes` are not this coding, or not all of it
   */
  decodeWhole(bytes: Uint8Array, maxOctets: number): Uint8Array | null;
  /**
   * A decoder for content of any size.
   *
   * @param first - the first octets, {@link peek} of them or all that there are; they are written nevertheless
   * @throws ContentDecodingError when they show that the content is something else
   */
  decoder(visitor: DecoderVisitor, first: Uint8Array): Decoder;
}

/**
 * Undoes one coding, piece by piece. After each `write` the next call waits for {@link DecoderVisitor.onTaken}.
 * The visitor may be called within a call or later.
 */
export interface Decoder {
  /** The next encoded octets; the decoder's own from now on. */
  write(bytes: Uint8Array): void;
  /** No more octets come. */
  end(): void;
  /** Holds the output back, or lets it flow; a piece that is under way may still come. Paused at first. */
  pause(paused: boolean): void;
  /** Frees what it holds. Nothing is reported afterwards. */
  close(): void;
}

/** What a {@link Decoder} reports. `onDecodedEnd` or `onDecodeError` comes once, last. */
export interface DecoderVisitor {
  /** Decoded octets, the visitor's own from now on; never none. */
  onDecoded(bytes: Uint8Array): void;
  /** What was written has been taken in. */
  onTaken(): void;
  /** The coding and its content are complete. */
  onDecodedEnd(): void;
  onDecodeError(error: ContentDecodingError): void;
}
