/**
 * Time for what waits between requests: further attempts, reconnections, second attempts.
 *
 * @module
 */
import { followAbort, unfollowAbort } from "./abort.ts";
import { ClientError } from "./errors.ts";

/** Time as layers need it. */
export interface LayerClock {
  /** ms since 1970. */
  now(): number;
  /** Calls back in `ms`, unless the function that is returned is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** The time of the process. What waits keeps it alive. */
export const PROCESS_CLOCK: LayerClock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/**
 * Waits.
 *
 * @param origin - for the error
 * @param what - was aborted
 * @throws ClientError `ERR_CLIENT_ABORTED`, as soon as the signal says so
 */
export function pause(
  clock: LayerClock,
  ms: number,
  signal: AbortSignal | null,
  origin: string,
  what: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(new ClientError("ERR_CLIENT_ABORTED", "queue", origin, `aborted ${what}`, { cause: signal?.reason }));
    };
    const cancel = clock.after(ms, () => {
      if (signal !== null) unfollowAbort(signal, stop);
      resolve();
    });
    if (signal?.aborted === true) stop();
    else if (signal !== null) followAbort(signal, stop);
  });
}

/** The longest time that `setTimeout` knows, ms. */
const MAX_TIMER_MS = 2_147_483_647;
