/**
 * One request and its response on an HTTP/2 server connection (RFC 9113 §8.1).
 *
 * @module
 */
import {
  type Carrier,
  type ContentReceiver,
  type ContentSource,
  ContentTooLargeError,
  type Fields,
  forbidsContent,
  type HttpRequest,
  type Incoming,
  imfFixdate,
  PeerGoneError,
  type PeerInfo,
  type Producer,
  type ResponseSink,
  ResponseStateError,
} from "@stack/http";
import { ERROR_CODE } from "@stack/http2-frames";
import { lengthIn, lengthMismatch } from "./content-length.ts";
import { pieceOf } from "./content-pieces.ts";
import { Http2Error } from "./errors.ts";
import type { RequestHead } from "./field-rules.ts";
import type { ResolvedOptions } from "./options.ts";
import { responseFields } from "./response-fields.ts";
import type { ServerConnection } from "./server-connection.ts";
import { Stream } from "./stream.ts";
import { StreamCarrier } from "./stream-carrier.ts";
import { HALF_CLOSED_LOCAL } from "./stream-state.ts";

/** The response's head was not sent; its content goes out, or stays here (HEAD, 204, 205, 304); it is complete. */
const NOT_SENT = 0;
const WITH_CONTENT = 1;
const NO_CONTENT = 2;
const SENT = 3;

export class ServerStream extends Stream implements ResponseSink, Incoming {
  readonly contentLength: number;
  contentLimit: number;
  readonly authority: string;
  private readonly method: string;
  private readonly protocol: string;
  private readonly carrier: Carrier;
  private readonly options: ResolvedOptions;
  private readonly requestScheme: string;
  /** The client waits for 100 before it sends content (RFC 9110 §10.1.1). */
  awaitsContinue: boolean;
  private phase: number;
  /** Octets that the response's Content-Length still promises, or -1. */
  private promised: number;
  private goneListener: ((reason: Error) => void) | null;
  private gone: Error | null;

  /** @param state - OPEN, or IDLE for a stream that we promise */
  constructor(
    connection: ServerConnection,
    id: number,
    state: number,
    sendWindow: number,
    head: RequestHead,
    endStream: boolean,
  ) {
    super(connection, id, state, sendWindow);
    this.contentLength = endStream ? 0 : head.contentLength;
    this.contentLimit = Number.POSITIVE_INFINITY;
    this.authority = head.authority;
    this.method = head.method;
    this.protocol = head.protocol;
    this.carrier = connection.carrier;
    this.options = connection.options;
    this.requestScheme = head.scheme;
    this.awaitsContinue = head.expectContinue && !endStream;
    this.expected = head.contentLength;
    this.phase = NOT_SENT;
    this.promised = -1;
    this.goneListener = null;
    this.gone = null;
  }

  get scheme(): "http" | "https" {
    return this.requestScheme === "https" ? "https" : "http";
  }

  get peer(): PeerInfo {
    return this.carrier.peer;
  }

  /** The response is complete, though it may still wait to be sent. */
  get responded(): boolean {
    return this.phase === SENT;
  }

  get takesContent(): boolean {
    return this.phase !== NO_CONTENT;
  }

  /**
   * The client owes content until the response has begun: from then on the two are a conversation, as in gRPC, unless a
   * length was announced. A tunnel owes nothing (RFC 8441).
   */
  override get awaitsContent(): boolean {
    return (this.phase === NOT_SENT || this.expected >= 0 || this.discarding) && super.awaitsContent;
  }

  /** S89: the request as a whole. */
  override isOverdue(now: number): boolean {
    return this.awaitsContent && now - this.openedAt >= this.options.requestTimeoutMs;
  }

  /** The response's head has left. */
  get answered(): boolean {
    return this.phase !== NOT_SENT && this.heads.length === 0;
  }

  // Incoming

  read(receiver: ContentReceiver): ContentSource {
    if (this.receiver !== null || this.discarding)
      throw new ResponseStateError("ERR_CONTENT_TAKEN", "the content was already taken; read it once");
    this.receiver = receiver;
    if (this.gone !== null) receiver.onError(this.gone);
    return this;
  }

  onGone(listener: (reason: Error) => void): void {
    if (this.localEnded) return;
    if (this.gone !== null) listener(this.gone);
    else this.goneListener = listener;
  }

  // ResponseSink

  sendInformational(status: number, fields: Fields): void {
    if (this.phase !== NOT_SENT || this.connection === null) return;
    if (status === 100) this.awaitsContinue = false;
    this.queueHead(responseFields(status, fields.lines(), null, ""), false);
  }

  sendWhole(status: number, fields: Fields, content: Uint8Array | string): void {
    const { connection } = this;
    if (connection === null) return;
    const octets = typeof content === "string" ? pieceOf(content) : content;
    const list = this.head(status, fields, octets.length);
    if (this.phase === WITH_CONTENT && this.promised !== octets.length) {
      this.phase = NOT_SENT;
      throw lengthMismatch(this.promised, octets.length);
    }
    const withContent = this.phase === WITH_CONTENT && octets.length > 0;
    this.phase = SENT;
    this.queueHead(list, !withContent);
    if (withContent) this.queueContent(octets, true);
  }

  sendHead(status: number, fields: Fields, end: boolean): void {
    if (end) {
      this.sendWhole(status, fields, "");
      return;
    }
    if (this.connection === null) return;
    this.queueHead(this.head(status, fields, -1), false);
  }

