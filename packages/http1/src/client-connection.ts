/**
 * An HTTP/1.1 connection from the client's side (RFC 9112 §9).
 *
 * Requests leave through {@link ClientConnection.flush}, responses come in
 * through {@link ClientConnection.receive} and belong to the requests in their
 * order. No octet is trusted that no request asked for. No I/O, no clock, no timer.
 *
 * @module
 */

import type { Carrier, RequestHead, RequestSink, ResponseReceiver } from "@stack/http";
import { UNTIL_CLOSE } from "@stack/http1-parser";
import { ClientExchange } from "./client-exchange.ts";
import { type ResolvedClientOptions, resolveClientOptions } from "./client-options.ts";
import { CONTENT, ENDING, HEAD } from "./connection.ts";
import { Http1Error } from "./errors.ts";
import { frameRequest } from "./request-framing.ts";
import { CLOSE_SAID, NO_PROOF, SILENT_END } from "./request-queue.ts";
import { ResponseInput, unexpected } from "./response-input.ts";

/**
 * The engine of a client's connection: requests in, octets out and in, responses to whoever asked.
 *
 * @example
 * ```ts
 * import { Fields } from "@stack/http";
 * import { dial } from "@stack/tcp";
 *
 * const connection = await dial("localhost:8080", (carrier) => new ClientConnection(carrier));
 * const head = { method: "GET", target: "/", fields: new Fields({ Host: "localhost:8080" }) };
 * const sink = connection.request(head, receiver);
 * sink.grant(65_536); // octets of content that may come
 * ```
 *
 * RFC 9112.
 */
export class ClientConnection extends ResponseInput {
  /** Responses that came to their end. */
  responses: number;

  /** @param options - of {@link resolveClientOptions}; by default the defaults */
  constructor(carrier: Carrier, options: ResolvedClientOptions = resolveClientOptions()) {
    super(carrier, options);
    this.responses = 0;
  }

  // Requests

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
    this.gone();
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
    this.drop(error);
    exchange.cut(error ?? behind, { unprocessed: !exchange.written, written: exchange.written });
    this.queue.cut(behind, NO_PROOF);
  }

  // The course of an exchange

  /** A response is complete. `more`: octets follow it in this read. */
  protected complete(exchange: ClientExchange, trailers: string[] | null, more: boolean): void {
    const { queue } = this;
    queue.shift();
    this.responses++;
    this.phase = HEAD;
    // S30: what the request still owes cannot be sent any more, and nothing else can be sent in its place.
    if (!exchange.sent) this.stopSending(exchange);
    const ends = this.last || (this.closing && queue.size === 0);
    // S33: octets that are there before anything was asked belong to no response.
    if (more && queue.size === 0) this.drop(unexpected());
    else if (ends) this.end();
    else this.awaitNext();
    exchange.deliverEnd(trailers, exchange.remaining === UNTIL_CLOSE);
    if (ends && queue.size > 0) {
      const error = new Http1Error("ERR_HTTP1_CLOSED", 0, "the server ended the connection with an earlier response");
      queue.cut(error, this.decoder.keepAlive ? NO_PROOF : CLOSE_SAID);
    } else if (this.idle && this.reusable) this.options.onIdle(this);
  }

  protected stopSending(exchange: ClientExchange): void {
    this.closing = true;
    this.output.clear();
    this.deadlines.stopSending();
    exchange.stopSending();
  }

  protected get sender(): ClientExchange | undefined {
    return this.queue.last;
  }

  protected override leaving(): void {
    this.queue.markWritten();
  }

  // Time

  /** A response's head is due, once its request was sent. Until then the server only has to take it. */
  protected awaitResponse(): void {
    const { first } = this.queue;
    if (first === undefined || this.phase !== HEAD) return;
    const { now } = this.carrier;
    if (first.awaitsContinue) this.deadlines.continueOwed(now);
    else if (first.sent) this.deadlines.headOwed(now);
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
  protected breakOff(error: Error): void {
    if (this.phase >= ENDING) return;
    this.drop(error);
    this.queue.cut(error, NO_PROOF);
  }

  /** What was asked has been answered, or never will be. */
  protected override end(): void {
    this.output.clear();
    super.end();
  }
}
