/**
 * Media types (RFC 9110 §8.3.1): what a representation is.
 *
 * There is one reader. Who checks a Content-Type and who acts on it both use
 * it, so that no spelling means one thing here and another there (S160).
 *
 * @module
 */
import { formatParameters, type ParameterMap, parseParameters } from "./parameters.ts";
import { owsEnd, tokenEnd } from "./tokens.ts";

/** A media type in its parts. */
export interface MediaType {
  /** In lower case, e.g. `text`. */
  readonly type: string;
  /** In lower case, e.g. `html`, `problem+json`. */
  readonly subtype: string;
  /** `type/subtype`, in lower case: what to compare and switch on. */
  readonly essence: string;
  /** Names in lower case, values as given: `charset` compares without case, `boundary` with (§8.3.1). */
  readonly parameters: ParameterMap;
}

/**
 * Reads a media type, e.g. the value of Content-Type.
 *
 * @returns the parts, or `null` when `text` is anything else, several media types included: Content-Type is no
 *   list, and which of two to believe is a guess
 *
 * Case, OWS around `;` and empty parameters change nothing; whitespace anywhere else is an error.
 *
 * @example
 * ```ts
 * parseMediaType("Text/HTML;Charset=UTF-8")?.essence; // "text/html"
 * parseMediaType("application/json\t;")?.essence; // "application/json"
 * parseMediaType("application/json x"); // null
 * ```
 *
 * RFC 9110 §8.3.1. Linear.
 */
export function parseMediaType(text: string): MediaType | null {
  const start = owsEnd(text, 0);
  const slash = tokenEnd(text, start);
  if (slash === start || text.charCodeAt(slash) !== SLASH) return null;
  const end = tokenEnd(text, slash + 1);
  if (end === slash + 1) return null;
  const parameters = parseParameters(text, end);
  if (parameters === null) return null;
  const essence = text.slice(start, end).toLowerCase();
  return { type: essence.slice(0, slash - start), subtype: essence.slice(slash - start + 1), essence, parameters };
}

/**
 * Writes a media type in its one canonical form: lower case, `; ` before parameters, values quoted only where they
 * have to be.
 *
 * @throws TypeError when the essence or a parameter's name is no token, or when a value cannot be quoted (S52)
 *
 * @example
 * ```ts
 * formatMediaType("text/html", [["charset", "utf-8"]]); // "text/html; charset=utf-8"
 * ```
 */
export function formatMediaType(essence: string, parameters: Iterable<readonly [string, string]> = []): string {
  const parsed = parseMediaType(essence);
  if (parsed === null || parsed.essence.length !== essence.length)
    throw new TypeError(`not a media type: ${JSON.stringify(essence)}; give "type/subtype" without parameters`);
  return parsed.essence + formatParameters(parameters);
}

/**
 * A media type's canonical form, or `null` when `text` is none. Equal types give equal texts, but for the order of
 * their parameters.
 *
 * @example
 * ```ts
 * canonicalMediaType(' Text/HTML ;Charset="utf-8"; '); // "text/html; charset=utf-8"
 * ```
 */
export function canonicalMediaType(text: string): string | null {
  const parsed = parseMediaType(text);
  return parsed === null ? null : parsed.essence + formatParameters(parsed.parameters);
}

/**
 * The charset that a Content-Type names, in lower case, or `undefined`.
 *
 * No default is made up: RFC 9110 §8.3.2 gives none, and each format has its own.
 *
 * @example
 * ```ts
 * charsetOf('text/html; charset="UTF-8"'); // "utf-8"
 * ```
 */
export function charsetOf(text: string): string | undefined {
  return parseMediaType(text)?.parameters.get("charset")?.toLowerCase();
}

/**
 * Whether a Content-Type says JSON: `application/json`, `text/json`, or a type with the suffix `+json`
 * (RFC 6839 §3.1).
 *
 * @example
 * ```ts
 * isJsonMediaType("application/problem+json; charset=utf-8"); // true
 * isJsonMediaType("application/jsonp"); // false
 * ```
 */
export function isJsonMediaType(text: string): boolean {
  const essence = parseMediaType(text)?.essence;
  return (
    essence !== undefined && (essence === "application/json" || essence === "text/json" || essence.endsWith("+json"))
  );
}

const SLASH = 0x2f;
