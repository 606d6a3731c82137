/**
 * Attempts to connect to one of several addresses, staggered (RFC 8305 §3, §5).
 *
 * One attempt begins, and when it is neither connected nor refused within the
 * Connection Attempt Delay, the next runs beside it. The first that connects
 * wins, and all others are closed. Opens no socket and sets no timer of its own:
 * both are given.
 *
 * @module
 */
import type { AddressMemory } from "./address-memory.ts";
import { selectAddresses } from "./address-selection.ts";
import type { DialTime } from "./dial-time.ts";
import type { DialAttempt } from "./errors.ts";
import { ipFamily } from "./ip-address.ts";
import { isNegative, type NameAnswer } from "./name-resolver.ts";

/** Resolution Delay: how long A waits for AAAA, ms (RFC 8305 §8). */
export const RESOLUTION_DELAY_MS = 50;
/** Connection Attempt Delay, ms (RFC 8305 §8). */
export const ATTEMPT_DELAY_MS = 250;
/** The least Connection Attempt Delay, ms: more attempts at once are a flood (RFC 8305 §5). */
export const MIN_ATTEMPT_DELAY_MS = 10;

/** What attempts are made with. */
export interface AttemptOptions<C> {
  /** Begins to connect; tells the end of it once, now or later. @returns what closes it, without another word */
  readonly open: (address: string, done: (error: Error | null, connection?: C) => void) => () => void;
  /** Whether an address may be connected to (S120). */
  readonly allow: (address: string) => boolean;
  readonly time: DialTime;
  readonly memory: AddressMemory;
  readonly attemptDelayMs: number;
  readonly resolutionDelayMs: number;
  /** The first attempt begins. */
  readonly onFirst: () => void;
  readonly onConnected: (connection: C) => void;
  /** No address is left. `attempts` is empty when there was none: `error` is then the resolver's. */
  readonly onFailed: (attempts: readonly DialAttempt[], error: Error | null) => void;
}

interface Running {
  readonly attempt: { readonly address: string; readonly startMs: number; endMs: number; error: Error | null };
  close: () => void;
}

/** The attempts of one dial. */
export class ConnectionAttempts<C> {
  private readonly options: AttemptOptions<C>;
  private readonly begunAt: number;
  /** To be tried, in order. */
  private queue: string[];
  private readonly known: Set<string>;
  private readonly running: Set<Running>;
  private readonly attempts: DialAttempt[];
  /** Families that have not been heard of yet. */
  private readonly awaited: Set<number>;
  private error: Error | null;
  private lastFamily: 0 | 4 | 6;
  /** When the last attempt began. */
  private lastAt: number;
  private started: boolean;
  private over: boolean;
  private cancelTimer: () => void;

  constructor(options: AttemptOptions<C>) {
    this.options = options;
    this.begunAt = options.time.now();
    this.queue = [];
    this.known = new Set();
    this.running = new Set();
    this.attempts = [];
    this.awaited = new Set([4, 6]);
    this.error = null;
    this.lastFamily = 0;
    this.lastAt = 0;
    this.started = false;
    this.over = false;
    this.cancelTimer = nothing;
  }

  /** Takes what a resolver says; the first addresses begin the attempts. */
  add(answer: NameAnswer): void {
    if (this.over) return;
    if (answer.family === 0) this.awaited.clear();
    else this.awaited.delete(answer.family);
    // Of two families without an address the one that nobody could tell of is the better reason.
    if (this.error === null || (answer.error !== null && isNegative(this.error))) this.error = answer.error;
    const found = answer.addresses.filter((address) => !this.known.has(address));
    for (const address of found) this.known.add(address);
    // Of two answers that nobody has sorted, IPv6 is the first (RFC 6724 §2.1).
    this.queue = answer.family === 6 ? [...found, ...this.queue] : [...this.queue, ...found];
    this.sort();
    if (this.started) {
      if (this.running.size === 0) this.next();
      else if (this.cancelTimer === nothing && this.queue.length > 0) this.stagger(); // RFC 8305 §3: it joins the attempts
    } else if (this.awaited.size === 0 || answer.family === 6) this.begin();
    // RFC 8305 §3: A came first; AAAA has a moment to catch up, and begins the attempts itself when it does.
    else if (this.queue.length > 0)
      this.cancelTimer = this.options.time.after(this.options.resolutionDelayMs, () => this.begin());
  }

