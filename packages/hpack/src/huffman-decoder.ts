/**
 * Reading Huffman-coded strings (RFC 7541 §5.2), an octet at a time.
 *
 * A code tree of 257 leaves has 256 inner nodes; a state is the node that has
 * been reached. The shortest code has five bits, so eight bits end at most two
 * symbols.
 *
 * @module
 */

import { CODES, EOS, LENGTHS } from "./huffman-code.ts";

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
 * What one bit does in each state, from the codes: bits 0-15 hold the symbols
 * that it ends, bits 16-17 how many, bits 18-26 the next state.
 */
const BIT_STEPS: Int32Array = new Int32Array((DEAD + 1) * 2).fill(DEAD << 18);
let states = 1;
for (let symbol = 0; symbol < EOS; symbol++) {
  const code = CODES[symbol] as number;
  let state = ROOT;
  for (let bit = (LENGTHS[symbol] as number) - 1; bit > 0; bit--) {
    const at = (state << 1) | ((code >> bit) & 1);
    if (BIT_STEPS[at] === DEAD << 18) BIT_STEPS[at] = states++ << 18;
    state = (BIT_STEPS[at] as number) >> 18;
  }
  BIT_STEPS[(state << 1) | (code & 1)] = (ROOT << 18) | 0x10000 | symbol;
}

/**
 * The same for an octet. 256 KiB: four bits at a time, in 16 KiB, took 1.9 times
 * as long, 3.9 ns for each symbol instead of 2.0.
 */
const STEPS: Int32Array = joined(joined(joined(BIT_STEPS, 1), 2), 4);

/** Steps of twice as many bits, each one after another. */
function joined(steps: Int32Array, bits: number): Int32Array {
  const longer = new Int32Array(steps.length << bits);
  const low = (1 << bits) - 1;
  for (let at = 0; at < longer.length; at++) {
    const first = steps[at >> bits] as number;
    const second = steps[((first >> 18) << bits) | (at & low)] as number;
    const shift = (first >> 13) & 8; // the second's symbol stands behind the first's, if it has one
    longer[at] = (second & ~0xffff) + (first & 0x10000) + ((first & 0xff) | ((second & 0xff) << shift));
  }
  return longer;
}

/** 1 for a state in which a string may end: the root, and up to 7 bits of EOS, which are ones, further. */
const PADDED: Uint8Array = new Uint8Array(DEAD + 1);
for (let bits = 0, state = ROOT; bits <= 7; bits++) {
  PADDED[state] = 1;
  state = (BIT_STEPS[(state << 1) | 1] as number) >> 18;
}
