/**
 * Whether a peer that owes a stream something moves (S57, S78, S90).
 *
 * An octet now and then is no progress: only when enough has moved is its time
 * given anew. Arithmetic only: the time comes in as an argument.
 *
 * @module
 */
import type { ResolvedOptions } from "./options.ts";

export class Progress {
  private readonly options: ResolvedOptions;
  private since: number;
  private octets: number;

  constructor(options: ResolvedOptions, now: number) {
    this.options = options;
    this.since = now;
    this.octets = 0;
  }

  /** The peer owes something from now on, or nothing. */
  restart(now: number): void {
    this.since = now;
    this.octets = 0;
  }

  /** Octets moved, either way. */
  moved(octets: number, now: number): void {
    const { minOctetsPerSecond, contentTimeoutMs } = this.options;
    this.octets += octets;
    if (this.octets * 1_000 >= minOctetsPerSecond * contentTimeoutMs) this.restart(now);
  }

  /** Too little has moved for `contentTimeoutMs`. */
  isOverdue(now: number): boolean {
    return now - this.since >= this.options.contentTimeoutMs;
  }
}
