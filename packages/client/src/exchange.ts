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
  Fields,
  isIdempotent,
  isSafe,
  type RequestOutcome,
  type RequestSink,
  type ResponseReceiver,
} from "@stack/http";
import { clock, type WheelEntry } from "@stack/tcp";
import type { ResolvedTimeouts } from "./client-options.ts";
import { ContentSender, PIECE } from "./content-sender.ts";
import { ClientError, type ClientErrorCode, type ClientStage } from "./errors.ts";
import { exchangeFailure } from "./failure.ts";
import { IncomingContent, PREFETCH } from "./incoming-content.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import { forwardedFields } from "./proxy-route.ts";
import { ClientResponse } from "./response.ts";
import type { ClientRequest } from "./send.ts";
import { Timings } from "./timings.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";

/** Attempts at one request; each but the last was provably unprocessed. */
export const MAX_ATTEMPTS = 4;

/** How long 100 is waited for on HTTP/2, ms; HTTP/1.1 has `http1.continueTimeoutMs` (RFC 9110 §10.1.1). */
const CONTINUE_MS = 1_000;

/** How long content that nobody wants may take to come to its end, ms, before its connection is given up. */
const DISCARD_MS = 2_000;

/** Where the exchange is. */
const WAITING = 0; // for a connection
const SENDING = 1; // the request's content is under way, and the server's turn
const SOURCE = 2; // the request's content is under way, and its maker's turn
const CONTINUE = 3; // the server is asked whether it wants the content
const HEAD = 4; // the response's head is due
const CONTENT = 5; // its content is
const DISCARDING = 6; // nobody wants it
const OVER = 7;

/** Who makes exchanges, and counts them. */
export interface ExchangeOwner {
  /** Everything is being dropped. */
  readonly isAborting: boolean;
  /** Sends it again. */
  again(exchange: Exchange): void;
  /** It is over. */
  finished(): void;
}

export class Exchange implements ResponseReceiver, WheelEntry, Waiter {
  readonly request: ClientRequest;
  readonly timings: Timings;
  readonly timeouts: ResolvedTimeouts;
  /** The pool that it was given to. */
  pool: OriginPool | null;
  /** Larger than that of all who came before. */
  order: number;
  /** How often it was sent. */
  attempts: number;
  /** No connection was there at once. */
  hasWaited: boolean;
  waitNext: Waiter | null;
  waitPrevious: Waiter | null;
  waitQueue: WaitQueue<Waiter> | null;
  deadline: number;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  wheelTick: number;
  private readonly owner: ExchangeOwner;
  private readonly resolve: (response: ClientResponse) => void;
  private readonly reject: (error: ClientError) => void;
  /** When all of it has to be over, ms. */
  private readonly due: number;
  private state: number;
  private connection: PooledConnection | null;
  private sink: RequestSink | null;
  private sender: ContentSender | null;
  private content: IncomingContent | null;
  private onAbort: (() => void) | null;

  constructor(
    owner: ExchangeOwner,
    request: ClientRequest,
    resolve: (response: ClientResponse) => void,
    reject: (error: ClientError) => void,
  ) {
    const { timeouts } = request.options;
    const now = clock.wheel.now;
    this.request = request;
    this.timings = new Timings(performance.now());
    this.timeouts = timeouts;
    this.pool = null;
    this.order = 0;
    this.attempts = 0;
    this.hasWaited = false;
    this.waitNext = null;
    this.waitPrevious = null;
    this.waitQueue = null;
    this.due = now + timeouts.totalMs;
    this.deadline = Math.min(this.due, now + timeouts.queueMs);
    this.wheelNext = null;
    this.wheelPrevious = null;
    this.wheelTick = -1;
    this.owner = owner;
    this.resolve = resolve;
    this.reject = reject;
    this.state = WAITING;
    this.connection = null;
    this.sink = null;
    this.sender = null;
    this.content = null;
    this.onAbort = null;
  }

  /** It has ended, well or not. */
  get isOver(): boolean {
    return this.state === OVER;
  }

  /** It may be sent behind a request that is not answered yet. */
  get mayBePipelined(): boolean {
    const { method, fields, content } = this.request;
    // Stricter than RFC 9112 §9.3.2, as the engine is: what may be answered with content that is none, or end the connection.
    return (
      isSafe(method) && method !== "HEAD" && content === null && !fields.has("connection") && !fields.has("upgrade")
    );
  }

  /** Before it is given to a pool: its deadlines run, and its signal counts. */
  start(): void {
    clock.wheel.update(this);
    const { signal } = this.request;
    if (signal === null) return;
    if (signal.aborted) {
      this.aborted();
      return;
    }
    this.onAbort = () => this.aborted();
    signal.addEventListener("abort", this.onAbort, { once: true });
  }

