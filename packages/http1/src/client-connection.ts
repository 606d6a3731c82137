/**
 * An HTTP/1.1 connection from the client's side (RFC 9112 §9).
 *
 * Requests leave through {@link ClientConnection.flush}, responses come in
 * through {@link ClientConnection.receive} and belong to the requests in their
 * order. No octet is trusted that no request asked for. No I/O, no clock, no timer.
 *
 * @module
 */

import type { RequestHead, RequestSink, ResponseReceiver } from "@stack/http";
import { type ByteSink, type Carrier, type Engine, Fields } from "@stack/http";
import {
  CHUNKED,
  ChunkedDecoder,
  ChunkedSyntaxError,
  type ContentVisitor,
  HeadSyntaxError,
  PARTIAL,
  ResponseHeadDecoder,
  TUNNEL as TUNNEL_FRAMING,
  UNTIL_CLOSE,
} from "@stack/http1-parser";
import { ClientDeadlines } from "./client-deadlines.ts";
import { ClientExchange } from "./client-exchange.ts";
import { type ResolvedClientOptions, resolveClientOptions } from "./client-options.ts";
import { Http1Error } from "./errors.ts";
import { HeldInput } from "./held-input.ts";
import { HIGH_WATER, Output } from "./output.ts";
import { frameRequest } from "./request-framing.ts";
import { CLOSE_SAID, NO_PROOF, RequestQueue, SILENT_END } from "./request-queue.ts";
import { TunnelCarrier, type TunnelEnd } from "./tunnel.ts";

/** Where the connection is in its input. */
const HEAD = 0; // idle, or a response's head is to come
const CONTENT = 1; // a response's content is to come
const ENDING = 2; // nothing more is asked; what still comes is read away (RFC 9112 §9.6)
const TUNNEL = 3; // the octets are no longer HTTP
const GONE = 4;

export class ClientConnection implements Engine, ContentVisitor, TunnelEnd {
  readonly carrier: Carrier;
  /** Responses that came to their end. */
  responses: number;
  private readonly options: ResolvedClientOptions;
  private readonly decoder: ResponseHeadDecoder;
  private readonly output: Output;
  private readonly deadlines: ClientDeadlines;
  private chunked: ChunkedDecoder | null;
  private readonly queue: RequestQueue;
  private phase: number;
  private trailers: string[] | null;
  private held: HeldInput | null;
  /** The read at hand: what of it {@link leave} gives to the next engine. */
  private reading: Uint8Array;
  private readAt: number;
  private readEnd: number;
  private processing: boolean;
  private paused: boolean;
  /** No further request; the connection ends when what is under way is over. */
  private closing: boolean;
  /** The response at hand is the last (RFC 9112 §9.6): what is under way behind it stays unanswered. */
  private last: boolean;
  /** The server has ended its side. */
  peerEnded: boolean;
  private endWanted: boolean;
  private written: number;
  private minor: number;

  /** @param options - of {@link resolveClientOptions}; by default the defaults */
  constructor(carrier: Carrier, options: ResolvedClientOptions = resolveClientOptions()) {
    this.carrier = carrier;
    this.responses = 0;
    this.options = options;
    this.decoder = new ResponseHeadDecoder(options.head, options.lenient);
    this.output = new Output();
    this.deadlines = new ClientDeadlines(options, carrier.now);
    this.chunked = null;
    this.queue = new RequestQueue();
    this.phase = HEAD;
    this.trailers = null;
    this.held = null;
    this.reading = NOTHING;
    this.readAt = 0;
    this.readEnd = 0;
    this.processing = false;
    this.paused = false;
    this.closing = false;
    this.last = false;
    this.peerEnded = false;
    this.endWanted = false;
    this.written = 0;
    this.minor = 1;
  }

  // Requests

  /** No request is under way and none was answered in part: closing now loses nothing. */
  get idle(): boolean {
    return this.phase === HEAD && this.queue.size === 0;
  }

  /** The connection will take another request once there is room for it. */
  get reusable(): boolean {
    return this.phase < ENDING && !this.closing;
  }

