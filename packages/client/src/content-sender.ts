/**
 * Sends the content of a request at the server's pace.
 *
 * One for each attempt, so that what an earlier connection still says of its
 * end cannot stop a later one.
 *
 * @module
 */
import { Fields, type Producer, type RequestSink } from "@stack/http";
import type { RequestContent } from "./request-content.ts";
import type { RequestOptions } from "./request-options.ts";

/** Octets that are given to the connection at once: between two pieces it can say that it is full. */
export const PIECE = 65_536;

/** Whom the sender tells how it goes. */
export interface SendOwner {
  /** Octets were handed over, `octets` so far. `waits`: there is no room for more. */
  contentSent(octets: number, waits: boolean): void;
  /** There is room again. */
  contentResumed(): void;
  /** All of it was handed over. */
  contentComplete(): void;
  /** The content could not be made. */
  contentFailed(error: unknown): void;
}

export class ContentSender implements Producer {
  private readonly owner: SendOwner;
  private readonly sink: RequestSink;
  private readonly content: RequestContent;
  private readonly options: RequestOptions;
  private sent: number;
  private blocked: boolean;
  private over: boolean;
  private abandoned: boolean;
  private wake: (() => void) | null;
  private source: ReturnType<RequestContent["open"]> | null;

  constructor(owner: SendOwner, sink: RequestSink, content: RequestContent, options: RequestOptions) {
    this.owner = owner;
    this.sink = sink;
    this.content = content;
    this.options = options;
    this.sent = 0;
    this.blocked = false;
    this.over = false;
    this.abandoned = false;
    this.wake = null;
    this.source = null;
  }

  /** All was given, or nothing more will be. */
  get isOver(): boolean {
    return this.over;
  }

  /** Begins. */
  start(): void {
    this.sink.attach(this);
    if (this.over) return;
    if (this.content.bytes !== null && this.options.trailers === undefined) this.sendWhole(this.content.bytes);
    else this.sendStream().catch((error: unknown) => this.failed(error));
  }

  /** Nothing more is sent; what makes the content is told to stop: it may hold a file, or a connection of its own. */
  abandon(): void {
    this.over = true;
    this.abandoned = true;
    const { source } = this;
    this.source = null;
    this.wakeUp();
    if (source?.return === undefined) return;
    try {
      Promise.resolve(source.return()).catch(() => {});
    } catch {} // its failure to stop is nobody's any more
  }

  // Producer

  resume(): void {
    if (this.over) return;
    this.blocked = false;
    this.owner.contentResumed();
    if (this.wake !== null) this.wakeUp();
    else if (this.content.bytes !== null && this.options.trailers === undefined) this.sendWhole(this.content.bytes);
  }

  stopped(_reason: Error): void {
    this.abandon();
  }

  /** From where it stopped; returns when the connection is full. */
  private sendWhole(bytes: Uint8Array): void {
    while (!this.over && !this.blocked) {
      const piece = bytes.subarray(this.sent, this.sent + PIECE);
      const end = this.sent + piece.length === bytes.length;
      if (end) this.over = true; // before the call: it may resume us
      this.give(piece, end);
      if (end) {
        this.owner.contentComplete();
        return;
      }
    }
  }

  private async sendStream(): Promise<void> {
    const source = this.content.open();
    this.source = source;
    for (;;) {
      const { done, value } = await source.next();
      if (this.over) return;
      if (done === true) break;
      const bytes = typeof value === "string" ? UTF8.encode(value) : value;
      if (!(bytes instanceof Uint8Array)) throw new TypeError("content is made of octets and text");
      for (let at = 0; at < bytes.length; at += PIECE) {
        this.give(at === 0 && bytes.length <= PIECE ? bytes : bytes.subarray(at, at + PIECE), false);
        if (this.blocked) await this.room();
        if (this.over) return;
      }
    }
    this.source = null;
    const trailers = new Fields(this.options.trailers?.());
    this.over = true;
    if (trailers.size === 0) this.sink.sendContent(NOTHING, true);
    else this.sink.sendTrailers(trailers);
    this.owner.contentComplete();
  }

  private give(bytes: Uint8Array, end: boolean): void {
    const more = this.sink.sendContent(bytes, end);
    this.sent += bytes.length;
    if (!more) this.blocked = true;
    if (bytes.length > 0) this.owner.contentSent(this.sent, !more && !end);
  }

  /** Resolves when there is room, or when none is needed any more. */
  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }

  private failed(error: unknown): void {
    if (this.abandoned) return; // it was told to stop: what it says of that is nobody's, least of all a later attempt's
    this.abandon();
    this.owner.contentFailed(error);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
const UTF8: InstanceType<typeof TextEncoder> = new TextEncoder();