  /** Sends the request over `connection`, which has room for it. */
  begin(connection: PooledConnection): void {
    const { request, timings } = this;
    const { content } = request;
    const { opening } = connection;
    timings.queued = this.hasWaited ? performance.now() : timings.start;
    if (opening !== null) {
      connection.opening = null;
      timings.resolved = opening.resolved;
      timings.connected = opening.connected;
      timings.secured = opening.secured;
    }
    this.connection = connection;
    timings.sent = -1;
    this.attempts++;
    const contentLength = content === null ? 0 : content.length;
    const expects = request.options.expectContinue === true && contentLength !== 0;
    const forwarding = this.pool?.route.forwarding ?? null;
    let sink: RequestSink;
    try {
      sink = connection.engine.request(
        {
          method: request.method,
          scheme: request.origin.scheme,
          // RFC 9112 §3.2.2: a proxy is told all of where it goes.
          target: forwarding === null ? request.target : request.href,
          fields: this.head(connection, expects, forwarding),
          contentLength,
          expectContinue: expects,
        },
        this,
      );
    } catch (error) {
      const message = `the request cannot be sent: ${(error as Error).message}`;
      this.fail(this.error("ERR_CLIENT_REQUEST", "request", message, error, true));
      return;
    }
    if (this.state === OVER) return;
    this.sink = sink;
    if (content === null || contentLength === 0) {
      timings.sent = timings.queued;
      this.enter(HEAD);
    } else if (expects && connection.version === "2") this.enter(CONTINUE);
    else this.sendContent(sink);
  }

  /** Ends it with an error. */
  fail(error: ClientError): void {
    const { state, sink, content } = this;
    if (state === OVER) return;
    this.finish();
    if (content === null) this.reject(error);
    else content.fail(error);
    sink?.reset(0);
  }

  // ResponseReceiver

  onInformational(status: number, fields: Fields): void {
    if (this.state === CONTINUE && status === 100) this.sendContent(this.sink as RequestSink);
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
    timings.head = performance.now();
    // RFC 9110 §15.5.8: the proxy's word, and not of the origin; asked again it would say it again (S114).
    if (status === 407 && (this.pool?.route.forwarding ?? null) !== null) {
      const message = "the proxy wants other credentials (407); give http://user:password@host:port as its URL";
      this.fail(this.error("ERR_CLIENT_PROXY_AUTHENTICATION", "proxy", message, undefined, true));
      return;
    }
    const length = request.method === "HEAD" || status === 204 || status === 304 ? 0 : lengthOf(fields);
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
    this.deadline = Math.min(this.due, clock.wheel.now + this.timeouts.contentMs);
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
    const unprocessed = outcome.unprocessed && (!outcome.written || this.connection?.version === "2");
    const harmless = unprocessed || (outcome.unprocessed && isIdempotent(method));
    if (harmless && this.state < CONTENT && this.attempts < MAX_ATTEMPTS && (content === null || content.replayable)) {
      this.waitAgain();
      return;
    }
    this.fail(exchangeFailure(error, this.content === null ? "head" : "content", this.origin, unprocessed));
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
    if (this.state === CONTENT) this.deadline = Math.min(this.due, clock.wheel.now + this.timeouts.contentMs);
  }

  contentCancelled(): ClientError {
    return this.error("ERR_CLIENT_ABORTED", "content", "the response was cancelled while its content was read");
  }

  contentUnwanted(): void {
    const { state, sink } = this;
    if (state === OVER) return;
    this.finish();
    if (sink === null) return;
    // What is little is read away, so that the connection can be used again; but not for long.
    this.state = DISCARDING;
    this.deadline = clock.wheel.now + DISCARD_MS;
    clock.wheel.update(this);
    this.sink = sink;
    sink.stop(0);
  }

  // Time

  onDeadline(): void {
    const { now } = clock.wheel;
    const { sink, state, timeouts } = this;
    if (state === DISCARDING) {
      this.state = OVER;
      this.deadline = Number.POSITIVE_INFINITY;
      this.sink = null;
      sink?.reset(0);
    } else if (state === CONTINUE && now < this.due) this.sendContent(sink as RequestSink);
    else if (now >= this.due) {
      const stage: ClientStage = state === WAITING ? "queue" : this.content === null ? "head" : "content";
      const message = `the request was not over after ${timeouts.totalMs} ms; raise timeouts.totalMs if it may take so long`;
      this.fail(this.error("ERR_CLIENT_TOTAL_TIMEOUT", stage, message, undefined, state === WAITING));
    } else {
      const [code, stage, name, what] = LATE[state] as (typeof LATE)[number];
      const message = `${what} for ${timeouts[name]} ms; raise timeouts.${name} if that is to be expected`;
      this.fail(this.error(code, stage, message, undefined, state === WAITING));
    }
  }

