/**
 * The least pace that a peer must keep, in either direction (S90, S91).
 *
 * Time counts only while the peer owes something: content that it announced, or
 * taking octets that are ready for it. An event stream with nothing to say, a
 * handler that thinks, a tunnel: none of these is slow. One object a direction,
 * arithmetic only: the time comes in as an argument.
 *
 * @module
 */

export class Pace {
  private readonly windowMs: number;
  private readonly octetsPerWindow: number;
  private since: number;
  private mark: number;

  constructor(minOctetsPerSecond: number, windowMs: number) {
    this.windowMs = windowMs;
    this.octetsPerWindow = (minOctetsPerSecond * windowMs) / 1000;
    this.since = Number.NaN;
    this.mark = 0;
  }

  /** When to look again, ms; `Infinity` while nothing is owed. */
  get due(): number {
    return this.since + this.windowMs || Number.POSITIVE_INFINITY;
  }

  /** The peer owes something from now on; `progress` is the count of octets so far. Counting already: no effect. */
  start(now: number, progress: number): void {
    if (!Number.isNaN(this.since)) return;
    this.since = now;
    this.mark = progress;
  }

  /** Nothing is owed. */
  stop(): void {
    this.since = Number.NaN;
  }

  /** True when a whole window has passed with too little progress; else the next window begins when one has passed. */
  tooSlow(now: number, progress: number): boolean {
    if (!(now >= this.since + this.windowMs)) return false;
    if (progress - this.mark < this.octetsPerWindow) return true;
    this.since = now;
    this.mark = progress;
    return false;
  }
}
