/**
 * Latencies of the last seconds, and their quantiles.
 *
 * A histogram whose buckets grow by a factor: whatever the rate, a request costs
 * one addition, the memory is constant, and a quantile is off by 4 % at most.
 *
 * @module
 */

/** Buckets for a doubling of the time: each is 9 % wide, its middle within 4.5 % of what is in it. */
const PER_OCTAVE = 8;
/** From 1 µs to 2^28 µs, four and a half minutes; what is longer counts as that. */
const BUCKETS: number = 28 * PER_OCTAVE;
/** Seconds that the window is long. */
const SLICES = 10;

export class LatencyWindow {
  private readonly slices: Uint32Array;
  private readonly sum: Uint32Array;
  private slice: number;
  private count: number;

  constructor() {
    this.slices = new Uint32Array(SLICES * BUCKETS);
    this.sum = new Uint32Array(BUCKETS);
    this.slice = 0;
    this.count = 0;
  }

  /** Adds a request that took `ms`. Allocates nothing. */
  record(ms: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(Math.log2(ms * 1_000) * PER_OCTAVE)));
    const at = this.slice * BUCKETS + bucket;
    this.slices[at] = (this.slices[at] as number) + 1;
    this.sum[bucket] = (this.sum[bucket] as number) + 1;
    this.count++;
  }

  /** A second has passed: the oldest one leaves the window. */
  advance(): void {
    this.slice = (this.slice + 1) % SLICES;
    const start = this.slice * BUCKETS;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const gone = this.slices[start + bucket] as number;
      this.sum[bucket] = (this.sum[bucket] as number) - gone;
      this.count -= gone;
    }
    this.slices.fill(0, start, start + BUCKETS);
  }

  /** The time, ms, that the share `q` (0 to 1) of the requests did not take longer than; `null` when there were none. */
  quantile(q: number): number | null {
    if (this.count === 0) return null;
    let left = Math.max(1, Math.ceil(q * this.count));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.sum[bucket] as number;
      if (left <= 0) return 2 ** ((bucket + 0.5) / PER_OCTAVE) / 1_000;
    }
    return null;
  }

  clear(): void {
    this.slices.fill(0);
    this.sum.fill(0);
    this.count = 0;
  }
}