  private enter(state: number): void {
    this.state = state;
    const { timeouts, due } = this;
    const now = clock.wheel.now;
    let wait = Number.POSITIVE_INFINITY;
    if (state === HEAD) wait = timeouts.headMs;
    else if (state === CONTENT) wait = timeouts.contentMs;
    else if (state === SENDING) wait = timeouts.sendMs;
    else if (state === CONTINUE) wait = CONTINUE_MS;
    else if (state === WAITING) wait = timeouts.queueMs;
    const deadline = Math.min(due, now + wait);
    const nearer = deadline < this.deadline;
    this.deadline = deadline;
    if (nearer || this.wheelTick === -1) clock.wheel.update(this);
  }

  private waitAgain(): void {
    this.sender?.abandon();
    this.sender = null;
    this.connection = null;
    this.enter(WAITING);
    this.owner.again(this);
  }

  private finish(): void {
    const { state } = this;
    this.state = OVER;
    clock.wheel.remove(this);
    this.deadline = Number.POSITIVE_INFINITY;
    this.sink = null;
    this.connection = null;
    if (state === DISCARDING || state === OVER) return;
    this.sender?.abandon();
    if (this.waitQueue !== null) this.pool?.leave(this);
    if (this.onAbort !== null) this.request.signal?.removeEventListener("abort", this.onAbort);
    this.onAbort = null;
    this.owner.finished();
  }

  private aborted(): void {
    const stage: ClientStage = this.state === WAITING ? "queue" : this.content === null ? "head" : "content";
    const message = "the request was aborted by its signal; see the cause";
    const cause: unknown = this.request.signal?.reason;
    this.fail(this.error("ERR_CLIENT_ABORTED", stage, message, cause, this.state === WAITING));
  }

  private tooLarge(limit: number): void {
    const message = `the response's content is larger than ${limit} octets; raise maxContentOctets or stop asking for it`;
    this.fail(this.error("ERR_CLIENT_CONTENT_TOO_LARGE", "content", message));
  }

  // Sending

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

  /** The fields as they are sent: Host first, unless the user has set one. */
  private head(connection: PooledConnection, expects: boolean, forwarding: string | null): Fields {
    const { fields, origin, content } = this.request;
    const lines = fields.lines();
    const typed = content !== null && content.mediaType !== "";
    if (lines.length === 0 && !typed) return forwarding ? forwardedFields(origin.fields, forwarding) : origin.fields;
    // S114: in a tunnel, or without a proxy, it would tell the origin how to use the proxy.
    if (fields.has("proxy-authorization"))
      throw new TypeError("Proxy-Authorization is the proxy's; give user and password in the option `proxy`");
    const list = fields.has("host") ? lines.slice() : ["Host", origin.authority, ...lines];
    if (typed && !fields.has("content-type")) list.push("Content-Type", content.mediaType);
    if (expects && connection.version === "2") list.push("expect", "100-continue");
    return forwarding ? forwardedFields(Fields.adopt(list), forwarding) : Fields.adopt(list);
  }

  private get origin(): string {
    return this.request.origin.href;
  }

  private error(
    code: ClientErrorCode,
    stage: ClientStage,
    message: string,
    cause?: unknown,
    unprocessed = false,
  ): ClientError {
    return new ClientError(
      code,
      stage,
      this.origin,
      message,
      cause === undefined ? { unprocessed } : { cause, unprocessed },
    );
  }
}

/** What a deadline means in each state. */
const LATE: readonly (readonly [ClientErrorCode, ClientStage, keyof ResolvedTimeouts, string])[] = [
  ["ERR_CLIENT_QUEUE_TIMEOUT", "queue", "queueMs", "no connection was there"],
  ["ERR_CLIENT_SEND_TIMEOUT", "head", "sendMs", "the server took nothing of the request"],
  ["ERR_CLIENT_SEND_TIMEOUT", "head", "sendMs", "the server took nothing of the request"],
  ["ERR_CLIENT_SEND_TIMEOUT", "head", "sendMs", "the server took nothing of the request"],
  ["ERR_CLIENT_HEAD_TIMEOUT", "head", "headMs", "no head of a response came"],
  ["ERR_CLIENT_CONTENT_TIMEOUT", "content", "contentMs", "no octet of content came, or was read,"],
];

/** Octets of content that a head announces; -1 when only the end will tell. The engine has checked the form. */
function lengthOf(fields: Fields): number {
  const value = fields.get("content-length");
  if (value === undefined || fields.has("transfer-encoding")) return -1;
  const length = Number(value);
  return Number.isSafeInteger(length) && length >= 0 ? length : -1;
}
