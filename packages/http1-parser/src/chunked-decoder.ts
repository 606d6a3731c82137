/**
 * Chunked transfer coding, decoding (RFC 9112 §7.1).
 *
 * Content is reported as ranges of the caller's octets, never copied. State is
 * a few integers, so the input may be cut anywhere.
 *
 * @module
 */

import { Carry } from "./carry.ts";
import { ChunkedSyntaxError, HeadSyntaxError, quote, quoteOctet } from "./errors.ts";
import { FieldLines, PARTIAL } from "./field-lines.ts";
import { latin1 } from "./latin1.ts";
import { type Leniency, leniencyOf } from "./leniency.ts";
import { type ChunkedLimits, DEFAULT_CHUNKED_LIMITS, withDefaults } from "./limits.ts";
import {
  BACKSLASH,
  CR,
  DQUOTE,
  EQUALS,
  FIELD_VALUE,
  HEX,
  HTAB,
  LF,
  NOT_HEX,
  QDTEXT,
  SEMICOLON,
  SP,
  TCHAR,
} from "./octets.ts";
import { ALLOWED, REFUSED, trailerRule } from "./trailer-fields.ts";

/** What a {@link ChunkedDecoder} reports. One visitor for each connection, never for each message. */
export interface ContentVisitor {
  /** Content octets `bytes[start, end)`, borrowed: valid until this call returns. */
  onContent(bytes: Uint8Array, start: number, end: number): void;
  /**
   * The message is complete. `fields` is the trailer section as
   * `[name, value, …]`, mostly empty, without the fields that RFC 9110 §6.5.1
   * keeps out of it; never merge it into the head (§7.1.2).
   */
  onTrailers(fields: string[]): void;
}

/**
 * Decodes content in chunked coding. One for each connection; {@link reset} begins a new message.
 *
 * @example
 * ```ts
 * const decoder = new ChunkedDecoder({
 *   onContent: (bytes, start, end) => hash.update(bytes.subarray(start, end)),
 *   onTrailers: (fields) => console.log(fields),
 * });
 * const rest = decoder.decode(bytes, at, bytes.length);
 * ```
 */
export class ChunkedDecoder {
  private readonly visitor: ContentVisitor;
  private readonly limits: Readonly<ChunkedLimits>;
  private readonly whitespace: boolean;
  private readonly lines: FieldLines;
  private readonly carry: Carry = new Carry();
  private state = SIZE;
  /** While the size is read: its value; in the data: octets left. */
  private size = 0;
  private digits = 0;
  private extension = 0;
  private extensions = 0;
  private paused = false;

  /**
   * @throws RangeError for a limit that is no bound; TypeError for a limit or leniency that is unknown
   */
  constructor(visitor: ContentVisitor, limits?: Partial<ChunkedLimits>, leniency?: Partial<Leniency>) {
    this.visitor = visitor;
    this.limits = withDefaults(DEFAULT_CHUNKED_LIMITS, limits);
    const all = leniencyOf(leniency);
    this.whitespace = all.chunkWhitespace;
    this.lines = new FieldLines(this.limits.maxTrailerFields, all, null);
  }

  /** Whether the last octet of the message has been read. */
  get done(): boolean {
    return this.state === DONE;
  }

  /** Begins a new message. */
  reset(): void {
    this.state = SIZE;
    this.size = 0;
    this.digits = 0;
    this.extension = 0;
    this.extensions = 0;
    this.paused = false;
    this.carry.release();
    this.lines.reset();
  }

  /** Called in `onContent`: {@link decode} returns after it, and a later call goes on. */
  pause(): void {
    this.paused = true;
  }

