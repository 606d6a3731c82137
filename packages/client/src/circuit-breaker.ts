/**
 * A circuit breaker: an origin that fails is left alone for a while (Nygard, "Release It!").
 *
 * Callers learn at once that there is no point in waiting, and the server gets
 * time to recover instead of a queue of requests that nobody waits for any more.
 *
 * @module
 */
import { Circuit, type CircuitBounds, type CircuitState } from "./circuit.ts";
import { ownOptions, resolveNumbers } from "./client-options.ts";
import { ClientError, type ClientErrorCode } from "./errors.ts";
import { type LayerClock, PROCESS_CLOCK } from "./layer-clock.ts";
import type { ClientResponse } from "./response.ts";
import type { ClientLayer } from "./send.ts";
import { tell } from "./tell.ts";

/** When {@link circuitBreaker} opens and closes. Times in ms. */
export interface CircuitBreakerOptions {
  /** The part of the requests in the window that failed, from which on it opens. Default 0.5. */
  readonly failureRate?: number;
  /** Requests that have to have ended in the window before it opens. Default 20. */
  readonly minRequests?: number;
  /** How long an end counts. Default 10,000. */
  readonly windowMs?: number;
  /** How long it is open at first; it doubles with each probe in a row that failed. Default 5,000. */
  readonly openMs?: number;
  /** The longest time that it is open. Default 60,000. */
  readonly maxOpenMs?: number;
  /** Origins that have a circuit; the one that was used least lately is forgotten, open ones last. Default 1,024. */
  readonly maxOrigins?: number;
  /** Statuses that are failures. Default {@link FAILURE_STATUSES}. */
  readonly statuses?: readonly number[];
  /** Told of each change of state, with what led to it. */
  readonly onChange?: (change: CircuitChange) => void;
  /** Told of each request that was not let through. */
  readonly onRefused?: (origin: string) => void;
  /** Time. Default: the process's. */
  readonly clock?: Pick<LayerClock, "now">;
}

/** A change of state. */
export interface CircuitChange {
  readonly origin: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** Requests that ended in the window. */
  readonly requests: number;
  /** Those among them that failed. */
  readonly failures: number;
  /** When a request is let through again, ms since 1970; of no meaning in `CLOSED`. */
  readonly retryAt: number;
}

/** Statuses with which a server says that it is in trouble, or what is in front of it that nobody is there. */
export const FAILURE_STATUSES: readonly number[] = [500, 502, 503, 504];

/**
 * `ERR_CLIENT_CIRCUIT_OPEN`: the origin failed too often of late, and was not asked. Nothing was sent.
 *
 * @example
 * ```ts
 * try {
 *   await client.get("https://example.com/prices");
 * } catch (error) {
 *   if (!(error instanceof CircuitOpenError)) throw error;
 *   console.log(`asked again in ${error.retryAt - Date.now()} ms`);
 * }
 * ```
 */
export class CircuitOpenError extends ClientError {
  /** When a request is let through again, ms since 1970; in the past when one has been, and has not ended yet. */
  readonly retryAt: number;

  constructor(origin: string, retryAt: number, now: number) {
    const when = retryAt > now ? `in ${Math.ceil(retryAt - now)} ms` : "once the one that was let through has ended";
    super("ERR_CLIENT_CIRCUIT_OPEN", "request", origin, `too many requests failed; it is asked again ${when}`, {
      unprocessed: true,
    });
    this.retryAt = retryAt;
  }
}

