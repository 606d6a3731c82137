/**
 * An HTTP/2 connection from the client's side (RFC 9113 §3.4, §8).
 *
 * @module
 */
import type { ByteSink, Carrier, RequestHead, RequestSink, ResponseReceiver } from "@stack/http";
import { ConnectionError, ERROR_CODE, MAX_31_BIT, PREFACE, SETTING } from "@stack/http2-frames";
import { ClientStream } from "./client-stream.ts";
import { Connection } from "./connection.ts";
import { Http2Error } from "./errors.ts";
import { ResponseHead } from "./field-rules.ts";
import { DEFAULT_WINDOW } from "./flow-control.ts";
import { type ConnectionOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { responseFields } from "./response-fields.ts";
import type { Stream } from "./stream.ts";

const { PROTOCOL_ERROR, REFUSED_STREAM, NO_ERROR } = ERROR_CODE;

/** Limits and times of a client connection. */
export interface ClientConnectionOptions extends ConnectionOptions {
  /** Told when streams can be opened again, or none are left. For pools. */
  readonly onIdle?: (connection: ClientConnection) => void;
  /** Told when the byte stream is gone. */
  readonly onClosed?: (connection: ClientConnection, reason: Error | null) => void;
  /** Informational responses to one request; more is an error (S36). Default 16. */
  readonly maxInformational?: number;
  /** Streams at once, whatever the server allows. Default 100. */
  readonly maxConcurrentStreams?: number;
}

export class ClientConnection extends Connection {
  private readonly clientOptions: ClientConnectionOptions;
  private nextId: number;
  private prefaceWanted: boolean;
  private peerLeaves: boolean;

  constructor(carrier: Carrier, options: ClientConnectionOptions = {}) {
    super(carrier, resolve(options));
    this.clientOptions = options;
    this.nextId = 1;
    this.prefaceWanted = true;
    this.peerLeaves = false;
    const { headerTableOctets, initialWindowOctets, maxFieldSectionOctets } = this.options;
    const settings: [number, number][] = [
      [SETTING.ENABLE_PUSH, 0], // RFC 9113 §8.4: a promise is then a connection error (S84)
      [SETTING.MAX_HEADER_LIST_SIZE, maxFieldSectionOctets],
      [SETTING.NO_RFC7540_PRIORITIES, 1],
    ];
    if (headerTableOctets !== 4_096) settings.push([SETTING.HEADER_TABLE_SIZE, headerTableOctets]);
    if (initialWindowOctets !== DEFAULT_WINDOW) settings.push([SETTING.INITIAL_WINDOW_SIZE, initialWindowOctets]);
    this.control.settings(settings);
    carrier.wantFlush();
  }

  /** No request is under way. */
  get idle(): boolean {
    return this.streams.size === 0;
  }

  /** Whether a request can be sent now. */
  get available(): boolean {
    return this.reusable && this.streams.size < this.maxStreams;
  }

  /** Whether requests can be sent, now or when others are complete. */
  get reusable(): boolean {
    return !this.isEnding && !this.goaway.begun && !this.peerLeaves && this.nextId <= MAX_31_BIT;
  }

  /** Whether the server takes extended CONNECT (RFC 8441 §3). */
  get extendedConnect(): boolean {
    return this.peerSettings.enableConnectProtocol;
  }

  /**
   * Sends a request. Content follows through the sink, unless `contentLength` is 0.
   * @throws Http2Error `ERR_HTTP2_UNAVAILABLE` when no stream can be opened: look at {@link available} before
   */
  request(head: RequestHead, receiver: ResponseReceiver): RequestSink {
    if (!this.available)
      throw new Http2Error(
        "ERR_HTTP2_UNAVAILABLE",
        REFUSED_STREAM,
        "us",
        "no stream can be opened; look at available before",
      );
    const contentLength = head.contentLength ?? Number(head.fields.get("content-length") ?? 0);
    const list = requestFields(head, contentLength, this.carrier.peer.secure);
    const stream = new ClientStream(
      this,
      this.nextId,
      this.peerSettings.initialWindowOctets,
      head.method,
      contentLength,
      receiver,
    );
    this.nextId += 2;
    this.addStream(stream);
    stream.start(list, contentLength === 0 && head.method !== "CONNECT");
    return stream;
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

  protected override onStreamGone(): void {
    this.clientOptions.onIdle?.(this);
  }

  protected onPeerSettings(): void {
    this.clientOptions.onIdle?.(this);
  }

  /** RFC 9113 §6.8: streams beyond the last one were not acted on, and can be sent again elsewhere. */
  protected onPeerGoaway(lastStreamId: number, errorCode: number): void {
    this.peerLeaves = true;
    for (const stream of [...this.streams.values()]) {
      if (stream.id <= lastStreamId) continue;
      (stream as ClientStream).unprocessed = true;
      this.streams.abandon(
        stream,
        new Http2Error("ERR_HTTP2_GOAWAY", errorCode, "peer", `the server left before stream ${stream.id}`),
      );
    }
    if (this.streams.size === 0) this.end(NO_ERROR, "");
  }

  /** RFC 9113 §8.7: REFUSED_STREAM says that nothing was done. */
  protected override onPeerReset(stream: Stream, errorCode: number): void {
    if (errorCode === REFUSED_STREAM) (stream as ClientStream).unprocessed = true;
  }

  /** RFC 9218 §7.1: a wish of clients. */
  protected priorityReceived(streamId: number): void {
    throw new ConnectionError(PROTOCOL_ERROR, `PRIORITY_UPDATE for stream ${streamId} from a server`);
  }

  protected promiseReceived(): void {}

  protected checkPush(streamId: number): void {
    throw new ConnectionError(PROTOCOL_ERROR, `PUSH_PROMISE on stream ${streamId}, and push is off`); // RFC 9113 §8.4
  }

  protected isIdle(streamId: number): boolean {
    return streamId % 2 === 0 || streamId >= this.nextId;
  }

  private get maxStreams(): number {
    return Math.min(this.peerSettings.maxConcurrentStreams, this.options.maxConcurrentStreams);
  }
}

/** Reused for every head: reading is synchronous. */
const head: ResponseHead = new ResponseHead();

const DEFAULT_MAX_INFORMATIONAL = 16;

/** The request's field list: pseudo-header fields first (RFC 9113 §8.3.1), Host as `:authority`. */
function requestFields(request: RequestHead, contentLength: number, secure: boolean): string[] {
  const { method, target, fields } = request;
  const authority = fields.get("host") ?? "";
  const list = [":method", method];
  if (method === "CONNECT") list.push(":authority", target);
  else {
    list.push(":scheme", request.scheme ?? (secure ? "https" : "http"), ":authority", authority, ":path", target);
    if (!/^[\x21-\x7e]+$/.test(target))
      throw new TypeError(`not a request target: ${JSON.stringify(target)}; encode it first`); // S45
  }
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) throw new TypeError(`not a method: ${JSON.stringify(method)}`);
  const rest = responseFields(0, fields.lines(), contentLength > 0 ? String(contentLength) : "", "");
  for (let i = 0; i < rest.length; i += 2)
    if (rest[i] !== "host" && !(rest[i] === "te" && rest[i + 1] !== "trailers"))
      list.push(rest[i] as string, rest[i + 1] as string);
  return list;
}

function resolve(options: ClientConnectionOptions): ResolvedOptions {
  // A server may be slow, but not dead.
  return resolveOptions({ minOctetsPerSecond: 0, ...options });
}
