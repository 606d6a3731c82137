/**
 * Time for dialling that passes when a test says so.
 *
 * @module
 */
import type { DialTime } from "../src/dial-time.ts";

export class VirtualTime implements DialTime {
  private at = 0;
  private timers: { readonly due: number; readonly call: () => void }[] = [];

  now(): number {
    return this.at;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { due: this.at + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Timers that would still fire. */
  get pending(): number {
    return this.timers.length;
  }

  /** Lets time pass; what is due meanwhile happens, each at its own time. */
  advance(ms: number): void {
    const end = this.at + ms;
    for (;;) {
      const next = this.timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.at = next.due;
      next.call();
    }
    this.at = end;
  }
}
