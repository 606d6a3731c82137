/**
 * An HTTP/2 connection from the client's side (RFC 9113 §3.4, §8).
 *
 * @module
 */
import type { ByteSink, Carrier, RequestHead as HttpRequestHead, RequestSink, ResponseReceiver } from "@stack/http";
import { ConnectionError, ERROR_CODE, MAX_31_BIT, PREFACE, SETTING } from "@stack/http2-frames";
import { type ClientConnectionOptions, DEFAULT_MAX_INFORMATIONAL, resolveClientOptions } from "./client-options.ts";
import { ClientStream } from "./client-stream.ts";
import { Connection } from "./connection.ts";
import { Http2Error } from "./errors.ts";
import { RequestHead, ResponseHead } from "./field-rules.ts";
import { ALIVE } from "./frame-reception.ts";
import { isOurPromise, isTaken } from "./push-promise.ts";
import { requestFields } from "./request-fields.ts";
import { ourSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { IDLE, RECV_HEADERS, RESERVED_REMOTE } from "./stream-state.ts";

const { PROTOCOL_ERROR, REFUSED_STREAM, NO_ERROR, CANCEL } = ERROR_CODE;

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
 * RFC 9113.
 */
export class ClientConnection extends Connection {
  private readonly clientOptions: ClientConnectionOptions;
  private nextId: number;
  private prefaceWanted: boolean;
  private peerLeaves: boolean;
  /** Streams that the server has promised and that are not closed. */
  private pushed: number;
  /** When the server was last heard, ms. */
  private heardAt: number;
  /** Until when a server that seems to be gone has to say something, ms; `Infinity` while nothing is doubted. */
  private aliveDue: number;

  constructor(carrier: Carrier, options: ClientConnectionOptions = {}) {
    super(carrier, resolveClientOptions(options));
    this.clientOptions = options;
    this.nextId = 1;
    this.prefaceWanted = true;
    this.peerLeaves = false;
    this.pushed = 0;
    this.heardAt = carrier.now;
    this.aliveDue = Number.POSITIVE_INFINITY;
    this.control.settings(
      ourSettings(this.options, [
        // RFC 9113 §8.4: without push a promise is a connection error, with it their number is bounded (S84)
        options.onPush === undefined
          ? [SETTING.ENABLE_PUSH, 0]
          : [SETTING.MAX_CONCURRENT_STREAMS, this.options.maxConcurrentStreams],
      ]),
    );
    carrier.wantFlush();
  }

  /** No request is under way. */
  get idle(): boolean {
    return this.streams.size === 0;
  }

  /** Whether a request can be sent now. */
  get available(): boolean {
    return this.reusable && !this.isDoubted && this.streams.size - this.pushed < this.maxStreams;
  }

  /** Whether requests can be sent, now or when others are complete. */
  get reusable(): boolean {
    return !this.isEnding && !this.goaway.begun && !this.peerLeaves && this.nextId <= MAX_31_BIT;
  }

  /** A window of the connection is used up, theirs or ours: what is asked for now may wait where another need not. */
  get windowsExhausted(): boolean {
    return this.windows.isExhausted || this.output.waitsForWindow;
  }

  /** Octets of content that the server lets us send on a new stream. */
  get streamSendWindow(): number {
    return this.peerSettings.initialWindowOctets;
  }

  /** Whether the server takes extended CONNECT (RFC 8441 §3). */
  get extendedConnect(): boolean {
    return this.peerSettings.enableConnectProtocol;
  }

  /**
   * Sends a request. Content follows through the sink, unless `contentLength` is 0.
   * @throws Http2Error `ERR_HTTP2_UNAVAILABLE` when no stream can be opened: look at {@link available} before
   */
  request(head: HttpRequestHead, receiver: ResponseReceiver): RequestSink {
    if (!this.available)
      throw new Http2Error(
        "ERR_HTTP2_UNAVAILABLE",
        REFUSED_STREAM,
        "us",
        "no stream can be opened; look at available before",
      );
    const contentLength = head.contentLength ?? Number(head.fields.get("content-length") ?? 0);
    const { method, target, fields } = head;
    const scheme = head.scheme ?? (this.carrier.peer.secure ? "https" : "http");
    const authority = fields.get("host") ?? "";
    const list = requestFields(method, scheme, authority, target, fields, contentLength);
    const stream = new ClientStream(this, this.nextId, IDLE, method, contentLength, receiver);
    stream.scheme = scheme;
    stream.authority = authority;
    this.nextId += 2;
    this.addStream(stream);
    stream.start(list, contentLength === 0 && head.method !== "CONNECT");
    return stream;
  }

  override get deadline(): number {
    return Math.min(super.deadline, this.aliveDue);
  }

  override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const { isDoubted } = this;
    this.heardAt = this.carrier.now;
    this.aliveDue = Number.POSITIVE_INFINITY;
    super.receive(bytes, start, end);
    if (isDoubted && !this.isEnding) this.clientOptions.onIdle?.(this);
  }

  override onDeadline(): void {
    if (this.carrier.now < this.aliveDue) super.onDeadline();
    else {
      this.aliveDue = Number.POSITIVE_INFINITY;
      this.carrier.abort(new Http2Error("ERR_HTTP2_TIMEOUT", NO_ERROR, "us", "the server answers nothing any more"));
    }
  }

  /** A stream is given up. If nothing was heard for as long as it was open, a PING asks, and until an octet comes no other opens. */
  override resetStream(stream: Stream, errorCode: number, reason: Error): void {
    const { now } = this.carrier;
    if (now - Math.max(this.heardAt, stream.openedAt) >= SILENCE_MS && !this.isDoubted && !this.isEnding) {
      this.aliveDue = now + ALIVE_MS;
      this.sendPing(ALIVE);
    }
    super.resetStream(stream, errorCode, reason);
  }

  override flush(sink: ByteSink): boolean {
    if (this.prefaceWanted) {
      this.prefaceWanted = false;
      sink.writeLatin1(PREFACE);
    }
    return super.flush(sink);
  }

  override closed(reason: Error | null): void {
    super.closed(reason);
    this.clientOptions.onClosed?.(this, reason);
  }

  override onSetting(identifier: number, value: number): void {
    // RFC 9113 §6.5.2: a server has no push to allow
    if (identifier === SETTING.ENABLE_PUSH && value === 1)
      throw new ConnectionError(PROTOCOL_ERROR, "ENABLE_PUSH of 1 from a server");
    super.onSetting(identifier, value);
  }

  protected headReceived(streamId: number, list: string[], endStream: boolean): void {
    const stream = this.streams.get(streamId) as ClientStream | undefined;
    if (stream === undefined) {
      this.onClosedStream(streamId, "HEADERS");
      return;
    }
    if (stream.isAnswered) {
      this.trailersReceived(stream, list, endStream);
      return;
    }
    stream.advance(RECV_HEADERS);
    const known = !this.hpackDecoder.tooLarge && head.read(list);
    if (
      !known ||
      !stream.receiveHead(head, endStream, this.clientOptions.maxInformational ?? DEFAULT_MAX_INFORMATIONAL)
    ) {
      this.streams.broken(stream, PROTOCOL_ERROR);
      return;
    }
    if (endStream) this.endReceived(stream, null);
  }

  protected onEndSent(): void {}

  protected override onStreamGone(stream: Stream): void {
    if (stream.isPushed) this.pushed--;
    this.clientOptions.onIdle?.(this);
  }

  protected onPeerSettings(): void {
    this.clientOptions.onIdle?.(this);
  }

  /** RFC 9113 §6.8: streams beyond the last one were not acted on, and can be sent again elsewhere. */
  protected onPeerGoaway(lastStreamId: number, errorCode: number): void {
    this.peerLeaves = true;
    for (const stream of [...this.streams.values()]) {
      if (stream.isPushed || stream.id <= lastStreamId) continue;
      (stream as ClientStream).unprocessed = true;
      this.streams.abandon(
        stream,
        new Http2Error("ERR_HTTP2_GOAWAY", errorCode, "peer", `the server left before stream ${stream.id}`),
      );
    }
    if (this.streams.size === 0) this.end(NO_ERROR, "");
    else this.clientOptions.onIdle?.(this);
  }

  /**
   * RFC 9113 §8.7: REFUSED_STREAM says that nothing was done. §8.1: NO_ERROR behind a whole response, that the rest of
   * the request is not wanted; the response, which may not be read yet, stays.
   */
  protected override onPeerReset(stream: Stream, errorCode: number): boolean {
    if (errorCode === REFUSED_STREAM) (stream as ClientStream).unprocessed = true;
    return errorCode === NO_ERROR && stream.remoteEnded;
  }

  /** RFC 9218 §7.1: a wish of clients. */
  protected priorityReceived(streamId: number): void {
    throw new ConnectionError(PROTOCOL_ERROR, `PRIORITY_UPDATE for stream ${streamId} from a server`);
  }

  /** RFC 9113 §6.6, S84: on a stream of ours that is open to the server, of one of its own that is new. */
  protected checkPush(streamId: number, promisedId: number): void {
    if (this.clientOptions.onPush === undefined)
      throw new ConnectionError(PROTOCOL_ERROR, `PUSH_PROMISE on stream ${streamId}, and push is off`);
    const stream = this.streams.get(streamId);
    const open = stream === undefined ? this.streams.wasReset(streamId) : stream.canReceive && !stream.isPushed;
    if (!open) throw new ConnectionError(PROTOCOL_ERROR, `PUSH_PROMISE on stream ${streamId}, which is not open`);
    if (promisedId % 2 === 1 || promisedId <= this.lastPeerId)
      throw new ConnectionError(PROTOCOL_ERROR, `stream ${promisedId} is not the server's to promise`);
  }

  protected promiseReceived(streamId: number, promisedId: number, list: string[]): void {
    this.lastPeerId = promisedId;
    const parent = this.streams.get(streamId) as ClientStream | undefined;
    if (parent === undefined) this.streams.refused(promisedId, CANCEL);
    else if (
      this.hpackDecoder.tooLarge ||
      !promised.read(list, false) ||
      !isOurPromise(promised, parent.scheme, parent.authority)
    )
      this.streams.refused(promisedId, PROTOCOL_ERROR);
    else if (this.pushed >= this.options.maxConcurrentStreams) this.streams.refused(promisedId, REFUSED_STREAM);
    else if (!this.offer(promisedId, promised)) this.streams.refused(promisedId, CANCEL);
  }

  /** Whether someone takes the response that is promised. */
  private offer(promisedId: number, head: RequestHead): boolean {
    const { onPush } = this.clientOptions;
    if (onPush === undefined) return false;
    const { method, scheme, authority } = head;
    return isTaken(onPush, head, (receiver) => {
      const stream = new ClientStream(this, promisedId, RESERVED_REMOTE, method, 0, receiver);
      stream.scheme = scheme;
      stream.authority = authority;
      this.pushed++;
      this.addStream(stream);
      return stream;
    });
  }

  protected isIdle(streamId: number): boolean {
    return streamId % 2 === 0 ? streamId > this.lastPeerId : streamId >= this.nextId || this.streams.isUnsent(streamId);
  }

  /** The server was asked whether it is still there. */
  private get isDoubted(): boolean {
    return this.aliveDue < Number.POSITIVE_INFINITY;
  }

  private get maxStreams(): number {
    return Math.min(this.peerSettings.maxConcurrentStreams, this.options.maxConcurrentStreams);
  }
}

/** Reused for every head: reading is synchronous. */
const head: ResponseHead = new ResponseHead();
const promised: RequestHead = new RequestHead();

/** A server that says nothing for so long, ms, while a stream is open that is then given up, may be gone. */
const SILENCE_MS = 500;
/** How long it has to answer a PING then, ms. */
const ALIVE_MS = 5_000;
