/**
 * Proactive content negotiation (RFC 9110 §12): which of the variants that a server has suits a client best.
 *
 * All three functions take the field's value, or `undefined` when the request
 * has no such field, and the variants in the server's order of preference.
 * The best weight wins; of equal weights the server's first.
 *
 * @module
 */
import { type MediaType, parseMediaType } from "./media-type.ts";
import { MAX_QUALITY, type Preference, parsePreferences } from "./quality.ts";

/**
 * Chooses a media type by Accept.
 *
 * @param accept - the field's value; `undefined`, or one without a usable element, accepts everything
 * @param available - media types, e.g. `text/html; charset=utf-8`
 * @returns one of `available`, or `undefined` when none is acceptable: answer 406, or send the default
 * @throws TypeError when one of `available` is no media type
 *
 * The most specific range that matches a type decides its weight: `type/subtype` with parameters, then without,
 * then `type/*`, then `*\/*` (§12.5.1).
 *
 * @example
 * ```ts
 * negotiateMediaType("text/*;q=0.5, application/json", ["text/html", "application/json"]); // "application/json"
 * negotiateMediaType("image/png", ["text/html"]); // undefined
 * ```
 *
 * RFC 9110 §12.5.1. Takes at most 64 steps for each of `available` (S100).
 */
export function negotiateMediaType(accept: string | undefined, available: readonly string[]): string | undefined {
  const ranges = accept === undefined ? [] : parsePreferences(accept).filter(({ name }) => name.includes("/"));
  if (ranges.length === 0) return available[0];
  return best(available, (text) => {
    const mediaType = parseMediaType(text);
    if (mediaType === null) throw new TypeError(`not a media type: ${JSON.stringify(text)}; give "type/subtype"`);
    return mostSpecific(ranges, (range) => mediaRangeSpecificity(range, mediaType));
  });
}

/**
 * Chooses a content coding by Accept-Encoding.
 *
 * @param acceptEncoding - the field's value. `undefined`: everything is acceptable, but `identity` is chosen where
 *   it is available, because who does not ask may not understand. `""`: only `identity` is
 * @param available - codings in lower case; `identity` means none
 * @returns one of `available`, or `undefined` when none is acceptable: send without coding, or answer 415 or 406
 *
 * `identity` is acceptable unless it is refused by name or by `*;q=0`; when it is not named it ranks behind
 * everything that is (§12.5.3). `x-gzip` and `x-compress` are `gzip` and `compress` (§8.4.1).
 *
 * @example
 * ```ts
 * negotiateEncoding("gzip, br;q=0.9", ["br", "gzip", "identity"]); // "gzip"
 * negotiateEncoding("gzip;q=0", ["gzip", "identity"]); // "identity"
 * negotiateEncoding("*;q=0", ["gzip", "identity"]); // undefined
 * ```
 *
 * RFC 9110 §12.5.3 (S158).
 */
export function negotiateEncoding(
  acceptEncoding: string | undefined,
  available: readonly string[],
): string | undefined {
  if (acceptEncoding === undefined) return available.includes("identity") ? "identity" : available[0];
  const codings = parsePreferences(acceptEncoding);
  return best(available, (coding) => {
    const quality = mostSpecific(codings, ({ name }) => {
      if (name === coding || ALIASES.get(name) === coding) return 2;
      // For identity "*" can only refuse: a wish for any coding is no wish for none.
      return name === "*" ? 1 : 0;
    });
    if (coding !== "identity") return quality;
    const named = codings.some(({ name }) => name === "identity");
    return named || (quality === 0 && codings.some(({ name }) => name === "*")) ? quality : LEAST;
  });
}

/**
 * Chooses a language by Accept-Language.
 *
 * @param acceptLanguage - the field's value; `undefined`, or one without a usable element, accepts everything
 * @param available - language tags (RFC 5646), in the server's spelling
 * @returns one of `available`, or `undefined` when none matches. That is no reason for a 406: send the default
 *
 * A range matches a tag that is equal to it or starts with it and `-` (basic filtering, RFC 4647 §3.3.1), and,
 * weaker, a tag that is what is left when subtags are cut from its end (lookup, §3.4): `de-CH` finds `de`.
 *
 * @example
 * ```ts
 * negotiateLanguage("da, en-GB;q=0.8, en;q=0.7", ["en", "de"]); // "en"
 * negotiateLanguage("de-CH", ["en", "de"]); // "de"
 * ```
 *
 * RFC 9110 §12.5.4.
 */
export function negotiateLanguage(
  acceptLanguage: string | undefined,
  available: readonly string[],
): string | undefined {
  const ranges = acceptLanguage === undefined ? [] : parsePreferences(acceptLanguage);
  if (ranges.length === 0) return available[0];
  return best(available, (tag) => mostSpecific(ranges, (range) => languageSpecificity(range, tag.toLowerCase())));
}

/** The variant with the highest quality above 0, of equals the first. */
function best(available: readonly string[], qualityOf: (variant: string) => number): string | undefined {
  let chosen: string | undefined;
  let highest = 0;
  for (const variant of available) {
    const quality = qualityOf(variant);
    if (quality <= highest) continue;
    highest = quality;
    chosen = variant;
  }
  return chosen;
}

/** The quality of the most specific preference that matches, of equals the best; 0 when none does. */
function mostSpecific(preferences: readonly Preference[], specificityOf: (preference: Preference) => number): number {
  let most = 0;
  let quality = 0;
  for (const preference of preferences) {
    const specificity = specificityOf(preference);
    if (specificity === 0 || specificity < most) continue;
    quality = specificity === most ? Math.max(quality, preference.quality) : preference.quality;
    most = specificity;
  }
  return quality;
}

/** 0: no match; 1 for `*\/*`, 2 for `type/*`, 3 for `type/subtype`, and 1 more for each parameter. */
function mediaRangeSpecificity(range: Preference, mediaType: MediaType): number {
  if (range.name === "*/*") return 1;
  if (range.name === `${mediaType.type}/*`) return 2;
  if (range.name !== mediaType.essence) return 0;
  for (const [name, value] of range.parameters) {
    // Without case: right for charset, and for others at worst a variant too many.
    if (mediaType.parameters.get(name)?.toLowerCase() !== value.toLowerCase()) return 0;
  }
  return 3 + range.parameters.size;
}

/** 0: no match; 1 for `*`; more for what is closer: lookup below filtering, longer ranges above shorter. */
function languageSpecificity({ name, quality }: Preference, tag: string): number {
  if (name === "*") return 1;
  if (tag === name || tag.startsWith(`${name}-`)) return FILTERED + name.length;
  // Who does not want de-CH may want de.
  return quality > 0 && name.startsWith(`${tag}-`) ? 1 + tag.length : 0;
}

/** Above every specificity that lookup gives; language tags that anyone has are shorter. */
const FILTERED = 1_000;
/** Below every weight but 0. */
const LEAST = 1 / MAX_QUALITY;

/** RFC 9110 §8.4.1.1 and §8.4.1.3. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["x-gzip", "gzip"],
  ["x-compress", "compress"],
]);
