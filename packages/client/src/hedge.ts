/**
 * Hedging: a second attempt beside one that takes long, the first answer wins ("The Tail at Scale", Dean and Barroso).
 *
 * It costs the servers up to as much again as its budget says, and buys the
 * longest waits off: those of the one server, or the one packet, that is slow.
 *
 * @module
 */

import { isIdempotent, METHODS } from "@stack/http";
import { followAbort, unfollowAbort } from "./abort.ts";
import { Budget } from "./budget.ts";
import { ownOptions, resolveNumbers } from "./client-options.ts";
import { type LayerClock, PROCESS_CLOCK } from "./layer-clock.ts";
import { overOptions } from "./request-options.ts";
import type { ClientResponse } from "./response.ts";
import { whenOver } from "./response-end.ts";
import { SeenTimes } from "./seen-times.ts";
import type { ClientLayer, ClientRequest, Send } from "./send.ts";
import { tell } from "./tell.ts";
import { remainingMs } from "./total-time.ts";

/** When {@link hedge} sends a second attempt. Times in ms. */
export interface HedgeOptions {
  /** So long after the first attempt. Default: `percentile` of the times seen. */
  readonly delayMs?: number;
  /** The part of the requests to an origin that are not slow, from 0 to 1. Without `delayMs`. Default 0.95. */
  readonly percentile?: number;
  /** Responses of an origin before its percentile counts; there is no second attempt until then. Default 20. */
  readonly minSamples?: number;
  /** The shortest delay that a percentile makes. Default 5. */
  readonly minDelayMs?: number;
  /** Second attempts for one request, on average: the load that hedging adds at most. Default 0.1. */
  readonly budgetRatio?: number;
  /** Second attempts that may be saved up. Default 10. */
  readonly budgetBurst?: number;
  /** Origins whose times are kept; the one that was used least lately is forgotten. Default 256. */
  readonly maxOrigins?: number;
  /** Methods that may be sent twice at once: idempotent ones. Default: those that are safe. */
  readonly methods?: readonly string[];
  /** Told how each call ended that had a second attempt. */
  readonly onHedge?: (origin: string, winner: "first" | "second" | "none") => void;
  /** Time and delays. Default: the process's. */
  readonly clock?: LayerClock;
}

/**
 * Sends a second attempt beside one that takes long. The first response wins, and the other attempt is aborted.
 *
 * @throws RangeError for a bound that is none, or a method that is not idempotent; TypeError for an option that is unknown
 *
 * Only methods that are safe (RFC 9110 §9.2.1), unless `methods` says otherwise, and content that can be sent twice. The
 * default leaves PUT and DELETE out: of two at once the later may come after what you send next, and undo it. An attempt
 * that fails waits for the other; what fails before there is another fails. When both fail, the first failure is given.
 * An aborted attempt takes its connection with it over HTTP/1.1, and only its stream over HTTP/2.
 *
 * @example
 * ```ts
 * import { createClient, hedge } from "@stack/client";
 *
 * const client = createClient({ layers: [hedge({ percentile: 0.95, budgetRatio: 0.05 })] });
 * ```
 */
export function hedge(options: HedgeOptions = {}): ClientLayer {
  const { methods = SAFE, onHedge = () => {}, clock = PROCESS_CLOCK, ...given } = ownOptions(options, NAMES, "hedge");
  const bounds = resolveNumbers<Bounds>(given, DEFAULTS, NAMES, "hedge", 0);
  const { delayMs, percentile, minSamples, minDelayMs, budgetRatio, budgetBurst, maxOrigins } = bounds;
  if (percentile > 1) throw new RangeError(`hedge.percentile is from 0 to 1, not ${percentile}`);
  for (const method of methods)
    if (!isIdempotent(method)) throw new RangeError(`${method} is not idempotent: sent twice it would be done twice`);
  const seen = new SeenTimes(percentile, maxOrigins);
  const may = new Set(methods);
  const budget = new Budget(budgetRatio, budgetBurst);
  const delayFor = (origin: string): number => {
    if (delayMs !== undefined) return delayMs;
    return seen.count(origin) < minSamples ? Number.POSITIVE_INFINITY : Math.max(minDelayMs, seen.at(origin));
  };
  return (inner) => async (request) => {
    if (!may.has(request.method)) return inner(request);
    budget.earn();
    const origin = request.origin.href;
    const start = clock.now();
    const race = new Race(inner, request);
    const delay = delayFor(origin);
    const second = (): void => {
      if (race.isOver || !isRepeatable(request)) return;
      const left = remainingMs(request, clock.now() - start);
      if (left > 0 && budget.take()) race.launch(secondOf(request, left));
    };
    const cancel = delay === Number.POSITIVE_INFINITY ? () => {} : clock.after(delay, second);
    race.launch(request.with());
    try {
      const response = await race.result;
      if (delayMs === undefined) seen.add(origin, Math.max(0, clock.now() - start));
      return response;
    } finally {
      cancel();
      const { winner } = race;
      if (race.launched > 1) tell(() => onHedge(origin, winner === 0 ? "none" : winner === 1 ? "first" : "second"));
    }
  };
}

