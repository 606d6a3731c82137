/**
 * Decoding the head of a response: status line and field section (RFC 9112 §4, §5).
 *
 * @module
 */

import { Carry } from "./carry.ts";
import { HeadSyntaxError, quoteOctet } from "./errors.ts";
import { FieldLines, NO_FIELDS, PARTIAL } from "./field-lines.ts";
import { type Framing, responseFraming } from "./framing.ts";
import { FramingFields } from "./framing-fields.ts";
import { latin1 } from "./latin1.ts";
import { type Leniency, leniencyOf, STRICT } from "./leniency.ts";
import { DEFAULT_HEAD_LIMITS, type HeadLimits, withDefaults } from "./limits.ts";
import { CR, FIELD_VALUE, LF, NINE, SP, ZERO } from "./octets.ts";
import { checkVersionOctet, isVersion, VERSION_OCTETS } from "./version.ts";

/**
 * Decodes one response head after the other, informational ones too. One for each connection.
 *
 * The results are those of the last head that was complete, valid until the
 * next call of {@link ResponseHeadDecoder.decode}. Of the limits, those on
 * method, target and leading empty lines have no meaning here: a response has
 * none of them.
 *
 * @example
 * ```ts
 * const decoder = new ResponseHeadDecoder();
 * const octets = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
 * decoder.decode(octets, 0, octets.length); // 38
 * decoder.status; // 200
 * decoder.framingFor("GET"); // 5
 * ```
 */
export class ResponseHeadDecoder {
  /** From 100 to 999. */
  status = 0;
  /** The reason phrase, often ""; it means nothing (RFC 9112 §4). */
  reason = "";
  /** The minor version: HTTP/1.0 or HTTP/1.1. */
  minor: 0 | 1 = 1;
  /** `[name, value, name, value, …]` in the order and case of the wire, values without outer whitespace, latin1. */
  fields: string[] = NO_FIELDS;
  /** The value of Content-Length in octets; -1 when there is none. A response to HEAD has it without the content. */
  contentLength = -1;
  /** Whether the final transfer coding is chunked. */
  chunked = false;
  /** Whether the connection persists after the message (RFC 9112 §9.3), if its content is not delimited by the close. */
  keepAlive = true;
  /** Whether the response names another protocol: an Upgrade field and `Connection: upgrade` (RFC 9110 §7.8). */
  upgrade = false;

  private readonly limits: Readonly<HeadLimits>;
  private readonly leniency: Readonly<Leniency>;
  private readonly framing: FramingFields;
  private readonly lines: FieldLines;
  private readonly carry: Carry = new Carry();
  private phase = START;
  /** Offset of the end of the reason phrase, from the first octet of the status line. */
  private reasonEnd = 0;

  /**
   * @throws RangeError for a limit that is no bound; TypeError for a limit or leniency that is unknown
   */
  constructor(limits?: Partial<HeadLimits>, leniency?: Partial<Leniency>) {
    this.limits = withDefaults(DEFAULT_HEAD_LIMITS, limits);
    this.leniency = leniencyOf(leniency);
    this.framing = new FramingFields(this.leniency, false);
    this.lines = new FieldLines(this.limits.maxFields, this.leniency, this.framing);
  }

  /** Whether a head has begun and is not complete. */
  get pending(): boolean {
    return this.phase !== START;
  }

  /** How the content of this response is framed when it answers a request with `method` (RFC 9112 §6.3). */
  framingFor(method: string): Framing {
    return responseFraming(method, this.status, this.chunked, this.contentLength);
  }

  /** Forgets an unfinished head, and any error. */
  reset(): void {
    this.phase = START;
    this.carry.release();
    this.lines.reset();
    this.framing.reset();
  }

  /** Lets go of the results' strings, so that an idle connection keeps no head in memory. */
  release(): void {
    this.reason = "";
    this.fields = NO_FIELDS;
  }

  /**
   * Decodes from `bytes[at, end)`.
   *
   * @returns the offset of the first octet after the head, or {@link PARTIAL}
   *   when more octets are needed. All were taken then, and copied as far as
   *   they are still needed: `bytes` is borrowed for the call only
   * @throws HeadSyntaxError at the first octet that cannot be right; nothing
   *   after it may be read
   */
  decode(bytes: Uint8Array, at: number, end: number): number {
    if (this.phase === START) {
      if (at === end) return PARTIAL;
      if (known !== null && this.isKnown(known, bytes, at, end)) {
        this.recall(known);
        return at + known.octets.length;
      }
      const stop = Math.min(end, at + this.limits.maxHeadOctets);
      const next = this.scan(bytes, at, stop, at);
      if (next === PARTIAL) {
        this.refuseIfFull(stop - at);
        this.carry.append(bytes, at, end);
      }
      return next;
    }
    if (this.phase === FAILED)
      throw new TypeError("this head was refused: close the connection, or reset() the decoder");
    const carry = this.carry;
    const before = carry.length;
    carry.append(bytes, at, Math.min(end, at + this.limits.maxHeadOctets - before));
    const next = this.scan(carry.bytes, before, carry.length, 0);
    if (next === PARTIAL) {
      this.refuseIfFull(carry.length);
      return PARTIAL;
    }
    carry.release();
    return at + next - before;
  }

