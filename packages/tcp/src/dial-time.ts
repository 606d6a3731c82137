/**
 * Time for what is done while dialling: finer than the coarse clock of connections, and a test's where it must be.
 *
 * @module
 */
import { MAX_TIMER_MS } from "./timer-wheel.ts";

/** A clock and its timers. */
export interface DialTime {
  /** Monotonic, ms. */
  now(): number;
  /** Calls once, `ms` from now; `Infinity` for never. @returns what takes that back */
  after(ms: number, call: () => void): () => void;
}

/** The machine's own. */
export const systemTime: DialTime = {
  now: () => performance.now(),
  after(ms, call) {
    if (ms === Number.POSITIVE_INFINITY) return ignore;
    const timer = setTimeout(call, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

function ignore(): void {}
