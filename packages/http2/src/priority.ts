/**
 * Priorities (RFC 9218 §4 and §5).
 *
 * @module
 */

/** From 0, most urgent, to 7 (RFC 9218 §4.1). */
export const URGENCIES = 8;
const DEFAULT_URGENCY = 3;

/** A priority as one small integer: urgency, plus 8 when incremental. */
export const DEFAULT_PRIORITY = 3;
export const INCREMENTAL = 8;

/** Priority field values longer than this are not read. */
const MAX_PRIORITY_OCTETS = 256;

/**
 * Reads a Priority field value: the members `u` and `i` of a dictionary (RFC 9218 §4). What is malformed or out of
 * range counts as absent, as §4 demands: a priority is a wish and never an error.
 */
export function parsePriority(value: string): number {
  if (value.length > MAX_PRIORITY_OCTETS) return DEFAULT_PRIORITY;
  let urgency = DEFAULT_URGENCY;
  let incremental = 0;
  for (const member of value.split(",")) {
    const match = MEMBER.exec(member);
    if (match === null) continue;
    if (match[1] !== undefined) urgency = Number(match[1]);
    else incremental = match[2] === "?0" ? 0 : INCREMENTAL;
  }
  return urgency + incremental;
}

const MEMBER = /^[ \t]*(?:u=([0-7])|i(?:=(\?[01]))?)[ \t]*(?:;.*)?$/;
