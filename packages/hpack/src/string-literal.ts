/**
 * String literals (RFC 7541 §5.2): the writing half. The reading half is
 * {@link BlockReader.string}, which keeps the place in the block.
 *
 * @module
 */

import { huffmanEncode, huffmanLength, NOT_OCTETS } from "./huffman-encoder.ts";
import { encodeInteger } from "./integer.ts";

/**
 * Writes a text at `out[at]`, in the Huffman code if that is shorter; returns
 * the offset after it, or {@link NOT_OCTETS}.
 */
export function encodeString(text: string, out: Uint8Array, at: number): number {
  const length = huffmanLength(text);
  if (length === NOT_OCTETS) return NOT_OCTETS;
  if (length < text.length) return huffmanEncode(text, out, encodeInteger(length, HUFFMAN, 0x7f, out, at));
  at = encodeInteger(text.length, 0, 0x7f, out, at);
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** The first bit of a string in the Huffman code. */
const HUFFMAN = 0x80;