  /** {@link request} may be called now. */
  get available(): boolean {
    if (!this.reusable || !this.queue.hasRoom(this.options.maxPipelined)) return false;
    // Octets that are here already cannot answer what is asked now (S33): no pipelining while they are looked at.
    return this.queue.size === 0 || (!this.processing && this.held === null);
  }

  /**
   * Sends a request. Its content, if any, goes into the sink that is returned.
   *
   * @throws Http1Error `ERR_HTTP1_UNAVAILABLE` when the connection cannot take it: ask {@link available} before;
   *   `ERR_HTTP1_LENGTH_REQUIRED` when content of unknown length would go to a server of HTTP/1.0
   * @throws TypeError for a request that has no valid form; see {@link frameRequest}
   */
  request(head: RequestHead, receiver: ResponseReceiver): RequestSink {
    const framed = frameRequest(head);
    const { queue } = this;
    // Behind another request only what can be sent again if that one ends the connection (RFC 9112 §9.3.2).
    if (!this.available || (queue.size > 0 && !framed.mayBePipelined))
      throw new Http1Error("ERR_HTTP1_UNAVAILABLE", 0, "the connection can take no request now; use another one");
    // RFC 9112 §6.1: no Transfer-Encoding to who may not know it.
    if (framed.contentLength < 0 && this.minor === 0)
      throw new Http1Error("ERR_HTTP1_LENGTH_REQUIRED", 0, "the server speaks HTTP/1.0: give the content's length");
    const exchange = new ClientExchange(this, framed, receiver, this.responses > 0);
    if (framed.closes) this.closing = true;
    queue.add(exchange);
    this.send(framed.head);
    if (queue.size === 1) this.awaitResponse();
    return exchange;
  }

  // Engine

  get deadline(): number {
    return this.deadlines.next;
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
    this.closing = true;
    if (this.phase >= ENDING || this.held !== null) return;
    const exchange = this.queue.first;
    if (exchange === undefined) this.end();
    else if (this.phase === CONTENT && exchange.remaining === UNTIL_CLOSE) this.complete(exchange, null, false);
    else {
      const begun = this.phase === CONTENT || this.decoder.pending;
      const error = begun
        ? new Http1Error("ERR_HTTP1_INCOMPLETE", 0, "the connection ended before the response was complete")
        : new Http1Error("ERR_HTTP1_CLOSED", 0, "the connection ended before a response");
      this.end();
      this.queue.cut(error, this.silence(begun));
    }
  }

  flush(sink: ByteSink): boolean {
    const { output, queue } = this;
    if (output.octets > 0) {
      const { now, pending } = this.carrier;
      this.deadlines.sends(now, this.written - pending, pending);
      queue.markWritten();
      this.written += output.octets;
      const done = output.flush(sink);
      this.written -= output.octets;
      if (!done) return false;
    }
    const sender = queue.last;
    if (this.endWanted) {
      this.endWanted = false;
      sink.end();
    } else if (sender?.isBlocked === true) {
      if (!this.hasRoom()) return false;
      sender.resumeProducer();
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
      this.breakOff(new Http1Error("ERR_HTTP1_TOO_SLOW", 0, "the server takes no octet of the request"));
      return;
    }
    if (now < deadlines.due) return;
    deadlines.nothingOwed();
    const exchange = this.queue.first;
    if (this.phase === ENDING) this.carrier.abort(null);
    else if (exchange === undefined) this.end();
    else if (this.phase === CONTENT)
      this.breakOff(new Http1Error("ERR_HTTP1_CONTENT_TIMEOUT", 0, "the response's content stopped coming"));
    else if (exchange.awaitsContinue) {
      exchange.sendWaiting(); // RFC 9110 §10.1.1: a server may know nothing of the expectation
      this.awaitResponse();
    } else if (pending > 0)
      this.awaitResponse(); // the server still takes the request, at a pace that is watched
    else this.breakOff(new Http1Error("ERR_HTTP1_HEAD_TIMEOUT", 0, "the response's head took too long"));
  }