/**
 * Asks no origin that has failed too often of late.
 *
 * @throws RangeError for a bound that is none; TypeError for an option that is unknown. A call rejects with
 *   {@link CircuitOpenError}, which says when the origin is asked again
 *
 * Each origin (scheme, host, port) has a circuit. It opens when `failureRate` of at least `minRequests` in the window have
 * failed; after `openMs` one request is let through, which closes it or opens it again. Failures are `statuses`, and
 * errors that are the server's or the way's: connecting, TLS, resets, broken HTTP, no head in time. What the caller does, such
 * as aborting, and what waits in the client's own queue says nothing. It is decided by the head of a response: content
 * that fails later does not count.
 *
 * @example
 * ```ts
 * import { circuitBreaker, createClient } from "@stack/client";
 *
 * const client = createClient({ layers: [circuitBreaker({ minRequests: 10, onChange: (change) => console.log(change) })] });
 * ```
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): ClientLayer {
  const {
    statuses = FAILURE_STATUSES,
    onChange = () => {},
    onRefused = () => {},
    clock = PROCESS_CLOCK,
    ...given
  } = ownOptions(options, NAMES, "circuitBreaker");
  const bounds = resolveNumbers(given, DEFAULTS, NAMES, "circuitBreaker", 1, "failureRate");
  const { failureRate } = bounds;
  if (!(failureRate > 0 && failureRate <= 1))
    throw new RangeError(`circuitBreaker.failureRate is more than 0 and up to 1, not ${failureRate}`);
  const circuits = new Circuits(bounds, bounds.maxOrigins, onChange);

  return (inner) => async (request) => {
    const origin = request.origin.href;
    const circuit = circuits.of(origin);
    const admission = circuit.admit(clock.now());
    if (admission === null) {
      tell(() => onRefused(origin));
      throw new CircuitOpenError(origin, circuit.retryAt, clock.now());
    }
    let response: ClientResponse;
    try {
      response = await inner(request);
    } catch (error) {
      circuit.ended(admission, isFailure(error) ? true : null, clock.now());
      throw error;
    }
    circuit.ended(admission, statuses.includes(response.status), clock.now());
    return response;
  };
}

/** A bounded number of circuits, the one that was used least lately first. */
class Circuits {
  private readonly bounds: CircuitBounds;
  private readonly maxOrigins: number;
  private readonly onChange: (change: CircuitChange) => void;
  private readonly byOrigin: Map<string, Circuit>;

  constructor(bounds: CircuitBounds, maxOrigins: number, onChange: (change: CircuitChange) => void) {
    this.bounds = bounds;
    this.maxOrigins = maxOrigins;
    this.onChange = onChange;
    this.byOrigin = new Map();
  }

  of(origin: string): Circuit {
    let circuit = this.byOrigin.get(origin);
    if (circuit === undefined) {
      const made: Circuit = new Circuit(this.bounds, (from, to) =>
        tell(() => this.onChange({ origin, from, to, ...made.counts, retryAt: made.retryAt })),
      );
      circuit = made;
      if (this.byOrigin.size >= this.maxOrigins) this.forget();
    } else this.byOrigin.delete(origin);
    this.byOrigin.set(origin, circuit);
    return circuit;
  }

  /** Looks at a few only: were all of many origins open, each request would look at all of them. */
  private forget(): void {
    let [oldest] = this.byOrigin.keys();
    let looked = 0;
    for (const [origin, { state }] of this.byOrigin) {
      if (state === "CLOSED") oldest = origin;
      if (state === "CLOSED" || ++looked === MAX_LOOKED) break;
    }
    if (oldest !== undefined) this.byOrigin.delete(oldest);
  }
}

const MAX_LOOKED = 16;

/** Not what has waited in the client's own queue only. */
function isFailure(error: unknown): boolean {
  return error instanceof ClientError && FAILURES.has(error.code) && error.stage !== "queue";
}

/** What is the server's, or the way's. */
const FAILURES: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "ERR_CLIENT_CONNECT",
  "ERR_CLIENT_CONNECT_TIMEOUT",
  "ERR_CLIENT_DISCONNECTED",
  "ERR_CLIENT_DNS",
  "ERR_CLIENT_DNS_TIMEOUT",
  "ERR_CLIENT_HEAD_TIMEOUT",
  "ERR_CLIENT_PROTOCOL",
  "ERR_CLIENT_PROXY",
  "ERR_CLIENT_RESET",
  "ERR_CLIENT_SEND_TIMEOUT",
  "ERR_CLIENT_TLS",
  "ERR_CLIENT_TLS_TIMEOUT",
  "ERR_CLIENT_TOTAL_TIMEOUT",
]);

const DEFAULTS = {
  failureRate: 0.5,
  minRequests: 20,
  windowMs: 10_000,
  openMs: 5_000,
  maxOpenMs: 60_000,
  maxOrigins: 1_024,
};

const NAMES: ReadonlySet<string> = new Set([...Object.keys(DEFAULTS), "statuses", "onChange", "onRefused", "clock"]);
