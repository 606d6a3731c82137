/**
 * Encoding header blocks (RFC 7541 §3 and §6).
 *
 * @module
 */

import { EncoderTable } from "./encoder-table.ts";
import { NOT_OCTETS } from "./huffman-encoder.ts";
import { INDEXED, isWorthIndexing, LONG_VALUE, NEVER_INDEXED } from "./indexing.ts";
import { encodeInteger, MAX_INTEGER, MAX_INTEGER_OCTETS } from "./integer.ts";
import { DEFAULT_TABLE_SIZE, tableOctets } from "./limits.ts";
import { encodeString } from "./string-literal.ts";

/** How an encoder differs from the default. */
export interface HpackEncoderOptions {
  /**
   * Octets of the dynamic table at most, whatever the peer allows: memory for
   * each connection. Default {@link DEFAULT_TABLE_SIZE}.
   */
  readonly maxTableOctets?: number;
  /**
   * Names, in lower case, whose values are secrets: never indexed, here and on
   * every hop after us, besides authorization, proxy-authorization, set-cookie
   * and short cookies (RFC 7541 §7.1.3).
   */
  readonly neverIndexed?: readonly string[];
}

/** One direction of a connection: turns lists of fields into its header blocks. */
export class HpackEncoder {
  private readonly table: EncoderTable;
  private readonly ownMaxOctets: number;
  private peerMaxOctets: number = DEFAULT_TABLE_SIZE;
  /** The smallest size since the last block, or {@link NO_UPDATE} (RFC 7541 §4.2). */
  private smallestOctets: number = NO_UPDATE;

  constructor(options: HpackEncoderOptions = {}) {
    this.ownMaxOctets = Math.min(tableOctets(options.maxTableOctets ?? DEFAULT_TABLE_SIZE), MAX_INTEGER);
    this.table = new EncoderTable(DEFAULT_TABLE_SIZE, options.neverIndexed ?? NO_NAMES);
    if (this.ownMaxOctets < DEFAULT_TABLE_SIZE) this.resize(this.ownMaxOctets);
  }

  /** Octets of the dynamic table's entries (RFC 7541 §4.1). */
  get tableOctets(): number {
    return this.table.octets;
  }

  /**
   * The peer's SETTINGS_HEADER_TABLE_SIZE, in octets. The next block begins
   * with a size update where RFC 7541 §4.2 and RFC 9113 §4.3.1 want one.
   *
   * @throws RangeError for what is no number of octets up to 2^32 - 1
   */
  setPeerTableOctets(octets: number): void {
    const isReduced = tableOctets(octets) < this.peerMaxOctets;
    this.peerMaxOctets = octets;
    const size = Math.min(octets, this.ownMaxOctets);
    // A reduction is acknowledged even where our own bound kept the table below it: peers insist on it.
    if (isReduced || size !== this.table.maxOctets) this.resize(size);
  }

  /** Octets that {@link encode} writes at most for a list. */
  bound(fields: readonly string[]): number {
    let octets = 2 * MAX_INTEGER_OCTETS;
    for (let i = 0; i < fields.length; i++) octets += (fields[i] as string).length + MAX_STRING_OVERHEAD;
    return octets;
  }

  /**
   * Encodes a list as one header block, from `out[at]`.
   *
   * @param fields - name, value, name, value …; names in lower case, each code
   *   unit an octet
   * @param out - memory for {@link bound} octets from `at`
   * @param neverIndexed - where in the list names of fields stand that must
   *   not be indexed, rising, as from {@link HpackDecoder.neverIndexed}
   * @returns the offset after the block
   * @throws TypeError for a code unit above U+00FF, RangeError when `out` is
   *   too small: what was written is no block and must not be sent. The
   *   encoder can be used on.
   */
  encode(fields: readonly string[], out: Uint8Array, at: number, neverIndexed: readonly number[] = NO_FIELDS): number {
    if (this.smallestOctets !== NO_UPDATE) at = this.sizeUpdates(out, at);
    const { table } = this;
    let marks = 0;
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i] as string;
      const value = fields[i + 1] as string;
      const known = table.nameOf(name);
      let isNever = known.indexing !== INDEXED && (known.indexing === NEVER_INDEXED || value.length < LONG_VALUE);
      if (neverIndexed[marks] === i) {
        isNever = true;
        marks++;
      }
      let nameIndex: number;
      if (isNever) {
        nameIndex = table.indexOfName(known);
        at = encodeInteger(nameIndex, NEVER, 0x0f, out, at);
      } else {
        const index = table.indexOf(known, value);
        if (index !== 0) {
          at = encodeInteger(index, INDEX, 0x7f, out, at);
          continue;
        }
        nameIndex = table.indexOfName(known);
        if (isWorthIndexing(known, value, table.maxOctets)) {
          table.insert(known, value);
          at = encodeInteger(nameIndex, INDEXING, 0x3f, out, at);
        } else at = encodeInteger(nameIndex, WITHOUT, 0x0f, out, at);
      }
      if (nameIndex === 0) at = this.string(name, out, at);
      at = this.string(value, out, at);
    }
    if (at > out.length) {
      this.forget();
      throw new RangeError(`the block takes ${at} octets of memory, there are ${out.length}; see bound()`);
    }
    return at;
  }

  private string(text: string, out: Uint8Array, at: number): number {
    const next = encodeString(text, out, at);
    if (next !== NOT_OCTETS) return next;
    this.forget();
    throw new TypeError("a field has a character above U+00FF; encode it, for HTTP carries octets");
  }

  private resize(octets: number): void {
    this.table.resize(octets);
    this.smallestOctets = this.smallestOctets === NO_UPDATE ? octets : Math.min(octets, this.smallestOctets);
  }

  /** Entries that the decoder will never see are dropped; it learns so at the next block. */
  private forget(): void {
    const { maxOctets } = this.table;
    this.resize(0);
    this.resize(maxOctets);
  }

  /** RFC 7541 §4.2: the smallest size since the last block, then the one in force. */
  private sizeUpdates(out: Uint8Array, at: number): number {
    const { maxOctets } = this.table;
    if (this.smallestOctets < maxOctets) at = encodeInteger(this.smallestOctets, SIZE_UPDATE, 0x1f, out, at);
    this.smallestOctets = NO_UPDATE;
    return encodeInteger(maxOctets, SIZE_UPDATE, 0x1f, out, at);
  }
}

// The first octet of each representation (RFC 7541 §6).
const INDEX = 0x80;
const INDEXING = 0x40;
const SIZE_UPDATE = 0x20;
const NEVER = 0x10;
const WITHOUT = 0x00;

/** The decoder knows the size of the table. */
const NO_UPDATE = -1;

/** Octets that a string may take besides its own: its length, and the first octet of its field. */
const MAX_STRING_OVERHEAD: number = 2 * MAX_INTEGER_OCTETS;

const NO_FIELDS: readonly number[] = [];
const NO_NAMES: readonly string[] = [];
