/**
 * A circuit: whether an origin is asked, by how the last requests to it ended.
 *
 * The states and what was counted, and nothing else: what a failure is, and what
 * becomes of a request that is not let through, is not decided here.
 *
 * @module
 */

/** `CLOSED`: all go through. `OPEN`: none does. `HALF_OPEN`: one does, to see whether things are better. */
export type CircuitState = "CLOSED" | "OPEN" | "HALF_OPEN";

/** What can happen to a circuit. */
type CircuitInput = "TRIPPED" | "WAITED" | "SUCCEEDED" | "FAILED";

/** What leads from state to state. What is not named changes nothing. */
const TRANSITIONS: Record<CircuitState, { readonly [I in CircuitInput]?: CircuitState }> = {
  CLOSED: { TRIPPED: "OPEN" },
  OPEN: { WAITED: "HALF_OPEN" },
  HALF_OPEN: { SUCCEEDED: "CLOSED", FAILED: "OPEN" },
};

/** Bounds of a {@link Circuit}. Times in ms. */
export interface CircuitBounds {
  readonly failureRate: number;
  readonly minRequests: number;
  readonly windowMs: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
}

/** Whether a request may go: if so, what its end has to be told with. */
export type Admission = { readonly round: number; readonly isProbe: boolean };

/** The circuit of one origin. Times come in as arguments. */
export class Circuit {
  state: CircuitState;
  /** When the next request is let through, ms; of no meaning in `CLOSED`. */
  retryAt: number;
  private readonly bounds: CircuitBounds;
  private readonly change: (from: CircuitState, to: CircuitState) => void;
  /** Counted up with each change of state: what began in an earlier one says nothing of this one. */
  private round: number;
  /** Openings in a row; the time to wait doubles with each. */
  private openings: number;
  private isProbing: boolean;
  /** Ends and failures in each slice of the window, a ring. */
  private readonly ends: number[];
  private readonly failed: number[];
  /** Slices since 1970, of the newest in the ring. */
  private slice: number;

  constructor(bounds: CircuitBounds, change: (from: CircuitState, to: CircuitState) => void) {
    this.state = "CLOSED";
    this.retryAt = 0;
    this.bounds = bounds;
    this.change = change;
    this.round = 0;
    this.openings = 0;
    this.isProbing = false;
    this.ends = new Array<number>(SLICES).fill(0);
    this.failed = new Array<number>(SLICES).fill(0);
    this.slice = 0;
  }

  /** Requests that ended in the window, and those among them that failed. */
  get counts(): { readonly requests: number; readonly failures: number } {
    return { requests: sum(this.ends), failures: sum(this.failed) };
  }

  /** A request comes. Null: it may not go, until {@link retryAt} or until the probe has ended. */
  admit(now: number): Admission | null {
    if (this.state === "OPEN" && now >= this.retryAt) this.enter("WAITED", now);
    if (this.state === "CLOSED") return { round: this.round, isProbe: false };
    if (this.state === "OPEN" || this.isProbing) return null;
    this.isProbing = true;
    return { round: this.round, isProbe: true };
  }

  /** A request that went has ended; null when its end says nothing, as when the caller gave it up. */
  ended({ round, isProbe }: Admission, failed: boolean | null, now: number): void {
    if (round !== this.round) return;
    if (isProbe) this.isProbing = false;
    if (failed === null) return;
    if (isProbe) {
      this.enter(failed ? "FAILED" : "SUCCEEDED", now);
      return;
    }
    this.turn(now);
    const at = this.slice % SLICES;
    this.ends[at] = (this.ends[at] ?? 0) + 1;
    if (!failed) return;
    this.failed[at] = (this.failed[at] ?? 0) + 1;
    const { requests, failures } = this.counts;
    const { failureRate, minRequests } = this.bounds;
    if (requests >= minRequests && failures >= requests * failureRate) this.enter("TRIPPED", now);
  }

  private enter(input: CircuitInput, now: number): void {
    const from = this.state;
    const to = TRANSITIONS[from][input];
    if (to === undefined) return;
    this.state = to;
    this.round++;
    this.isProbing = false;
    if (to === "OPEN") {
      const { openMs, maxOpenMs } = this.bounds;
      this.retryAt = now + Math.min(maxOpenMs, openMs * 2 ** Math.min(this.openings++, MAX_DOUBLINGS));
    }
    this.change(from, to);
    if (to !== "CLOSED") return;
    this.openings = 0;
    this.ends.fill(0);
    this.failed.fill(0);
  }

  /** Forgets slices that have left the window. */
  private turn(now: number): void {
    const slice = Math.floor((now / this.bounds.windowMs) * SLICES);
    // Also when the clock was set back: what is of another time does not count.
    const passed = slice < this.slice ? SLICES : Math.min(slice - this.slice, SLICES);
    for (let i = 0; i < passed; i++) {
      const at = (slice - i) % SLICES;
      this.ends[at] = 0;
      this.failed[at] = 0;
    }
    this.slice = slice;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Parts in which the window slides. */
const SLICES = 10;

/** More are beyond every bound. */
const MAX_DOUBLINGS = 40;
