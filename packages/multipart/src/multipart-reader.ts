/**
 * A form's parts as they arrive, each with its content as a stream.
 *
 * Nothing is read ahead of who reads: at most {@link READ_WINDOW} octets wait here. A part that is not read, or not to
 * its end, is skipped when the next one is asked for. Nothing is written to files, so no file is left behind (S159).
 *
 * @module
 */
import {
  Content,
  type ContentOrigin,
  type ContentReceiver,
  type ContentSource,
  type Fields,
  ResponseStateError,
} from "@stack/http";
import { boundaryOf } from "./boundary.ts";
import { MultipartError } from "./errors.ts";
import { MAX_PARTS, type MultipartLimits, tooMuch } from "./limits.ts";
import { MultipartDecoder, type MultipartVisitor } from "./multipart-decoder.ts";
import { type PartHead, parsePartHead } from "./part-head.ts";

/** Octets that are asked for ahead of the reader. */
export const READ_WINDOW = 65_536;

/** One part of a form. */
export class MultipartPart {
  /** The form's field. Any text, `__proto__` included (S99). */
  readonly name: string;
  /** What the sender calls the file, or null for a plain value. Not a path (S148). */
  readonly filename: string | null;
  /** As sent; null for none, which means text. */
  readonly contentType: string | null;
  readonly fields: Fields;
  /** To be read before the next part is asked for. */
  readonly content: Content;

  constructor({ name, filename, contentType, fields }: PartHead, content: Content) {
    this.name = name;
    this.filename = filename;
    this.contentType = contentType;
    this.fields = fields;
    this.content = content;
  }
}

/**
 * Reads `multipart/form-data` part by part.
 *
 * @param content - of a request or a response; taken when the first part is asked for
 * @param contentType - the value of its Content-Type
 * @throws MultipartError `ERR_MULTIPART_TYPE`, `ERR_MULTIPART_BOUNDARY` at once; reading fails with the other codes
 *
 * To leave the loop early stops who sends.
 *
 * @example
 * ```ts
 * for await (const part of readMultipart(request.content, request.fields.get("content-type"))) {
 *   if (part.filename === null) console.log(part.name, await part.content.text({ limit: 10_000 }));
 *   else for await (const bytes of part.content) store(bytes);
 * }
 * ```
 *
 * RFC 7578, RFC 2046 §5.1.
 */
export function readMultipart(
  content: Content,
  contentType: string | undefined,
  limits: MultipartLimits = {},
): MultipartReader {
  return new MultipartReader(content, boundaryOf(contentType), limits);
}

/** The parts of multipart content, to be iterated once. */
export class MultipartReader implements AsyncIterableIterator<MultipartPart>, ContentReceiver, MultipartVisitor {
  private readonly origin: Content;
  private readonly decoder: MultipartDecoder;
  private readonly maxParts: number;
  private readonly maxHeadFields: number | undefined;
  private readonly maxPartOctets: number;
  private readonly maxOctets: number;
  private source: ContentSource | null;
  private octets: number;
  private parts: number;
  /** Octets that came and have not been decoded. */
  private held: Uint8Array;
  private heldStart: number;
  private heldEnd: number;
  private part: PartOrigin | null;
  private arrived: MultipartPart | null;
  private waiting: { resolve(result: IteratorResult<MultipartPart>): void; reject(error: Error): void } | null;
  private inputEnded: boolean;
  private failure: Error | null;
  private finished: boolean;
  private decoding: boolean;
  /** Octets that were decoded, for which credit is to be given back. */
  private owed: number;

