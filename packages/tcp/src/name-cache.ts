/**
 * What resolvers said, kept for a while.
 *
 * `getaddrinfo` tells no TTL and takes one of the process's few threads for each
 * question, so its answers are kept for a short time of our own, and a question
 * that is under way is not asked twice. When nobody can be asked, what was true
 * until lately is used on (RFC 8767).
 *
 * @module
 */
import { type DialTime, systemTime } from "./dial-time.ts";
import { checkedAnswer, isNegative, type NameAnswer, type NameResolver, systemResolver } from "./name-resolver.ts";

/** Bounds of a {@link NameCache}. */
export interface NameCacheOptions {
  /** Who is asked. Default: {@link systemResolver}. */
  readonly resolver?: NameResolver;
  /** How long an answer without a TTL is kept, ms; 0 for not at all. Default 10,000. */
  readonly ttlMs?: number;
  /** The longest that an answer is kept, whatever its TTL, ms. Default 300,000. */
  readonly maxTtlMs?: number;
  /** How long it is kept that a name has no address, or that nobody could say, ms. Default 1,000. */
  readonly negativeTtlMs?: number;
  /** How long an answer that has expired is used on while nobody can be asked, ms (RFC 8767). Default 300,000. */
  readonly staleMs?: number;
  /** Names that are kept; the ones asked for longest ago leave. Default 256. */
  readonly maxNames?: number;
  /** Default: the machine's. */
  readonly time?: DialTime;
}

interface Kept {
  readonly answer: NameAnswer;
  readonly expires: number;
  readonly staleUntil: number;
}

type Report = (answer: NameAnswer) => void;

/** A question that is under way, or its answers. */
interface Entry {
  /** Of this question. */
  readonly answers: Map<number, Kept>;
  /** Of the one before, for when this one fails. */
  readonly before: ReadonlyMap<number, Kept>;
  readonly askedAt: number;
  waiting: Report[];
}

/**
 * A resolver that remembers. Give one to several dials so that they share it; `dial` has one of its own by default.
 *
 * @example
 * ```ts
 * const resolver = new NameCache({ ttlMs: 30_000 });
 * await dial("example.com:7", (carrier) => new LineClient(carrier), { resolver });
 * ```
 */
export class NameCache implements NameResolver {
  private readonly resolver: NameResolver;
  private readonly ttlMs: number;
  private readonly maxTtlMs: number;
  private readonly negativeTtlMs: number;
  private readonly staleMs: number;
  private readonly maxNames: number;
  private readonly time: DialTime;
  /** Asked for last, last. */
  private readonly entries: Map<string, Entry>;

  constructor(options: NameCacheOptions = {}) {
    this.resolver = options.resolver ?? systemResolver;
    this.ttlMs = options.ttlMs ?? 10_000;
    this.maxTtlMs = options.maxTtlMs ?? 300_000;
    this.negativeTtlMs = options.negativeTtlMs ?? 1_000;
    this.staleMs = options.staleMs ?? 300_000;
    this.maxNames = options.maxNames ?? 256;
    this.time = options.time ?? systemTime;
    this.entries = new Map();
  }

  /** Names that are kept or asked for. */
  get size(): number {
    return this.entries.size;
  }

  /** Reports what is kept, in this turn; asks for what is not. */
  resolve(name: string, report: (answer: NameAnswer) => void): void {
    const key = name.toLowerCase();
    const now = this.time.now();
    const entry = this.entries.get(key);
    if (entry !== undefined && isComplete(entry)) {
      if (isFresh(entry, now)) {
        for (const { answer } of [...entry.answers.values()]) report(answer);
        return;
      }
    } else if (entry !== undefined && now - entry.askedAt < MAX_QUESTION_MS) {
      entry.waiting.push(report);
      for (const { answer } of [...entry.answers.values()]) report(answer);
      return;
    }
    this.ask(key, entry, now, report);
  }

  /** Forgets every answer, after a change of networks for example. */
  clear(): void {
    this.entries.clear();
  }

  private ask(name: string, old: Entry | undefined, now: number, report: Report): void {
    const before = old === undefined ? NOTHING : isComplete(old) ? old.answers : old.before;
    const entry: Entry = { answers: new Map(), before, askedAt: now, waiting: [report] };
    this.entries.delete(name); // the last in order is the one asked for last
    this.entries.set(name, entry);
    if (this.entries.size > this.maxNames) this.entries.delete(this.entries.keys().next().value as string);
    try {
      this.resolver.resolve(name, (answer) => this.answered(entry, answer));
    } catch (error) {
      this.answered(entry, { family: 0, addresses: [], ttlMs: -1, error: error as Error });
    }
  }

  private answered(entry: Entry, answer: NameAnswer): void {
    if (isComplete(entry) || entry.answers.has(answer.family)) return; // it was told already
    const kept = this.keep(entry, checkedAnswer(answer));
    entry.answers.set(answer.family, kept);
    const { waiting } = entry;
    if (isComplete(entry)) entry.waiting = [];
    for (const report of [...waiting]) report(kept.answer);
  }

  private keep(entry: Entry, answer: NameAnswer): Kept {
    const now = this.time.now();
    const old = entry.before.get(answer.family);
    // Nobody could say: what was true is likely to be true still (RFC 8767 §4). That there is no address is an answer.
    if (answer.error !== null && !isNegative(answer.error) && old !== undefined && now < old.staleUntil)
      return { answer: old.answer, expires: now + this.negativeTtlMs, staleUntil: old.staleUntil };
    if (answer.error !== null) return { answer, expires: now + this.negativeTtlMs, staleUntil: 0 };
    const ttlMs = Math.min(answer.ttlMs < 0 ? this.ttlMs : answer.ttlMs, this.maxTtlMs);
    return { answer, expires: now + ttlMs, staleUntil: now + ttlMs + this.staleMs };
  }
}

function isComplete({ answers }: Entry): boolean {
  return answers.has(0) || (answers.has(4) && answers.has(6));
}

function isFresh({ answers }: Entry, now: number): boolean {
  for (const { expires } of answers.values()) if (expires <= now) return false;
  return true;
}

/** A question that has had no answer for so long is asked anew; nobody else waits for it. */
const MAX_QUESTION_MS = 30_000;
const NOTHING: ReadonlyMap<number, Kept> = new Map();

/** Of all who were given no resolver of their own. */
export const sharedNames: NameCache = new NameCache();
