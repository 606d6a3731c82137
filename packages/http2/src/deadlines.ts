/**
 * What a peer owes an HTTP/2 connection, and until when (S56, S57, S63, S76, S78).
 *
 * One time runs after the other: for the peer's SETTINGS, without streams, for
 * a field block in pieces, for the end. While streams are open they are looked
 * at every few seconds, each on its own: what a stream owes is its own affair.
 * Two paces run beside that: octets that wait for the kernel have to be taken,
 * and a connection window that keeps content back has to be opened.
 *
 * @module
 */
import type { ResolvedOptions } from "./options.ts";
import { Pace } from "./pace.ts";

export class Deadlines {
  /** When the current time is up, ms. */
  due: number;
  private readonly options: ResolvedOptions;
  private readonly taking: Pace;
  private readonly opening: Pace;

  constructor(options: ResolvedOptions, now: number) {
    this.due = now + options.headTimeoutMs;
    this.options = options;
    this.taking = pace(options.minOctetsPerSecond, options.rateWindowMs);
    this.opening = pace(options.minOctetsPerSecond, options.contentTimeoutMs);
  }

  /** When to look again, ms. */
  get next(): number {
    return Math.min(this.due, this.taking.due, this.opening.due);
  }

  /** A field block has begun and is not complete. */
  blockOwed(now: number): void {
    this.due = now + this.options.headTimeoutMs;
  }

  /** Nothing is open, or everything was looked at just now. */
  rest(now: number, streams: number): void {
    const { idleTimeoutMs, contentTimeoutMs } = this.options;
    this.due = now + (streams === 0 ? idleTimeoutMs : Math.min(contentTimeoutMs, LOOK_MS));
  }

  /** We have ended; the peer may read our last words for a while. */
  ending(now: number): void {
    this.opening.stop();
    this.due = now + this.options.lingerMs;
  }

  /** Nothing is awaited any more. */
  stop(): void {
    this.due = Number.POSITIVE_INFINITY;
    this.taking.stop();
    this.opening.stop();
  }

  /** Octets leave; `taken` is how many the peer has taken so far, `pending` how many wait. */
  sends(now: number, taken: number, pending: number): void {
    if (pending === 0) this.taking.stop();
    this.taking.start(now, taken);
  }

  /** Whether content waits for the connection's window; `sent` is how many octets of it have left so far. */
  waitsForWindow(waits: boolean, now: number, sent: number): void {
    if (waits) this.opening.start(now, sent);
    else this.opening.stop();
  }

  /** Whether the peer takes our octets too slowly (S63). */
  takesTooSlowly(now: number, taken: number, pending: number): boolean {
    if (pending > 0) return this.taking.tooSlow(now, taken);
    this.taking.stop();
    return false;
  }

  /** Whether the peer keeps the connection's window shut, or opens it in dribs (S57, S78). */
  opensTooSlowly(now: number, sent: number): boolean {
    return this.opening.tooSlow(now, sent);
  }
}

/** One octet in the whole time is owed, whatever the rate: a peer may be slow, but not dead. */
function pace(minOctetsPerSecond: number, windowMs: number): Pace {
  return new Pace(Math.max(minOctetsPerSecond, 1_000 / windowMs), windowMs);
}

/** How often streams are looked at, ms. */
const LOOK_MS = 5_000;
