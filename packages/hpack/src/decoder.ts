/**
 * Decoding header blocks (RFC 7541 §3 and §6).
 *
 * @module
 */

import { BlockReader } from "./block-reader.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { HpackError } from "./errors.ts";
import {
  DEFAULT_MAX_FIELD_SECTION_OCTETS,
  DEFAULT_MAX_FIELDS,
  DEFAULT_TABLE_SIZE,
  ENTRY_OVERHEAD,
  tableOctets,
} from "./limits.ts";
import { STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from "./static-table.ts";

/** Bounds of a decoder; see the constants for what each stops. */
export interface HpackDecoderOptions {
  /**
   * The largest table that the peer may ask for, in octets; default
   * {@link DEFAULT_TABLE_SIZE}. The table begins with this size or the default,
   * whichever is smaller. In HTTP/2 a value below the default is in force only
   * once the peer has acknowledged it: give it to
   * {@link HpackDecoder.setMaxTableOctets} then, and not here.
   */
  readonly maxTableOctets?: number;
  /** Octets of a decoded section, 32 more for each field; default {@link DEFAULT_MAX_FIELD_SECTION_OCTETS}. */
  readonly maxFieldSectionOctets?: number;
  /** Fields of a section; default {@link DEFAULT_MAX_FIELDS}. */
  readonly maxFields?: number;
}

/**
 * One direction of a connection: turns its header blocks, in their order, into lists of fields.
 *
 * @example
 * ```ts
 * const decoder = new HpackDecoder({ maxFieldSectionOctets: 16_384 }); // one for each connection
 * const list = decoder.decode(bytes, 0, bytes.length); // name, value, name, value …
 * ```
 *
 * RFC 7541 §3.
 */
export class HpackDecoder {
  private readonly reader: BlockReader = new BlockReader();
  private readonly table: DynamicTable;
  private readonly maxFieldSectionOctets: number;
  private readonly maxFields: number;
  private maxTableOctets: number;
  private updateDue = false;
  private isTooLarge = false;
  private never: number[] = NONE;

  constructor(options: HpackDecoderOptions = {}) {
    this.maxTableOctets = tableOctets(options.maxTableOctets ?? DEFAULT_TABLE_SIZE);
    this.maxFieldSectionOctets = options.maxFieldSectionOctets ?? DEFAULT_MAX_FIELD_SECTION_OCTETS;
    this.maxFields = options.maxFields ?? DEFAULT_MAX_FIELDS;
    this.table = new DynamicTable(Math.min(this.maxTableOctets, DEFAULT_TABLE_SIZE));
  }

  /** Whether the last section was over a limit: its list is cut short, its block was read to the end. */
  get tooLarge(): boolean {
    return this.isTooLarge;
  }

  /**
   * Where in the last list the names of never-indexed fields stand: even
   * numbers, rising. Who passes the fields on gives them to
   * {@link HpackEncoder.encode} (RFC 7541 §6.2.3: an intermediary MUST).
   */
  get neverIndexed(): readonly number[] {
    return this.never;
  }

  /** Octets of the dynamic table's entries (RFC 7541 §4.1). */
  get tableOctets(): number {
    return this.table.octets;
  }

  /**
   * Announces another bound for the table, in octets.
   *
   * To be called when the peer has acknowledged the setting. If the table is
   * larger, the next block has to begin with a size update (RFC 7541 §4.2,
   * RFC 9113 §4.3.1). Laxer than RFC 9113: a peer whose table is smaller
   * already need not say so again, since nothing depends on it.
   *
   * @throws RangeError for what is no number of octets up to 2^32 - 1
   */
  setMaxTableOctets(octets: number): void {
    this.maxTableOctets = tableOctets(octets);
    if (this.table.maxOctets > octets) this.updateDue = true;
  }

  /**
   * Decodes the whole header block `bytes[at, end)`.
   *
   * The block is never refused for what it decodes to: over a limit the fields
   * are read, so that the dynamic table stays in step, but no longer collected,
   * and {@link tooLarge} is true.
   *
   * @returns name, value, name, value …; a fresh list
   * @throws HpackError when the block breaks RFC 7541. Nothing after it can be
   *   decoded: the connection ends with COMPRESSION_ERROR.
   */
  decode(bytes: Uint8Array, at: number, end: number): string[] {
    const { reader, table, maxFieldSectionOctets } = this;
    const fields: string[] = [];
    const maxLength = this.maxFields * 2;
    let octets = 0;
    reader.at = at;
    reader.end = end;
    this.isTooLarge = false;
    this.never = NONE;
    while (reader.at < end && ((bytes[reader.at] as number) & 0xe0) === 0x20) this.sizeUpdate(bytes);
    if (this.updateDue) throw new HpackError("ERR_HPACK_SIZE_UPDATE_MISSING");
    while (reader.at < end) {
      const first = bytes[reader.at++] as number;
      let name: string;
      let value: string;
      let isNever = false;
      if (first >= INDEXED) {
        const index = first === INDEXED_LONG ? reader.integer(bytes, first, 0x7f) : first & 0x7f;
        if (index <= STATIC_COUNT) {
          if (index === 0) throw new HpackError("ERR_HPACK_INDEX", "found 0");
          name = STATIC_NAMES[index] as string;
          value = STATIC_VALUES[index] as string;
        } else {
          const entry = this.entryOf(index);
          name = table.nameAt(entry);
          value = table.valueAt(entry);
        }
      } else {
        const isIndexing = first >= WITH_INDEXING;
        if (!isIndexing && first >= SIZE_UPDATE) throw new HpackError("ERR_HPACK_SIZE_UPDATE_MISPLACED");
        const keep = isIndexing || !this.isTooLarge;
        const index = reader.integer(bytes, first, isIndexing ? 0x3f : 0x0f);
        if (index === 0) name = reader.string(bytes, keep);
        else if (index <= STATIC_COUNT) name = STATIC_NAMES[index] as string;
        else name = table.nameAt(this.entryOf(index));
        value = reader.string(bytes, keep);
        if (isIndexing) table.insert(name, value);
        else isNever = first >= NEVER_INDEXED;
      }
      octets += name.length + value.length + ENTRY_OVERHEAD;
      if (octets > maxFieldSectionOctets || fields.length >= maxLength) this.isTooLarge = true;
      else {
        if (isNever) this.noteNever(fields.length);
        fields.push(name, value);
      }
    }
    return fields;
  }

  /** The entry of the dynamic table at an index of the common address space (§2.3.3). */
  private entryOf(index: number): number {
    const entry = index - STATIC_COUNT - 1;
    if (entry >= this.table.count)
      throw new HpackError("ERR_HPACK_INDEX", `found ${index}, the last is ${STATIC_COUNT + this.table.count}`);
    return entry;
  }

  /** RFC 7541 §6.3. More than the two updates that §4.2 speaks of do no harm and are read. */
  private sizeUpdate(bytes: Uint8Array): void {
    const { reader } = this;
    const octets = reader.integer(bytes, bytes[reader.at++] as number, 0x1f);
    if (octets > this.maxTableOctets)
      throw new HpackError("ERR_HPACK_SIZE_UPDATE_TOO_LARGE", `found ${octets}, announced ${this.maxTableOctets}`);
    this.table.resize(octets);
    this.updateDue = false;
  }

  private noteNever(at: number): void {
    if (this.never === NONE) this.never = [];
    this.never.push(at);
  }
}

// The first octet of each representation (RFC 7541 §6), from the highest.
const INDEXED = 0x80;
const INDEXED_LONG = 0xff;
const WITH_INDEXING = 0x40;
const SIZE_UPDATE = 0x20;
const NEVER_INDEXED = 0x10;

/** No field of the block was never-indexed, as in most. */
const NONE: number[] = [];
