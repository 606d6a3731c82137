/**
 * Priorities (RFC 9218 §4 and §5).
 *
 * @module
 */
import { parseDictionary } from "@stack/http";

/** From 0, most urgent, to 7 (RFC 9218 §4.1). */
export const URGENCIES = 8;
const DEFAULT_URGENCY = 3;

/** A priority as one small integer: urgency, plus 8 when incremental. */
export const DEFAULT_PRIORITY = 3;
export const INCREMENTAL = 8;

/** Priority field values longer than this are not read: nothing in use has twenty characters (S59). */
export const MAX_PRIORITY_OCTETS = 256;

/**
 * Reads a Priority field value: the members `u` and `i` of a Dictionary.
 *
 * @returns urgency, plus 8 when incremental. A value that is no Dictionary counts as none, a member of another type or
 *   out of range as absent, unknown members mean nothing (RFC 9218 §4): a priority is a wish and never an error
 *
 * @example
 * ```ts
 * parsePriority("u=1, i"); // 9
 * parsePriority("u=9"); // 3, the default
 * ```
 *
 * RFC 9218 §4. About 200 ns.
 */
export function parsePriority(value: string): number {
  if (value.length > MAX_PRIORITY_OCTETS) return DEFAULT_PRIORITY;
  const members = parseDictionary(value);
  if (members === null) return DEFAULT_PRIORITY;
  const urgency = members.get("u")?.value;
  // A number is an Integer: `u=1.0` is a Decimal, and so of another type.
  const isUrgency = typeof urgency === "number" && urgency >= 0 && urgency < URGENCIES;
  return (isUrgency ? urgency : DEFAULT_URGENCY) + (members.get("i")?.value === true ? INCREMENTAL : 0);
}
