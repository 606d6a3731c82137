/**
 * String literals (RFC 7541 §5.2): the writing half. The reading half is
 * {@link BlockReader.string}, which keeps the place in the block.
 *
 * @module
 */

import { huffmanEncode, huffmanLength, NOT_OCTETS, NOT_SHORTER } from "./huffman-encoder.ts";
import { encodeInteger } from "./integer.ts";

/**
 * Writes a text at `out[at]`, in the Huffman code if that is shorter; returns
 * the offset after it, or {@link NOT_OCTETS}.
 */
export function encodeString(text: string, out: Uint8Array, at: number): number {
  if (text.length >= LONG) return encodeLongString(text, out, at);
  // Tried, not computed first: one walk over the text instead of two. The length takes one octet in either form.
  const end = huffmanEncode(text, out, at + 1);
  if (end === NOT_SHORTER) return encodeRaw(text, out, at);
  if (end === NOT_OCTETS) return NOT_OCTETS;
  out[at] = HUFFMAN | (end - at - 1);
  return end;
}

function encodeLongString(text: string, out: Uint8Array, at: number): number {
  const length = huffmanLength(text);
  if (length >= text.length) return encodeRaw(text, out, at);
  return length === NOT_OCTETS ? NOT_OCTETS : huffmanEncode(text, out, encodeInteger(length, HUFFMAN, 0x7f, out, at));
}

function encodeRaw(text: string, out: Uint8Array, at: number): number {
  at = encodeInteger(text.length, 0, 0x7f, out, at);
  let units = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    units |= unit;
    out[at + i] = unit;
  }
  return units > 0xff ? NOT_OCTETS : at + text.length;
}

/** Code units from which a length may take more than one octet (§5.1). */
const LONG = 0x7f;

/** The first bit of a string in the Huffman code. */
const HUFFMAN = 0x80;
