/**
 * One request and its response on an HTTP/1.1 server connection.
 *
 * Keeps the message framing of both (RFC 9112 §6): which content the request
 * still owes, in {@link RequestContent}, and here how the response's content is
 * delimited. The connection says when it is this exchange's turn; the handler may
 * outlive the exchange, so everything here is safe to call when it is over.
 *
 * @module
 */
import {
  type Carrier,
  type Fields,
  PeerGoneError,
  type Producer,
  type ResponseSink,
  ResponseStateError,
} from "@stack/http";
import {
  CHUNK_END,
  encodeChunkHead,
  encodeFields,
  encodeStatusLine,
  encodeTrailers,
  LAST_CHUNK,
  type RequestHeadDecoder,
} from "@stack/http1-parser";
import { isSmallAscii, UTF8 } from "./ascii.ts";
import { HeadMemo, type KnownHead } from "./head-memo.ts";
import { RequestContent } from "./request-content.ts";
import {
  BY_CHUNKS,
  BY_CLOSE,
  BY_LENGTH,
  connectionLine,
  dateLine,
  NO_CONTENT,
  NOT_SENT,
  ResponseFrame,
  SENT,
} from "./response-frame.ts";
import type { ServerConnection } from "./server-connection.ts";
import { TunnelCarrier } from "./tunnel.ts";
import { upgradeFields } from "./upgrade-offer.ts";

export class ServerExchange extends RequestContent implements ResponseSink {
  private readonly method: string;
  private readonly minor: number;
  /** The fields of a client that asks for another protocol (RFC 9110 §7.8); null otherwise. */
  private readonly offer: readonly string[] | null;
  private framing: number;
  private unsent: number;
  private producer: Producer | null;
  private blocked: boolean;

  constructor(connection: ServerConnection, head: RequestHeadDecoder, contentLength: number) {
    super(connection, head, contentLength);
    this.method = head.method;
    this.minor = head.minor;
    this.offer = head.upgrade ? head.fields : null;
    this.framing = NOT_SENT;
    this.unsent = 0;
    this.producer = null;
    this.blocked = false;
  }

  get headSent(): boolean {
    return this.framing !== NOT_SENT;
  }

  get responded(): boolean {
    return this.framing === SENT;
  }

  get takesContent(): boolean {
    return this.framing !== NO_CONTENT;
  }

  // What the connection tells

  /** The peer is gone, or its request turned out to be broken: nothing more comes, nothing that is sent arrives. */
  cut(reason: Error): void {
    if (this.connection === null) return;
    this.connection = null;
    const complete = this.framing === SENT;
    this.framing = SENT;
    this.brokenOff = !complete;
    this.signalGone(reason);
    if (!this.received && !this.discarding) this.receiver?.onError(reason);
    if (!complete) this.producer?.stopped(reason);
    this.producer = null;
  }

  override release(): void {
    super.release();
    this.producer = null;
  }

  /** The producer of the response's content was told to wait. */
  get isBlocked(): boolean {
    return this.blocked;
  }

  /** The connection has room again. */
  resumeProducer(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.producer?.resume();
  }

  // ResponseSink

  sendInformational(status: number, fields: Fields): void {
    // RFC 9110 §15.2: never to an HTTP/1.0 client.
    if (this.minor === 0 || this.framing !== NOT_SENT) return;
    if (status === 100) this.awaitsContinue = false;
    this.connection?.send(frame.headAlone(status, fields.lines(), ""));
  }

  sendWhole(status: number, fields: Fields, content: Uint8Array | string): void {
    const { connection } = this;
    if (connection === null) return;
    if (typeof content === "string") {
      const known = this.known(connection, status, fields, content.length, content);
      if (known !== null) {
        this.framing = SENT;
        connection.send(known.text);
        connection.responded(this);
        return;
      }
    }
    const bytes = typeof content !== "string" ? content : isSmallAscii(content) ? null : UTF8.encode(content);
    const text = bytes === null ? (content as string) : "";
    const octets = bytes === null ? text.length : bytes.length;
    const head = this.head(connection, status, fields, octets, text);
    const withContent = this.framing !== NO_CONTENT;
    if (this.framing === BY_LENGTH && this.unsent !== octets) {
      this.framing = NOT_SENT;
      throw lengthMismatch(this.unsent, octets);
    }
    this.framing = SENT;
    if (!withContent) connection.send(head);
    else if (bytes === null) connection.send(head + text);
    else {
      connection.send(head);
      connection.send(bytes);
    }
    connection.responded(this);
  }

  sendHead(status: number, fields: Fields, end: boolean): void {
    if (end) {
      this.sendWhole(status, fields, "");
      return;
    }
    const { connection } = this;
    if (connection === null) return;
    connection.send(this.head(connection, status, fields, -1, ""));
  }

