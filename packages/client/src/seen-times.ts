/**
 * How long the last requests to each origin took, and the percentile of them.
 *
 * @module
 */

/** The last {@link SAMPLES} times of each of a number of origins. */
export class SeenTimes {
  private readonly percentile: number;
  private readonly maxOrigins: number;
  /** The origin that was used least lately first. */
  private readonly origins: Map<string, Times>;

  /** @param percentile - from 0 to 1 */
  constructor(percentile: number, maxOrigins: number) {
    this.percentile = percentile;
    this.maxOrigins = maxOrigins;
    this.origins = new Map();
  }

  add(origin: string, ms: number): void {
    const times = this.origins.get(origin) ?? { last: [], next: 0, at: 0, stale: true };
    this.origins.delete(origin);
    this.origins.set(origin, times);
    if (this.origins.size > this.maxOrigins) this.origins.delete(this.origins.keys().next().value as string);
    times.last[times.next] = ms;
    times.next = (times.next + 1) % SAMPLES;
    times.stale = true;
  }

  /** Times that are known of an origin. */
  count(origin: string): number {
    return this.origins.get(origin)?.last.length ?? 0;
  }

  /** The time that the percentile of the requests took at most, ms; 0 for an origin that is not known. */
  at(origin: string): number {
    const times = this.origins.get(origin);
    if (times === undefined) return 0;
    if (times.stale) {
      const sorted = [...times.last].sort((a, b) => a - b);
      times.at = sorted[Math.min(Math.floor(sorted.length * this.percentile), sorted.length - 1)] ?? 0;
      times.stale = false;
    }
    return times.at;
  }
}

interface Times {
  /** A ring. */
  readonly last: number[];
  next: number;
  /** The percentile, when it was asked for last. */
  at: number;
  stale: boolean;
}

/** Times that are kept of an origin: few enough to sort for each request, many enough for one in twenty. */
const SAMPLES = 128;
