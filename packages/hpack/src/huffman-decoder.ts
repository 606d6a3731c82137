/**
 * Reading Huffman-coded strings (RFC 7541 §5.2), four bits at a time.
 *
 * A code tree of 257 leaves has 256 inner nodes; a state is the node that has
 * been reached. The shortest code has five bits, so four bits end at most one
 * symbol.
 *
 * @module
 */

import { CODES, EOS, LENGTHS, SYMBOL_COUNT } from "./huffman-code.ts";

/** Returned for octets that are no Huffman-coded string. */
export const MALFORMED = -1;

/**
 * Decodes `bytes[at, end)` into `out` from its start.
 *
 * @param out - at least {@link decodedBound} octets
 * @returns how many octets were written, or {@link MALFORMED}: EOS in the
 *   string, padding of more than 7 bits, or padding that is not all ones
 */
export function huffmanDecode(bytes: Uint8Array, at: number, end: number, out: Uint8Array): number {
  let state = ROOT;
  let written = 0;
  for (; at < end; at++) {
    const octet = bytes[at] as number;
    let step = STEPS[(state << 4) | (octet >> 4)] as number;
    out[written] = step; // always written, kept only if `written` moves on: no branch to mispredict
    written += (step >> 8) & 1;
    step = STEPS[((step >> 9) << 4) | (octet & 15)] as number;
    out[written] = step;
    written += (step >> 8) & 1;
    state = step >> 9;
  }
  return PADDED[state] === 1 ? written : MALFORMED;
}

/** Octets that `length` coded octets may need: no code is shorter than 5 bits, and one is written ahead. */
export function decodedBound(length: number): number {
  return Math.floor((length * 8) / 5) + 1;
}

/** The state of a string that ends with a whole symbol. */
const ROOT = 0;

/** The state after EOS, which no bits lead out of. */
const DEAD = 256;

/** State and four bits to: bits 0-7 a symbol, bit 8 whether there is one, bits 9-17 the next state. */
const STEPS: Int32Array = new Int32Array((DEAD + 1) * 16);

/** 1 for a state in which a string may end: the root, and up to 7 bits of EOS further. */
const PADDED: Uint8Array = new Uint8Array(DEAD + 1);

/** The tree: two children for each inner node; a leaf is ~symbol, which is negative. */
const tree: number[][] = [[]];
for (let symbol = 0; symbol < SYMBOL_COUNT; symbol++) {
  let node = ROOT;
  for (let bit = (LENGTHS[symbol] as number) - 1; bit > 0; bit--) {
    const children = tree[node] as number[];
    node = children[((CODES[symbol] as number) >> bit) & 1] ??= tree.push([]) - 1;
  }
  (tree[node] as number[])[(CODES[symbol] as number) & 1] = ~symbol;
}
for (let state = 0; state < DEAD; state++)
  for (let nibble = 0; nibble < 16; nibble++) {
    let node = state;
    let ended = 0;
    for (let bit = 3; bit >= 0 && node !== DEAD; bit--) {
      node = tree[node]?.[(nibble >> bit) & 1] as number;
      if (node === ~EOS) node = DEAD;
      if (node >= 0) continue;
      ended = 0x100 | ~node;
      node = ROOT;
    }
    STEPS[(state << 4) | nibble] = (node << 9) | ended;
  }
STEPS.fill(DEAD << 9, DEAD << 4);
for (let bits = 0, node = ROOT; bits <= 7; bits++) {
  PADDED[node] = 1;
  node = tree[node]?.[1] as number;
}
