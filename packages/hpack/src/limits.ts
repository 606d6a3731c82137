/**
 * The bounds on what a peer can make us keep and compute, with the attack that each stops.
 *
 * @module
 */

/**
 * Octets of a dynamic table before any SETTINGS_HEADER_TABLE_SIZE (RFC 9113
 * §6.5.2). Memory that a peer holds for as long as its connection lives (S68).
 */
export const DEFAULT_TABLE_SIZE = 4096;

/**
 * Octets of a decoded field section, counted as RFC 7541 §4.1 counts, 32 for
 * each field. A block of a few hundred octets can repeat one large entry of the
 * dynamic table thousands of times (S66), or hold empty fields only (S62).
 */
export const DEFAULT_MAX_FIELD_SECTION_OCTETS = 65_536;

/** Fields of a section: work in everything that walks the list (S62, S66). */
export const DEFAULT_MAX_FIELDS = 256;

/** What every entry and every field counts beyond its octets (RFC 7541 §4.1). */
export const ENTRY_OVERHEAD = 32;

/**
 * A table size as SETTINGS can carry it (RFC 9113 §6.5.1).
 *
 * @throws RangeError for anything else
 */
export function tableOctets(octets: number): number {
  if (Number.isInteger(octets) && octets >= 0 && octets <= 0xffff_ffff) return octets;
  throw new RangeError(`a table size is a number of octets from 0 to 2^32 - 1, not ${octets}`);
}