  /** Closes everything, without another word. */
  stop(): void {
    this.over = true;
    this.cancelTimer();
    for (const { close } of this.running) close();
    this.running.clear();
  }

  /** The attempts so far: those that failed, and those that are under way. */
  get report(): readonly DialAttempt[] {
    return [...this.attempts, ...[...this.running].map(({ attempt }) => attempt)];
  }

  private begin(): void {
    // AAAA says that there are none, and A is still asked for.
    if (this.queue.length === 0 && this.awaited.size > 0) return;
    this.started = true;
    if (this.queue.length > 0) this.options.onFirst();
    this.next();
  }

  private sort(): void {
    const { memory, time } = this.options;
    // What comes late takes turns with what is under way.
    const first = this.lastFamily === 0 ? 0 : this.lastFamily === 4 ? 6 : 4;
    this.queue = selectAddresses(this.queue, memory, time.now(), first);
  }

  private next(): void {
    this.cancelTimer();
    this.cancelTimer = nothing;
    while (!this.over) {
      const address = this.queue.shift();
      if (address === undefined) break;
      if (this.allowed(address)) {
        this.attempt(address);
        return;
      }
    }
    if (this.over || this.running.size > 0 || this.awaited.size > 0) return;
    this.over = true;
    this.options.onFailed(this.attempts, this.error);
  }

  private allowed(address: string): boolean {
    const error = refusal(address, this.options.allow);
    if (error === null) return true;
    const at = this.elapsed;
    this.attempts.push({ address, startMs: at, endMs: at, error });
    return false;
  }

  private attempt(address: string): void {
    const { open, memory, time } = this.options;
    this.lastFamily = ipFamily(address);
    this.lastAt = time.now();
    const running: Running = {
      attempt: { address, startMs: this.elapsed, endMs: -1, error: null },
      close: nothing,
    };
    this.running.add(running);
    let ended = false;
    const close = open(address, (error, connection) => {
      ended = true;
      if (this.over || !this.running.delete(running)) return;
      running.attempt.endMs = this.elapsed;
      running.attempt.error = error;
      if (error === null && connection !== undefined) {
        memory.connected(address, time.now());
        this.stop();
        this.options.onConnected(connection);
        return;
      }
      memory.failed(address, time.now());
      this.attempts.push(running.attempt);
      this.next(); // at once: who was refused need not wait for the delay
    });
    running.close = close;
    // It was decided while it was opened, by itself or by another.
    if (!ended && this.over) close();
    if (!ended && !this.over && this.cancelTimer === nothing && this.queue.length > 0) this.stagger();
  }

  private stagger(): void {
    const { attemptDelayMs, time } = this.options;
    const left = Math.max(0, this.lastAt + attemptDelayMs - time.now());
    this.cancelTimer = time.after(left, () => this.next());
  }

  private get elapsed(): number {
    return this.options.time.now() - this.begunAt;
  }
}

/** Why an address may not be connected to, or null. A policy that throws allows nothing. */
export function refusal(address: string, allow: (address: string) => boolean): Error | null {
  try {
    if (allow(address) === true) return null;
    return Object.assign(new Error(`${address} is not allowed`), { code: NOT_ALLOWED });
  } catch (cause) {
    return Object.assign(new Error(`${address} is not allowed: ${String(cause)}`, { cause }), { code: NOT_ALLOWED });
  }
}

/** The `code` of an attempt that was not made since {@link AttemptOptions.allow} was against it. */
export const NOT_ALLOWED = "ERR_DIAL_NOT_ALLOWED";

function nothing(): void {}
