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
import { type Carrier, dispatch, Fields, fail, HttpError, HttpRequest, HttpResponse, PeerGoneError } from "@stack/http";
import {
  type ChunkedSyntaxError,
  type HeadSyntaxError,
  type RequestHeadDecoder,
  TARGET_FORM,
} from "@stack/http1-parser";
import { BUSY, CONTENT, ENDING, GONE, HEAD, TUNNEL } from "./connection.ts";
import { Http1Error, isFault } from "./errors.ts";
import type { ResolvedServerOptions } from "./options.ts";
import {
  contentTimeout,
  contentTooLarge,
  contentTooSlow,
  expectationRefused,
  headTimeout,
  incomplete,
  misdirected,
  refusal,
  requestTimeout,
  takenTooSlowly,
} from "./refusal.ts";
import type { RequestContent } from "./request-content.ts";
import { RequestInput } from "./request-input.ts";
import { ServerExchange } from "./server-exchange.ts";
import type { TunnelEnd } from "./tunnel.ts";

/**
 * The engine of a server's connection: octets in, calls of the handler, octets out.
 *
 * @example
 * ```ts
 * import { listen } from "@stack/tcp";
 *
 * const options = resolveServerOptions({ handler: (_, response) => response.text("hello") }); // once for all connections
 * await listen(8080, { connect: (carrier) => new ServerConnection(carrier, options) });
 * ```
 *
 * RFC 9112.
 */
export class ServerConnection extends RequestInput {
  /** The count of octets written before the current response's head. */
  private headAt: number;

  /** @param openedAt - when the connection began, ms on the carrier's clock: the first head's time runs from then (S88) */
  constructor(carrier: Carrier, options: ResolvedServerOptions, openedAt: number = carrier.now) {
    super(carrier, options, openedAt);
    this.headAt = 0;
  }

  // Engine

  receiveEnd(): void {
    this.peerEnded = true;
    const { exchange } = this;
    if (exchange !== null && this.phase < ENDING) {
      if (this.held === null) this.closing = true; // else requests wait that were sent before the end
      if (this.phase === CONTENT && this.held === null) this.refuse(incomplete("content"));
      // Half-closed and gone look alike here: whoever watches is told, a response that comes all the same is sent.
      else exchange.signalGone(new PeerGoneError());
    } else if (this.inHead) this.refuse(incomplete("head"));
    else if (this.phase === HEAD) this.end();
  }

  onDeadline(): void {
    const { deadlines } = this;
    const { now } = this.carrier;
    const pending = this.output.octets + this.carrier.pending;
    if (deadlines.takesTooSlowly(now, this.written - this.carrier.pending, pending)) this.breakOff(takenTooSlowly());
    else if (deadlines.comesTooSlowly(now, this.receivedOctets)) this.refuse(contentTooSlow());
    else if (now < deadlines.due) return;
    else if (this.inHead) this.refuse(headTimeout());
    else if (this.phase === HEAD) this.end();
    else if (this.phase === CONTENT) this.refuse(deadlines.requestOverdue(now) ? requestTimeout() : contentTimeout());
    else if (this.phase !== ENDING) deadlines.nothingOwed();
    else if (pending > 0)
      deadlines.ending(now); // what the peer still takes is not cut off: its pace is watched
    else this.carrier.abort(null);
  }

  closed(reason: Error | null): void {
    const { exchange } = this;
    this.exchange = null;
    this.gone();
    exchange?.cut(
      reason instanceof Http1Error || reason instanceof PeerGoneError
        ? reason
        : new PeerGoneError(undefined, { cause: reason }),
    );
    if (isFault(reason)) this.options.onError(reason, null);
  }

  // What the exchange asks for

  /** A final response's head follows. */
  beginResponse(): void {
    this.headAt = this.written + this.output.octets;
  }

