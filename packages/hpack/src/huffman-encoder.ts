/**
 * Writing Huffman-coded strings (RFC 7541 §5.2), 32 bits at a time.
 *
 * @module
 */

import { CODES, LENGTHS } from "./huffman-code.ts";

/** Returned for a text with a code unit above U+00FF, which no octet stands for. */
export const NOT_OCTETS = -1;

/** Returned for a text that the code makes no shorter. */
export const NOT_SHORTER = -2;

/** Octets that a text has in the Huffman code, or {@link NOT_OCTETS}. */
export function huffmanLength(text: string): number {
  let bits = 0;
  let units = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    units |= unit;
    bits += LENGTHS[unit & 0xff] as number;
  }
  return units > 0xff ? NOT_OCTETS : (bits + 7) >>> 3;
}

/**
 * Writes a text at `out[at]` in the Huffman code, if that is shorter than the
 * text; fewer octets than the text has code units are touched.
 *
 * @returns the offset after it, {@link NOT_OCTETS} or {@link NOT_SHORTER}
 */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  const last = at + text.length - 1; // what is written has to end here or before
  let units = 0;
  let bits = 0; // not yet written, from the highest
  let free = 32;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const code = CODES[unit & 0xff] as number;
    units |= unit;
    free -= LENGTHS[unit & 0xff] as number;
    if (free >= 0) {
      bits |= code << free;
      continue;
    }
    if (at + 4 > last) return NOT_SHORTER;
    bits |= code >>> -free;
    out[at] = bits >>> 24;
    out[at + 1] = bits >>> 16;
    out[at + 2] = bits >>> 8;
    out[at + 3] = bits;
    at += 4;
    free += 32;
    bits = code << free;
  }
  if (units > 0xff) return NOT_OCTETS;
  if (at + ((39 - free) >> 3) > last) return NOT_SHORTER;
  if (free > 0) bits |= 0xffff_ffff >>> (32 - free); // padding: the first bits of EOS, all ones
  for (; free < 32; free += 8) {
    out[at++] = bits >>> 24;
    bits <<= 8;
  }
  return at;
}
