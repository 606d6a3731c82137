/**
 * The encoder's dynamic table (RFC 7541 §2.3.2 and §4): the entries that the
 * decoder holds too, found by name and value.
 *
 * Entries are numbered as they come, from 1. Those of one name are a chain from
 * the newest to older ones, and a number that is no longer in the table ends
 * it: evicting an entry touches no other.
 *
 * @module
 */

import { INDEXED, indexingOf, NEVER_INDEXED } from "./indexing.ts";
import { KnownName } from "./known-name.ts";
import { ownText } from "./latin1.ts";
import { ENTRY_OVERHEAD } from "./limits.ts";
import { STATIC_COUNT, STATIC_INDEX, STATIC_NAMES, STATIC_VALUES } from "./static-table.ts";

/** One slot of the ring, written anew for each entry that takes it. */
class Slot {
  /** Null when the entry has been evicted, and its value is "" then: nothing is kept alive. */
  known: KnownName | null;
  value: string;
  /** The number of the entry before this one with its name. */
  older: number;

  constructor(known: KnownName, value: string, older: number) {
    this.known = known;
    this.value = value;
    this.older = older;
  }
}

/** The entries of the dynamic table, and the names of fields that were sent. */
export class EncoderTable {
  /** Octets that the entries may have (§4.2). */
  maxOctets: number;
  /** Octets of the entries, each with its overhead (§4.1). */
  octets = 0;
  /** Entries in the table. */
  count = 0;
  /** The number of the newest entry. */
  private newest = 0;
  /** The entry of number n is in slot n modulo the number of slots, a power of two. */
  private ring: (Slot | null)[] = [];
  private mask = -1;
  /** Names of the static table, by their index, once they have been sent. */
  private readonly statics: (KnownName | null)[] = NO_NAMES.slice();
  /** Other names: those with an entry, and those of the options. Bounded by both, and not by what is sent (S68). */
  private readonly others: Map<string, KnownName> = new Map();

  /** @param neverIndexed - names, besides those that {@link indexingOf} knows */
  constructor(maxOctets: number, neverIndexed: readonly string[]) {
    this.maxOctets = maxOctets;
    for (const name of neverIndexed) {
      const index = STATIC_INDEX.get(name) ?? 0;
      const known = new KnownName(name, NEVER_INDEXED, index, index);
      if (index === 0) this.others.set(name, known);
      else this.statics[index] = known;
    }
  }

  /** Names outside the static table that are remembered. */
  get names(): number {
    return this.others.size;
  }

  /** What is known about a name. */
  nameOf(name: string): KnownName {
    const index = STATIC_INDEX.get(name);
    if (index === undefined) return this.others.get(name) ?? new KnownName(name, INDEXED, 0, 0);
    return this.statics[index] ?? this.meet(name, index);
  }

  /** The index of a field (§2.3.3), or 0 if neither table holds it. */
  indexOf(known: KnownName, value: string): number {
    for (let index = known.staticIndex; index < known.staticEnd; index++)
      if (STATIC_VALUES[index] === value) return index;
    const oldest = this.newest - this.count;
    let entry = known.newest;
    for (let steps = 0; entry > oldest && steps < MAX_STEPS; steps++) {
      const slot = this.ring[entry & this.mask] as Slot;
      if (slot.value === value) {
        known.unused = 0;
        return STATIC_COUNT + 1 + this.newest - entry;
      }
      entry = slot.older;
    }
    return 0;
  }

  /** An index whose name is this one (§2.3.3), or 0 if there is none. */
  indexOfName(known: KnownName): number {
    if (known.staticIndex !== 0) return known.staticIndex;
    return known.newest > this.newest - this.count ? STATIC_COUNT + 1 + this.newest - known.newest : 0;
  }

  /** Adds an entry, evicting the oldest (§4.4). It must not be larger than the table. */
  insert(known: KnownName, value: string): void {
    const octets = known.name.length + value.length + ENTRY_OVERHEAD;
    this.shrinkTo(this.maxOctets - octets);
    if (known.staticIndex === 0 && known.newest <= this.newest - this.count) {
      known.name = ownText(known.name);
      this.others.set(known.name, known);
    }
    value = ownText(value);
    if (this.count > this.mask) this.grow();
    const at = ++this.newest & this.mask;
    const slot = this.ring[at] as Slot | null;
    if (slot === null) this.ring[at] = new Slot(known, value, known.newest);
    else {
      slot.known = known;
      slot.value = value;
      slot.older = known.newest;
    }
    known.newest = this.newest;
    known.unused++;
    this.count++;
    this.octets += octets;
  }

  /** Sets what the entries may have in octets, evicting what is too much (§4.3). */
  resize(maxOctets: number): void {
    this.maxOctets = maxOctets;
    this.shrinkTo(maxOctets);
  }

  private shrinkTo(octets: number): void {
    while (this.octets > octets && this.count > 0) {
      const oldest = this.newest - this.count + 1;
      const slot = this.ring[oldest & this.mask] as Slot;
      const known = slot.known as KnownName;
      this.octets -= known.name.length + slot.value.length + ENTRY_OVERHEAD;
      this.count--;
      if (known.staticIndex === 0 && known.newest === oldest) this.others.delete(known.name);
      slot.known = null;
      slot.value = "";
    }
  }

  /** The first field of a name of the static table. */
  private meet(name: string, index: number): KnownName {
    let end = index;
    while (STATIC_NAMES[end] === name && STATIC_VALUES[end] !== "") end++;
    return (this.statics[index] = new KnownName(name, indexingOf(name), index, end));
  }

  /** Twice the slots: a connection pays for what it inserts, not for what it may insert. */
  private grow(): void {
    const { ring, mask } = this;
    this.mask = Math.max(FIRST_SLOTS, ring.length * 2) - 1;
    this.ring = [];
    while (this.ring.length <= this.mask) this.ring.push(null);
    for (let entry = this.newest - this.count + 1; entry <= this.newest; entry++)
      this.ring[entry & this.mask] = ring[entry & mask] as Slot;
  }
}

/** Entries of one name that are compared: an older one is written anew, so that no table makes a search long. */
const MAX_STEPS = 16;

/** Slots of a table with its first entry. */
const FIRST_SLOTS = 16;

const NO_NAMES: readonly null[] = Array.from({ length: STATIC_COUNT + 1 }, () => null);