  /**
   * Decodes `bytes[at, end)`.
   *
   * @returns the offset of the first octet not consumed: `end`, or less when
   *   the message is complete or the visitor has paused
   * @throws ChunkedSyntaxError at the first octet that cannot be right
   */
  decode(bytes: Uint8Array, at: number, end: number): number {
    this.paused = false;
    let p = at;
    while (p < end) {
      switch (this.state) {
        case SIZE:
          p = this.decodeSize(bytes, p, end);
          break;
        case DATA: {
          const start = p;
          p = Math.min(end, start + this.size);
          this.size -= p - start;
          if (this.size === 0) this.state = DATA_CR;
          this.visitor.onContent(bytes, start, p); // last: the visitor may reset us
          if (this.paused) return p;
          break;
        }
        case DATA_CR:
          if (bytes[p] !== CR) this.fail("ERR_HTTP1_CHUNK_DATA_END", bytes[p]); // S15
          this.state = DATA_LF;
          p += 1;
          break;
        case DATA_LF:
          if (bytes[p] !== LF) this.fail("ERR_HTTP1_CHUNK_DATA_END", bytes[p]); // S15
          this.state = SIZE;
          p += 1;
          break;
        case SIZE_LF:
          if (bytes[p] !== LF) this.fail("ERR_HTTP1_CHUNK_LINE_END", bytes[p]);
          this.endSizeLine();
          p += 1;
          break;
        case TRAILERS:
          p = this.decodeTrailers(bytes, p, end);
          break;
        case DONE:
          return p;
        case FAILED:
          throw new TypeError("this content was refused: close the connection, or reset() the decoder");
        default:
          p = this.decodeExtension(bytes, p, end);
      }
    }
    return p;
  }

  /** chunk-size = 1*HEXDIG (§7.1). */
  private decodeSize(bytes: Uint8Array, at: number, end: number): number {
    let size = this.size;
    let digits = this.digits;
    let p = at;
    for (; p < end; p++) {
      const digit = HEX[bytes[p]];
      if (digit === NOT_HEX) break;
      size = size * 16 + digit;
      digits += 1;
      // S10: neither wraps nor loses precision; leading zeros are bounded too
      if (digits > MAX_SIZE_DIGITS || size > Number.MAX_SAFE_INTEGER) this.fail("ERR_HTTP1_CHUNK_SIZE", bytes[p]);
    }
    this.size = size;
    this.digits = digits;
    if (p === end) return p;
    const octet = bytes[p];
    if (digits === 0) this.fail("ERR_HTTP1_CHUNK_SIZE", octet); // S11
    if (octet === CR) this.state = SIZE_LF;
    else if (octet === SEMICOLON) {
      this.countExtension(1);
      this.state = EXT_NAME_START;
    } else if (this.whitespace && isWhitespace(octet)) {
      this.countExtension(1);
      this.state = EXT_END;
    } else this.fail(octet === LF ? "ERR_HTTP1_CHUNK_LINE_END" : "ERR_HTTP1_CHUNK_SIZE", octet); // S11, S12
    return p + 1;
  }

  /** chunk-ext = *( ";" chunk-ext-name [ "=" chunk-ext-val ] ) (§7.1.1): checked and ignored. */
  private decodeExtension(bytes: Uint8Array, at: number, end: number): number {
    let state = this.state;
    let p = at;
    for (; p < end && state !== SIZE_LF; p++) {
      const octet = bytes[p];
      const next = this.nextInExtension(state, octet);
      if (next === FAILED) this.fail(octet === LF ? "ERR_HTTP1_CHUNK_LINE_END" : "ERR_HTTP1_CHUNK_EXTENSION", octet);
      if (next !== SIZE_LF) this.countExtension(1);
      state = next;
    }
    this.state = state;
    return p;
  }

  /** One step through the grammar of §7.1.1. A CR ends the line only where an extension may end (S13). */
  private nextInExtension(state: number, octet: number): number {
    switch (state) {
      case EXT_NAME_START:
        if (TCHAR[octet] === 1) return EXT_NAME;
        return this.whitespace && isWhitespace(octet) ? EXT_NAME_START : FAILED;
      case EXT_NAME:
        if (TCHAR[octet] === 1) return EXT_NAME;
        if (octet === EQUALS) return EXT_VALUE_START;
        if (this.whitespace && isWhitespace(octet)) return EXT_NAME_END;
        return afterExtension(octet);
      case EXT_NAME_END:
        if (octet === EQUALS) return EXT_VALUE_START;
        return isWhitespace(octet) ? EXT_NAME_END : afterExtension(octet);
      case EXT_VALUE_START:
        if (TCHAR[octet] === 1) return EXT_VALUE;
        if (octet === DQUOTE) return EXT_QUOTED;
        return this.whitespace && isWhitespace(octet) ? EXT_VALUE_START : FAILED;
      case EXT_VALUE:
        if (TCHAR[octet] === 1) return EXT_VALUE;
        return this.whitespace && isWhitespace(octet) ? EXT_END : afterExtension(octet);
      case EXT_QUOTED:
        if (QDTEXT[octet] === 1) return EXT_QUOTED;
        if (octet === DQUOTE) return EXT_END;
        return octet === BACKSLASH ? EXT_QUOTED_PAIR : FAILED;
      case EXT_QUOTED_PAIR:
        return FIELD_VALUE[octet] === 1 ? EXT_QUOTED : FAILED;
      default:
        return this.whitespace && isWhitespace(octet) ? EXT_END : afterExtension(octet);
    }
  }