  sendContent(bytes: Uint8Array, end: boolean): boolean {
    if (this.connection === null || this.phase === SENT) return false;
    if (this.phase === NO_CONTENT) {
      if (end) this.finish();
      return true;
    }
    if (this.promised >= 0) {
      if (bytes.length > this.promised || (end && bytes.length < this.promised)) {
        const error = lengthMismatch(this.promised, bytes.length);
        this.reset(ERROR_CODE.INTERNAL_ERROR);
        throw error;
      }
      this.promised -= bytes.length;
    }
    if (end) this.phase = SENT;
    return this.queueContent(bytes, end);
  }

  sendTrailers(fields: Fields): void {
    if (this.connection === null || this.phase === SENT) return;
    if (this.phase === NO_CONTENT) {
      this.finish();
      return;
    }
    if (this.promised > 0) {
      const error = lengthMismatch(this.promised, 0);
      this.reset(ERROR_CODE.INTERNAL_ERROR);
      throw error;
    }
    this.phase = SENT;
    this.queueTrailers(responseFields(0, fields.lines(), "", ""));
  }

  accept(fields: Fields): Carrier {
    const { connection } = this;
    if (connection === null) throw this.gone ?? new PeerGoneError();
    if (this.method !== "CONNECT")
      throw new Http2Error(
        "ERR_HTTP2_UNAVAILABLE",
        ERROR_CODE.NO_ERROR,
        "us",
        "only CONNECT opens a tunnel on HTTP/2; answer the request instead",
      );
    this.phase = SENT;
    this.queueHead(responseFields(200, fields.lines(), null, imfFixdate(this.carrier.epochSeconds)), false);
    this.contentLimit = Number.POSITIVE_INFINITY;
    return new StreamCarrier(this, this.carrier);
  }

  /** An accepted CONNECT: content is octets of another protocol. */
  override get isTunnel(): boolean {
    return this.method === "CONNECT" && this.phase === SENT;
  }

  /** The `:protocol` of an extended CONNECT (RFC 8441), or "". */
  get tunnelProtocol(): string {
    return this.protocol;
  }

  push(request: HttpRequest): ResponseSink | null {
    // RFC 9113 §6.6: on a stream of the client's that we have not ended
    if (this.connection === null || this.phase === SENT || this.isPushed) return null;
    return (this.connection as ServerConnection).push(this, request);
  }

  /** Says, before anything else that waits here, that `stream` is going to answer the request `fields`. */
  promise(stream: ServerStream, fields: readonly string[]): void {
    this.promises ??= [];
    this.promises.push({ stream, fields });
    this.connection?.listed(this);
  }

  reset(code: number): void {
    this.connection?.resetStream(
      this,
      code === 0 ? ERROR_CODE.INTERNAL_ERROR : code,
      new PeerGoneError("the response was reset by its handler"),
    );
  }

  attach(producer: Producer): void {
    this.producer = producer;
    if (this.gone !== null && this.connection === null) producer.stopped(this.gone);
  }

  /** For tunnels: more content. */
  tunnelContent(bytes: Uint8Array, end: boolean): boolean {
    return this.queueContent(bytes, end);
  }

  protected onGrant(): void {
    if (!this.awaitsContinue) return;
    this.awaitsContinue = false;
    if (this.phase === NOT_SENT) this.queueHead(CONTINUE, false);
  }

  /** RFC 9113 §8.1: the response is complete, and the rest of the request is more than is read away. */
  protected onDiscarded(): void {
    if (this.state !== HALF_CLOSED_LOCAL) return;
    this.connection?.resetStream(
      this,
      ERROR_CODE.NO_ERROR,
      new Http2Error("ERR_HTTP2_CLOSED", ERROR_CODE.NO_ERROR, "us", "the response is complete"),
    );
  }

  protected onCut(reason: Error): void {
    this.gone = reason;
    const listener = this.goneListener;
    this.goneListener = null;
    // A client that has the whole response may well reset the rest of its request (RFC 9113 §8.1).
    if (!this.localEnded) listener?.(reason);
  }

  protected tooLarge(): void {
    this.receiver?.onError(new ContentTooLargeError(this.contentLimit));
  }

  /** Builds the final head and settles the phase. */
  private head(status: number, fields: Fields, octets: number): string[] {
    if (!(Number.isInteger(status) && status >= 200 && status <= 599))
      throw new RangeError(`a final status is 200 to 599, not ${status}`);
    const bare = forbidsContent(status) || status === 205 || this.method === "HEAD";
    // RFC 9110 §8.6: never with 204; with HEAD and 304 what GET would have had; §15.3.6: 205 has none, and says so
    const given = octets < 0 || status === 304 || (bare && octets === 0) ? "" : String(octets);
    const length = status === 204 ? null : status === 205 ? "0" : given;
    const list = responseFields(status, fields.lines(), length, imfFixdate(this.carrier.epochSeconds));
    this.promised = bare ? -1 : lengthIn(list);
    this.phase = bare ? NO_CONTENT : WITH_CONTENT;
    return list;
  }

  /** The end of a response whose content stays here. */
  private finish(): void {
    this.phase = SENT;
    this.queueContent("", true);
  }
}

const CONTINUE: readonly string[] = [":status", "100"];
