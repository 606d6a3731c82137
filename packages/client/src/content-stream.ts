/**
 * The content of a response as a web stream of octets.
 *
 * The server is held back while nobody reads. What ends or breaks the content is seen at once, and not when
 * someone reads on.
 *
 * @module
 */

import type { ContentReceiver, ContentSource } from "@stack/http";
import { followAbort, unfollowAbort } from "./abort.ts";
import type { ResponseOrigin } from "./response.ts";

/** What a `body` is. */
export type OctetStream = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Octets that are asked for ahead of the reader. */
const WINDOW = 65_536;

/**
 * @param failure - what the stream fails with, for a failure of the content
 * @param signal - its abort fails what was not read yet, with its reason
 */
export function contentStream(
  origin: ResponseOrigin,
  failure: (error: Error) => unknown,
  signal: AbortSignal | null,
): OctetStream {
  return new ReadableStream(new OctetSource(origin, failure, signal)) as OctetStream;
}

/** A stream of octets that are here already. */
export function octetStream(bytes: Uint8Array): OctetStream {
  return new ReadableStream({
    type: "bytes",
    start: (controller: ReadableByteStreamController) => {
      if (bytes.length > 0) controller.enqueue(new Uint8Array(bytes)); // the stream takes the memory over
      controller.close();
    },
  }) as OctetStream;
}

class OctetSource implements ContentReceiver {
  readonly type = "bytes";
  private readonly origin: ResponseOrigin;
  private readonly failure: (error: Error) => unknown;
  private readonly signal: AbortSignal | null;
  private controller: ReadableByteStreamController | null;
  private source: ContentSource | null;
  private credit: number;
  private over: boolean;
  private readonly onAbort: () => void;

  constructor(origin: ResponseOrigin, failure: (error: Error) => unknown, signal: AbortSignal | null) {
    this.origin = origin;
    this.failure = failure;
    this.signal = signal;
    this.controller = null;
    this.source = null;
    this.credit = 0;
    this.over = false;
    this.onAbort = () => {
      if (this.finish()) this.controller?.error(this.signal?.reason);
      this.origin.cancel();
    };
  }

  // The underlying source of a byte stream

  start(controller: ReadableByteStreamController): void {
    this.controller = controller;
    if (this.signal?.aborted === true) {
      this.onAbort();
      return;
    }
    if (this.signal !== null) followAbort(this.signal, this.onAbort);
    this.source = this.origin.read(this);
  }

  pull(): void {
    const more = WINDOW - this.credit;
    if (this.over || more <= 0) return;
    this.credit = WINDOW;
    this.source?.grant(more);
  }

  cancel(): void {
    if (this.finish()) this.origin.cancel();
  }

  // ContentReceiver

  onContent(bytes: Uint8Array, start: number, end: number): void {
    this.credit -= end - start;
    if (!this.over && end > start) this.controller?.enqueue(bytes.slice(start, end));
  }

  onEnd(): void {
    if (!this.finish()) return;
    this.controller?.close();
    this.controller?.byobRequest?.respond(0); // who waits for octets with memory of its own waits no more
  }

  onError(error: Error): void {
    if (this.finish()) this.controller?.error(this.failure(error));
  }

  /** False: it was over before. */
  private finish(): boolean {
    if (this.over) return false;
    this.over = true;
    if (this.signal !== null) unfollowAbort(this.signal, this.onAbort);
    return true;
  }
}
