/**
 * Integers with an N-bit prefix (RFC 7541 §5.1): the writing half. The reading
 * half is {@link BlockReader.integer}, which keeps the place in the block.
 *
 * @module
 */

/** The largest integer that is read or written: no length, index or table comes near it. */
export const MAX_INTEGER = 0x7fff_ffff;

/** Octets after the prefix that are read; 5 are enough for {@link MAX_INTEGER} and leave room for padding. */
export const MAX_CONTINUATION = 5;

/** Octets that {@link encodeInteger} writes at most. */
export const MAX_INTEGER_OCTETS = 6;

/**
 * Writes an integer at `out[at]`; returns the offset after it.
 *
 * @param pattern - the bits above the prefix, such as 0x40
 * @param mask - the prefix with all bits set: 2^N - 1
 */
export function encodeInteger(value: number, pattern: number, mask: number, out: Uint8Array, at: number): number {
  if (value < mask) {
    out[at] = pattern | value;
    return at + 1;
  }
  out[at++] = pattern | mask;
  let rest = value - mask;
  while (rest >= 0x80) {
    out[at++] = 0x80 | (rest & 0x7f);
    rest >>>= 7;
  }
  out[at] = rest;
  return at + 1;
}