  closed(reason: Error | null): void {
    const begun = this.phase === CONTENT || this.decoder.pending;
    this.phase = GONE;
    this.closing = true;
    this.deadlines.stop();
    this.held = null;
    this.output.clear();
    this.options.onClosed(this, reason);
    const error =
      reason instanceof Http1Error
        ? reason
        : new Http1Error("ERR_HTTP1_CLOSED", 0, "the connection closed before the response was complete", {
            cause: reason,
          });
    this.queue.cut(error, this.silence(begun));
  }

  // What an exchange asks for

  send(piece: string | Uint8Array): void {
    if (typeof piece === "string") this.output.writeLatin1(piece);
    else this.output.write(piece);
    if (!this.processing) this.carrier.wantFlush();
  }

  /** Whether producers may go on. */
  hasRoom(): boolean {
    return this.output.octets + this.carrier.pending < HIGH_WATER;
  }

  /** Content that waited was sent: there may be room for more. */
  resumed(): void {
    this.carrier.wantFlush();
    this.awaitResponse();
  }

  /** A request is complete: from now on its response is due. */
  requestSent(exchange: ClientExchange): void {
    if (exchange === this.queue.first) this.awaitResponse();
  }

  /** Content may be delivered, or read away. */
  contentWanted(exchange: ClientExchange): void {
    if (this.processing || this.phase !== CONTENT || exchange !== this.queue.first) return;
    this.awaitContent();
    if (this.held !== null) this.processHeld();
    else this.pause(false);
  }

  /** The receiver wants no more content: what is left is read away if it is little. */
  contentUnwanted(exchange: ClientExchange): void {
    if (this.phase !== CONTENT || exchange !== this.queue.first) return;
    if (this.tooMuchToDrain(exchange)) this.abandon(exchange, null);
    else this.contentWanted(exchange);
  }

  /** An exchange is given up, by its sender for `error` or by its receiver: in HTTP/1.1 that takes the connection with it. */
  abandon(exchange: ClientExchange, error: Error | null): void {
    if (this.phase >= ENDING) return;
    const behind = new Http1Error("ERR_HTTP1_CLOSED", 0, "another exchange on the connection was given up");
    this.queue.remove(exchange);
    this.leaveOff(error);
    exchange.cut(error ?? behind, { unprocessed: !exchange.written, written: exchange.written });
    this.queue.cut(behind, NO_PROOF);
  }

  // TunnelEnd: the byte stream behind an upgrade

  leave(): Uint8Array {
    const rest = this.held?.take() ?? this.reading.slice(this.readAt, this.readEnd);
    this.held = null;
    this.reading = NOTHING;
    this.readAt = 0;
    this.readEnd = 0;
    this.phase = GONE;
    this.pause(false);
    return rest;
  }

  // ContentVisitor: what the chunked decoder reports

  onContent(bytes: Uint8Array, start: number, end: number): void {
    const exchange = this.queue.first;
    if (this.phase === CONTENT && exchange !== undefined) {
      exchange.deliver(bytes, start, end);
      if (this.phase === CONTENT && exchange.wantsContent(this.options.maxDrainOctets)) return;
    }
    this.chunked?.pause();
  }

  onTrailers(fields: string[]): void {
    this.trailers = fields;
  }

  // Input

  private process(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    this.processing = true;
    try {
      while (at < end) {
        const exchange = this.queue.first;
        if (this.phase === HEAD) {
          // What comes before a request has left answers none (RFC 9112 §9.2, S33).
          if (exchange?.written !== true) {
            this.breakOff(unexpected());
            return end;
          }
          const next = this.decoder.decode(bytes, at, end);
          if (next === PARTIAL) return end;
          at = next;
          this.reading = bytes;
          this.readAt = at;
          this.readEnd = end;
          this.begin(exchange, at < end);
        } else if (this.phase === CONTENT) {
          const next = this.takeContent(exchange as ClientExchange, bytes, at, end);
          if (next === at && this.phase === CONTENT) break;
          at = next;
        } else if (this.phase === TUNNEL) break;
        else return end; // a tunnel that was handed over took the rest with it
      }
      if (this.phase === CONTENT) this.awaitContent();
    } catch (error) {
      if (!(error instanceof HeadSyntaxError || error instanceof ChunkedSyntaxError)) throw error;
      this.breakOff(error);
      at = end;
    } finally {
      this.processing = false;
      this.reading = NOTHING;
    }
    return at;
  }

