/**
 * Encoding header blocks (RFC 7541 §3 and §6).
 *
 * @module
 */

import { EncoderTable } from "./encoder-table.ts";
import { NOT_OCTETS } from "./huffman-encoder.ts";
import { comesAgain, INDEXED, isEntry, isVolatile, LONG_VALUE, NEVER_INDEXED } from "./indexing.ts";
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

/**
 * One direction of a connection: turns lists of fields into its header blocks.
 *
 * @example
 * ```ts
 * const encoder = new HpackEncoder(); // one for each connection
 * const list = [":status", "200", "content-type", "text/plain"]; // name, value, name, value …
 * const memory = new Uint8Array(encoder.bound(list));
 * const end = encoder.encode(list, memory, 0);
 * ```
 *
 * RFC 7541 §6.
 */
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
    let marked = neverIndexed[0] ?? NONE;
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i] as string;
      const value = fields[i + 1] as string;
      const known = table.nameOf(name);
      let isNever = known.indexing !== INDEXED && (known.indexing === NEVER_INDEXED || value.length < LONG_VALUE);
      if (i === marked) {
        isNever = true;
        marked = neverIndexed[++marks] ?? NONE;
      }
      if (isNever) {
        at = this.literal(NEVER, 0x0f, table.indexOfName(known), name, value, out, at);
        continue;
      }
      const index = table.indexOf(known, value);
      if (index !== 0) {
        at = encodeInteger(index, INDEX, 0x7f, out, at);
        continue;
      }
      const nameIndex = table.indexOfName(known); // before anything is evicted: it may be the name of what goes
      let isIndexing = isEntry(name, value, table.maxOctets);
      if (!isIndexing || isVolatile(known)) {
        const end = this.literal(WITHOUT, 0x0f, nameIndex, name, value, out, at);
        isIndexing &&= comesAgain(known, out, at, end);
        if (!isIndexing) {
          at = end;
          continue;
        }
      }
      table.insert(known, value);
      at = this.literal(INDEXING, 0x3f, nameIndex, name, value, out, at);
    }
    if (at > out.length) {
      this.forget();
      throw new RangeError(`the block takes ${at} octets of memory, there are ${out.length}; see bound()`);
    }
    return at;
  }

  /** A literal of any kind (§6.2): its name is an index, or a string when that is 0. */
  private literal(
    pattern: number,
    mask: number,
    nameIndex: number,
    name: string,
    value: string,
    out: Uint8Array,
    at: number,
  ): number {
    at = encodeInteger(nameIndex, pattern, mask, out, at);
    if (nameIndex === 0) at = encodeString(name, out, at);
    if (at !== NOT_OCTETS) at = encodeString(value, out, at);
    if (at !== NOT_OCTETS) return at;
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

/** No further field is marked. */
const NONE = -1;

/** Octets that a string may take besides its own: its length, and the first octet of its field. */
const MAX_STRING_OVERHEAD: number = 2 * MAX_INTEGER_OCTETS;

const NO_FIELDS: readonly number[] = [];
const NO_NAMES: readonly string[] = [];
