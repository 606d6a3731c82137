/**
 * One request and its response, over as many connections as it takes.
 *
 * Waits for a connection, is sent, takes the response, and ends exactly once.
 * It is sent a second time only when the server provably has not acted on the
 * first, and only with content that can be made again (RFC 9110 §9.2.2).
 *
 * @module
 */
import {
  type Carrier,
  type Fields,
  isIdempotent,
  isSafe,
  type RequestOutcome,
  type RequestSink,
  type ResponseReceiver,
} from "@stack/http";
import { ContentSender, PIECE, type SendOwner } from "./content-sender.ts";
import { belongsElsewhere, MISDIRECTED } from "./elsewhere.ts";
import type { ClientError } from "./errors.ts";
import { CONTENT, CONTINUE, DISCARDING, HEAD, OVER, SENDING, SOURCE, WAITING } from "./exchange-states.ts";
import { exchangeFailure } from "./failure.ts";
import { contentLengthOf, headOf } from "./heads.ts";
import { type ContentOwner, IncomingContent, PREFETCH } from "./incoming-content.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import { ClientResponse } from "./response.ts";
import { TimedExchange } from "./timed-exchange.ts";
import { tellOpening } from "./timings.ts";

/** Attempts at one request; each but the last was provably unprocessed. */
export const MAX_ATTEMPTS = 4;

/**
 * The same, as long as servers end their connections in good order (RFC 9113 §6.8): those that do so behind every so many
 * requests leave out all that is under way, and what is sent again may meet the next such end.
 */
const MAX_MOVES = 16;

export class Exchange extends TimedExchange implements ResponseReceiver, SendOwner, ContentOwner {
  /** The attempt that was answered with 421 or 408 and is made again; 0 for none. */
  private misdirected = 0;

  /** It may be sent behind a request that is not answered yet. */
  get mayBePipelined(): boolean {
    const { method, fields, content } = this.request;
    // RFC 9112 §9.3.2: not when it is made again. What ended the last connection may be among the requests that were on it.
    if (this.attempts > 0) return false;
    // Stricter than that, as the engine is: what may be answered with content that is none, or end the connection.
    return (
      isSafe(method) && method !== "HEAD" && content === null && !fields.has("connection") && !fields.has("upgrade")
    );
  }

  /**
   * After 421 it is asked once more over another connection, as the fetch standard has it: a server may have learnt what is
   * its own since this connection was opened. After 408, see `elsewhere.ts`.
   */
  private get mayGoElsewhere(): boolean {
    const { content } = this.request;
    return (
      this.misdirected === 0 && this.attempts < MAX_ATTEMPTS && (content?.replayable ?? true) && !this.owner.isAborting
    );
  }

  /** The time, ms, as long as it has not begun: that of the call if it is this turn's. One clock call costs about 0.1 µs. */
  get now(): number {
    return this.hasWaited ? performance.now() : this.timings.start;
  }

  /** Sends the request over `connection`, which has room for it. */
  begin(connection: PooledConnection): void {
    const { request, timings } = this;
    const { content } = request;
    const { opening } = connection;
    timings.queued = this.now;
    if (opening !== null) {
      connection.opening = null;
      tellOpening(timings, opening);
    }
    this.connection = connection;
    timings.sent = -1;
    this.attempts++;
    const forwarding = this.pool?.route.forwarding ?? null;
    let expects: boolean | undefined;
    let sink: RequestSink;
    try {
      const head = headOf(request, connection.version, forwarding);
      expects = head.expectContinue;
      sink = connection.engine.request(head, this);
    } catch (error) {
      const message = `the request cannot be sent: ${(error as Error).message}`;
      this.fail(this.error("ERR_CLIENT_REQUEST", "request", message, error, true));
      return;
    }
    if (this.state === OVER) return;
    this.sink = sink;
    if (content === null || content.length === 0) {
      timings.sent = timings.queued;
      this.enter(HEAD);
    } else if (expects === true && connection.version === "2") this.enter(CONTINUE);
    else this.sendContent(sink);
  }

  // ResponseReceiver

  onInformational(status: number, fields: Fields): void {
    if (this.state === CONTINUE && status === 100) this.continued();
    else if (this.state === HEAD) this.enter(HEAD);
    const { onInformational } = this.request.options;
    if (onInformational === undefined) return;
    try {
      onInformational(status, fields);
    } catch (error) {
      this.fail(this.error("ERR_CLIENT_REQUEST", "head", "onInformational has thrown; see the cause", error));
    }
  }

  onHead(status: number, fields: Fields, reason: string): void {
    const { request, timings, connection } = this;
    const { options } = request;
    if (belongsElsewhere(status, request.method, connection as PooledConnection) && this.mayGoElsewhere) {
      this.misdirected = this.attempts;
      this.isDoubtful ||= status !== MISDIRECTED;
      this.pool?.retire(connection as PooledConnection);
      this.sink?.reset(0); // which ends the attempt, in onError
      return;
    }
    timings.head = performance.now();
    // RFC 9110 §15.5.8: the proxy's word, and not of the origin; asked again it would say it again (S114).
    if (status === 407 && (this.pool?.route.forwarding ?? null) !== null) {
      const message = "the proxy wants other credentials (407); give http://user:password@host:port as its URL";
      this.fail(this.error("ERR_CLIENT_PROXY_AUTHENTICATION", "proxy", message, undefined, true));
      return;
    }
    const length = request.method === "HEAD" || status === 204 || status === 304 ? 0 : contentLengthOf(fields);
    const sink = this.sink as RequestSink;
    const limit = options.maxContentOctets ?? Number.POSITIVE_INFINITY;
    const content = new IncomingContent(this, sink, length, limit, (connection as PooledConnection).version, timings);
    this.content = content;
    this.enter(CONTENT);
    this.resolve(new ClientResponse(status, reason, fields, request, content));
    if (length > limit) this.tooLarge(limit);
    else if (length !== 0) sink.grant(PREFETCH);
  }

