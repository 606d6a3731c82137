/**
 * Reading Huffman-coded strings (RFC 7541 §5.2), an octet at a time.
 *
 * A code tree of 257 leaves has 256 inner nodes; a state is the node that has
 * been reached. The shortest code has five bits, so eight bits end at most two
 * symbols.
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
    const step = STEPS[(state << 8) | (bytes[at] as number)] as number;
    // Both are always written, and kept as `written` moves on: no branch to mispredict.
    out[written] = step;
    out[written + 1] = step >> 8;
    written += (step >> 16) & 3;
    state = step >> 18;
  }
  return PADDED[state] === 1 ? written : MALFORMED;
}

/** Octets that `length` coded octets may need: no code is shorter than 5 bits, and two are written ahead. */
export function decodedBound(length: number): number {
  return Math.floor((length * 8) / 5) + 2;
}

/** The state of a string that ends with a whole symbol. */
const ROOT = 0;

/** The state after EOS, which no bits lead out of. */
const DEAD = 256;

/**
 * State and octet to: bits 0-15 up to two symbols, bits 16-17 how many, bits
 * 18-26 the next state. 256 KiB; the 16 KiB of four bits at a time took 1.9
 * times as long, 3.9 ns for each symbol instead of 2.0.
 */
const STEPS: Int32Array = new Int32Array((DEAD + 1) * 256);

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
for (let state = 0; state < DEAD; state++) walk(state, state << 8, 8, 0);
STEPS.fill(DEAD << 18, DEAD << 8);
for (let bits = 0, node = ROOT; bits <= 7; bits++) {
  PADDED[node] = 1;
  node = tree[node]?.[1] as number;
}

/** Fills in the steps `at` and following: those from a node by the bits that are left of an octet. */
function walk(node: number, at: number, left: number, ended: number): void {
  if (left === 0) {
    STEPS[at] = (node << 18) | ended;
    return;
  }
  for (let bit = 0; bit <= 1; bit++) {
    let next = node === DEAD ? DEAD : (tree[node]?.[bit] as number);
    let symbols = ended;
    if (next === ~EOS) next = DEAD;
    else if (next < 0) {
      symbols = ended === 0 ? 0x10000 | ~next : (ended + 0x10000) | (~next << 8);
      next = ROOT;
    }
    walk(next, at | (bit << (left - 1)), left - 1, symbols);
  }
}
