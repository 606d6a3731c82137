/**
 * A form's parts as they arrive, each with its content as a stream.
 *
 * Nothing is read ahead of who reads: at most {@link READ_WINDOW} octets wait here. A part that is not read, or not to
 * its end, is skipped when the next one is asked for. Nothing is written to files, so no file is left behind (S159).
 *
 * @module
 */
import { Content, type ContentReceiver, type ContentSource, ResponseStateError } from "@stack/http";
import { boundaryOf } from "./boundary.ts";
import { MultipartError } from "./errors.ts";
import { HeldOctets } from "./held-octets.ts";
import { MAX_PARTS, type MultipartLimits, tooMuch } from "./limits.ts";
import { MultipartDecoder, type MultipartVisitor } from "./multipart-decoder.ts";
import { MultipartPart, PartOrigin } from "./multipart-part.ts";
import { parsePartHead } from "./part-head.ts";

/** Octets that are asked for ahead of the reader. */
export const READ_WINDOW = 65_536;

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
  /** What came and has not been decoded. */
  private readonly held: HeldOctets;
  private part: PartOrigin | null;
  private arrived: MultipartPart | null;
  private waiting: { resolve(result: IteratorResult<MultipartPart>): void; reject(error: Error): void } | null;
  private inputEnded: boolean;
  private failure: Error | null;
  private finished: boolean;
  private decoding: boolean;
  /** Octets that were asked for and have not come. */
  private asked: number;

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
    this.held = new HeldOctets();
    this.part = null;
    this.arrived = null;
    this.waiting = null;
    this.inputEnded = false;
    this.failure = null;
    this.finished = false;
    this.decoding = false;
    this.asked = 0;
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
    this.asked -= end - start;
    if (this.octets > this.maxOctets) {
      this.fail(tooMuch(`the content is larger than ${this.maxOctets} octets`));
      return;
    }
    // What can be decoded at once need not be copied.
    const at = this.held.length === 0 ? this.decode(bytes, start, end) : start;
    if (at < end && !this.isOver()) this.held.append(bytes, at, end);
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

  /** Decodes what is held, as far as somebody wants it, tells who waits, and asks for more. */
  private proceed(): void {
    const { held } = this;
    const at = this.decode(held.bytes, held.start, held.end);
    if (!this.isOver()) held.start = at;
    if (this.isOver()) this.tell();
    else if (this.arrived !== null) this.tell();
    else if (this.inputEnded && held.length === 0 && !this.decoding) {
      if (this.decoder.closed) this.finished = true;
      else this.fail(truncated());
      this.tell();
    }
    this.ask();
  }

  /**
   * Asks for as much as somebody wants, and no more than a window.
   *
   * What comes is then decoded where it lies. A window that is kept full whatever the reader of a part wants is out of
   * step with it, and nearly every octet of a file is copied once more on its way (bench/multipart).
   */
  private ask(): void {
    if (this.decoding || this.inputEnded || this.isOver()) return;
    const ahead = this.asked + this.held.length;
    const lacking = Math.min(this.wanted(), READ_WINDOW) - ahead;
    if (lacking <= 0 || (ahead > 0 && lacking < READ_WINDOW / 2)) return;
    this.asked += lacking;
    this.source?.grant(lacking); // last: more may come within the call
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
      return at;
    }
    this.decoding = false;
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
    this.held.clear();
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

function truncated(): MultipartError {
  return new MultipartError("ERR_MULTIPART_TRUNCATED", "the content ended before its last boundary: it was cut off");
}

function left(): ResponseStateError {
  return new ResponseStateError("ERR_CONTENT_TAKEN", "the reader of this form stopped before its end");
}
