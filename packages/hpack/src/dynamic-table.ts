/**
 * The decoder's dynamic table (RFC 7541 §2.3.2 and §4).
 *
 * A ring of strings: an entry is inserted and evicted without moving another,
 * and read without allocating.
 *
 * @module
 */

import { ENTRY_OVERHEAD } from "./limits.ts";

/** Names and values, first in, first out. Entry 0 is the newest: index 62 of §2.3.3. */
export class DynamicTable {
  /** Entries in the table. */
  count = 0;
  /** Octets of the entries, each with its overhead (§4.1). */
  octets = 0;
  /** Octets that the entries may have (§4.2). */
  maxOctets: number;
  /** Name and value of each slot. */
  private ring: string[] = [];
  /** Slots of the ring less one; the number of slots is a power of two. */
  private mask = -1;
  /** The slot that is written next. */
  private next = 0;

  constructor(maxOctets: number) {
    this.maxOctets = maxOctets;
  }

  /** The name of an entry below {@link count}. */
  nameAt(entry: number): string {
    return this.ring[((this.next - 1 - entry) & this.mask) << 1] as string;
  }

  /** The value of an entry below {@link count}. */
  valueAt(entry: number): string {
    return this.ring[(((this.next - 1 - entry) & this.mask) << 1) | 1] as string;
  }

  /** Adds an entry. One that is larger than the table empties it, which is no error (§4.4). */
  insert(name: string, value: string): void {
    const octets = name.length + value.length + ENTRY_OVERHEAD;
    this.shrinkTo(this.maxOctets - octets);
    if (octets > this.maxOctets) return;
    if (this.count > this.mask) this.grow();
    this.ring[this.next << 1] = name;
    this.ring[(this.next << 1) | 1] = value;
    this.next = (this.next + 1) & this.mask;
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
      const slot = ((this.next - this.count) & this.mask) << 1;
      this.octets -= (this.ring[slot] as string).length + (this.ring[slot | 1] as string).length + ENTRY_OVERHEAD;
      this.ring[slot] = ""; // an evicted string is free at once, not when its slot is used again
      this.ring[slot | 1] = "";
      this.count--;
    }
  }

  /** Twice the slots: a connection pays for what its peer inserts, not for what it may insert. */
  private grow(): void {
    const slots = Math.max(FIRST_SLOTS, (this.mask + 1) * 2);
    const ring: string[] = [];
    for (let entry = this.count - 1; entry >= 0; entry--) ring.push(this.nameAt(entry), this.valueAt(entry));
    while (ring.length < slots * 2) ring.push("");
    this.ring = ring;
    this.mask = slots - 1;
    this.next = this.count;
  }
}

/** Slots of a table with its first entry. */
const FIRST_SLOTS = 16;
