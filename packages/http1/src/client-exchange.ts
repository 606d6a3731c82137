/**
 * One request and its response on an HTTP/1.1 client connection.
 *
 * Keeps what the request still owes of its content, and what is left to come of
 * the response's (RFC 9112 §6). The connection says when it is this exchange's
 * turn; its maker may outlive it, so everything here is safe to call afterwards.
 *
 * @module
 */

import type { RequestOutcome, RequestSink, ResponseReceiver } from "@stack/http";
import { Fields, type Producer } from "@stack/http";
import { CHUNK_END, encodeChunkHead, encodeTrailers, LAST_CHUNK } from "@stack/http1-parser";
import type { ClientConnection } from "./client-connection.ts";
import { Http1Error } from "./errors.ts";
import type { FramedRequest } from "./request-framing.ts";

/** What of the request's content is still to come. */
const BY_LENGTH = 0;
const BY_CHUNKS = 1;
const GIVEN = 2; // all of it was given to us
const STOPPED = 3; // the server wants no more of it

export class ClientExchange implements RequestSink {
  readonly request: FramedRequest;
  /** The connection had answered another request when this one was made. */
  readonly reused: boolean;
  /** Octets of it were given to the carrier. */
  written: boolean;
  /** Informational responses so far. */
  informational: number;
  /** Octets of the response's content that are still to come; negative when only the end will tell. */
  remaining: number;
  /** Octets that the receiver has asked for; while discarding, how much was read away, downwards. */
  credit: number;
  /** The receiver wants nothing more; what still comes is read away. */
  discarding: boolean;
  private connection: ClientConnection | null;
  private readonly receiver: ResponseReceiver;
  private sending: number;
  private unsent: number;
  /** What was given while 100 is waited for; null when nothing is waited for. */
  private waiting: (string | Uint8Array)[] | null;
  private producer: Producer | null;
  private blocked: boolean;

  constructor(connection: ClientConnection, request: FramedRequest, receiver: ResponseReceiver, reused: boolean) {
    const { contentLength, expectsContinue } = request;
    this.request = request;
    this.reused = reused;
    this.written = false;
    this.informational = 0;
    this.remaining = 0;
    this.credit = 0;
    this.discarding = false;
    this.connection = connection;
    this.receiver = receiver;
    this.sending = contentLength === 0 ? GIVEN : contentLength < 0 ? BY_CHUNKS : BY_LENGTH;
    this.unsent = Math.max(contentLength, 0);
    this.waiting = expectsContinue ? [] : null;
    this.producer = null;
    this.blocked = expectsContinue;
  }

  /** The whole request was given to the connection's output. */
  get sent(): boolean {
    return this.sending === GIVEN && this.waiting === null;
  }

  /** The server is waited for before content is sent (RFC 9110 §10.1.1). */
  get awaitsContinue(): boolean {
    return this.waiting !== null;
  }

  /** Whether content may be taken: there is credit, or it is read away within bounds. */
  wantsContent(maxDrainOctets: number): boolean {
    return this.discarding ? this.credit >= -maxDrainOctets : this.credit > 0;
  }

  // RequestSink: the request's content

  sendContent(bytes: Uint8Array, end: boolean): boolean {
    const { connection } = this;
    if (connection === null || this.sending === STOPPED) return false;
    const octets = bytes.length;
    if (this.sending === BY_CHUNKS) {
      if (octets > 0) {
        this.give(connection, encodeChunkHead(octets));
        this.give(connection, bytes);
        this.give(connection, CHUNK_END);
      }
      if (end) this.give(connection, LAST_CHUNK);
    } else {
      const left = this.sending === GIVEN ? 0 : this.unsent;
      if (octets > left || (end && octets < left)) this.mismatch(left, octets);
      this.unsent -= octets;
      if (octets > 0) this.give(connection, bytes);
    }
    if (end) {
      this.given(connection);
      return true;
    }
    if (this.waiting === null && connection.hasRoom()) return true;
    this.blocked = true;
    return false;
  }

  sendTrailers(fields: Fields): void {
    const { connection } = this;
    if (connection === null || this.sending === STOPPED || this.sending === GIVEN) return;
    // Without chunked coding there is no place for trailers, and they may be dropped (RFC 9110 §6.5.1).
    if (this.sending === BY_CHUNKS) this.give(connection, encodeTrailers(fields.lines()));
    else if (this.unsent > 0) this.mismatch(this.unsent, 0);
    this.given(connection);
  }