  private scan(bytes: Uint8Array, at: number, end: number, base: number): number {
    let phase = this.phase;
    let p = at;
    this.phase = FAILED; // unless one of the returns below is reached
    if (phase === START || phase === STATUS) {
      if (p === base && p + STATUS_OCTETS <= end && isVersion(bytes, p)) p += VERSION_OCTETS;
      for (; p < end && p - base < STATUS_OCTETS; p++) checkStatusOctet(bytes, base, p - base);
      if (p === end) return this.cut(STATUS);
      phase = AFTER_STATUS;
    }
    if (phase === AFTER_STATUS) {
      const isShort = bytes[p] !== SP;
      if (isShort && !(this.leniency.missingReasonSpace && (bytes[p] === CR || bytes[p] === LF)))
        throw new HeadSyntaxError(
          bytes[p] === LF ? "ERR_HTTP1_BARE_LF" : "ERR_HTTP1_STATUS_LINE",
          quoteOctet(bytes[p]),
        );
      if (!isShort) p += 1;
      phase = REASON;
    }
    if (phase === REASON) {
      while (p < end && FIELD_VALUE[bytes[p]] === 1) p++;
      if (p === end) return this.cut(REASON);
      this.reasonEnd = p - base;
      const octet = bytes[p];
      if (octet === CR) phase = REASON_LF;
      else if (octet === LF && this.leniency.bareLf) phase = FIELDS;
      else throw new HeadSyntaxError(octet === LF ? "ERR_HTTP1_BARE_LF" : "ERR_HTTP1_STATUS_LINE", quoteOctet(octet));
      p += 1;
    }
    if (phase === REASON_LF) {
      if (p === end) return this.cut(REASON_LF);
      if (bytes[p] !== LF) throw new HeadSyntaxError("ERR_HTTP1_BARE_CR", quoteOctet(bytes[p]));
      p += 1;
    }
    const next = this.lines.scan(bytes, p, end, base);
    if (next === PARTIAL) return this.cut(FIELDS);
    const text = latin1(bytes, base, next);
    this.finish(text);
    this.phase = START;
    if (this.leniency === STRICT) this.remember(text, bytes, base, next);
    return next;
  }

  /** Whether the octets begin with the head that is known, so that reading them could give nothing else. */
  private isKnown(head: KnownHead, bytes: Uint8Array, at: number, end: number): boolean {
    const { octets } = head;
    const { length } = octets;
    const { maxHeadOctets, maxFields } = this.limits;
    if (this.leniency !== STRICT || at + length > end || length > maxHeadOctets || head.fields.length > 2 * maxFields)
      return false;
    // From the end: what differs from one head to the next, a length or a date, seldom stands in front.
    for (let i = length - 1; i >= 0; i--) if (octets[i] !== bytes[at + i]) return false;
    return true;
  }

  private recall(head: KnownHead): void {
    this.minor = head.minor;
    this.status = head.status;
    this.reason = head.reason;
    this.fields = head.fields.slice();
    this.contentLength = head.contentLength;
    this.chunked = head.chunked;
    this.keepAlive = head.keepAlive;
    this.upgrade = head.upgrade;
  }

  /** Keeps a head that came twice in a row, on whatever connections. */
  private remember(text: string, bytes: Uint8Array, start: number, end: number): void {
    if (text !== lastText) {
      lastText = text.length <= MAX_KNOWN_OCTETS ? text : "";
      return;
    }
    const { minor, status, reason, contentLength, chunked, keepAlive, upgrade } = this;
    const fields = this.fields.slice();
    known = {
      octets: bytes.slice(start, end),
      minor,
      status,
      reason,
      fields,
      contentLength,
      chunked,
      keepAlive,
      upgrade,
    };
  }

  /** Sets the results from the octets of the head. */
  private finish(text: string): void {
    const framing = this.framing;
    this.minor = text.charCodeAt(7) === ZERO ? 0 : 1;
    this.status = Number(text.slice(9, 12));
    this.reason = text.slice(13, this.reasonEnd);
    framing.check(this.minor);
    this.fields = this.lines.strings(text);
    this.contentLength = framing.contentLength;
    this.chunked = framing.chunked;
    this.keepAlive = framing.persists(this.minor);
    this.upgrade = framing.upgrade && framing.upgradeOption && this.minor === 1;
    this.lines.reset();
    framing.reset();
  }

  private cut(phase: number): typeof PARTIAL {
    this.phase = phase;
    return PARTIAL;
  }

  private refuseIfFull(octets: number): void {
    if (octets < this.limits.maxHeadOctets) return;
    this.phase = FAILED;
    throw new HeadSyntaxError("ERR_HTTP1_HEAD_TOO_LARGE");
  }
}

/**
 * What a head gave. A server says to one request what it said to the last, but for the date, once a second; a look whether
 * it does is a third of the reading, and for long heads less.
 */
interface KnownHead {
  readonly octets: Uint8Array;
  readonly minor: 0 | 1;
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly string[];
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
}

/** Longer heads are not kept. */
const MAX_KNOWN_OCTETS = 1_024;

let known: KnownHead | null = null;
/** The head that was read last. */
let lastText = "";

/** `HTTP/1.1 200`: octet number `i` of the status line, up to the last digit of the code (RFC 9112 §4). */
function checkStatusOctet(bytes: Uint8Array, first: number, i: number): void {
  if (i < VERSION_OCTETS) {
    if (!checkVersionOctet(bytes, first, i)) throw new HeadSyntaxError("ERR_HTTP1_VERSION_UNSUPPORTED");
    return;
  }
  const octet = bytes[first + i];
  const isDigit = octet >= ZERO && octet <= NINE;
  if (i === VERSION_OCTETS ? octet !== SP : !isDigit || (i === VERSION_OCTETS + 1 && octet === ZERO))
    throw new HeadSyntaxError("ERR_HTTP1_STATUS_LINE", quoteOctet(octet));
}

/** Octets of a status line up to the end of the status code. */
const STATUS_OCTETS = 12;

const START = 0;
const STATUS = 1;
const AFTER_STATUS = 2;
const REASON = 3;
const REASON_LF = 4;
const FIELDS = 5;
const FAILED = 6;
