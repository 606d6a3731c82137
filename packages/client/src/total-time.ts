/**
 * The total time of a call that takes several requests: redirects, further attempts.
 *
 * @module
 */
import { ClientError } from "./errors.ts";
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
  if (left <= 0) {
    const message = `the call took longer than ${totalMs} ms in all; raise timeouts.totalMs`;
    throw new ClientError("ERR_CLIENT_TOTAL_TIMEOUT", "request", origin.href, message);
  }
  const timeouts = { ...options.timeouts, totalMs: left };
  return next.with({ fields, options: overOptions(options, { timeouts }) });
}