  /** A head is complete. `more`: octets follow it in this read. */
  private begin(exchange: ClientExchange, more: boolean): void {
    const { decoder } = this;
    const { status } = decoder;
    this.minor = decoder.minor;
    if (status < 200) {
      this.informational(exchange);
      return;
    }
    const framing = decoder.framingFor(exchange.request.method);
    if (framing === TUNNEL_FRAMING) {
      this.openTunnel(exchange);
      return;
    }
    if (!decoder.keepAlive || framing === UNTIL_CLOSE) this.last = true;
    // RFC 9110 §8.6, §15.3.5: 204 has no content, and who announces some may send it (S33).
    if (status === 204 && (decoder.chunked || decoder.contentLength > 0)) this.last = true;
    if (this.last) this.closing = true;
    exchange.remaining = framing;
    this.phase = CONTENT;
    if (framing === CHUNKED) {
      this.chunked ??= new ChunkedDecoder(this, {}, this.options.lenient);
      this.chunked.reset();
    }
    // A final response instead of 100, or one that is no success: no content is wanted (S30). A success may come while
    // content is still sent; the two then run side by side.
    if (!exchange.sent && (exchange.awaitsContinue || status >= 300)) this.stopSending(exchange);
    exchange.deliverHead(status, decoder.fields, decoder.reason);
    if (this.queue.first !== exchange) return;
    if (framing === 0) this.complete(exchange, null, more);
    else if (exchange.discarding && this.tooMuchToDrain(exchange)) this.abandon(exchange, null);
  }

  /** RFC 9110 §15.2: any number may come before the final response, but not without end (S36). */
  private informational(exchange: ClientExchange): void {
    const { decoder, options } = this;
    const { status } = decoder;
    if (status === 101) {
      // RFC 9110 §7.8: only to a protocol that was offered, and after the whole request.
      if (exchange.request.offersUpgrade && decoder.upgrade && exchange.sent) this.openTunnel(exchange);
      else this.breakOff(new Http1Error("ERR_HTTP1_UNEXPECTED_UPGRADE", 0, "the server upgraded without being asked"));
      return;
    }
    if (++exchange.informational > options.maxInformational) {
      const message = `the server sent more than ${options.maxInformational} informational responses`;
      this.breakOff(new Http1Error("ERR_HTTP1_TOO_MANY_INFORMATIONAL", 0, message));
      return;
    }
    // RFC 9112 §6.1, RFC 9110 §8.6: it has no content, and who announces some may send it (S33).
    if (decoder.chunked || decoder.contentLength > 0) {
      this.breakOff(unexpected());
      return;
    }
    if (status === 100) exchange.sendWaiting();
    this.awaitResponse();
    exchange.deliverInformational(status, decoder.fields);
  }

  private takeContent(exchange: ClientExchange, bytes: Uint8Array, at: number, end: number): number {
    if (!exchange.wantsContent(this.options.maxDrainOctets)) {
      if (!exchange.discarding) return at;
      this.abandon(exchange, null);
      return end;
    }
    if (exchange.remaining === CHUNKED) {
      const next = (this.chunked as ChunkedDecoder).decode(bytes, at, end);
      const { trailers } = this;
      this.trailers = null;
      if (trailers !== null && this.queue.first === exchange) this.complete(exchange, trailers, next < end);
      return next;
    }
    const most = exchange.discarding ? end : at + exchange.credit;
    const next = Math.min(end, most, exchange.remaining === UNTIL_CLOSE ? end : at + exchange.remaining);
    if (exchange.remaining !== UNTIL_CLOSE) exchange.remaining -= next - at;
    exchange.deliver(bytes, at, next);
    if (exchange.remaining === 0 && this.queue.first === exchange) this.complete(exchange, null, next < end);
    return next;
  }

