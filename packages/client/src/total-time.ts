/**
 * The total time of a call that takes several requests: redirects, further attempts.
 *
 * @module
 */
import { followAbort, unfollowAbort } from "./abort.ts";
import { ClientError, type ClientStage } from "./errors.ts";
import { PROCESS_CLOCK } from "./layer-clock.ts";
import { overOptions } from "./request-options.ts";
import type { ClientRequest } from "./send.ts";

/** What is left of `timeouts.totalMs` after `elapsedMs`; 0 or less when it is over. */
export function remainingMs(request: ClientRequest, elapsedMs: number): number {
  return request.options.timeouts.totalMs - elapsedMs;
}

/**
 * `next` with only as much total time as is left of it.
 * @param elapsedMs - since the call began
 * @throws ClientError `ERR_CLIENT_TOTAL_TIMEOUT` when nothing is left
 */
export function withinTotal(next: ClientRequest, elapsedMs: number): ClientRequest {
  const { origin, options, fields } = next;
  const { totalMs } = options.timeouts;
  if (totalMs === Number.POSITIVE_INFINITY) return next;
  const left = remainingMs(next, elapsedMs);
  if (left <= 0) throw tooLate("request", origin.href, totalMs);
  const timeouts = { ...options.timeouts, totalMs: left };
  return next.with({ fields, options: overOptions(options, { timeouts }) });
}

/**
 * What `promise` gives, if that is soon enough: for what a layer asks others than the server.
 *
 * @param elapsedMs - since the call began
 * @param stage - for the error; `"queue"` before anything was sent
 * @throws ClientError `ERR_CLIENT_TOTAL_TIMEOUT` when the total time is over, `ERR_CLIENT_ABORTED` when the signal says so;
 *   what the promise gives then, or fails with, is nobody's any more
 */
export function inTime<T>(
  promise: Promise<T>,
  { origin, signal, options }: ClientRequest,
  elapsedMs: number,
  stage: ClientStage,
): Promise<T> {
  const { totalMs } = options.timeouts;
  if (signal === null && totalMs === Number.POSITIVE_INFINITY) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      const details = { cause: signal?.reason as unknown, unprocessed: stage === "queue" };
      leave(new ClientError("ERR_CLIENT_ABORTED", stage, origin.href, "aborted by its signal; see the cause", details));
    };
    const cancel =
      totalMs === Number.POSITIVE_INFINITY
        ? () => {}
        : PROCESS_CLOCK.after(totalMs - elapsedMs, () => leave(tooLate(stage, origin.href, totalMs)));
    const settle = (): void => {
      cancel();
      if (signal !== null) unfollowAbort(signal, stop);
    };
    const leave = (error: unknown): void => {
      settle();
      reject(error);
    };
    if (signal?.aborted === true) stop();
    else if (signal !== null) followAbort(signal, stop);
    promise.then((value) => {
      settle();
      resolve(value);
    }, leave);
  });
}

function tooLate(stage: ClientStage, origin: string, totalMs: number): ClientError {
  const message = `the call took longer than ${totalMs} ms in all; raise timeouts.totalMs`;
  return new ClientError("ERR_CLIENT_TOTAL_TIMEOUT", stage, origin, message, { unprocessed: stage === "queue" });
}