  sendContent(bytes: Uint8Array, end: boolean): boolean {
    const { connection } = this;
    if (connection === null) return false;
    const octets = bytes.length;
    switch (this.framing) {
      case NO_CONTENT:
        break;
      case BY_LENGTH:
        if (octets > this.unsent || (end && octets < this.unsent)) {
          const error = lengthMismatch(this.unsent, octets);
          this.reset(0); // the peer must not take a wrong message for a whole one (RFC 9112 §8)
          throw error;
        }
        this.unsent -= octets;
        connection.send(bytes);
        break;
      case BY_CHUNKS:
        if (octets > 0) this.sendChunk(connection, bytes);
        if (end) connection.send(LAST_CHUNK);
        break;
      case BY_CLOSE:
        connection.send(bytes);
        break;
    }
    if (end) {
      this.framing = SENT;
      connection.responded(this);
      return true;
    }
    if (connection.hasRoom()) return true;
    this.blocked = true;
    return false;
  }

  sendTrailers(fields: Fields): void {
    const { connection } = this;
    if (connection === null) return;
    // Without chunked coding there is no place for trailers, and they may be dropped (RFC 9110 §6.5.1).
    if (this.framing === BY_CHUNKS) connection.send(encodeTrailers(fields.lines()));
    else if (this.framing === BY_LENGTH && this.unsent > 0) {
      const error = lengthMismatch(this.unsent, 0);
      this.reset(0);
      throw error;
    }
    this.framing = SENT;
    connection.responded(this);
  }

  accept(fields: Fields): Carrier {
    const { connection } = this;
    if (connection === null) throw this.gone ?? new PeerGoneError();
    const connect = this.method === "CONNECT";
    const date = dateLine(connection.carrier.epochSeconds);
    const head = connect
      ? frame.headAlone(200, fields.lines(), date)
      : frame.headAlone(101, upgradeFields(this.offer, fields.lines(), this.received), "");
    connection.send(head);
    this.framing = SENT;
    return new TunnelCarrier(connection.carrier, connection.openTunnel());
  }

  push(): null {
    return null; // HTTP/1.1 has no push
  }

  reset(_code: number): void {
    this.connection?.breakOff(new PeerGoneError("the response was reset by its handler"));
  }

  attach(producer: Producer): void {
    this.producer = producer;
    if (this.connection === null && this.gone !== null) producer.stopped(this.gone);
  }

  private sendChunk(connection: ServerConnection, bytes: Uint8Array): void {
    connection.send(encodeChunkHead(bytes.length));
    connection.send(bytes);
    connection.send(CHUNK_END);
  }

  /** The same response as one of a moment ago, if it is, and if nothing but that is to be said of the connection. */
  private known(
    connection: ServerConnection,
    status: number,
    fields: Fields,
    octets: number,
    content: string,
  ): KnownHead | null {
    if (this.minor === 0 || this.method === "HEAD" || this.method === "CONNECT") return null;
    const known = memo.find(status, fields.lines(), octets, connection.carrier.epochSeconds, content);
    if (known === null || connection.closesAfter(this)) return null;
    connection.beginResponse();
    return known;
  }

  /**
   * The final head as text; settles {@link framing}.
   *
   * @param octets - the content's length, -1 when it is not known yet
   * @param content - if it is text that goes with the head
   */
  private head(connection: ServerConnection, status: number, fields: Fields, octets: number, content: string): string {
    const known = this.known(connection, status, fields, octets, "");
    if (known !== null) {
      this.framing = known.kind;
      this.unsent = known.length;
      if (content !== "" && known.kind === BY_LENGTH && known.length === octets)
        memo.offer(known.text, BY_LENGTH, octets, status, known.fields, octets, known.second, content);
      return known.text;
    }
    if (!(status >= 200 && status <= 599)) throw new RangeError(`a final status is 200 to 599, not ${status}`);
    const lines = fields.lines();
    frame.decide(status, this.method, this.minor, lines, octets);
    const text = encodeStatusLine(status) + encodeFields(frame.fields) + frame.line;
    connection.beginResponse();
    this.framing = frame.kind;
    this.unsent = frame.length;
    if (frame.closes) connection.closeAfterThis();
    // RFC 9112 §9.6: said before it is done, so that the client sends nothing more.
    const persistence = connectionLine(connection.closesAfter(this), this.minor, frame.options);
    const second = connection.carrier.epochSeconds;
    const head = `${text}${persistence}${frame.dated ? "" : dateLine(second)}\r\n`;
    if (persistence === "" && this.method !== "HEAD")
      memo.offer(head, frame.kind, frame.length, status, lines, octets, second, "");
    return head;
  }
}

/** One for all connections: their handlers are the same. */
const memo: HeadMemo = new HeadMemo();
/** Reused for every head: deciding is synchronous. */
const frame: ResponseFrame = new ResponseFrame();

function lengthMismatch(left: number, octets: number): ResponseStateError {
  return new ResponseStateError(
    "ERR_CONTENT_LENGTH",
    `Content-Length leaves ${left} octets, the handler sent ${octets}; correct the field or leave it out`,
  );
}
