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

import { type Indexing, indexingOf } from "./indexing.ts";
import { ENTRY_OVERHEAD } from "./limits.ts";
import { STATIC_COUNT, STATIC_INDEX, STATIC_NAMES, STATIC_VALUES } from "./static-table.ts";

/** What is known about the fields of one name. */
export class KnownName {
  readonly name: string;
  /** The lowest index in the static table, or 0. */
  readonly staticIndex: number;
  /** One past the last index whose value may be compared; {@link staticIndex} if the static values are empty. */
  readonly staticEnd: number;
  readonly indexing: Indexing;
  /** The number of the newest entry of this name; it may have been evicted. */
  newest = 0;
  /** A hash of the last value that was not indexed. */
  lastHash = -1;
  /** Entries inserted since one was last used. */
  unused = 0;

  constructor(name: string, indexing: Indexing) {
    this.name = name;
    this.indexing = indexing;
    this.staticIndex = STATIC_INDEX.get(name) ?? 0;
    let end = this.staticIndex;
    while (end > 0 && STATIC_NAMES[end] === name && STATIC_VALUES[end] !== "") end++;
    this.staticEnd = end;
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
  /** Names with an entry, and those of the static table and the options once they have been sent: bounded (S68). */
  private readonly names: Map<string, KnownName> = new Map();
  private readonly special: ReadonlyMap<string, Indexing>;
  /** The number of the newest entry. */
  private newest = 0;
  private slots = 0;
  private known: (KnownName | null)[] = [];
  private values: string[] = [];
  /** For each entry the number of the one before it with its name. */
  private older: number[] = [];

  /** @param special - how fields of certain names are treated, before what {@link indexingOf} says */
  constructor(maxOctets: number, special: ReadonlyMap<string, Indexing>) {
    this.maxOctets = maxOctets;
    this.special = special;
  }

  /** What is known about a name. */
  nameOf(name: string): KnownName {
    return this.names.get(name) ?? this.meet(name);
  }

  /** The index of a field (§2.3.3), or 0 if neither table holds it. */
  indexOf(known: KnownName, value: string): number {
    for (let index = known.staticIndex; index < known.staticEnd; index++)
      if (STATIC_VALUES[index] === value) return index;
    const oldest = this.newest - this.count;
    let entry = known.newest;
    for (let steps = 0; entry > oldest && steps < MAX_STEPS; steps++) {
      const slot = entry & (this.slots - 1);
      if (this.values[slot] === value) {
        known.unused = 0;
        return STATIC_COUNT + 1 + this.newest - entry;
      }
      entry = this.older[slot] as number;
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
    if (this.count === this.slots) this.grow();
    const slot = ++this.newest & (this.slots - 1);
    this.known[slot] = known;
    this.values[slot] = value;
    this.older[slot] = known.newest;
    known.newest = this.newest;
    known.unused++;
    this.names.set(known.name, known);
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
      const slot = oldest & (this.slots - 1);
      const known = this.known[slot] as KnownName;
      this.octets -= known.name.length + (this.values[slot] as string).length + ENTRY_OVERHEAD;
      this.known[slot] = null;
      this.values[slot] = ""; // an evicted string is free at once, not when its slot is used again
      this.count--;
      if (known.newest === oldest && known.staticIndex === 0 && !this.special.has(known.name))
        this.names.delete(known.name);
    }
  }

  /** A name that has no entry. It is remembered if the number of such names is bounded by others than the peer. */
  private meet(name: string): KnownName {
    const special = this.special.get(name);
    const known = new KnownName(name, special ?? indexingOf(name));
    if (known.staticIndex !== 0 || special !== undefined) this.names.set(name, known);
    return known;
  }

  /** Twice the slots: a connection pays for what it inserts, not for what it may insert. */
  private grow(): void {
    const { known, values, older, slots } = this;
    this.slots = Math.max(FIRST_SLOTS, slots * 2);
    this.known = [];
    this.values = [];
    this.older = [];
    for (let slot = 0; slot < this.slots; slot++) {
      this.known.push(null);
      this.values.push("");
      this.older.push(0);
    }
    for (let entry = this.newest - this.count + 1; entry <= this.newest; entry++) {
      const from = entry & (slots - 1);
      const to = entry & (this.slots - 1);
      this.known[to] = known[from] as KnownName;
      this.values[to] = values[from] as string;
      this.older[to] = older[from] as number;
    }
  }
}

/** Entries of one name that are compared; an older one is written anew rather than searched for. */
const MAX_STEPS = 8;

/** Slots of a table with its first entry. */
const FIRST_SLOTS = 16;
