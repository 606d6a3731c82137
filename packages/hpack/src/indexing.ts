/**
 * Which fields enter the dynamic table (RFC 7541 §7.1).
 *
 * Secrets never do. Any other field does, until its name turns out to have
 * another value each time: such values only push out what would be used.
 * Learning this compressed 24 recorded connections to 24.8 % of their octets;
 * a fixed list of such names (:path, etag, age …), which other encoders have,
 * to 25.8 %.
 *
 * @module
 */

import type { KnownName } from "./known-name.ts";
import { ENTRY_OVERHEAD } from "./limits.ts";

/** How the fields of a name are written when no table holds them. */
export type Indexing =
  /** With incremental indexing (§6.2.1); without (§6.2.2) if it would not pay. */
  | typeof INDEXED
  /** Never indexed, on no hop (§6.2.3): the size of a block would tell whether a guess at the value is right (§7.1). */
  | typeof NEVER_INDEXED
  /** The same if the value is short; a long one cannot be guessed as a whole (§7.1.3). */
  | typeof NEVER_INDEXED_IF_SHORT;

export const INDEXED = 0;
export const NEVER_INDEXED = 1;
export const NEVER_INDEXED_IF_SHORT = 2;

/** Octets from which a value counts as long: too many guesses. Browsers and servers draw the line here (§7.1.3). */
export const LONG_VALUE = 20;

/** Names that are treated specially; any other is {@link INDEXED}. */
const BY_NAME: ReadonlyMap<string, Indexing> = new Map<string, Indexing>([
  ["authorization", NEVER_INDEXED],
  ["proxy-authorization", NEVER_INDEXED],
  ["set-cookie", NEVER_INDEXED],
  ["cookie", NEVER_INDEXED_IF_SHORT],
]);

/** How fields of a name are treated unless an option says otherwise. */
export function indexingOf(name: string): Indexing {
  return BY_NAME.get(name) ?? INDEXED;
}

/** Whether a field is small enough to be an entry of a table of `maxOctets`. */
export function isEntry(name: string, value: string, maxOctets: number): boolean {
  return name.length + value.length + ENTRY_OVERHEAD <= maxOctets * LARGEST_SHARE;
}

/** Whether the values of a name differ each time, as far as is known. */
export function isVolatile(known: KnownName): boolean {
  return known.unused >= MAX_UNUSED;
}

/**
 * Whether a field of a volatile name comes twice running: it may have come to stay.
 *
 * Told by a hash of the literal `out[at, end)`, since a kept string may keep a
 * larger one alive, and the literal is shorter than the string: 15 ns instead
 * of 40 for a value of 14 octets.
 */
export function comesAgain(known: KnownName, out: Uint8Array, at: number, end: number): boolean {
  let hash = end - at;
  for (; at < end; at++) hash = (Math.imul(hash, 31) + (out[at] as number)) & 0x3fff_ffff;
  const isSame = hash === known.lastHash;
  known.lastHash = hash;
  return isSame;
}

/** The part of the table that one entry may fill: a larger one would push out most of the others. */
const LARGEST_SHARE = 0.75;

/** Entries of a name, inserted one after another and never used, before its values are taken to differ each time. */
const MAX_UNUSED = 3;
