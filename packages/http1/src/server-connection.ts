/**
 * An HTTP/1.1 connection from the server's side (RFC 9112 §9).
 *
 * Octets come in through {@link ServerConnection.receive}, responses leave
 * through {@link ServerConnection.flush}. Requests are answered one at a time, in
 * the order in which they came; what is pipelined behind waits in the
 * kernel or, up to a limit, here. No I/O, no clock, no timer.
 *
 * @module
 */
import {
  type ByteSink,
  type Carrier,
  dispatch,
  type Engine,
  Fields,
  HttpError,
  HttpRequest,
  HttpResponse,
  PeerGoneError,
} from "@stack/http";
import {
  ChunkedDecoder,
  ChunkedSyntaxError,
  type ContentVisitor,
  HeadSyntaxError,
  PARTIAL,
  type RequestHeadDecoder,
} from "@stack/http1-parser";
import { Http1Error } from "./errors.ts";
import { HeldInput } from "./held-input.ts";
import type { ResolvedServerOptions } from "./options.ts";
import { HIGH_WATER, Output } from "./output.ts";
import { refusal } from "./refusal.ts";
import { ServerDeadlines } from "./server-deadlines.ts";
import { ServerExchange } from "./server-exchange.ts";
import type { TunnelEnd } from "./tunnel.ts";

/** Where the connection is in its input. */
const HEAD = 0; // between requests, or in the middle of a head
const CONTENT = 1; // a request's content is to come
const BUSY = 2; // the request is complete, its response is not
const ENDING = 3; // we have said our last; what still comes is read away (RFC 9112 §9.6)
const TUNNEL = 4; // the octets are no longer HTTP
const GONE = 5;

export class ServerConnection implements Engine, ContentVisitor, TunnelEnd {
  readonly carrier: Carrier;
  /** Requests whose head was read. */
  requests: number;
  private readonly options: ResolvedServerOptions;
  private readonly output: Output;
  private readonly deadlines: ServerDeadlines;
  /** Ours while a head is cut; between heads the server's shared one serves, so an idle connection has none. */
  private decoder: RequestHeadDecoder | null;
  private chunked: ChunkedDecoder | null;
  private exchange: ServerExchange | null;
  private phase: number;
  private requestContent: number;
  private held: HeldInput | null;
  /** The read at hand, from the first octet behind the head: what {@link leave} takes along. */
  private reading: Uint8Array;
  private readAt: number;
  private readEnd: number;
  private processing: boolean;
  private paused: boolean;
  private closing: boolean;
  /** The client has ended its side. */
  peerEnded: boolean;
  private endWanted: boolean;
  private written: number;
  /** The count of octets written before the current response's head. */
  private headAt: number;
  private receivedOctets: number;

  constructor(carrier: Carrier, options: ResolvedServerOptions) {
    this.carrier = carrier;
    this.requests = 0;
    this.options = options;
    this.output = new Output();
    this.deadlines = new ServerDeadlines(options, carrier.now);
    this.decoder = null;
    this.chunked = null;
    this.exchange = null;
    this.phase = HEAD;
    this.requestContent = 0;
    this.held = null;
    this.reading = NOTHING;
    this.readAt = 0;
    this.readEnd = 0;
    this.processing = false;
    this.paused = false;
    this.closing = false;
    this.peerEnded = false;
    this.endWanted = false;
    this.written = 0;
    this.headAt = 0;
    this.receivedOctets = 0;
  }

  // Engine

  get deadline(): number {
    return this.deadlines.next;
  }

