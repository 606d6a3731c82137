/**
 * The total time of a call that takes several requests: redirects, further attempts.
 *
 * @module
 */
import { ClientError } from "./errors.ts";
import { overOptions } from "./request-options.ts";
import { ClientRequest } from "./send.ts";

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
  const { origin, target, options } = next;
  const { totalMs } = options.timeouts;
  if (totalMs === Number.POSITIVE_INFINITY) return next;
  const left = remainingMs(next, elapsedMs);
  if (left <= 0) {
    const message = `the call took longer than ${totalMs} ms in all; raise timeouts.totalMs`;
    throw new ClientError("ERR_CLIENT_TOTAL_TIMEOUT", "request", origin.href, message);
  }
  const timeouts = { ...options.timeouts, totalMs: left };
  const { method, fields, content, signal, redirectedFrom } = next;
  const url = { origin, target, credentials: "" };
  return new ClientRequest(method, url, fields, content, signal, overOptions(options, { timeouts }), redirectedFrom);
}
