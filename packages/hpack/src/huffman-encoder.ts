/**
 * Writing Huffman-coded strings (RFC 7541 §5.2), 32 bits at a time.
 *
 * @module
 */

import { CODES, LENGTHS } from "./huffman-code.ts";

/** Returned for a text with a code unit above U+00FF, which no octet stands for. */
export const NOT_OCTETS = -1;

/** Octets that {@link huffmanEncode} writes for a text, or {@link NOT_OCTETS}. */
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

/** Writes a text of octets at `out[at]` in the Huffman code; returns the offset after it. */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  let bits = 0; // the octets begun, from the highest bit
  let free = 32;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const code = CODES[symbol] as number;
    free -= LENGTHS[symbol] as number;
    if (free >= 0) {
      bits |= code << free;
      continue;
    }
    bits |= code >>> -free;
    out[at] = bits >>> 24;
    out[at + 1] = bits >>> 16;
    out[at + 2] = bits >>> 8;
    out[at + 3] = bits;
    at += 4;
    free += 32;
    bits = code << free;
  }
  if (free === 32) return at;
  if (free > 0) bits |= 0xffff_ffff >>> (32 - free); // padding: the first bits of EOS, all ones
  for (; free < 32; free += 8) {
    out[at++] = bits >>> 24;
    bits <<= 8;
  }
  return at;
}
