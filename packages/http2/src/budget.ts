/**
 * How much useless work a peer may cause (S54 to S64).
 *
 * A bucket of tokens: an event that did nobody any good takes one, time and
 * useful work give some back. A client that cancels now and then never notices;
 * one that does little else runs dry, and is told ENHANCE_YOUR_CALM.
 *
 * @module
 */

export class Budget {
  private readonly capacity: number;
  private readonly perMs: number;
  private tokens: number;
  private since: number;

  constructor(capacity: number, perSecond: number, now: number) {
    this.capacity = capacity;
    this.perMs = perSecond / 1000;
    this.tokens = capacity;
    this.since = now;
  }

  /** Takes `cost` tokens; false when there are none left. */
  charge(cost: number, now: number): boolean {
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.since) * this.perMs) - cost;
    this.since = now;
    return this.tokens >= 0;
  }

  /** Something useful was done. */
  refund(tokens: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + tokens);
  }
}
