/**
 * Requests as they come in on a server's connection (RFC 9112 §3 to §7).
 *
 * Heads are read one after the other; content goes to the exchange that wants it,
 * within its credit and within the limits. What becomes of a request is the
 * connection's business, which extends this.
 *
 * @module
 */
import { type Carrier, Fields } from "@stack/http";
import {
  ChunkedDecoder,
  ChunkedSyntaxError,
  type ContentVisitor,
  HeadSyntaxError,
  PARTIAL,
  type RequestHeadDecoder,
} from "@stack/http1-parser";
import { BUSY, CONTENT, Connection, ENDING, GONE, HEAD } from "./connection.ts";
import type { Http1Error } from "./errors.ts";
import type { ResolvedServerOptions } from "./options.ts";
import { ServerDeadlines } from "./server-deadlines.ts";
import type { ServerExchange } from "./server-exchange.ts";

export abstract class RequestInput extends Connection implements ContentVisitor {
  /** Requests whose head was read. */
  requests: number;
  protected readonly options: ResolvedServerOptions;
  protected readonly deadlines: ServerDeadlines;
  /** The request that is being answered, or whose content is still to come. */
  protected exchange: ServerExchange | null;
  /** Octets of content on this connection. */
  protected receivedOctets: number;
  /** Ours while a head is cut; between heads the server's shared one serves, so an idle connection has none. */
  private decoder: RequestHeadDecoder | null;
  private requestContent: number;

  constructor(carrier: Carrier, options: ResolvedServerOptions, openedAt: number) {
    super(carrier);
    this.requests = 0;
    this.options = options;
    this.deadlines = new ServerDeadlines(options, openedAt);
    this.exchange = null;
    this.receivedOctets = 0;
    this.decoder = null;
    this.requestContent = 0;
  }

  get idle(): boolean {
    return this.phase === HEAD && this.exchange === null && this.decoder === null && this.held === null;
  }

  // What the connection does with it

  /** A head is complete; `length` is its content's, -1 with chunked coding. The decoder is the next one's afterwards. */
  protected abstract requestReceived(decoder: RequestHeadDecoder, length: number): void;

  /** Both messages are over. */
  protected abstract finish(): void;

  /** Answers a request that cannot be served, and ends. */
  protected abstract refuse(error: HeadSyntaxError | ChunkedSyntaxError | Http1Error): void;

  // ContentVisitor: what the chunked decoder reports

  onContent(bytes: Uint8Array, start: number, end: number): void {
    const { exchange } = this;
    if (exchange === null) return;
    this.requestContent += end - start;
    // Chunked content announces no length: the limit is applied as it comes (S94).
    if (this.requestContent > exchange.contentLimit && exchange.isRead) exchange.tooLarge();
    exchange.deliver(bytes, start, end);
    // Its reader may have ended the exchange: what is left is nobody's, and not looked at.
    if (this.exchange !== exchange || (exchange.credit <= 0 && !exchange.discarding)) this.chunked?.pause();
  }

  onTrailers(fields: string[]): void {
    this.contentComplete(fields.length === 0 ? null : Fields.adopt(fields));
  }

  // Heads

  /** An octet of a head has come, and the rest of it has not. */
  protected get inHead(): boolean {
    return this.phase === HEAD && this.decoder?.pending === true;
  }

  protected process(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    this.processing = true;
    try {
      while (at < end) {
        if (this.phase === HEAD) {
          const decoder = this.decoder ?? this.options.heads.take();
          const next = decoder.decode(bytes, at, end);
          if (next === PARTIAL) {
            this.decoder = decoder;
            at = end;
            this.deadlines.headBegan(this.carrier.now, this.requests === 0);
            break;
          }
          at = next;
          this.decoder = null;
          this.headEndsAt(bytes, at, end);
          this.deadlines.headComplete(this.carrier.now);
          this.requests++;
          this.requestContent = 0;
          this.requestReceived(decoder, decoder.chunked ? -1 : Math.max(decoder.contentLength, 0));
        } else if (this.phase === CONTENT) {
          const next = this.takeContent(bytes, at, end);
          if (next === at && this.phase === CONTENT) break;
          at = next;
        } else if (this.phase === ENDING || this.phase === GONE) at = end;
        else break;
      }
      if (this.phase === CONTENT) this.awaitContent(); // even if none has come yet: it may never
    } catch (error) {
      if (!(error instanceof HeadSyntaxError || error instanceof ChunkedSyntaxError)) throw error;
      this.refuse(error);
      at = end;
    } finally {
      this.processed();
    }
    return at;
  }

  // Content

  /** Content follows the head. */
  protected beginContent(exchange: ServerExchange): void {
    if (exchange.contentLength < 0) {
      this.chunked ??= new ChunkedDecoder(this, {}, this.options.lenient);
      this.chunked.reset();
    }
    this.awaitContent();
  }

  /** The peer owes content from now on, unless it waits for 100 or for us. */
  protected awaitContent(): void {
    const { exchange } = this;
    const owed =
      exchange !== null &&
      !this.paused &&
      !exchange.awaitsContinue &&
      exchange.wantsContent(this.options.maxDrainOctets);
    if (owed) this.deadlines.contentOwed(this.carrier.now, this.receivedOctets);
    else if (exchange?.responded === true) this.deadlines.readerOwes(this.carrier.now);
    else this.deadlines.nothingOwed();
  }

  private takeContent(bytes: Uint8Array, at: number, end: number): number {
    const exchange = this.exchange as ServerExchange;
    if (!exchange.wantsContent(this.options.maxDrainOctets)) return at;
    let next: number;
    if (exchange.contentLength < 0) {
      next = (this.chunked as ChunkedDecoder).decode(bytes, at, end);
    } else {
      next = Math.min(end, at + exchange.remaining, exchange.discarding ? end : at + exchange.credit);
      exchange.remaining -= next - at;
      exchange.deliver(bytes, at, next);
      if (exchange.remaining === 0 && this.exchange === exchange) this.contentComplete(null);
    }
    this.receivedOctets += next - at;
    if (exchange.discarding && this.exchange === exchange && this.phase === CONTENT)
      this.boundDiscard(exchange, next - at);
    return next;
  }

  private boundDiscard(exchange: ServerExchange, octets: number): void {
    exchange.credit -= octets;
    if (exchange.responded && !exchange.wantsContent(this.options.maxDrainOctets)) {
      this.closing = true;
      this.finish();
    }
  }

  private contentComplete(trailers: Fields | null): void {
    const exchange = this.exchange as ServerExchange;
    this.phase = BUSY;
    this.deadlines.nothingOwed();
    exchange.deliverEnd(trailers);
    if (exchange.responded && this.exchange === exchange) this.finish();
  }
}
