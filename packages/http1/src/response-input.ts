/**
 * Responses as they come in on a client's connection (RFC 9112 §4, §6, §7).
 *
 * Each belongs to the first request that waits. No octet is trusted that no
 * request asked for, and what a response may have behind it is decided by its
 * head and its request (RFC 9112 §6.3).
 *
 * @module
 */
import { type Carrier, Fields } from "@stack/http";
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
import type { ClientExchange } from "./client-exchange.ts";
import type { ResolvedClientOptions } from "./client-options.ts";
import { CONTENT, Connection, HEAD, TUNNEL } from "./connection.ts";
import { Http1Error } from "./errors.ts";
import { RequestQueue } from "./request-queue.ts";
import { TunnelCarrier } from "./tunnel.ts";

export abstract class ResponseInput extends Connection implements ContentVisitor {
  protected readonly options: ResolvedClientOptions;
  protected readonly deadlines: ClientDeadlines;
  protected readonly queue: RequestQueue;
  protected readonly decoder: ResponseHeadDecoder;
  /** The minor version of HTTP that the server has shown. */
  protected minor: number;
  /** The response at hand is the last (RFC 9112 §9.6): what is under way behind it stays unanswered. */
  protected last: boolean;
  private trailers: string[] | null;

  constructor(carrier: Carrier, options: ResolvedClientOptions) {
    super(carrier);
    this.options = options;
    this.deadlines = new ClientDeadlines(options, carrier.now);
    this.queue = new RequestQueue();
    this.decoder = new ResponseHeadDecoder(options.head, options.lenient);
    this.minor = 1;
    this.last = false;
    this.trailers = null;
  }

  get idle(): boolean {
    return this.phase === HEAD && this.queue.size === 0;
  }

  // What the connection does with it

  /** A response is complete. `more`: octets follow it in this read. */
  protected abstract complete(exchange: ClientExchange, trailers: string[] | null, more: boolean): void;

  /** The exchange is given up, and the connection with it. */
  abstract abandon(exchange: ClientExchange, error: Error | null): void;

  /** The server broke the protocol, or its time is up. */
  protected abstract breakOff(error: Error): void;

  /** The request's content is wanted no more (S30). */
  protected abstract stopSending(exchange: ClientExchange): void;

  /** A response's head is due, once its request was sent. */
  protected abstract awaitResponse(): void;

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

  // Heads

  protected process(bytes: Uint8Array, from: number, end: number): number {
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
          this.headEndsAt(bytes, at, end);
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
      this.processed();
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

  // Content

  protected awaitContent(): void {
    const wanted = !this.paused && this.queue.first?.wantsContent(this.options.maxDrainOctets) === true;
    if (wanted) this.deadlines.contentOwed(this.carrier.now);
    else this.deadlines.nothingOwed();
  }

  protected tooMuchToDrain(exchange: ClientExchange): boolean {
    return exchange.remaining === UNTIL_CLOSE || exchange.remaining > this.options.maxDrainOctets;
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
}

/** S33: octets that answer no request. */
export function unexpected(): Http1Error {
  return new Http1Error("ERR_HTTP1_UNEXPECTED_OCTETS", 0, "the server sent octets that belong to no response");
}
