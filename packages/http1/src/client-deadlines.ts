/**
 * What a server owes an HTTP/1.1 client, and until when.
 *
 * One time runs after the other: between requests, for 100, for a response's
 * head, for its content, for the end. Beside them, while octets of a request
 * are under way, the server has to take one now and then. While content waits
 * for its receiver nothing runs: that time is our own.
 *
 * @module
 */
import type { ResolvedClientOptions } from "./client-options.ts";
import { idleTime } from "./keep-alive.ts";
import { Pace } from "./pace.ts";

const NEVER: number = Number.POSITIVE_INFINITY;

export class ClientDeadlines {
  /** When the current time is up, ms. */
  due: number;
  private readonly options: ResolvedClientOptions;
  private readonly sending: Pace;

  constructor(options: ResolvedClientOptions, now: number) {
    this.due = now + options.idleTimeoutMs;
    this.options = options;
    // One octet in the whole time is enough: a server may be slow, but not dead.
    this.sending = new Pace(1_000 / options.sendTimeoutMs, options.sendTimeoutMs);
  }

  /** When to look again, ms. */
  get next(): number {
    return Math.min(this.due, this.sending.due);
  }

  /** The server decides whether it wants the content (RFC 9110 §10.1.1). */
  continueOwed(now: number): void {
    this.due = now + this.options.continueTimeoutMs;
  }

  /** The request is sent: its response is due. */
  headOwed(now: number): void {
    this.due = now + this.options.headTimeoutMs;
  }

  /** An octet of wanted content came just now, or is awaited from now on. */
  contentOwed(now: number): void {
    this.due = now + this.options.contentTimeoutMs;
  }

  /** It is our turn. */
  nothingOwed(): void {
    this.due = NEVER;
  }

  /** A response with `fields` is complete: how long the connection is kept for the next request. */
  idle(now: number, fields: readonly string[]): void {
    const { idleTimeoutMs, maxIdleTimeoutMs } = this.options;
    this.due = now + idleTime(fields, idleTimeoutMs, maxIdleTimeoutMs);
  }

  /** We have ended; the server may end too (RFC 9112 §9.6). */
  ending(now: number): void {
    this.due = now + this.options.lingerMs;
  }

  /** Nothing that we send matters any more. */
  stopSending(): void {
    this.sending.stop();
  }

  /** Nothing is awaited any more. */
  stop(): void {
    this.due = NEVER;
    this.sending.stop();
  }

  /** Octets leave for the server; `taken` is how many it has taken so far, `pending` how many wait. */
  sends(now: number, taken: number, pending: number): void {
    if (pending === 0) this.sending.stop();
    this.sending.start(now, taken);
  }

  /** Whether the server has stopped taking our octets. */
  takesTooSlowly(now: number, taken: number, pending: number): boolean {
    if (pending > 0) return this.sending.tooSlow(now, taken);
    this.sending.stop();
    return false;
  }
}