  constructor(content: Content, boundary: string, limits: MultipartLimits = {}) {
    this.origin = content;
    this.decoder = new MultipartDecoder(boundary, this, limits.maxHeadOctets);
    this.maxParts = limits.maxParts ?? MAX_PARTS;
    this.maxHeadFields = limits.maxHeadFields;
    this.maxOctets = limits.maxOctets ?? content.limit;
    this.maxPartOctets = limits.maxPartOctets ?? this.maxOctets;
    this.source = null;
    this.octets = 0;
    this.parts = 0;
    this.held = NOTHING;
    this.heldStart = 0;
    this.heldEnd = 0;
    this.part = null;
    this.arrived = null;
    this.waiting = null;
    this.inputEnded = false;
    this.failure = null;
    this.finished = false;
    this.decoding = false;
    this.owed = 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next part. What was not read of the one before is skipped. */
  next(): Promise<IteratorResult<MultipartPart>> {
    if (this.waiting !== null)
      return Promise.reject(new TypeError("the next part is being waited for: ask for one at a time"));
    this.part?.skip();
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.begin();
      this.proceed();
    });
  }

  /** No more parts are wanted. */
  return(): Promise<IteratorResult<MultipartPart>> {
    if (!this.finished && this.failure === null) this.fail(left());
    return Promise.resolve({ done: true, value: undefined });
  }

  // From who sends.

  onContent(bytes: Uint8Array, start: number, end: number): void {
    if (this.finished || this.failure !== null) return;
    this.octets += end - start;
    if (this.octets > this.maxOctets) {
      this.fail(tooMuch(`the content is larger than ${this.maxOctets} octets`));
      return;
    }
    // What can be decoded at once need not be copied.
    const at = this.heldStart === this.heldEnd ? this.decode(bytes, start, end) : start;
    if (at < end && !this.isOver()) this.hold(bytes, at, end);
    this.proceed();
  }

  onEnd(): void {
    this.inputEnded = true;
    this.proceed();
  }

  onError(error: Error): void {
    this.inputEnded = true;
    this.fail(error);
  }

  // From the decoder.

  onPartHead(head: Uint8Array): void {
    if (++this.parts > this.maxParts) throw tooMuch(`the content has more than ${this.maxParts} parts`);
    const parsed = parsePartHead(head, this.maxHeadFields);
    this.part = new PartOrigin(this.maxPartOctets, () => this.proceed());
    this.arrived = new MultipartPart(parsed, new Content(this.part));
  }

  onPartContent(bytes: Uint8Array, start: number, end: number): void {
    this.part?.deliver(bytes, start, end);
  }

  onPartEnd(): void {
    const { part } = this;
    this.part = null;
    part?.end();
  }

  onClose(): void {}

  /** Decodes what is held, as far as somebody wants it, and tells who waits. */
  private proceed(): void {
    this.heldStart = this.decode(this.held, this.heldStart, this.heldEnd);
    if (this.isOver()) this.tell();
    else if (this.arrived !== null) this.tell();
    else if (this.inputEnded && this.heldStart === this.heldEnd && !this.decoding) {
      if (this.decoder.closed) this.finished = true;
      else this.fail(truncated());
      this.tell();
    }
    const { owed } = this;
    if (owed < READ_WINDOW / 2 || this.decoding || this.inputEnded || this.isOver()) return;
    this.owed = 0;
    this.source?.grant(owed); // last: more may come within the call
  }

  /** Keeps octets for later; in one piece of memory, however small the pieces in which they come (S38). */
  private hold(bytes: Uint8Array, start: number, end: number): void {
    const octets = end - start;
    const kept = this.heldEnd - this.heldStart;
    if (this.heldEnd + octets > this.held.length) {
      const target =
        kept + octets > this.held.length ? new Uint8Array(Math.max(kept + octets, 2 * this.held.length)) : this.held;
      target.set(this.held.subarray(this.heldStart, this.heldEnd));
      this.held = target;
      this.heldStart = 0;
      this.heldEnd = kept;
    }
    this.held.set(bytes.subarray(start, end), this.heldEnd);
    this.heldEnd += octets;
  }

  /** Decodes as much of `bytes[at, end)` as somebody wants; returns the offset of what is left. */
  private decode(bytes: Uint8Array, at: number, end: number): number {
    if (this.decoding) return at; // called back by who was just told: the loop that tells goes on
    this.decoding = true;
    let offset = at;
    try {
      while (offset < end && !this.isOver()) {
        const wanted = this.wanted();
        if (wanted <= 0) break;
        offset = this.decoder.decode(bytes, offset, Math.min(end, offset + wanted));
      }
    } catch (error) {
      this.decoding = false;
      this.fail(error as Error);
      return end;
    }
    this.decoding = false;
    this.owed += offset - at;
    return offset;
  }

  /** Octets that may be decoded now. */
  private wanted(): number {
    if (this.part !== null) return this.part.credit;
    return this.waiting !== null && this.arrived === null ? Number.POSITIVE_INFINITY : 0;
  }

  private begin(): void {
    if (this.source !== null || this.isOver()) return;
    try {
      this.source = this.origin.forward(this);
      this.source.grant(READ_WINDOW);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Gives whoever waits what there is. */
  private tell(): void {
    const { waiting, arrived } = this;
    if (waiting === null) return;
    if (this.failure !== null) {
      this.waiting = null;
      waiting.reject(this.failure);
    } else if (arrived !== null) {
      this.waiting = null;
      this.arrived = null;
      waiting.resolve({ done: false, value: arrived });
    } else if (this.finished) {
      this.waiting = null;
      waiting.resolve({ done: true, value: undefined });
    }
  }

  private fail(error: Error): void {
    if (this.isOver()) return;
    this.failure = error;
    this.held = NOTHING;
    this.heldStart = 0;
    this.heldEnd = 0;
    this.arrived = null;
    if (!this.inputEnded) this.source?.stop(0);
    const { part } = this;
    this.part = null;
    part?.fail(error);
    this.tell();
  }

  private isOver(): boolean {
    return this.finished || this.failure !== null;
  }
}

/** What the content of a part is made of. */
class PartOrigin implements ContentOrigin, ContentSource {
  readonly contentLength = -1;
  readonly contentLimit: number;
  /**
   * Octets that may be delivered: none before someone reads, any number once nobody will. Below 0 by a delimiter at
   * most, whose beginning turned out to be content.
   */
  credit: number;
  private readonly proceed: () => void;
  private receiver: ContentReceiver | null;
  private over: boolean;
  private failure: Error | null;

  constructor(contentLimit: number, proceed: () => void) {
    this.contentLimit = contentLimit;
    this.credit = 0;
    this.proceed = proceed;
    this.receiver = null;
    this.over = false;
    this.failure = null;
  }

  read(receiver: ContentReceiver): ContentSource {
    this.receiver = receiver;
    if (this.over) receiver.onError(this.failure ?? skipped());
    return this;
  }

  grant(octets: number): void {
    this.credit += octets;
    this.proceed();
  }

  stop(): void {
    this.receiver = null;
    this.skip();
  }

  /** Nobody reads this part, or no further. */
  skip(): void {
    const { receiver } = this;
    this.receiver = null;
    this.over = true;
    this.credit = Number.POSITIVE_INFINITY;
    receiver?.onError(skipped());
  }

  deliver(bytes: Uint8Array, start: number, end: number): void {
    this.credit -= end - start;
    this.receiver?.onContent(bytes, start, end);
  }

  end(): void {
    this.over = true;
    this.receiver?.onEnd(null);
  }

  fail(error: Error): void {
    this.over = true;
    this.failure = error;
    this.receiver?.onError(error);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

function truncated(): MultipartError {
  return new MultipartError("ERR_MULTIPART_TRUNCATED", "the content ended before its last boundary: it was cut off");
}

function skipped(): ResponseStateError {
  return new ResponseStateError("ERR_CONTENT_TAKEN", "the part was skipped: read it before asking for the next one");
}

function left(): ResponseStateError {
  return new ResponseStateError("ERR_CONTENT_TAKEN", "the reader of this form stopped before its end");
}
