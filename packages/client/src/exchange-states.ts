/**
 * The course of an exchange: what it waits for in each state, for how long, and
 * what is wrong when that does not come.
 *
 * @module
 */
import type { ResolvedTimeouts } from "./client-options.ts";
import type { ClientErrorCode, ClientStage } from "./errors.ts";

export const WAITING = 0; // for a connection
export const SENDING = 1; // the request's content is under way, and the server's turn
export const SOURCE = 2; // the request's content is under way, and its maker's turn
export const CONTINUE = 3; // the server is asked whether it wants the content
export const HEAD = 4; // the response's head is due
export const CONTENT = 5; // its content is
export const DISCARDING = 6; // nobody wants it
export const OVER = 7;

/** How long 100 is waited for on HTTP/2, ms; HTTP/1.1 has `http1.continueTimeoutMs` (RFC 9110 §10.1.1). */
const CONTINUE_MS = 1_000;

/** How long content that nobody wants may take to come to its end, ms, before its connection is given up. */
export const DISCARD_MS = 2_000;

/** How long the other side may take in a state, ms. */
export function patienceIn(state: number, timeouts: ResolvedTimeouts): number {
  if (state === HEAD) return timeouts.headMs;
  if (state === CONTENT) return timeouts.contentMs;
  if (state === SENDING) return timeouts.sendMs;
  if (state === CONTINUE) return CONTINUE_MS;
  if (state === WAITING) return timeouts.queueMs;
  return Number.POSITIVE_INFINITY; // in SOURCE it is the user's turn
}

/** What a deadline means in a state: the error's code and stage, the option that set it, and what did not happen. */
export const LATE: readonly (readonly [ClientErrorCode, ClientStage, keyof ResolvedTimeouts, string])[] = [
  ["ERR_CLIENT_QUEUE_TIMEOUT", "queue", "queueMs", "no connection was there"],
  ["ERR_CLIENT_SEND_TIMEOUT", "head", "sendMs", "the server took nothing of the request"],
  ["ERR_CLIENT_SEND_TIMEOUT", "head", "sendMs", "the server took nothing of the request"],
  ["ERR_CLIENT_SEND_TIMEOUT", "head", "sendMs", "the server took nothing of the request"],
  ["ERR_CLIENT_HEAD_TIMEOUT", "head", "headMs", "no head of a response came"],
  ["ERR_CLIENT_CONTENT_TIMEOUT", "content", "contentMs", "no octet of content came, or was read,"],
];
