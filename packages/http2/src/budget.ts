/**
 * How much useless work a peer may cause (S54 to S64).
 *
 * A bucket of tokens: an event that did nobody any good takes one, time and
 * useful work give some back. A client that cancels now and then never notices;
 * one that does little else runs dry, and is told ENHANCE_YOUR_CALM.
 *
 * @module
 */
import type { Carrier } from "@stack/http";
import { ConnectionError, ERROR_CODE } from "@stack/http2-frames";
import type { ResolvedOptions } from "./options.ts";

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

/** The two budgets of a connection: streams that die for nothing, and frames that carry nothing. */
export class Budgets {
  private readonly carrier: Carrier;
  private readonly streams: Budget;
  private readonly frames: Budget;

  constructor(carrier: Carrier, options: ResolvedOptions) {
    const { now } = carrier;
    this.carrier = carrier;
    this.streams = new Budget(options.resetBurst, options.resetsPerSecond, now);
    this.frames = new Budget(options.controlBurst, options.controlsPerSecond, now);
  }

  /**
   * A stream died before its time, for the peer's sake or by its fault (S54, S55, S60).
   * @throws ConnectionError ENHANCE_YOUR_CALM when too many have
   */
  chargeStream(): void {
    if (!this.streams.charge(1, this.carrier.now))
      throw new ConnectionError(ENHANCE_YOUR_CALM, "too many streams for nothing");
  }

  /**
   * A frame came that carries nothing (S57 to S64).
   * @param what - for people: "too much of …"
   * @throws ConnectionError ENHANCE_YOUR_CALM when too many have
   */
  chargeFrame(what: string): void {
    if (!this.frames.charge(1, this.carrier.now)) throw new ConnectionError(ENHANCE_YOUR_CALM, `too much of ${what}`);
  }

  /** Both messages of a stream are complete. */
  streamCompleted(): void {
    this.streams.refund(1);
    this.frames.refund(2);
  }

  /** A DATA frame moved, either way. */
  moved(octets: number): void {
    if (octets >= SUBSTANTIAL) this.frames.refund(1);
  }
}

const { ENHANCE_YOUR_CALM } = ERROR_CODE;

/** A DATA frame of this many octets is useful work: peers that measure the path send a PING for each (S58). */
const SUBSTANTIAL = 1_024;