/** Attempts for one request, of which the first response is the result. */
class Race {
  readonly result: Promise<ClientResponse>;
  /** How many attempts there were. */
  launched: number;
  /** Which of them won, from 1; 0 for none. */
  winner: number;
  private readonly inner: Send;
  private readonly signal: AbortSignal | null;
  private readonly running: Set<AbortController>;
  private failure: unknown;
  private resolve: (response: ClientResponse) => void;
  private reject: (error: unknown) => void;

  constructor(inner: Send, { signal }: ClientRequest) {
    this.launched = 0;
    this.winner = 0;
    this.inner = inner;
    this.signal = signal;
    this.running = new Set();
    this.failure = null;
    this.resolve = NOTHING;
    this.reject = NOTHING;
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  get isOver(): boolean {
    return this.winner !== 0 || this.running.size === 0;
  }

  launch(request: ClientRequest): void {
    const number = ++this.launched;
    const controller = new AbortController();
    const { signal } = this;
    const forward = (): void => controller.abort(signal?.reason);
    const unlink = (): void => {
      if (signal !== null) unfollowAbort(signal, forward);
    };
    if (signal?.aborted === true) forward();
    else if (signal !== null) followAbort(signal, forward);
    this.running.add(controller);
    this.send(request.with({ signal: controller.signal })).then(
      (response) => {
        this.running.delete(controller);
        if (this.winner !== 0) {
          unlink();
          response.cancel();
          return;
        }
        this.winner = number;
        for (const other of this.running) other.abort(new Error("another attempt was faster"));
        // The caller's signal counts as long as there is content to come.
        this.resolve(signal === null ? response : whenOver(response, unlink));
      },
      (error: unknown) => {
        unlink();
        this.running.delete(controller);
        this.failure ??= error;
        if (this.winner === 0 && this.running.size === 0) this.reject(this.failure);
      },
    );
  }

  /** What a layer throws at once is a failure like any other. */
  private async send(request: ClientRequest): Promise<ClientResponse> {
    return this.inner(request);
  }
}

/** A content of which nobody knows yet whether it can be sent twice, as it was not begun, is not. */
function isRepeatable({ content }: ClientRequest): boolean {
  return content === null || content.bytes !== null || (content.begun && content.replayable);
}

/** The same request, with the time that is left; progress and 1xx responses are told of the first only. */
function secondOf(request: ClientRequest, totalMs: number): ClientRequest {
  const { onUploadProgress: _, onInformational: __, ...options } = request.options;
  return request.with({ options: overOptions(options, { timeouts: { ...options.timeouts, totalMs } }) });
}

const NOTHING = (): void => {};

const SAFE: readonly string[] = [...METHODS].filter(([, { safe }]) => safe).map(([name]) => name);

interface Bounds {
  readonly delayMs?: number;
  readonly percentile: number;
  readonly minSamples: number;
  readonly minDelayMs: number;
  readonly budgetRatio: number;
  readonly budgetBurst: number;
  readonly maxOrigins: number;
}

const DEFAULTS: Bounds = {
  percentile: 0.95,
  minSamples: 20,
  minDelayMs: 5,
  budgetRatio: 0.1,
  budgetBurst: 10,
  maxOrigins: 256,
};

const NAMES: ReadonlySet<string> = new Set([...Object.keys(DEFAULTS), "delayMs", "methods", "onHedge", "clock"]);
