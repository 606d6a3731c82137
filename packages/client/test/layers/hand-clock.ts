/**
 * A clock for layers, whose delays a test ends.
 *
 * @module
 */
import type { LayerClock } from "@stack/client";

/** A clock that a test winds: delays that were asked for and not cancelled. */
export class HandClock implements LayerClock {
  time = 0;
  readonly waiting: { readonly ms: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { ms, callback };
    this.waiting.push(entry);
    return () => {
      const at = this.waiting.indexOf(entry);
      if (at >= 0) this.waiting.splice(at, 1);
    };
  }

  /** The next delay is over. */
  ring(): void {
    const entry = this.waiting.shift();
    this.time += entry?.ms ?? 0;
    entry?.callback();
  }
}
