/**
 * An HTTP/2 connection from the server's side (RFC 9113 §3.4, §8).
 *
 * @module
 */
import { type Carrier, dispatch, Fields, fail, HttpRequest, HttpResponse, type ResponseSink } from "@stack/http";
import { ConnectionError, ERROR_CODE, MAX_31_BIT, PREFACE, SETTING } from "@stack/http2-frames";
import { Connection } from "./connection.ts";
import { Http2Error, isFault } from "./errors.ts";
import { RequestHead } from "./field-rules.ts";
import type { ResolvedOptions } from "./options.ts";
import { parsePriority } from "./priority.ts";
import { isPromisable } from "./push-promise.ts";
import { requestFields } from "./request-fields.ts";
import { ServerStream } from "./server-stream.ts";
import { ourSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { IDLE, OPEN, RECV_END_STREAM } from "./stream-state.ts";

const { PROTOCOL_ERROR, REFUSED_STREAM, NO_ERROR } = ERROR_CODE;

/**
 * The engine of a server's connection: octets in, calls of the handler, octets out.
 *
 * @example
 * ```ts
 * import { listen } from "@stack/tcp";
 *
 * const options = resolveOptions({ handler: (_, response) => response.text("hello") }); // once for all connections
 * await listen(8080, { connect: (carrier) => new ServerConnection(carrier, options) });
 * ```
 *
 * RFC 9113.
 */
export class ServerConnection extends Connection {
  /** Requests whose head was read. */
  requests: number;
  private prefaceAt: number;
  /** Streams that we have promised and that are not closed. */
  private pushed: number;
  private nextPromised: number;
  /** Priorities of streams that the client has not opened yet (RFC 9218 §7.1), as many as streams may be open (S59). */
  private readonly earlyPriorities: Map<number, number>;

  constructor(carrier: Carrier, options: ResolvedOptions) {
    super(carrier, options);
    this.requests = 0;
    this.prefaceAt = 0;
    this.pushed = 0;
    this.nextPromised = 2;
    this.earlyPriorities = new Map();
    const settings: [number, number][] = [[SETTING.MAX_CONCURRENT_STREAMS, options.maxConcurrentStreams]];
    if (options.extendedConnect) settings.push([SETTING.ENABLE_CONNECT_PROTOCOL, 1]);
    this.control.settings(ourSettings(options, settings));
    // RFC 8336 §2.4: clients ignore it on cleartext
    if (options.origins.length > 0 && carrier.peer.secure) this.control.origins(options.origins);
    carrier.wantFlush();
  }

  /** True between requests: closing now loses nothing. */
  get idle(): boolean {
    return this.streams.size === 0;
  }

  override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.isEnding) return;
    let at = start;
    // RFC 9113 §3.4: these octets and no others; a client that speaks something else is told so.
    while (this.prefaceAt < PREFACE.length && at < end) {
      if (bytes[at] !== PREFACE.charCodeAt(this.prefaceAt)) {
        this.options.onRefused(new ConnectionError(PROTOCOL_ERROR, "the client's preface is wrong"), 0);
        this.end(PROTOCOL_ERROR, "PROTOCOL_ERROR the client's preface is wrong");
        return;
      }
      at++;
      this.prefaceAt++;
    }
    if (at < end) super.receive(bytes, at, end);
  }

  override closed(reason: Error | null): void {
    super.closed(reason);
    if (isFault(reason)) this.options.onError(reason, null);
  }

  /**
   * Promises a response (RFC 9113 §8.4); what handlers reach through `HttpResponse.push`.
   *
   * @returns where the response goes; null while push is off in our options or in the client's settings, when the
   *   connection ends, and when as many responses are pushed as the client, or we, allow
   * @throws TypeError for a method that cannot be promised, or an authority that is not the parent's
   */
  push(parent: ServerStream, request: HttpRequest): ResponseSink | null {
    const { method, target, fields } = request;
    const { authority, scheme } = parent;
    if (!isPromisable(method)) throw new TypeError(`a promised request is GET or HEAD, not ${method}`);
    if ((fields.get("host") ?? authority) !== authority)
      throw new TypeError("a promised request is for the authority of the request that led to it");
    const { options, peerSettings, goaway } = this;
    const most = Math.min(peerSettings.maxConcurrentStreams, options.maxConcurrentStreams);
    if (!options.push || !peerSettings.enablePush || goaway.begun || this.isEnding) return null;
    if (this.pushed >= most || this.nextPromised > MAX_31_BIT) return null;
    const list = requestFields(method, scheme, authority, target, fields, 0);
    promised.method = method;
    promised.scheme = scheme;
    promised.authority = authority;
    const stream = new ServerStream(this, this.nextPromised, IDLE, peerSettings.initialWindowOctets, promised, true);
    this.nextPromised += 2;
    this.pushed++;
    stream.receiveEnd(null);
    stream.priority = parsePriority(fields.get("priority") ?? "");
    this.addStream(stream);
    parent.promise(stream, list);
    return stream;
  }

  protected headReceived(streamId: number, list: string[], endStream: boolean): void {
    // RFC 9113 §5.1.1: clients open odd streams, in order (S86)
    if (streamId % 2 === 0) throw new ConnectionError(PROTOCOL_ERROR, `stream ${streamId} is not a client's`);
    const known = this.streams.get(streamId);
    if (known !== undefined) {
      this.trailersReceived(known, list, endStream);
      return;
    }
    if (streamId <= this.lastPeerId) {
      this.onClosedStream(streamId, "HEADERS");
      return;
    }
    this.lastPeerId = streamId;
    if (streamId > this.goaway.lastStream) {
      // After our GOAWAY: decoded for the table's sake, else ignored (§6.8). A flood of them is one all the same.
      this.budgets.chargeFrame("HEADERS after GOAWAY");
      this.streams.ignored(streamId);
      return;
    }
    if (this.streams.size - this.pushed >= this.options.maxConcurrentStreams) {
      this.refuse(streamId, REFUSED_STREAM, "more streams than SETTINGS_MAX_CONCURRENT_STREAMS");
      return;
    }
    if (this.hpackDecoder.tooLarge) {
      head.readPart(list); // S66, S93: 431, whatever is missing
      this.begin(streamId, endStream);
      return;
    }
    if (!head.read(list, this.options.extendedConnect)) {
      this.refuse(streamId, PROTOCOL_ERROR, "the request is malformed (RFC 9113 §8.1.1)");
      return;
    }
    if (endStream && head.contentLength > 0) {
      this.refuse(streamId, PROTOCOL_ERROR, "Content-Length without content (RFC 9113 §8.1.1)");
      return;
    }
    this.begin(streamId, endStream);
  }

  protected onEndSent(stream: Stream): void {
    // A complete response to an incomplete request: what no one reads of it is read away, within bounds.
    if (!stream.isRead) stream.stop(NO_ERROR);
  }

  protected onPeerSettings(): void {}

  protected override onStreamGone(stream: Stream): void {
    if (stream.isPushed) this.pushed--;
  }

  protected onPeerGoaway(): void {
    this.drain(); // the client opens no more streams, and hears how far we came
  }

  protected priorityReceived(streamId: number, priority: number): void {
    const { earlyPriorities } = this;
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.output.reprioritise(stream, priority);
    else if (this.isIdle(streamId)) {
      // RFC 9218 §7.1: for both of these
      if (streamId % 2 === 0) throw new ConnectionError(PROTOCOL_ERROR, `PRIORITY_UPDATE for idle stream ${streamId}`);
      if (!earlyPriorities.has(streamId) && !this.hasRoomForEarly())
        throw new ConnectionError(PROTOCOL_ERROR, "priorities for more streams than SETTINGS_MAX_CONCURRENT_STREAMS");
      earlyPriorities.set(streamId, priority);
    }
  }

  /** Whether another idle stream may have a priority: those that were passed over in the meantime are idle no more. */
  private hasRoomForEarly(): boolean {
    const { earlyPriorities, options } = this;
    const most = options.maxConcurrentStreams - (this.streams.size - this.pushed);
    if (earlyPriorities.size < most) return true;
    for (const streamId of earlyPriorities.keys()) if (!this.isIdle(streamId)) earlyPriorities.delete(streamId);
    return earlyPriorities.size < most;
  }

  protected promiseReceived(): void {}

  protected checkPush(streamId: number): void {
    throw new ConnectionError(PROTOCOL_ERROR, `a client cannot push, on stream ${streamId}`); // RFC 9113 §8.4, S84
  }

  protected isIdle(streamId: number): boolean {
    return streamId % 2 === 0
      ? streamId >= this.nextPromised || this.streams.isUnsent(streamId)
      : streamId > this.lastPeerId;
  }

  /** A request's head is complete: the handler's turn. */
  private begin(streamId: number, endStream: boolean): void {
    const { options } = this;
    this.requests++;
    const stream = new ServerStream(this, streamId, OPEN, this.peerSettings.initialWindowOctets, head, endStream);
    const early = this.earlyPriorities.get(streamId);
    if (early !== undefined) {
      stream.priority = early; // RFC 9218 §7: the frame counts, whatever the field says
      this.earlyPriorities.delete(streamId);
    } else if (head.priority !== "") stream.priority = parsePriority(head.priority);
    const { method, path, authority, fields } = head;
    const request = new HttpRequest(
      method,
      method === "CONNECT" && path === "" ? authority : path,
      "2",
      Fields.adopt(fields),
      stream,
    );
    const response = new HttpResponse(stream);
    this.addStream(stream);
    if (endStream) {
      stream.advance(RECV_END_STREAM);
      stream.receiveEnd(null);
    }
    if (this.hpackDecoder.tooLarge)
      this.answer(response, 431, "the header section is too large"); // S66, S93
    else if (!endStream && !this.admitContent(stream, request, response)) return;
    else if (options.handler !== null) dispatch(options.handler, request, response, options.onError);
  }

  private admitContent(stream: ServerStream, request: HttpRequest, response: HttpResponse): boolean {
    const { maxContentOctets, onExpectContinue, onError } = this.options;
    if (request.method === "CONNECT") return true;
    let status = 100;
    try {
      stream.contentLimit = typeof maxContentOctets === "number" ? maxContentOctets : maxContentOctets(request);
      if (stream.contentLength > stream.contentLimit) {
        this.answer(response, 413, `the content is larger than ${stream.contentLimit} octets`);
        return false;
      }
      if (stream.awaitsContinue && onExpectContinue !== null) status = onExpectContinue(request);
    } catch (error) {
      fail(error, request, response, onError); // who may ask here answers for the handler, and fails like one
      return false;
    }
    if (status !== 100) this.answer(response, status, "the content was refused before it was sent");
    return status === 100;
  }

  private answer(response: HttpResponse, status: number, message: string): void {
    this.options.onRefused(new Http2Error("ERR_HTTP2_STREAM_REFUSED", NO_ERROR, "us", message), status);
    response.status = status;
    response.text(`${message}\n`);
  }

  private refuse(streamId: number, errorCode: number, why: string): void {
    this.options.onRefused(
      new Http2Error("ERR_HTTP2_STREAM_REFUSED", errorCode, "us", `stream ${streamId}: ${why}`),
      0,
    );
    this.streams.refused(streamId, errorCode);
  }
}

/** Reused for every head: reading is synchronous. */
const head: RequestHead = new RequestHead();
const promised: RequestHead = new RequestHead();
