/**
 * Time as a number: it passes when a test says so, and at once.
 *
 * @module
 */

/** What waits for a moment: a carrier with its engine. */
export interface Timed {
  /** ms on the clock; `Infinity` for never. Read again after every call. */
  readonly deadline: number;
  onDeadline(): void;
}

/**
 * A clock that stands still between two calls of {@link VirtualClock.advance}.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const peer = new ScriptedPeer(new MemoryCarrier((carrier) => new ServerConnection(carrier, options), { clock }));
 * clock.advance(20_000); // what was due meanwhile has happened, each at its own time
 * ```
 */
export class VirtualClock {
  /** Coarse monotonic time, ms. */
  now: number;
  private readonly epochMs: number;
  private readonly timed: Timed[];

  /** @param epochMs - the time of day at `now` 0; by default the date that RFC 9110 §5.6.7 shows */
  constructor(epochMs: number = Date.UTC(1994, 10, 6, 8, 49, 37)) {
    this.now = 0;
    this.epochMs = epochMs;
    this.timed = [];
  }

  /** Time of day, seconds since 1970-01-01 UTC. */
  get epochSeconds(): number {
    return Math.floor((this.epochMs + this.now) / 1000);
  }

  attach(timed: Timed): void {
    this.timed.push(timed);
  }

  detach(timed: Timed): void {
    const at = this.timed.indexOf(timed);
    if (at >= 0) this.timed.splice(at, 1);
  }

  /** The earliest deadline of all that are attached. */
  get deadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { deadline: next } of this.timed) if (next < deadline) deadline = next;
    return deadline;
  }

  /**
   * Lets `ms` pass. Deadlines fire in order, each when it is due and not later,
   * also those that are set on the way.
   *
   * @throws Error when a deadline that has fired does not move: a real carrier
   *   would call its engine on every tick
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`time passes forwards, not by ${ms} ms`);
    const end = this.now + ms;
    let standing = 0;
    for (;;) {
      const next = this.earliest();
      if (next === null || !(next.deadline <= end)) break;
      standing = next.deadline <= this.now ? standing + 1 : 0;
      if (standing > MAX_STANDING) throw new Error(`the deadline ${next.deadline} has passed and does not move`);
      this.now = Math.max(this.now, next.deadline);
      next.onDeadline();
    }
    this.now = end;
  }

  private earliest(): Timed | null {
    let earliest: Timed | null = null;
    for (const timed of this.timed) if (earliest === null || timed.deadline < earliest.deadline) earliest = timed;
    return earliest;
  }
}

/** Calls at one and the same moment before it counts as a loop. Many connections may be due together. */
const MAX_STANDING = 10_000;