  /** S14: extensions are nowhere else counted, so they are here, for each chunk and in all. */
  private countExtension(octets: number): void {
    this.extension += octets;
    this.extensions += octets;
    if (this.extension > this.limits.maxChunkExtensionOctets || this.extensions > this.limits.maxTotalExtensionOctets) {
      this.state = FAILED;
      throw new ChunkedSyntaxError("ERR_HTTP1_CHUNK_EXTENSIONS_TOO_LARGE");
    }
  }

  private endSizeLine(): void {
    this.state = this.size === 0 ? TRAILERS : DATA;
    this.digits = 0;
    this.extension = 0;
  }

  /** trailer-section CRLF (§7.1.2). */
  private decodeTrailers(bytes: Uint8Array, at: number, end: number): number {
    const carry = this.carry;
    const before = carry.length;
    const max = this.limits.maxTrailerOctets;
    let source = bytes;
    let base = at;
    let stop = Math.min(end, at + max - before);
    if (before > 0) {
      carry.append(bytes, at, stop);
      source = carry.bytes;
      base = 0;
      stop = carry.length;
    }
    this.state = FAILED; // unless the section is well-formed as far as it goes
    const next = this.scanTrailers(source, base + before, stop, base);
    if (next === PARTIAL) {
      if (stop - base >= max) throw new ChunkedSyntaxError("ERR_HTTP1_TRAILERS_TOO_LARGE");
      if (before === 0) carry.append(bytes, at, end);
      this.state = TRAILERS;
      return end;
    }
    const fields = this.lines.count === 0 ? [] : this.trailers(source, base, next);
    carry.release();
    this.lines.reset();
    this.state = DONE;
    this.visitor.onTrailers(fields); // last: the visitor may reset us
    return at + next - base - before;
  }

  private scanTrailers(bytes: Uint8Array, at: number, end: number, base: number): number {
    try {
      return this.lines.scan(bytes, at, end, base);
    } catch (error) {
      if (!(error instanceof HeadSyntaxError)) throw error;
      throw error.code === "ERR_HTTP1_TOO_MANY_FIELDS"
        ? new ChunkedSyntaxError("ERR_HTTP1_TRAILERS_TOO_LARGE")
        : new ChunkedSyntaxError("ERR_HTTP1_TRAILER_SYNTAX", error.message);
    }
  }

  private trailers(bytes: Uint8Array, base: number, end: number): string[] {
    const all = this.lines.strings(latin1(bytes, base, end));
    const fields: string[] = [];
    for (let i = 0; i < all.length; i += 2) {
      const name = all[i];
      const rule = trailerRule(name);
      if (rule === REFUSED) throw new ChunkedSyntaxError("ERR_HTTP1_TRAILER_FORBIDDEN", quote(name));
      if (rule === ALLOWED) fields.push(name, all[i + 1]);
    }
    return fields;
  }

  private fail(code: ChunkedSyntaxError["code"], octet: number): never {
    this.state = FAILED;
    throw new ChunkedSyntaxError(code, quoteOctet(octet));
  }
}

/** What follows a complete extension: the next one, or the end of the line. */
function afterExtension(octet: number): number {
  if (octet === SEMICOLON) return EXT_NAME_START;
  return octet === CR ? SIZE_LF : FAILED;
}

function isWhitespace(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

/** 16 digits hold 2^64 - 1; 2^53 - 1 is refused by value, and zeros in front by number. */
const MAX_SIZE_DIGITS = 16;

const SIZE = 0;
const SIZE_LF = 1;
const DATA = 2;
const DATA_CR = 3;
const DATA_LF = 4;
const TRAILERS = 5;
const DONE = 6;
const FAILED = 7;
const EXT_NAME_START = 8;
const EXT_NAME = 9;
const EXT_NAME_END = 10;
const EXT_VALUE_START = 11;
const EXT_VALUE = 12;
const EXT_QUOTED = 13;
const EXT_QUOTED_PAIR = 14;
const EXT_END = 15;
