/**
 * Conditional requests (RFC 9110 §13): whether a request is to be carried out, given what the client knows.
 *
 * @module
 */
import { parseHttpDate } from "./date.ts";
import { isEntityTag, matchesStrongly, matchesWeakly, parseEntityTags } from "./entity-tag.ts";

/** The fields of a request that are conditions; its `Fields` have this shape. */
export interface ConditionFields {
  get(name: string): string | undefined;
}

/** What is known of the target's current representation. */
export interface Validators {
  /** False: there is none, e.g. before a PUT that creates one. Default true. */
  readonly exists?: boolean;
  /** Its entity tag, as in the ETag field. */
  readonly entityTag?: string;
  /** When it was last modified, seconds since 1970. */
  readonly lastModified?: number;
}

/** What {@link evaluatePreconditions} says: carry it out, answer 304, or answer 412. */
export type Precondition = "proceed" | "not-modified" | "failed";

/**
 * Evaluates the preconditions of a request in their order (§13.2.2).
 *
 * @param method - the request's
 * @param fields - the request's
 * @param validators - of the representation that would be sent or changed
 * @param now - the time of day, seconds since 1970, for dates with two-digit years
 * @returns `"not-modified"`: 304, only for GET and HEAD; `"failed"`: 412; else `"proceed"`
 *
 * Call it when the response without conditions would be 2xx, else that response goes (§13.2.1). A date that is none
 * is no condition (§13.1.3); a malformed If-Match matches nothing and fails, a malformed If-None-Match matches
 * nothing and lets the request proceed: what is not understood never hides a change and never makes one.
 *
 * @example
 * ```ts
 * const outcome = evaluatePreconditions("GET", request.fields, { entityTag: '"1"', lastModified: 784111777 }, now);
 * if (outcome === "not-modified") response.status = 304;
 * ```
 *
 * RFC 9110 §13.2. Linear (S156).
 */
export function evaluatePreconditions(
  method: string,
  fields: ConditionFields,
  validators: Validators,
  now: number,
): Precondition {
  // No representation is selected or changed by these (§13.2.1).
  if (method === "CONNECT" || method === "OPTIONS" || method === "TRACE") return "proceed";
  const { lastModified } = validators;

  const ifMatch = fields.get("if-match");
  if (ifMatch !== undefined) {
    if (!listMatches(ifMatch, validators, matchesStrongly)) return "failed";
  } else if (lastModified !== undefined) {
    const unmodifiedSince = dateOf(fields.get("if-unmodified-since"), now);
    if (lastModified > unmodifiedSince) return "failed"; // false for NaN: no date, no condition
  }

  const reads = method === "GET" || method === "HEAD";
  const ifNoneMatch = fields.get("if-none-match");
  if (ifNoneMatch !== undefined) {
    if (listMatches(ifNoneMatch, validators, matchesWeakly)) return reads ? "not-modified" : "failed";
  } else if (reads && lastModified !== undefined) {
    const modifiedSince = dateOf(fields.get("if-modified-since"), now);
    if (lastModified <= modifiedSince) return "not-modified";
  }
  return "proceed";
}

/**
 * Whether the Range field of a GET request is to be looked at: there is no If-Range, or it names the current
 * representation. Otherwise the whole of it is sent.
 *
 * A date counts only when it is exactly `lastModified` and that was before the current second: within one second a
 * representation can change twice (§8.8.2.2).
 *
 * @example
 * ```ts
 * rangeApplies(request.fields, { entityTag: '"1"' }, now);
 * ```
 *
 * RFC 9110 §13.1.5. Ranges of two states glued together would be a third that never was (S35).
 */
export function rangeApplies(fields: ConditionFields, validators: Validators, now: number): boolean {
  const ifRange = fields.get("if-range");
  if (ifRange === undefined) return true;
  const { entityTag, lastModified } = validators;
  if (isEntityTag(ifRange)) return entityTag !== undefined && matchesStrongly(ifRange, entityTag);
  return lastModified !== undefined && lastModified < Math.floor(now) && parseHttpDate(ifRange, now) === lastModified;
}

/** Whether `*` or a list of entity tags matches the representation that exists. */
function listMatches(list: string, validators: Validators, matches: (a: string, b: string) => boolean): boolean {
  if (validators.exists === false) return false;
  if (list === "*") return true;
  const { entityTag } = validators;
  if (entityTag === undefined) return false;
  return parseEntityTags(list)?.some((tag) => matches(tag, entityTag)) ?? false;
}

function dateOf(text: string | undefined, now: number): number {
  return text === undefined ? Number.NaN : parseHttpDate(text, now);
}
