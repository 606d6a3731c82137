/**
 * Quality values (RFC 9110 §12.4.2): lists of preferences with weights.
 *
 * @module
 */
import { listElementEnd } from "./lists.ts";
import { type ParameterMap, parseParameters } from "./parameters.ts";
import { owsEnd, tokenEnd, trimOws } from "./tokens.ts";

/**
 * Preferences that are looked at; the rest of a field is ignored. Browsers send fewer than 20, and negotiation
 * takes this many steps for each variant that a server has (S100, S158).
 */
export const MAX_PREFERENCES = 64;

/** One element of Accept, Accept-Encoding, Accept-Language or TE. */
export interface Preference {
  /** What is preferred, in lower case: `text/*`, `gzip`, `de-ch`, `*`. */
  readonly name: string;
  /** In thousandths, 0 to 1000, so that weights compare exactly. 0: not acceptable. */
  readonly quality: number;
  /** Without the weight; only media ranges have any. */
  readonly parameters: ParameterMap;
}

/**
 * Reads a list of preferences, in the order in which they stand.
 *
 * Never fails: an element that breaks the grammar is skipped, as a preference is only a wish, and so is what
 * follows an open quote or the first {@link MAX_PREFERENCES} elements.
 *
 * @example
 * ```ts
 * parsePreferences("gzip;q=0.5, br"); // [{ name: "gzip", quality: 500, … }, { name: "br", quality: 1000, … }]
 * ```
 *
 * RFC 9110 §12.4.2. Linear.
 */
export function parsePreferences(text: string): Preference[] {
  const preferences: Preference[] = [];
  let count = 0;
  for (let start = 0; start < text.length && count < MAX_PREFERENCES; count++) {
    const end = listElementEnd(text, start);
    if (end < 0) break;
    const preference = parsePreference(trimOws(text.slice(start, end)));
    if (preference !== null) preferences.push(preference);
    start = end + 1;
  }
  return preferences;
}

function parsePreference(element: string): Preference | null {
  let end = tokenEnd(element, 0);
  if (end === 0) return null;
  if (element.charCodeAt(end) === SLASH) {
    const start = end + 1;
    end = tokenEnd(element, start);
    if (end === start) return null;
  }
  const name = element.slice(0, end).toLowerCase();
  if (owsEnd(element, end) === element.length) return { name, quality: MAX_QUALITY, parameters: NO_PARAMETERS };
  const parsed = parseParameters(element, end);
  if (parsed === null) return null;
  const weight = parsed.get("q");
  const quality = weight === undefined ? MAX_QUALITY : parseQuality(weight);
  if (quality < 0) return null;
  // RFC 7231 had extensions behind "q"; RFC 9110 §12.5.1 has not. Parameters are kept wherever they stand.
  const parameters = new Map(parsed);
  parameters.delete("q");
  return { name, quality, parameters };
}

/**
 * Reads a weight: `0` to `1` with at most three decimals.
 *
 * @returns thousandths, 0 to 1000, or -1 when `text` is no weight
 *
 * @example
 * ```ts
 * parseQuality("0.8"); // 800
 * parseQuality("1.001"); // -1
 * ```
 *
 * RFC 9110 §12.4.2.
 */
export function parseQuality(text: string): number {
  const whole = text.charCodeAt(0) - 0x30;
  if (!(whole === 0 || whole === 1) || text.length > 5) return -1;
  if (text.length > 1 && text.charCodeAt(1) !== DOT) return -1;
  let quality = whole * 1000;
  for (let at = 2, unit = 100; at < text.length; at++, unit /= 10) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    quality += digit * unit;
  }
  return quality <= MAX_QUALITY ? quality : -1;
}

/** The weight of what is preferred without a weight. */
export const MAX_QUALITY = 1_000;

const NO_PARAMETERS: ParameterMap = new Map();
const DOT = 0x2e;
const SLASH = 0x2f;
