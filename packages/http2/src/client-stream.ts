/**
 * One request and its response on an HTTP/2 client connection (RFC 9113 §8.1).
 *
 * @module
 */
import {
  Fields,
  PeerGoneError,
  type Producer,
  type RequestOutcome,
  type RequestSink,
  type ResponseReceiver,
  ResponseStateError,
} from "@stack/http";
import { ERROR_CODE } from "@stack/http2-frames";
import type { ClientConnection } from "./client-connection.ts";
import type { ResponseHead } from "./field-rules.ts";
import { responseFields } from "./response-fields.ts";
import { Stream } from "./stream.ts";
import { IDLE, RESERVED_REMOTE } from "./stream-state.ts";

export class ClientStream extends Stream implements RequestSink {
  /** The server said, or has proved, that it did not act on the request. */
  unprocessed: boolean;
  /** Of the request: a promise on this stream must be for the same (RFC 9113 §8.4). */
  scheme: string;
  authority: string;
  private readonly responses: ResponseReceiver;
  private readonly isHead: boolean;
  private readonly isConnect: boolean;
  private written: boolean;
  private promised: number;
  private sentEnd: boolean;
  private headReceived: boolean;
  private connected: boolean;
  private informational: number;
  private finished: boolean;

  constructor(
    connection: ClientConnection,
    id: number,
    state: number,
    method: string,
    contentLength: number,
    receiver: ResponseReceiver,
  ) {
    super(connection, id, state, connection.streamSendWindow);
    this.unprocessed = false;
    this.scheme = "";
    this.authority = "";
    this.responses = receiver;
    this.isHead = method === "HEAD";
    this.isConnect = method === "CONNECT";
    this.written = state !== IDLE;
    this.promised = contentLength;
    this.sentEnd = state === RESERVED_REMOTE;
    this.localEnded = this.sentEnd;
    this.headReceived = false;
    this.connected = false;
    this.informational = 0;
    this.finished = false;
    this.receiver = {
      onContent: (bytes, start, end) => receiver.onContent(bytes, start, end),
      onEnd: (trailers) => this.finish(() => receiver.onEnd(trailers, false)),
      onError: (error) => this.fail(error),
    };
  }

  /** The request's content is complete. */
  get sent(): boolean {
    return this.sentEnd;
  }

  /** The request's head goes out. */
  start(fields: readonly string[], ends: boolean): void {
    this.sentEnd = ends;
    this.queueHead(fields, ends);
  }

  /** A response's head came. False: malformed (RFC 9113 §8.1.1). */
  receiveHead(head: ResponseHead, endStream: boolean, maxInformational: number): boolean {
    const { status } = head;
    if (status < 200) {
      // §8.1, S36: informational responses do not end, are not upgrades, and are not without number
      if (endStream || status === 101 || ++this.informational > maxInformational) return false;
      this.responses.onInformational(status, Fields.adopt(head.fields));
      return true;
    }
    this.headReceived = true;
    const bare = this.isHead || status === 204 || status === 304;
    this.expected = bare ? 0 : head.contentLength;
    if (endStream && !bare && head.contentLength > 0) return false;
    if (this.isConnect && status < 300) {
      this.expected = -1;
      this.connected = true;
      this.responses.onHead(status, Fields.adopt(head.fields), "");
      return true;
    }
    this.responses.onHead(status, Fields.adopt(head.fields), "");
    return true;
  }

  /** A final head came: what follows are trailers. */
  get isAnswered(): boolean {
    return this.headReceived;
  }

  override get isTunnel(): boolean {
    return this.connected;
  }

  /** A server that resets our requests does not have us work. */
  get answered(): boolean {
    return true;
  }

  /**
   * The server owes a response when it has the whole request; before that the two are a conversation, as in gRPC. A
   * tunnel owes nothing.
   */
  override get awaitsContent(): boolean {
    return this.localEnded && !this.isConnect && super.awaitsContent;
  }

  /** RFC 9113 §8.1: content before the head is malformed. */
  override count(octets: number): boolean {
    return this.headReceived && super.count(octets);
  }

  // RequestSink

  sendContent(bytes: Uint8Array, end: boolean): boolean {
    if (this.connection === null || this.sentEnd) return false;
    if (this.promised >= 0) {
      if (bytes.length > this.promised || (end && bytes.length < this.promised)) {
        const left = this.promised;
        this.reset(ERROR_CODE.CANCEL);
        throw new ResponseStateError(
          "ERR_CONTENT_LENGTH",
          `Content-Length leaves ${left} octets, ${bytes.length} were sent; correct it`,
        );
      }
      this.promised -= bytes.length;
    }
    this.sentEnd = end;
    return this.queueContent(bytes, end);
  }

  sendTrailers(fields: Fields): void {
    if (this.connection === null || this.sentEnd) return;
    this.sentEnd = true;
    this.queueTrailers(responseFields(0, fields.lines(), "", ""));
  }

  reset(code: number): void {
    this.connection?.resetStream(
      this,
      code === 0 ? ERROR_CODE.CANCEL : code,
      new PeerGoneError("the request was given up"),
    );
  }

  attach(producer: Producer): void {
    this.producer = producer;
  }

  protected get contentLimit(): number {
    return Number.POSITIVE_INFINITY; // whoever reads a response decides how much of it
  }

  protected onGrant(): void {}

  protected onDiscarded(): void {
    this.connection?.resetStream(this, ERROR_CODE.CANCEL, new PeerGoneError("the response's content is not wanted"));
  }

  protected onCut(reason: Error): void {
    this.fail(reason);
  }

  /** What ends while it is idle has never left: nobody can have acted on it. */
  override cut(reason: Error): void {
    this.written = this.state !== IDLE;
    super.cut(reason);
  }

  protected tooLarge(): void {}

  private fail(error: Error): void {
    const { unprocessed, written } = this;
    const outcome: RequestOutcome = { unprocessed: unprocessed || !written, written };
    this.finish(() => this.responses.onError(error, outcome));
  }

  /** The receiver is told of one end only. */
  private finish(tell: () => void): void {
    if (this.finished) return;
    this.finished = true;
    tell();
  }
}
