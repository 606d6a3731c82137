/**
 * The content of a response, between the connection and who reads it.
 *
 * A little is taken before anyone asks, so that a small response is complete
 * when its head is seen, and its connection free whether it is read or not.
 * More waits with the server until the reader grants credit (S125).
 *
 * @module
 */
import {
  type ContentReceiver,
  type ContentSource,
  copyOctets,
  Fields,
  type RequestSink,
  ResponseStateError,
} from "@stack/http";
import type { ResponseOrigin } from "./response.ts";
import type { Timings } from "./timings.ts";

/** Octets that are taken before a reader asks. */
export const PREFETCH = 65_536;

/** Whom the content tells that something moved, or that nothing more is wanted. */
export interface ContentOwner {
  /** The reader asked for more. */
  contentMoved(): void;
  /** The reader wants no more. */
  contentUnwanted(): void;
  /** What a reader is told whose response is cancelled under its hands. */
  contentCancelled(): Error;
}

export class IncomingContent implements ResponseOrigin, ContentSource {
  readonly contentLength: number;
  readonly contentLimit: number;
  readonly version: "1.1" | "2";
  readonly timings: Timings;
  untilClose: boolean;
  /** Octets that came. */
  received: number;
  private readonly owner: ContentOwner;
  private sink: RequestSink | null;
  private receiver: ContentReceiver | null;
  private taken: boolean;
  private credit: number;
  private buffer: Uint8Array;
  private size: number;
  private ended: boolean;
  private failure: Error | null;
  private trailersOrNull: Fields | null;

  constructor(
    owner: ContentOwner,
    sink: RequestSink,
    contentLength: number,
    contentLimit: number,
    version: "1.1" | "2",
    timings: Timings,
  ) {
    this.contentLength = contentLength;
    this.contentLimit = contentLimit;
    this.version = version;
    this.timings = timings;
    this.untilClose = false;
    this.received = 0;
    this.owner = owner;
    this.sink = sink;
    this.receiver = null;
    this.taken = false;
    this.credit = 0;
    this.buffer = NOTHING;
    this.size = 0;
    this.ended = false;
    this.failure = null;
    this.trailersOrNull = null;
  }

  // ResponseOrigin

  get complete(): boolean {
    return this.ended && !this.taken;
  }

  get trailers(): Fields {
    return (this.trailersOrNull ??= new Fields());
  }

  whole(limit: number): Uint8Array | null {
    if (!this.ended || this.taken || this.size > limit) return null;
    this.taken = true;
    const bytes = this.size === this.buffer.length ? this.buffer : this.buffer.subarray(0, this.size);
    this.buffer = NOTHING;
    this.size = 0;
    return bytes;
  }

  read(receiver: ContentReceiver): ContentSource {
    if (this.taken)
      throw new ResponseStateError(
        "ERR_CONTENT_TAKEN",
        "the content was already taken; read it once and keep the result",
      );
    this.taken = true;
    if (this.failure !== null) receiver.onError(this.failure);
    else if (this.ended && this.size === 0) receiver.onEnd(this.trailersOrNull);
    else this.receiver = receiver;
    return this;
  }

  cancel(): void {
    const { receiver } = this;
    this.taken = true;
    this.stop(0);
    receiver?.onError(this.owner.contentCancelled()); // else it would wait for ever
  }

  // ContentSource, for the reader

  grant(octets: number): void {
    this.credit += octets;
    const { receiver } = this;
    if (receiver === null) return;
    this.deliver(receiver);
    if (this.ended) return;
    this.owner.contentMoved();
    this.sink?.grant(octets);
  }

  stop(_code: number): void {
    this.receiver = null;
    this.buffer = NOTHING;
    this.size = 0;
    if (!this.ended && this.failure === null) this.owner.contentUnwanted();
  }

  // What the exchange tells

  /** Octets came: credit was there for them, the reader's or our own. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const octets = end - start;
    const { receiver } = this;
    this.received += octets;
    if (receiver !== null && this.size === 0 && octets <= this.credit) {
      this.credit -= octets;
      receiver.onContent(bytes, start, end);
      return;
    }
    this.keep(bytes, start, end);
    if (receiver !== null) this.deliver(receiver);
  }

  end(trailers: Fields | null, untilClose: boolean): void {
    this.trailersOrNull = trailers;
    this.untilClose = untilClose;
    this.ended = true;
    this.sink = null;
    const { receiver } = this;
    if (receiver === null || this.size > 0) return;
    this.receiver = null;
    receiver.onEnd(trailers);
  }

  fail(error: Error): void {
    this.failure = error;
    this.sink = null;
    this.buffer = NOTHING;
    this.size = 0;
    const { receiver } = this;
    this.receiver = null;
    receiver?.onError(error);
  }

  private deliver(receiver: ContentReceiver): void {
    while (this.size > 0 && this.credit > 0) {
      const { buffer, size } = this;
      const octets = Math.min(size, this.credit);
      this.credit -= octets;
      this.buffer = octets === size ? NOTHING : buffer.subarray(octets);
      this.size = size - octets;
      receiver.onContent(buffer, 0, octets);
      if (this.receiver !== receiver) return;
    }
    if (!this.ended || this.size > 0) return;
    this.receiver = null;
    receiver.onEnd(this.trailersOrNull);
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    const octets = end - start;
    if (this.size === 0) {
      // In memory of its own unless it is all there is: what waits for more may wait for long.
      this.buffer = copyOctets(bytes, start, end, octets === this.contentLength);
      this.size = octets;
      return;
    }
    const needed = this.size + octets;
    if (needed > this.buffer.length) {
      // Grown by what came, not by what was announced.
      const grown = new Uint8Array(Math.max(needed, Math.min(this.size * 2, PREFETCH)));
      grown.set(this.buffer.subarray(0, this.size));
      this.buffer = grown;
    }
    this.buffer.set(octets === bytes.length ? bytes : bytes.subarray(start, end), this.size);
    this.size = needed;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