  /** A response is complete. `more`: octets follow it in this read. */
  private complete(exchange: ClientExchange, trailers: string[] | null, more: boolean): void {
    const { queue } = this;
    queue.shift();
    this.responses++;
    this.phase = HEAD;
    // S30: what the request still owes cannot be sent any more, and nothing else can be sent in its place.
    if (!exchange.sent) this.stopSending(exchange);
    const ends = this.last || (this.closing && queue.size === 0);
    // S33: octets that are there before anything was asked belong to no response.
    if (more && queue.size === 0) this.leaveOff(unexpected());
    else if (ends) this.end();
    else this.awaitNext();
    exchange.deliverEnd(trailers, exchange.remaining === UNTIL_CLOSE);
    if (ends && queue.size > 0) {
      const error = new Http1Error("ERR_HTTP1_CLOSED", 0, "the server ended the connection with an earlier response");
      queue.cut(error, this.decoder.keepAlive ? NO_PROOF : CLOSE_SAID);
    } else if (this.idle && this.reusable) this.options.onIdle(this);
  }

  private stopSending(exchange: ClientExchange): void {
    this.closing = true;
    this.output.clear();
    this.deadlines.stopSending();
    exchange.stopSending();
  }

  private openTunnel(exchange: ClientExchange): void {
    const { decoder } = this;
    this.queue.shift();
    this.phase = TUNNEL;
    this.closing = true;
    this.deadlines.nothingOwed();
    exchange.deliverUpgrade((receiver) =>
      receiver.onUpgrade(decoder.status, Fields.adopt(decoder.fields), new TunnelCarrier(this.carrier, this)),
    );
  }

  /** Octets that cannot be taken now are copied, and the peer is held back. */
  private hold(bytes: Uint8Array, from: number, end: number): void {
    this.held ??= new HeldInput();
    this.held.append(bytes, from, end);
    if (this.phase === CONTENT || this.held.length >= this.options.maxHeldOctets) this.pause(true);
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

  private tooMuchToDrain(exchange: ClientExchange): boolean {
    return exchange.remaining === UNTIL_CLOSE || exchange.remaining > this.options.maxDrainOctets;
  }

  // Time

  /** A response's head is due, once its request was sent. Until then the server only has to take it. */
  private awaitResponse(): void {
    const { first } = this.queue;
    if (first === undefined || this.phase !== HEAD) return;
    const { now } = this.carrier;
    if (first.awaitsContinue) this.deadlines.continueOwed(now);
    else if (first.sent) this.deadlines.headOwed(now);
    else this.deadlines.nothingOwed();
  }

  private awaitContent(): void {
    const wanted = !this.paused && this.queue.first?.wantsContent(this.options.maxDrainOctets) === true;
    if (wanted) this.deadlines.contentOwed(this.carrier.now);
    else this.deadlines.nothingOwed();
  }

  /** After a response: for the next one, or for the next request. */
  private awaitNext(): void {
    if (this.queue.size > 0) this.awaitResponse();
    else this.deadlines.idle(this.carrier.now, this.decoder.fields);
  }

  // The end

  /** What the peer's end of the connection says of requests without a response. */
  private silence(begun: boolean): typeof SILENT_END | typeof NO_PROOF {
    return begun || this.queue.first?.informational !== 0 ? NO_PROOF : SILENT_END;
  }

  /** Drops the connection; what is under way fails with `error`. */
  private breakOff(error: Error): void {
    if (this.phase >= ENDING) return;
    this.leaveOff(error);
    this.queue.cut(error, NO_PROOF);
  }

  private leaveOff(reason: Error | null): void {
    this.phase = ENDING;
    this.closing = true;
    this.deadlines.stop();
    this.held = null;
    this.output.clear();
    this.carrier.abort(reason);
  }

  /** Ends in good order: what was asked has been answered, or never will be. */
  private end(): void {
    this.phase = ENDING;
    this.closing = true;
    this.endWanted = true;
    this.held = null;
    this.output.clear();
    this.deadlines.ending(this.carrier.now);
    this.pause(false);
    this.carrier.wantFlush();
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

function unexpected(): Http1Error {
  return new Http1Error("ERR_HTTP1_UNEXPECTED_OCTETS", 0, "the server sent octets that belong to no response");
}
