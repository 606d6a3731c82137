/**
 * The content of a message, from the side of who reads it (RFC 9110 §6.4).
 *
 * Nothing is read before someone asks, so a peer cannot fill memory that no one
 * wants filled. Reading is always bounded, in one value or as a stream; what
 * arrives in dribs is joined, so an octet costs an octet (S38).
 *
 * @module
 */
import { ContentIterator } from "./content-iterator.ts";
import { ContentTooLargeError, ResponseStateError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { type JsonOptions, parseJson } from "./json.ts";
import type { ContentReceiver, ContentSource } from "./response-sink.ts";
import { copyOctets, ownOctets } from "./small-octets.ts";

/** Octets that a streamed read asks for ahead of its consumer. */
export const STREAM_WINDOW = 65_536;

/** The first piece of memory for content whose octets are still only a promise of the peer. */
const FIRST_ALLOCATION = 4_096;

/** How much of the content a read accepts. */
export interface ReadOptions {
  /** Octets; more is {@link ContentTooLargeError}. It can only lower what the server allows (1 MiB unless configured). */
  readonly limit?: number;
}

/** What content needs to know of the message that it is part of. */
export interface ContentOrigin {
  readonly contentLength: number;
  readonly contentLimit: number;
  read(receiver: ContentReceiver): ContentSource;
}

const UNTAKEN = 0;
const COLLECTING = 1;
const STREAMING = 2;

/**
 * Content that is read once: as octets, text, JSON, an async iterable or a web stream.
 *
 * @example
 * ```ts
 * import type { Handler } from "@stack/http";
 *
 * const count: Handler = async (request, response) => {
 *   let octets = 0;
 *   for await (const chunk of request.content.stream({ limit: 65_536 })) octets += chunk.length;
 *   response.text(`${octets}\n`);
 * };
 * ```
 */
export class Content implements ContentReceiver, AsyncIterable<Uint8Array> {
  private readonly origin: ContentOrigin;
  private mode: number;
  private source: ContentSource | null;
  private readLimit: number;
  private received: number;
  private buffer: Uint8Array;
  private size: number;
  private ended: boolean;
  private failure: Error | null;
  private trailerSection: Fields | null;
  private wake: (() => void) | null;
  private waiting: Promise<void> | null;
  /** All octets, perhaps in memory that others share. */
  private collected: Promise<Uint8Array> | null;
  private owned: Promise<Uint8Array> | null;

  constructor(origin: ContentOrigin) {
    this.origin = origin;
    this.mode = UNTAKEN;
    this.source = null;
    this.readLimit = 0;
    this.received = 0;
    this.buffer = NOTHING;
    this.size = 0;
    this.ended = false;
    this.failure = null;
    this.trailerSection = null;
    this.wake = null;
    this.waiting = null;
    this.collected = null;
    this.owned = null;
  }

  /** Octets announced; 0 for none, -1 when only the end will tell. */
  get length(): number {
    return this.origin.contentLength;
  }

  /** The most octets that a read may take in, whatever its own limit is. */
  get limit(): number {
    return this.origin.contentLimit;
  }

  /** Octets received so far. */
  get octets(): number {
    return this.received;
  }

  /** The trailer section; empty until the content has been read to its end (RFC 9110 §6.5). */
  get trailers(): Fields {
    return (this.trailerSection ??= new Fields());
  }

  /**
   * All octets, in memory.
   * @throws ContentTooLargeError when there are more than `limit`
   * @throws PeerGoneError when the peer goes away before the end
   */
  bytes(options?: ReadOptions): Promise<Uint8Array> {
    this.owned ??= this.whole(options).then(ownOctets);
    return this.owned;
  }

  /** All of it as UTF-8, malformed sequences replaced, a byte order mark dropped. */
  async text(options?: ReadOptions): Promise<string> {
    return UTF8.decode(await this.whole(options));
  }

  /** All of it as JSON. @throws HttpError 400 `ERR_JSON…` when it is not, or when it holds keys that poison prototypes */
  async json(options?: ReadOptions & JsonOptions): Promise<unknown> {
    return parseJson(UTF8.decode(await this.whole(options)), options);
  }

  /** The octets as they arrive. The peer is held back while the consumer is busy. */
  stream(options?: ReadOptions): AsyncIterable<Uint8Array> {
    this.take(STREAMING, options);
    this.source?.grant(STREAM_WINDOW);
    return { [Symbol.asyncIterator]: () => new ContentIterator(this) };
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.stream()[Symbol.asyncIterator]();
  }

  /** The octets as a web stream. */
  readable(options?: ReadOptions): ReadableStream<Uint8Array> {
    const iterator = this.stream(options)[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await iterator.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await iterator.return?.();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** For proxies: octets go to `receiver` as they come, without a copy, for the credit that it grants. */
  forward(receiver: ContentReceiver): ContentSource {
    if (this.mode !== UNTAKEN) throw taken();
    this.mode = STREAMING;
    return this.origin.read(receiver);
  }

  onContent(bytes: Uint8Array, start: number, end: number): void {
    if (this.failure !== null) return;
    this.received += end - start;
    if (this.received > this.readLimit) {
      this.source?.stop(0);
      this.onError(new ContentTooLargeError(this.readLimit));
      return;
    }
    this.append(bytes, start, end);
    if (this.mode === STREAMING) this.notify();
  }

  onEnd(trailers: Fields | null): void {
    this.trailerSection = trailers;
    this.ended = true;
    this.notify();
  }

  onError(error: Error): void {
    if (this.failure !== null || this.ended) return;
    this.failure = error;
    this.buffer = NOTHING;
    this.size = 0;
    this.notify();
  }

  /** The next octets, or the end, for {@link ContentIterator}. */
  next(): Promise<IteratorResult<Uint8Array>> {
    const now = this.taken();
    if (now !== null) return Promise.resolve(now);
    return this.failure === null ? this.later() : Promise.reject(this.failure);
  }

  /** The consumer left early. */
  cancel(): void {
    if (this.ended || this.failure !== null) return;
    this.source?.stop(0);
    this.onError(new ResponseStateError("ERR_CONTENT_TAKEN", "the reader of this content stopped before its end"));
  }

  /** What is here: all of it in one piece, so that dribs are joined (S38). Null when there is nothing to give yet. */
  private taken(): IteratorResult<Uint8Array> | null {
    if (this.size === 0) return this.ended && this.failure === null ? DONE : null;
    const value = this.buffer.subarray(0, this.size);
    this.buffer = NOTHING;
    this.size = 0;
    this.source?.grant(value.length);
    return { done: false, value };
  }

  private async later(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      await this.more();
      const now = this.taken();
      if (now !== null) return now;
      if (this.failure !== null) throw this.failure;
    }
  }

  /** Resolves when something has come: octets, the end or a failure. Any number may wait for it. */
  private more(): Promise<void> {
    this.waiting ??= new Promise((resolve) => {
      this.wake = resolve;
    });
    return this.waiting;
  }

  private whole(options?: ReadOptions): Promise<Uint8Array> {
    this.collected ??= this.collect(options);
    return this.collected;
  }

  private async collect(options?: ReadOptions): Promise<Uint8Array> {
    this.take(COLLECTING, options);
    this.source?.grant(Number.POSITIVE_INFINITY);
    while (!this.ended && this.failure === null) await this.more();
    if (this.failure !== null) throw this.failure;
    return this.buffer.subarray(0, this.size);
  }

  private take(mode: number, options?: ReadOptions): void {
    if (this.mode !== UNTAKEN) throw taken();
    this.mode = mode;
    this.readLimit = Math.min(options?.limit ?? Number.POSITIVE_INFINITY, this.origin.contentLimit);
    const { contentLength } = this.origin;
    if (contentLength === 0) {
      this.ended = true;
      return;
    }
    this.source = this.origin.read(this);
    if (contentLength > this.readLimit) {
      this.source.stop(0);
      this.onError(new ContentTooLargeError(this.readLimit));
    }
  }

  private append(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.size + end - start;
    if (this.size === 0 && (this.mode === STREAMING || needed === this.origin.contentLength)) {
      // A piece for the consumer, or all there is.
      this.buffer = copyOctets(bytes, start, end, this.mode === COLLECTING);
      this.size = needed;
      return;
    }
    if (needed > this.buffer.length) {
      // Grown by what came, not by what was announced: a promise of a megabyte costs the peer nothing.
      const room = Math.max(needed, this.buffer.length * 2);
      const exact = this.origin.contentLength > 0 ? Math.min(room, this.origin.contentLength) : room;
      const grown = new Uint8Array(Math.max(exact, needed, Math.min(FIRST_ALLOCATION, exact)));
      grown.set(this.buffer.subarray(0, this.size));
      this.buffer = grown;
    }
    this.buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.size);
    this.size = needed;
  }

  private notify(): void {
    const { wake } = this;
    this.wake = null;
    this.waiting = null;
    wake?.();
  }
}

const DONE: IteratorResult<Uint8Array> = Object.freeze({ done: true, value: undefined });
const NOTHING: Uint8Array = new Uint8Array(0);
const UTF8: InstanceType<typeof TextDecoder> = new TextDecoder();

function taken(): ResponseStateError {
  return new ResponseStateError("ERR_CONTENT_TAKEN", "the content was already taken; read it once and keep the result");
}