  attach(producer: Producer): void {
    if (this.connection === null || this.sending === STOPPED) producer.stopped(noneWanted());
    else this.producer = producer;
  }

  reset(_code: number): void {
    this.connection?.abandon(this, new Http1Error("ERR_HTTP1_RESET", 0, "the request was given up by its sender"));
  }

  // RequestSink: credit for the response's content

  grant(octets: number): void {
    if (this.connection === null || this.discarding) return;
    this.credit += octets;
    this.connection.contentWanted(this);
  }

  stop(_code: number): void {
    if (this.connection === null || this.discarding) return;
    this.discarding = true;
    this.credit = 0;
    this.connection.contentUnwanted(this);
  }

  // What the connection tells

  /** 100 has come, or was waited for long enough. */
  sendWaiting(): void {
    const { connection, waiting } = this;
    if (connection === null || waiting === null) return;
    this.waiting = null;
    for (const piece of waiting) this.give(connection, piece);
    connection.resumed();
  }

  /** The server has answered and wants no more content (S30): what is left is not sent. */
  stopSending(): void {
    if (this.sent) return;
    this.sending = STOPPED;
    this.waiting = null;
    this.stopProducer(noneWanted());
  }

  /** The producer of the request's content was told to wait. */
  get isBlocked(): boolean {
    return this.blocked && this.waiting === null;
  }

  /** The connection has room again. */
  resumeProducer(): void {
    this.blocked = false;
    this.producer?.resume();
  }

  deliverInformational(status: number, fields: string[]): void {
    if (!this.discarding) this.receiver.onInformational(status, Fields.adopt(fields));
  }

  deliverHead(status: number, fields: string[], reason: string): void {
    if (!this.discarding) this.receiver.onHead(status, Fields.adopt(fields), reason);
  }

  /** Content octets; the connection has checked credit and framing. */
  deliver(bytes: Uint8Array, start: number, end: number): void {
    this.credit -= end - start;
    if (!this.discarding) this.receiver.onContent(bytes, start, end);
  }

  /** The response is complete: the exchange is over. */
  deliverEnd(trailers: string[] | null, untilClose: boolean): void {
    this.connection = null;
    const stopped = this.sent ? null : noneWanted();
    if (!this.discarding) this.receiver.onEnd(trailers === null ? null : Fields.adopt(trailers), untilClose);
    this.over(stopped);
  }

  /** The response is an upgrade: the receiver takes the byte stream. */
  deliverUpgrade(take: (receiver: ResponseReceiver) => void): void {
    this.connection = null;
    this.producer = null;
    take(this.receiver);
  }

  /** No complete response will come. */
  cut(error: Error, outcome: RequestOutcome): void {
    if (this.connection === null) return;
    this.connection = null;
    if (!this.discarding) this.receiver.onError(error, outcome);
    this.over(this.sent ? null : error);
  }

  private over(stopped: Error | null): void {
    this.waiting = null;
    if (stopped !== null) this.stopProducer(stopped);
    this.producer = null;
  }

  private stopProducer(reason: Error): void {
    const { producer } = this;
    this.producer = null;
    producer?.stopped(reason);
  }

  private give(connection: ClientConnection, piece: string | Uint8Array): void {
    if (this.waiting !== null) this.waiting.push(piece);
    else connection.send(piece);
  }

  private given(connection: ClientConnection): void {
    this.sending = GIVEN;
    this.unsent = 0;
    if (this.waiting === null) connection.requestSent(this);
  }

  /** The server must not take a wrong message for a whole one (RFC 9112 §8). */
  private mismatch(left: number, octets: number): never {
    const error = new Http1Error(
      "ERR_HTTP1_CONTENT_MISMATCH",
      0,
      `the request's length leaves ${left} octets, ${octets} were sent; correct the length or use -1`,
    );
    this.connection?.abandon(this, error);
    throw error;
  }
}

function noneWanted(): Http1Error {
  return new Http1Error("ERR_HTTP1_ANSWERED", 0, "the server answered before it had the whole request; stop sending");
}