  /** True between requests: closing now loses nothing. */
  get idle(): boolean {
    return this.phase === HEAD && this.exchange === null && this.decoder === null && this.held === null;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.phase >= ENDING) {
      if (this.phase === TUNNEL) this.hold(bytes, start, end);
      return;
    }
    if (this.held !== null || this.processing) {
      this.hold(bytes, start, end);
      if (!this.processing) this.processHeld();
      return;
    }
    const at = this.process(bytes, start, end);
    if (at < end && this.phase !== ENDING) this.hold(bytes, at, end);
  }

  receiveEnd(): void {
    this.peerEnded = true;
    const { exchange } = this;
    if (exchange !== null && this.phase < ENDING) {
      if (this.held === null) this.closing = true; // else requests wait that were sent before the end
      const reason = new PeerGoneError();
      if (this.phase === CONTENT && this.held === null)
        this.refuse(
          new Http1Error("ERR_HTTP1_INCOMPLETE", 400, "the connection ended before the request's content was complete"),
        );
      // Half-closed and gone look alike here: whoever watches is told, a response that comes all the same is sent.
      else exchange.signalGone(reason);
      return;
    }
    if (this.phase !== HEAD) return;
    if (this.decoder?.pending === true)
      this.refuse(
        new Http1Error("ERR_HTTP1_INCOMPLETE", 400, "the connection ended before the request's head was complete"),
      );
    else this.end();
  }

  flush(sink: ByteSink): boolean {
    const { output } = this;
    if (output.octets > 0) {
      const { now, pending } = this.carrier;
      this.deadlines.sends(now, this.written - pending, pending);
      this.written += output.octets;
      const done = output.flush(sink);
      this.written -= output.octets;
      if (!done) return false;
    }
    if (this.endWanted) {
      this.endWanted = false;
      sink.end();
    } else if (this.exchange?.isBlocked === true) {
      if (!this.hasRoom()) return false;
      this.exchange.resumeProducer();
    }
    return output.octets === 0;
  }

  drain(): void {
    this.closing = true;
    if (this.idle) this.end();
  }

  onDeadline(): void {
    const { deadlines } = this;
    const { now } = this.carrier;
    const pending = this.output.octets + this.carrier.pending;
    if (deadlines.takesTooSlowly(now, this.written - this.carrier.pending, pending)) {
      this.breakOff(new Http1Error("ERR_HTTP1_TOO_SLOW", 0, "the peer takes the response too slowly"));
      return;
    }
    if (deadlines.comesTooSlowly(now, this.receivedOctets)) {
      this.refuse(new Http1Error("ERR_HTTP1_TOO_SLOW", 408, "the request's content comes too slowly"));
      return;
    }
    if (now < deadlines.due) return;
    if (this.phase === HEAD) {
      if (this.decoder?.pending === true)
        this.refuse(new Http1Error("ERR_HTTP1_HEAD_TIMEOUT", 408, "the request's head took too long"));
      else this.end();
    } else if (this.phase === CONTENT) this.contentOverdue(now);
    else if (this.phase === ENDING) {
      // What the peer still takes is not cut off: its pace is watched.
      if (pending > 0) deadlines.ending(now);
      else this.carrier.abort(null);
    } else deadlines.nothingOwed();
  }

  closed(reason: Error | null): void {
    const { exchange } = this;
    this.phase = GONE;
    this.deadlines.stop();
    this.exchange = null;
    this.held = null;
    this.output.clear();
    exchange?.cut(
      reason instanceof Http1Error || reason instanceof PeerGoneError
        ? reason
        : new PeerGoneError(undefined, { cause: reason }),
    );
  }

  // What the exchange asks for

  /** A final response's head follows. */
  beginResponse(): void {
    this.headAt = this.written + this.output.octets;
  }

  send(text: string): void {
    this.output.writeLatin1(text);
    if (!this.processing) this.carrier.wantFlush();
  }

  sendContent(bytes: Uint8Array): void {
    this.output.write(bytes);
    if (!this.processing) this.carrier.wantFlush();
  }

  sendWithContent(head: string, bytes: Uint8Array): void {
    this.output.writeLatin1(head);
    this.output.write(bytes);
    if (!this.processing) this.carrier.wantFlush();
  }

  sendContinue(): void {
    this.send("HTTP/1.1 100 Continue\r\n\r\n");
  }

  /** Whether producers may go on (S91). */
  hasRoom(): boolean {
    return this.output.octets + this.carrier.pending < HIGH_WATER;
  }

  closeAfterThis(): void {
    this.closing = true;
  }

  /** Whether `Connection: close` must be said in this exchange's response. */
  closesAfter(exchange: ServerExchange): boolean {
    if (this.closing) return true;
    if (!exchange.received && !exchange.isRead && this.mustClose(exchange)) this.closing = true;
    return this.closing;
  }

  /** The response is complete. */
  responded(exchange: ServerExchange): void {
    if (exchange !== this.exchange) return;
    if (exchange.received) {
      this.finish();
      return;
    }
    if (exchange.awaitsContinue || (!exchange.isRead && this.mustClose(exchange))) {
      this.closing = true;
      this.finish();
      return;
    }
    // What is left is little: read away, it keeps the connection (RFC 9112 §9.3, S26, S27).
    exchange.discard();
    this.contentWanted();
  }

  /** Content may be delivered, or read away. */
  contentWanted(): void {
    if (this.processing || this.phase !== CONTENT) return;
    this.awaitContent();
    if (this.held !== null) this.processHeld();
    else this.pause(false);
  }

  /** The octets after the head belong to another protocol. */
  openTunnel(): TunnelEnd {
    this.phase = TUNNEL;
    this.deadlines.nothingOwed();
    return this;
  }

  leave(): Uint8Array {
    const early = this.held?.take() ?? this.reading.slice(this.readAt, this.readEnd);
    this.held = null;
    this.exchange?.release();
    this.exchange = null;
    this.phase = GONE;
    this.pause(false);
    return early;
  }

  /** Drops the connection: the peer sees that the message is incomplete. */
  breakOff(reason: Error): void {
    if (this.phase === GONE) return;
    const { exchange } = this;
    this.exchange = null;
    this.phase = ENDING;
    this.output.clear();
    if (!(reason instanceof PeerGoneError)) this.options.onRefused(reason, 0); // a handler's own reset refuses nothing
    exchange?.cut(reason);
    this.carrier.abort(reason);
  }

  // ContentVisitor: what the chunked decoder reports

  onContent(bytes: Uint8Array, start: number, end: number): void {
    const { exchange } = this;
    if (exchange === null) return;
    this.requestContent += end - start;
    // Chunked content announces no length: the limit is applied as it comes (S94).
    if (this.requestContent > exchange.contentLimit && exchange.isRead) exchange.tooLarge();
    exchange.deliver(bytes, start, end);
    if (exchange.credit <= 0 && !exchange.discarding) this.chunked?.pause();
  }

  onTrailers(fields: string[]): void {
    this.contentComplete(fields.length === 0 ? null : Fields.adopt(fields));
  }

  // Input

  private process(bytes: Uint8Array, from: number, end: number): number {
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
          this.reading = bytes;
          this.readAt = at;
          this.readEnd = end;
          this.begin(decoder);
        } else if (this.phase === CONTENT) {
          const next = this.takeContent(bytes, at, end);
          if (next === at && this.phase === CONTENT) break;
          at = next;
        } else if (this.phase === ENDING || this.phase === GONE) at = end;
        else break;
      }
    } catch (error) {
      if (!(error instanceof HeadSyntaxError || error instanceof ChunkedSyntaxError)) throw error;
      this.refuse(error);
      at = end;
    } finally {
      this.processing = false;
      this.reading = NOTHING;
    }
    return at;
  }

  /** A head is complete: the handler's turn. */
  private begin(decoder: RequestHeadDecoder): void {
    const { options } = this;
    const { method, chunked } = decoder;
    const length = chunked ? -1 : Math.max(decoder.contentLength, 0);
    this.deadlines.headComplete(this.carrier.now);
    this.requests++;
    this.requestContent = 0;
    if (!decoder.keepAlive || this.requests >= options.maxRequests) this.closing = true;
    const exchange = new ServerExchange(this, decoder, length);
    const request = new HttpRequest(
      method,
      decoder.target,
      decoder.minor === 1 ? "1.1" : "1.0",
      Fields.adopt(decoder.fields),
      exchange,
    );
    options.heads.give(decoder);
    this.exchange = exchange;
    this.phase = BUSY;
    if (length !== 0 && !this.admitContent(exchange, request)) return;
    dispatch(options.handler, request, new HttpResponse(exchange), options.onError);
  }

  /** Prepares for content, or refuses the request for it: before the handler is called, before 100 (S94). */
  private admitContent(exchange: ServerExchange, request: HttpRequest): boolean {
    const { options } = this;
    const { maxContentOctets } = options;
    exchange.contentLimit = typeof maxContentOctets === "number" ? maxContentOctets : maxContentOctets(request);
    this.phase = CONTENT;
    if (exchange.contentLength > exchange.contentLimit) {
      this.refuse(
        new Http1Error(
          "ERR_HTTP1_CONTENT_TOO_LARGE",
          413,
          `the content is larger than ${exchange.contentLimit} octets`,
        ),
      );
      return false;
    }
    if (exchange.awaitsContinue && options.onExpectContinue !== null) {
      const status = options.onExpectContinue(request);
      if (status !== 100) {
        this.refuse(
          new Http1Error("ERR_HTTP1_EXPECTATION_REFUSED", status, "the content was refused before it was sent"),
        );
        return false;
      }
    }
    if (exchange.contentLength < 0) {
      this.chunked ??= new ChunkedDecoder(this, {}, options.lenient);
      this.chunked.reset();
    }
    this.awaitContent();
    return true;
  }

  private takeContent(bytes: Uint8Array, at: number, end: number): number {
    const exchange = this.exchange as ServerExchange;
    if (!exchange.wantsContent(this.options.maxDrainOctets)) return at;
    const before = at;
    let next: number;
    if (exchange.contentLength < 0) {
      next = (this.chunked as ChunkedDecoder).decode(bytes, at, end);
    } else {
      next = Math.min(end, at + exchange.remaining, exchange.discarding ? end : at + exchange.credit);
      exchange.remaining -= next - at;
      exchange.deliver(bytes, at, next);
      if (exchange.remaining === 0 && this.exchange === exchange) this.contentComplete(null);
    }
    this.receivedOctets += next - before;
    if (exchange.discarding && this.exchange === exchange && this.phase === CONTENT)
      this.boundDiscard(exchange, next - before);
    if (this.phase === CONTENT) this.deadlines.contentOwed(this.carrier.now, this.receivedOctets);
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

  /** Both messages are over: on to the next request, or to the end. */
  private finish(): void {
    const { exchange } = this;
    this.exchange = null;
    exchange?.release();
    if (this.closing) {
      this.end();
      return;
    }
    this.phase = HEAD;
    this.deadlines.idle(this.carrier.now);
    if (this.processing) return;
    if (this.held !== null) this.processHeld();
    else if (this.peerEnded) this.end();
    else this.pause(false);
  }

  /** Octets that cannot be taken now are copied; with enough of them the peer is held back (S37). */
  private hold(bytes: Uint8Array, from: number, end: number): void {
    this.held ??= new HeldInput();
    this.held.append(bytes, from, end);
    if (this.held.length >= this.options.maxHeldOctets || this.phase === CONTENT) this.pause(true);
  }

  private processHeld(): void {
    const held = (this.held as HeldInput).take();
    this.held = null;
    const at = this.process(held, 0, held.length);
    if (at < held.length && this.phase !== ENDING) this.hold(held, at, held.length);
    else {
      this.pause(false);
      if (this.peerEnded) this.receiveEnd();
    }
    this.carrier.wantFlush();
  }

  private pause(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    this.carrier.pauseReading(paused);
    if (this.phase === CONTENT) this.awaitContent();
  }

  // Time

  /** The peer owes content from now on, unless it waits for 100 or for us. */
  private awaitContent(): void {
    const { exchange } = this;
    const owed =
      exchange !== null &&
      !this.paused &&
      !exchange.awaitsContinue &&
      exchange.wantsContent(this.options.maxDrainOctets);
    if (owed) this.deadlines.contentOwed(this.carrier.now, this.receivedOctets);
    else this.deadlines.nothingOwed();
  }

  private contentOverdue(now: number): void {
    this.refuse(
      this.deadlines.requestOverdue(now)
        ? new Http1Error("ERR_HTTP1_REQUEST_TIMEOUT", 408, "the request took too long")
        : new Http1Error("ERR_HTTP1_CONTENT_TIMEOUT", 408, "the request's content stopped coming"),
    );
  }

  // The end

  /** Content that nobody reads: is it too much, or of unknown length, to read away? */
  private mustClose(exchange: ServerExchange): boolean {
    return exchange.awaitsContinue || exchange.discarding || exchange.remaining > this.options.maxDrainOctets;
  }

  /** Answers a request that cannot be served, and ends; nothing that follows it is read. */
  private refuse(error: HeadSyntaxError | ChunkedSyntaxError | Http1Error): void {
    const { exchange } = this;
    if (exchange?.headSent === true && !exchange.responded) {
      if (this.headAt < this.written) {
        this.breakOff(error); // a part of another answer has left: all that is left to say is that it is incomplete
        return;
      }
      this.output.truncate(this.headAt - this.written);
    }
    this.exchange = null;
    if (exchange?.responded !== true) {
      this.options.onRefused(error, error.status);
      this.output.writeLatin1(refusal(error.status, error.message, this.carrier.epochSeconds));
    }
    this.end();
    exchange?.cut(new HttpError(error.status, error.code, error.message, { cause: error }));
  }

  private end(): void {
    if (this.phase >= ENDING) return;
    this.phase = ENDING;
    this.closing = true;
    this.endWanted = true;
    this.held = null;
    this.deadlines.ending(this.carrier.now);
    this.pause(false);
    this.carrier.wantFlush();
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
