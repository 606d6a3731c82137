/**
 * What a peer may send before it is refused. Every limit is a number of the
 * caller's choice, with a default that is safe on the open internet.
 *
 * @module
 */

/** Bounds on one head: the start line and the field section (RFC 9112 §2.1). */
export interface HeadLimits {
  /** Octets of the whole head, from the first of the start line to the empty line: 431 beyond (S93). */
  maxHeadOctets: number;
  /** Octets of a method: 501 beyond, as RFC 9112 §3 asks. The longest registered one has 17. */
  maxMethodOctets: number;
  /** Octets of a request target: 414 beyond (S40). RFC 9112 §3 recommends to support at least 8000. */
  maxTargetOctets: number;
  /** Field lines: 431 beyond (S93). */
  maxFields: number;
  /** Empty lines before the start line (RFC 9112 §2.2): 400 beyond (S40, a flood that never becomes a request). */
  maxLeadingEmptyLines: number;
}

/** Safe for a server on the open internet; browsers and proxies stay well below. */
export const DEFAULT_HEAD_LIMITS: Readonly<HeadLimits> = Object.freeze({
  maxHeadOctets: 16_384,
  maxMethodOctets: 32,
  maxTargetOctets: 8192,
  maxFields: 100,
  maxLeadingEmptyLines: 4,
});

/** Bounds on what chunked coding adds to the content (RFC 9112 §7.1). The content itself is the caller's to bound. */
export interface ChunkedLimits {
  /** Octets of the extensions of one chunk, from the first ";" (S14: work that no content limit counts). */
  maxChunkExtensionOctets: number;
  /** Octets of all extensions of one message (S14). */
  maxTotalExtensionOctets: number;
  /** Octets of the trailer section with its empty line (S39). */
  maxTrailerOctets: number;
  /** Field lines of the trailer section (S39). */
  maxTrailerFields: number;
}

/** Nobody sends extensions in earnest; trailers are a checksum or a status. */
export const DEFAULT_CHUNKED_LIMITS: Readonly<ChunkedLimits> = Object.freeze({
  maxChunkExtensionOctets: 256,
  maxTotalExtensionOctets: 16_384,
  maxTrailerOctets: 8192,
  maxTrailerFields: 64,
});

/**
 * The defaults with the given limits in their place.
 *
 * @throws RangeError when a limit is not a whole number from 0 to 2^31 - 1:
 *   `NaN` would compare as "never reached" and `Infinity` is no bound
 * @throws TypeError for a name that is unknown: a limit that is misspelled is none
 */
export function withDefaults<Limits extends HeadLimits | ChunkedLimits>(
  defaults: Readonly<Limits>,
  given: Partial<Limits> | undefined,
): Readonly<Limits> {
  if (given === undefined) return defaults;
  if (typeof given !== "object" || given === null) throw new TypeError(`limits are an object, not ${String(given)}`);
  const limits: Limits = { ...defaults };
  // What it has itself, and not what a polluted prototype says (S127).
  for (const name of Object.keys(given) as (keyof Limits)[]) {
    const value = given[name];
    if (!Object.hasOwn(defaults, name))
      throw new TypeError(`${String(name)} is no limit; known are ${Object.keys(defaults).join(", ")}`);
    if (value === undefined) continue;
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_LIMIT)
      throw new RangeError(`${String(name)} must be a whole number from 0 to ${MAX_LIMIT}, not ${String(value)}`);
    limits[name] = value as Limits[keyof Limits];
  }
  return limits;
}

const MAX_LIMIT = 2 ** 31 - 1;
