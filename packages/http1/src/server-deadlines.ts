/**
 * What a client owes an HTTP/1.1 server, and until when (S88 to S91).
 *
 * Four times run one after the other: for the head, for the content (since its last
 * octet, and since the request began), between requests, and for the end. Two
 * paces run beside them while octets are owed. While a handler works, nothing
 * runs: its time is its own.
 *
 * @module
 */
import type { ResolvedServerOptions } from "./options.ts";
import { Pace } from "./pace.ts";

const NEVER: number = Number.POSITIVE_INFINITY;

export class ServerDeadlines {
  /** When the current time is up, ms. */
  due: number;
  /** When the current request's first octet came, ms; NaN between requests. */
  requestStart: number;
  private readonly options: ResolvedServerOptions;
  private readonly sending: Pace;
  private receiving: Pace | null;

  constructor(options: ResolvedServerOptions, openedAt: number) {
    this.due = openedAt + options.headTimeoutMs;
    this.requestStart = Number.NaN;
    this.options = options;
    this.sending = new Pace(options.minOctetsPerSecond, options.rateWindowMs);
    this.receiving = null;
  }

  /** When to look again, ms. */
  get next(): number {
    return Math.min(this.due, this.sending.due, this.receiving === null ? NEVER : this.receiving.due);
  }

  /** A head has begun. The first one's time runs from the connection on, any other's from its first octet (S88). */
  headBegan(now: number, isFirst: boolean): void {
    if (!Number.isNaN(this.requestStart)) return;
    this.requestStart = now;
    if (!isFirst) this.due = now + this.options.headTimeoutMs;
  }

  /** A head is complete; the client owes nothing unless content follows. */
  headComplete(now: number): void {
    if (Number.isNaN(this.requestStart)) this.requestStart = now;
    this.due = NEVER;
  }

  /** The client owes content, and an octet of it came just now or is awaited from now on. */
  contentOwed(now: number, received: number): void {
    const { options } = this;
    this.receiving ??= new Pace(options.minOctetsPerSecond, options.rateWindowMs);
    this.receiving.start(now, received);
    this.due = Math.min(now + options.contentTimeoutMs, this.requestStart + options.requestTimeoutMs);
  }

  /**
   * The response is complete and the content is not, for its reader's sake: the client's next request waits behind it, so a
   * reader has as long as a client to go on (S89).
   */
  readerOwes(now: number): void {
    const { contentTimeoutMs, requestTimeoutMs } = this.options;
    this.receiving?.stop();
    this.due = Math.min(now + contentTimeoutMs, this.requestStart + requestTimeoutMs);
  }

  /** The content is complete, or we are the ones who do not take it. */
  nothingOwed(): void {
    this.due = NEVER;
    this.receiving?.stop();
  }

  /** Whether it is the whole request's time that is up. */
  requestOverdue(now: number): boolean {
    return now >= this.requestStart + this.options.requestTimeoutMs;
  }

  /** Both messages are complete: the next request may take its time. */
  idle(now: number): void {
    this.requestStart = Number.NaN;
    this.receiving?.stop();
    this.due = now + this.options.idleTimeoutMs;
  }

  /** We have ended; the peer may read our last answer for a while (RFC 9112 §9.6). */
  ending(now: number): void {
    this.receiving?.stop();
    this.due = now + this.options.lingerMs;
  }

  /** Nothing is awaited any more. */
  stop(): void {
    this.nothingOwed();
    this.sending.stop();
  }

  /** Octets leave for the peer; `taken` is how many it has taken so far, `pending` how many wait. */
  sends(now: number, taken: number, pending: number): void {
    if (pending === 0) this.sending.stop();
    this.sending.start(now, taken);
  }

  /** Whether the peer takes our octets too slowly. */
  takesTooSlowly(now: number, taken: number, pending: number): boolean {
    if (pending > 0) return this.sending.tooSlow(now, taken);
    this.sending.stop();
    return false;
  }

  /** Whether the peer's content comes too slowly. */
  comesTooSlowly(now: number, received: number): boolean {
    return this.receiving?.tooSlow(now, received) === true;
  }
}
