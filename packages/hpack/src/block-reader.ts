/**
 * Integers and strings of a header block (RFC 7541 §5), read one after another.
 *
 * @module
 */

import { HpackError } from "./errors.ts";
import { decodedBound, huffmanDecode, MALFORMED } from "./huffman-decoder.ts";
import { MAX_CONTINUATION, MAX_INTEGER } from "./integer.ts";
import { latin1 } from "./latin1.ts";

/** A place in a header block. The octets are lent for the call and never kept here. */
export class BlockReader {
  /** The next octet to be read. */
  at = 0;
  /** One past the last octet of the block. */
  end = 0;

  /**
   * An integer whose first octet was `first`, already read (§5.1).
   *
   * @param mask - the prefix with all bits set: 2^N - 1
   * @throws HpackError ERR_HPACK_INTEGER, ERR_HPACK_TRUNCATED
   */
  integer(bytes: Uint8Array, first: number, mask: number): number {
    let value = first & mask;
    if (value < mask) return value;
    let unit = 1;
    for (let octets = 0; octets < MAX_CONTINUATION; octets++) {
      if (this.at >= this.end) throw new HpackError("ERR_HPACK_TRUNCATED");
      const octet = bytes[this.at++] as number;
      value += (octet & 0x7f) * unit; // no shift: it would wrap round to a small number
      if (value > MAX_INTEGER) throw new HpackError("ERR_HPACK_INTEGER");
      if (octet < 0x80) return value;
      unit *= 0x80;
    }
    throw new HpackError("ERR_HPACK_INTEGER");
  }

  /**
   * A string literal (§5.2).
   *
   * @param keep - false to check it and return `""`, when nobody wants it
   * @throws HpackError ERR_HPACK_INTEGER, ERR_HPACK_TRUNCATED, ERR_HPACK_HUFFMAN
   */
  string(bytes: Uint8Array, keep: boolean): string {
    if (this.at >= this.end) throw new HpackError("ERR_HPACK_TRUNCATED");
    const first = bytes[this.at++] as number;
    const length = this.integer(bytes, first, 0x7f);
    const start = this.at;
    if (length > this.end - start) throw new HpackError("ERR_HPACK_TRUNCATED");
    this.at = start + length;
    if (first < 0x80) return keep ? latin1(bytes, start, this.at) : "";
    const bound = decodedBound(length);
    const room = bound <= ROOM.length ? ROOM : new Uint8Array(bound);
    const written = huffmanDecode(bytes, start, this.at, room);
    if (written === MALFORMED) throw new HpackError("ERR_HPACK_HUFFMAN");
    return keep ? latin1(room, 0, written) : "";
  }
}

/** Where strings are decoded to; longer ones are given memory of their own. Empty between calls: one is enough. */
const ROOM: Uint8Array = new Uint8Array(4096);
