/**
 * An exchange in time: what it waits for, and its one end.
 *
 * It stands in a queue until there is a connection, on the wheel until it is
 * over, and listens to its signal. What is said meanwhile is not decided here.
 *
 * @module
 */
import type { RequestSink } from "@stack/http";
import { clock, type WheelEntry } from "@stack/tcp";
import { followAbort, unfollowAbort } from "./abort.ts";
import type { ResolvedTimeouts } from "./client-options.ts";
import type { ContentSender } from "./content-sender.ts";
import { ClientError, type ClientErrorCode, type ClientStage } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { CONTINUE, DISCARD_MS, DISCARDING, LATE, OVER, patienceIn, WAITING } from "./exchange-states.ts";
import { inDoubt } from "./failure.ts";
import type { IncomingContent } from "./incoming-content.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import type { ClientResponse } from "./response.ts";
import type { ClientRequest } from "./send.ts";
import { Timings } from "./timings.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";

/** Who makes exchanges, and counts them. */
export interface ExchangeOwner {
  /** Everything is being dropped. */
  readonly isAborting: boolean;
  /** Sends it again. */
  again(exchange: Exchange): void;
  /** It is over. */
  finished(): void;
}

/** What an {@link Exchange} is, whatever is said over its connection. */
export abstract class TimedExchange implements WheelEntry, Waiter {
  readonly request: ClientRequest;
  readonly timings: Timings;
  readonly timeouts: ResolvedTimeouts;
  /** The pool that it was given to. */
  pool: OriginPool | null;
  /** Larger than that of all who came before. */
  order: number;
  /** How often it was sent. */
  attempts: number;
  /** An attempt may have been acted on, although it is made again: the method is idempotent. */
  protected isDoubtful: boolean;
  /** No connection was there at once. */
  hasWaited: boolean;
  waitNext: Waiter | null;
  waitPrevious: Waiter | null;
  waitQueue: WaitQueue<Waiter> | null;
  deadline: number;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  wheelTick: number;
  protected readonly owner: ExchangeOwner;
  protected readonly resolve: (response: ClientResponse) => void;
  private readonly reject: (error: ClientError) => void;
  /** When all of it has to be over, ms. */
  private readonly due: number;
  protected state: number;
  protected connection: PooledConnection | null;
  protected sink: RequestSink | null;
  protected sender: ContentSender | null;
  protected content: IncomingContent | null;
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
    this.isDoubtful = false;
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
    followAbort(signal, this.onAbort);
  }

  /** Ends it with an error. */
  fail(error: ClientError): void {
    const { state, sink, content } = this;
    if (state === OVER) return;
    this.finish();
    if (content === null) this.reject(this.isDoubtful && error.unprocessed ? inDoubt(error) : error);
    else content.fail(error);
    sink?.reset(0);
  }

  onDeadline(): void {
    const { now } = clock.wheel;
    const { sink, state, timeouts } = this;
    if (state === DISCARDING) {
      this.state = OVER;
      this.deadline = Number.POSITIVE_INFINITY;
      this.sink = null;
      sink?.reset(0);
    } else if (state === CONTINUE && now < this.due) this.continued();
    else if (now >= this.due) {
      const message = `the request was not over after ${timeouts.totalMs} ms; raise timeouts.totalMs if it may take so long`;
      this.fail(this.error("ERR_CLIENT_TOTAL_TIMEOUT", this.stage, message, undefined, state === WAITING));
    } else {
      const [code, stage, name, what] = LATE[state] as (typeof LATE)[number];
      const message = `${what} for ${timeouts[name]} ms; raise timeouts.${name} if that is to be expected`;
      this.fail(this.error(code, stage, message, undefined, state === WAITING));
    }
  }

  /** From now on it waits for something else. */
  protected enter(state: number): void {
    this.state = state;
    const deadline = Math.min(this.due, clock.wheel.now + patienceIn(state, this.timeouts));
    const nearer = deadline < this.deadline;
    this.deadline = deadline;
    if (nearer || this.wheelTick === -1) clock.wheel.update(this);
  }

  /** What was waited for has come, and more of it is to come. */
  protected moved(): void {
    this.deadline = Math.min(this.due, clock.wheel.now + this.timeouts.contentMs);
  }

  /** The server has said, or is taken to have said, that it wants the content. */
  protected abstract continued(): void;

  /** What is little is read away, so that the connection can be used again; but not for long. */
  protected discard(sink: RequestSink): void {
    this.state = DISCARDING;
    this.deadline = clock.wheel.now + DISCARD_MS;
    clock.wheel.update(this);
    this.sink = sink;
    sink.stop(0);
  }

  /** It is over, and leaves every place where it stands. */
  protected finish(): void {
    const { state } = this;
    this.state = OVER;
    clock.wheel.remove(this);
    this.deadline = Number.POSITIVE_INFINITY;
    this.sink = null;
    this.connection = null;
    if (state === DISCARDING || state === OVER) return;
    this.sender?.abandon();
    if (this.waitQueue !== null) this.pool?.leave(this);
    if (this.onAbort !== null) unfollowAbort(this.request.signal as AbortSignal, this.onAbort);
    this.onAbort = null;
    this.owner.finished();
  }

  /** How far it is. */
  protected get stage(): ClientStage {
    if (this.state === WAITING) return this.waitQueue === null ? "queue" : (this.pool?.stage ?? "queue");
    return this.content === null ? "head" : "content";
  }

  protected error(
    code: ClientErrorCode,
    stage: ClientStage,
    message: string,
    cause?: unknown,
    unprocessed = false,
  ): ClientError {
    const { href } = this.request.origin;
    return new ClientError(code, stage, href, message, cause === undefined ? { unprocessed } : { cause, unprocessed });
  }

  private aborted(): void {
    const message = "the request was aborted by its signal; see the cause";
    const cause: unknown = this.request.signal?.reason;
    this.fail(this.error("ERR_CLIENT_ABORTED", this.stage, message, cause, this.state === WAITING));
  }
}
