/**
 * How many attempts beyond the first there may be: some for each call, so that a server in trouble gets no storm.
 *
 * @module
 */

/** Tokens, of which each further attempt takes one: `ratio` for each call, at most `burst` saved up, and as many at first. */
export class Budget {
  private readonly ratio: number;
  private readonly burst: number;
  private tokens: number;

  constructor(ratio: number, burst: number) {
    this.ratio = ratio;
    this.burst = burst;
    this.tokens = burst;
  }

  /** A call is made. */
  earn(): void {
    this.tokens = Math.min(this.burst, this.tokens + this.ratio);
  }

  /** Whether there may be a further attempt; then its token is spent. */
  take(): boolean {
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
