/**
 * Further attempts for requests that may be sent twice (RFC 9110 §9.2.2), with pauses in between.
 *
 * What the server provably did not act on is sent again by the transport. This
 * layer adds what only the caller can decide: failures and statuses after which
 * an idempotent request is worth another attempt.
 *
 * @module
 */
import { METHODS, parseHttpDate } from "@stack/http";
import { Budget } from "./budget.ts";
import { ownOptions, resolveNumbers } from "./client-options.ts";
import { ClientError, type ClientErrorCode } from "./errors.ts";
import { type LayerClock, PROCESS_CLOCK, pause } from "./layer-clock.ts";
import type { ClientResponse } from "./response.ts";
import type { ClientLayer } from "./send.ts";
import { remainingMs, withinTotal } from "./total-time.ts";

/** When {@link retry} tries again. Times in ms. */
export interface RetryOptions {
  /** Attempts after the first. Default 2. */
  readonly maxRetries?: number;
  /** Statuses after which another attempt is made. Default {@link RETRY_STATUSES}. */
  readonly statuses?: readonly number[];
  /** Methods that may be sent twice. Default: those that are idempotent by the IANA registry. */
  readonly methods?: readonly string[];
  /** The longest pause before the first further attempt; it doubles with each. Default 200. */
  readonly baseMs?: number;
  /** The longest pause of all. Default 10,000. */
  readonly maxMs?: number;
  /** A Retry-After beyond it is not waited for: the response is given as it is. Default 60,000. */
  readonly maxRetryAfterMs?: number;
  /** Further attempts for one call, on average (0.1 is one in ten): a server in trouble gets no storm. Default 0.2. */
  readonly budgetRatio?: number;
  /** Further attempts that may be saved up. Default 10. */
  readonly budgetBurst?: number;
  /** Time and pauses. Default: the process's. */
  readonly clock?: LayerClock;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** Statuses that say "not now", or come from between client and server. */
export const RETRY_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/**
 * Tries again: after failures on the way to a response, and after some statuses.
 *
 * @throws RangeError for a bound that is none; TypeError for an option that is unknown
 *
 * Only methods that may be sent twice, and content that can be made again. Once a head has come with any other status,
 * the response is final: what fails in its content is not begun anew, so that no two responses are ever glued (S35). A
 * pause is a random part of `baseMs`, doubled with each attempt ("full jitter"), or what Retry-After says if that is
 * longer (RFC 9110 §10.2.3). All attempts and pauses together have `timeouts.totalMs`.
 *
 * @example
 * ```ts
 * import { createClient, retry } from "@stack/client";
 *
 * const client = createClient({ retry: { maxRetries: 3 } });
 * const bare = createClient({ layers: [retry()] });
 * ```
 */
export function retry(options: RetryOptions = {}): ClientLayer {
  const {
    statuses = RETRY_STATUSES,
    methods,
    clock = PROCESS_CLOCK,
    random = Math.random,
    ...given
  } = ownOptions(options, NAMES, "retry");
  const bounds = resolveNumbers(given, DEFAULTS, NAMES, "retry", 0);
  const { maxRetries, baseMs, maxMs, maxRetryAfterMs, budgetRatio, budgetBurst } = bounds;
  const mayRepeat = (method: string): boolean =>
    methods === undefined ? METHODS.get(method)?.idempotent === true : methods.includes(method);
  const budget = new Budget(budgetRatio, budgetBurst);
  return (inner) => async (first) => {
    budget.earn();
    if (!mayRepeat(first.method)) return inner(first);
    const start = clock.now();
    for (let retried = 0; ; retried++) {
      let response: ClientResponse | null = null;
      let failure: unknown = null;
      try {
        response = await inner(retried === 0 ? first.with() : withinTotal(first.with(), clock.now() - start));
        if (!statuses.includes(response.status)) return response;
      } catch (error) {
        if (!(error instanceof ClientError && RETRY_CODES.has(error.code))) throw error;
        failure = error;
      }
      const asked = response === null ? 0 : retryAfterMs(response, clock.now());
      const ms = Math.max(asked, random() * Math.min(maxMs, baseMs * 2 ** retried));
      const goesOn =
        retried < maxRetries &&
        asked <= maxRetryAfterMs &&
        first.content?.replayable !== false &&
        ms < remainingMs(first, clock.now() - start) &&
        budget.take();
      if (!goesOn) {
        if (response === null) throw failure;
        return response;
      }
      response?.cancel();
      await pause(clock, ms, first.signal, first.origin.href, "before another attempt");
    }
  };
}

/** What Retry-After asks for, ms from `now`; 0 when it says nothing that is understood. RFC 9110 §10.2.3. */
function retryAfterMs(response: ClientResponse, now: number): number {
  const value = response.fields.get("retry-after");
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = parseHttpDate(value, now / 1_000) * 1_000;
  return date > now ? date - now : 0;
}

/** Failures that another attempt may not meet. Not those that the caller caused, or that would come again. */
const RETRY_CODES: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "ERR_CLIENT_CONNECT",
  "ERR_CLIENT_CONNECT_TIMEOUT",
  "ERR_CLIENT_DISCONNECTED",
  "ERR_CLIENT_DNS",
  "ERR_CLIENT_DNS_TIMEOUT",
  "ERR_CLIENT_HEAD_TIMEOUT",
  "ERR_CLIENT_RESET",
  "ERR_CLIENT_SEND_TIMEOUT",
  "ERR_CLIENT_TLS_TIMEOUT",
]);

const DEFAULTS = {
  maxRetries: 2,
  baseMs: 200,
  maxMs: 10_000,
  maxRetryAfterMs: 60_000,
  budgetRatio: 0.2,
  budgetBurst: 10,
};

const NAMES: ReadonlySet<string> = new Set([...Object.keys(DEFAULTS), "statuses", "methods", "clock", "random"]);
