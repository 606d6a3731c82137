/**
 * Range requests (RFC 9110 §14): parts of a representation, in octets.
 *
 * @module
 */
import { owsEnd, tokenEnd } from "./tokens.ts";

/** Ranges that one request may ask for; with more it gets the whole (S157). */
export const MAX_RANGES = 50;

/** Octets of a gap between two ranges that are sent rather than a new part: about what a part's head costs (§15.3.7.2). */
export const COALESCE_GAP = 80;

/** Octets from `first` to `last`, both included, as in the fields. */
export interface OctetRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a Range field against a representation's length.
 *
 * @param text - the field's value
 * @param length - octets of the representation
 * @param maxRanges - {@link MAX_RANGES} unless given
 * @returns the ranges in the order asked for, cut to the length, those beyond it left out; `[]` when none is left:
 *   answer 416 with `formatUnsatisfiedRange(length)`; `null` when the field is to be ignored: another unit than
 *   bytes, a syntax error, more than `maxRanges` (§14.2 allows all three)
 *
 * Ranges may overlap: pass them to {@link coalesceRanges} before sending (S157).
 *
 * @example
 * ```ts
 * parseRange("bytes=0-499", 10_000); // [{ first: 0, last: 499 }]
 * parseRange("bytes=-500", 10_000); // [{ first: 9500, last: 9999 }]
 * parseRange("bytes=10000-", 10_000); // []
 * parseRange("lines=1-2", 10_000); // null
 * ```
 *
 * RFC 9110 §14.1.2 and §14.2. Linear.
 */
export function parseRange(text: string, length: number, maxRanges: number = MAX_RANGES): OctetRange[] | null {
  const unit = tokenEnd(text, 0);
  if (text.charCodeAt(unit) !== EQUALS || text.slice(0, unit).toLowerCase() !== "bytes") return null;
  const ranges: OctetRange[] = [];
  let count = 0;
  let any = false;
  for (let at = unit + 1; at <= text.length; at++) {
    if (++count > maxRanges) return null;
    at = owsEnd(text, at);
    if (at < text.length && text.charCodeAt(at) !== COMMA) {
      const dash = digitsEnd(text, at);
      const end = digitsEnd(text, dash + 1);
      if (text.charCodeAt(dash) !== DASH || end - at < 2) return null; // "-" alone is neither form
      const first = integer(text, at, dash);
      const last = integer(text, dash + 1, end);
      if (first > last) return null; // false for the NaN of an open end
      any = true;
      const range = Number.isNaN(first) ? suffix(last, length) : { first, last: last < length ? last : length - 1 };
      if (range.first < length && range.first <= range.last) ranges.push(range);
      at = owsEnd(text, end);
      if (at < text.length && text.charCodeAt(at) !== COMMA) return null;
    }
  }
  return any ? ranges : null;
}

/**
 * Joins ranges that overlap, touch, or are less than `gap` octets apart, so that no octet is sent twice (S157).
 *
 * @returns the ranges in the order in which the first of each was asked for (§15.3.7.2)
 *
 * @example
 * ```ts
 * coalesceRanges([{ first: 0, last: 9 }, { first: 5, last: 20 }]); // [{ first: 0, last: 20 }]
 * ```
 */
export function coalesceRanges(ranges: readonly OctetRange[], gap: number = COALESCE_GAP): OctetRange[] {
  const sorted = ranges.map((range, order) => ({ ...range, order })).sort((a, b) => a.first - b.first);
  const joined: { first: number; last: number; order: number }[] = [];
  for (const range of sorted) {
    const before = joined.at(-1);
    if (before === undefined || range.first - before.last > gap + 1) joined.push(range);
    else {
      before.last = Math.max(before.last, range.last);
      before.order = Math.min(before.order, range.order);
    }
  }
  return joined.sort((a, b) => a.order - b.order).map(({ first, last }) => ({ first, last }));
}