  sendContinue(): void {
    this.send("HTTP/1.1 100 Continue\r\n\r\n");
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
    // Who reads goes on reading; else what is left is little: read away, it keeps the connection (RFC 9112 §9.3, S26, S27).
    if (!exchange.isRead) exchange.discard();
    this.contentWanted();
  }

  /** Content may be delivered, or read away. */
  contentWanted(): void {
    if (this.processing || this.phase !== CONTENT) return;
    this.awaitContent();
    if (this.held !== null) this.processHeld();
    else this.pause(false);
  }

  /** A reader that gave up wanted less than the client sends: no second round of it. */
  contentStopped(exchange: RequestContent): void {
    this.closing = true;
    if (exchange.responded && !this.processing && this.exchange === exchange) this.finish();
    else this.contentWanted();
  }

  /** The octets after the head belong to another protocol. */
  openTunnel(): TunnelEnd {
    this.phase = TUNNEL;
    this.deadlines.nothingOwed();
    return this;
  }

  override leave(): Uint8Array {
    this.exchange?.release();
    this.exchange = null;
    return super.leave();
  }

  /** Drops the connection: the peer sees that the message is incomplete. */
  breakOff(reason: Error): void {
    if (this.phase === GONE) return;
    const { exchange } = this;
    this.exchange = null;
    this.drop(reason);
    exchange?.cut(reason);
    if (!(reason instanceof PeerGoneError)) this.options.onRefused(reason, 0); // a handler's own reset refuses nothing
  }

  // What comes of a request

  protected requestReceived(decoder: RequestHeadDecoder, length: number): void {
    const { options } = this;
    if (!decoder.keepAlive || this.requests >= options.maxRequests) this.closing = true;
    const exchange = new ServerExchange(this, decoder, length);
    const request = new HttpRequest(
      decoder.method,
      decoder.target,
      decoder.minor === 1 ? "1.1" : "1.0",
      Fields.adopt(decoder.fields),
      exchange,
    );
    const isMisdirected =
      decoder.form === TARGET_FORM.ABSOLUTE && HTTPS.test(request.target) && !this.carrier.peer.secure;
    options.heads.give(decoder);
    if (isMisdirected) {
      this.refuse(misdirected());
      return;
    }
    this.exchange = exchange;
    this.phase = BUSY;
    const response = new HttpResponse(exchange);
    if (length !== 0 && !this.admitContent(exchange, request, response)) return;
    dispatch(options.handler, request, response, options.onError);
  }

  /** Prepares for content, or refuses the request for it: before the handler is called, before 100 (S94). */
  private admitContent(exchange: ServerExchange, request: HttpRequest, response: HttpResponse): boolean {
    const { maxContentOctets, onExpectContinue, onError } = this.options;
    this.phase = CONTENT;
    this.beginContent(exchange);
    let status = 100;
    try {
      exchange.contentLimit = typeof maxContentOctets === "number" ? maxContentOctets : maxContentOctets(request);
      if (exchange.contentLength > exchange.contentLimit) {
        this.refuse(contentTooLarge(exchange.contentLimit));
        return false;
      }
      if (exchange.awaitsContinue && onExpectContinue !== null) status = onExpectContinue(request);
    } catch (error) {
      fail(error, request, response, onError); // who may ask here answers for the handler, and fails like one
      return false;
    }
    if (status !== 100) this.refuse(expectationRefused(status));
    return status === 100;
  }

  /** Both messages are over: on to the next request, or to the end. */
  protected finish(): void {
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

  protected get sender(): ServerExchange | null {
    return this.exchange;
  }

  // The end

  /** Content that nobody reads: is it too much, or of unknown length, to read away? */
  private mustClose(exchange: ServerExchange): boolean {
    return exchange.awaitsContinue || exchange.discarding || exchange.remaining > this.options.maxDrainOctets;
  }

  /** Answers a request that cannot be served, and ends; nothing that follows it is read. */
  protected refuse(error: HeadSyntaxError | ChunkedSyntaxError | Http1Error): void {
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
}

const HTTPS = /^https:/i;