  onContent(bytes: Uint8Array, start: number, end: number): void {
    const content = this.content as IncomingContent;
    this.moved();
    if (content.received + end - start > content.contentLimit) {
      this.tooLarge(content.contentLimit);
      return;
    }
    content.add(bytes, start, end);
    const { onDownloadProgress } = this.request.options;
    if (onDownloadProgress === undefined) return;
    try {
      onDownloadProgress(content.received, content.contentLength);
    } catch (error) {
      this.fail(this.error("ERR_CLIENT_REQUEST", "content", "onDownloadProgress has thrown; see the cause", error));
    }
  }

  onEnd(trailers: Fields | null, untilClose: boolean): void {
    const { content, sender, sink } = this;
    this.timings.end = performance.now();
    this.finish();
    (content as IncomingContent).end(trailers, untilClose);
    // The server has answered without the rest of the request: it wants none of it.
    if (this.timings.sent >= 0) return;
    sender?.abandon();
    sink?.reset(0);
  }

  onUpgrade(_status: number, _fields: Fields, carrier: Carrier): void {
    const message = "the server changed the protocol; leave Upgrade out";
    this.sink = null;
    this.fail(this.error("ERR_CLIENT_PROTOCOL", "head", message));
    carrier.abort(null);
  }

  onError(error: Error, outcome: RequestOutcome): void {
    if (this.state >= DISCARDING) {
      this.finish();
      return;
    }
    this.sink = null;
    if (this.owner.isAborting) {
      const stage = this.content === null ? "head" : "content";
      this.fail(this.error("ERR_CLIENT_CLOSED", stage, "the client was closed before the response was complete"));
      return;
    }
    const { method, content } = this.request;
    // That a server ends a used connection without a word is likely to be for idleness, and no proof. Proof is that the
    // request never left, or that the server has said that it did nothing; without it only what is idempotent is sent
    // again (RFC 9110 §9.2.2).
    const unprocessed =
      this.misdirected === this.attempts ||
      (outcome.unprocessed && (!outcome.written || this.connection?.version === "2"));
    const harmless = unprocessed || (outcome.unprocessed && isIdempotent(method));
    const limit = isMoved(error) ? MAX_MOVES : MAX_ATTEMPTS;
    if (harmless && this.state < CONTENT && this.attempts < limit && (content === null || content.replayable)) {
      if (!unprocessed) this.isDoubtful = true;
      this.waitAgain();
      return;
    }
    this.fail(
      exchangeFailure(error, this.content === null ? "head" : "content", this.request.origin.href, unprocessed),
    );
  }

  // SendOwner: the request's content

  contentSent(octets: number, waits: boolean): void {
    if (this.state !== SENDING && this.state !== SOURCE) return;
    this.enter(waits ? SENDING : SOURCE);
    const { onUploadProgress } = this.request.options;
    if (onUploadProgress === undefined) return;
    try {
      onUploadProgress(octets, this.request.content?.length ?? 0);
    } catch (error) {
      this.fail(this.error("ERR_CLIENT_REQUEST", "head", "onUploadProgress has thrown; see the cause", error));
    }
  }

  contentResumed(): void {
    if (this.state === SENDING) this.enter(SOURCE);
  }

  contentComplete(): void {
    this.timings.sent = performance.now();
    if (this.state === SENDING || this.state === SOURCE) this.enter(HEAD);
  }

  contentFailed(error: unknown): void {
    const message = "the request's content could not be made; see the cause";
    this.fail(this.error("ERR_CLIENT_CONTENT_SOURCE", this.content === null ? "request" : "content", message, error));
  }

  // ContentOwner: the response's content

  contentMoved(): void {
    if (this.state === CONTENT) this.moved();
  }

  contentCancelled(): ClientError {
    return this.error("ERR_CLIENT_ABORTED", "content", "the response was cancelled while its content was read");
  }

  contentUnwanted(): void {
    const { state, sink } = this;
    if (state === OVER) return;
    this.finish();
    if (sink !== null) this.discard(sink);
  }

  protected override continued(): void {
    this.sendContent(this.sink as RequestSink);
  }

  private waitAgain(): void {
    this.sender?.abandon();
    this.sender = null;
    this.connection = null;
    this.enter(WAITING);
    this.owner.again(this);
  }

  private tooLarge(limit: number): void {
    const message = `the response's content is larger than ${limit} octets; raise maxContentOctets or stop asking for it`;
    this.fail(this.error("ERR_CLIENT_CONTENT_TOO_LARGE", "content", message));
  }

  private sendContent(sink: RequestSink): void {
    const { content, options } = this.request;
    if (content === null) return;
    this.enter(SENDING);
    const { bytes } = content;
    try {
      if (bytes !== null && bytes.length <= PIECE && options.trailers === undefined) {
        sink.sendContent(bytes, true);
        this.contentSent(bytes.length, false);
        this.contentComplete();
        return;
      }
      this.enter(SOURCE);
      this.sender = new ContentSender(this, sink, content, options);
      this.sender.start();
    } catch (error) {
      this.contentFailed(error);
    }
  }
}

/** The server has left without working on the stream, and without a complaint. */
function isMoved(error: Error): boolean {
  const { code, errorCode } = error as { code?: unknown; errorCode?: unknown };
  return code === "ERR_HTTP2_GOAWAY" && errorCode === 0;
}