/** What a Content-Range field says. */
export interface ContentRange {
  /** `null` in a 416: no range was satisfied. */
  readonly range: OctetRange | null;
  /** Octets of the complete representation, or `null` when the sender did not know it. */
  readonly length: number | null;
}

/**
 * Reads a Content-Range field in bytes.
 *
 * @returns what it says, or `null` when it is malformed, in another unit, or contradicts itself: its last octet
 *   before its first, or not within its length. Such a part must not be put together with others (§14.4, S35)
 *
 * @example
 * ```ts
 * parseContentRange("bytes 42-1233/1234"); // { range: { first: 42, last: 1233 }, length: 1234 }
 * parseContentRange("bytes *\/1234"); // { range: null, length: 1234 }
 * ```
 *
 * RFC 9110 §14.4.
 */
export function parseContentRange(text: string): ContentRange | null {
  const unit = tokenEnd(text, 0);
  if (text.charCodeAt(unit) !== SPACE || text.slice(0, unit).toLowerCase() !== "bytes") return null;
  const at = unit + 1;
  const slash = text.indexOf("/", at);
  if (slash < 0) return null;
  const unknown = text.length === slash + 2 && text.charCodeAt(slash + 1) === ASTERISK;
  const length = unknown ? null : exactInteger(text, slash + 1, text.length);
  if (Number.isNaN(length)) return null;
  if (text.charCodeAt(at) === ASTERISK && slash === at + 1) return length === null ? null : { range: null, length };
  const dash = digitsEnd(text, at);
  const first = exactInteger(text, at, dash);
  const last = exactInteger(text, dash + 1, slash);
  if (text.charCodeAt(dash) !== DASH || !(first <= last) || (length !== null && last >= length)) return null;
  return { range: { first, last }, length };
}

/**
 * Writes the Content-Range of a 206.
 *
 * @param length - octets of the complete representation, or `null` when it is not known
 * @throws RangeError when the numbers are not octet positions in this order
 *
 * @example
 * ```ts
 * formatContentRange({ first: 42, last: 1233 }, 1234); // "bytes 42-1233/1234"
 * ```
 */
export function formatContentRange({ first, last }: OctetRange, length: number | null): string {
  const inOrder = isPosition(first) && isPosition(last) && first <= last;
  if (!inOrder || (length !== null && !(isPosition(length) && last < length)))
    throw new RangeError(`not a range: ${first} to ${last} of ${length}; first <= last < length`);
  return `bytes ${first}-${last}/${length ?? "*"}`;
}

/**
 * Writes the Content-Range of a 416.
 *
 * @throws RangeError when `length` is not a number of octets
 *
 * @example
 * ```ts
 * formatUnsatisfiedRange(1234); // "bytes *\/1234"
 * ```
 */
export function formatUnsatisfiedRange(length: number): string {
  if (!isPosition(length)) throw new RangeError(`not a length: ${length}; give whole octets`);
  return `bytes */${length}`;
}

/** The last `count` octets; an empty range when there are none. */
function suffix(count: number, length: number): OctetRange {
  return { first: Math.max(0, length - count), last: length - 1 };
}

function digitsEnd(text: string, at: number): number {
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** The digits `text[start, end)` as a number, `NaN` when there are none. Beyond 2^53 they are cut to it: no wrap. */
function integer(text: string, start: number, end: number): number {
  if (end <= start) return Number.NaN;
  return Math.min(Number(text.slice(start, end)), Number.MAX_SAFE_INTEGER);
}

/** As {@link integer}, but `NaN` for what is no digit or not exact. */
function exactInteger(text: string, start: number, end: number): number {
  if (end <= start || digitsEnd(text, start) < end) return Number.NaN;
  const value = Number(text.slice(start, end));
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const SPACE = 0x20;
const ASTERISK = 0x2a;
const COMMA = 0x2c;
const DASH = 0x2d;
const EQUALS = 0x3d;
