/**
 * What may be written as a field name and a field value (RFC 9110 §5.1, §5.5, §5.6.2).
 *
 * The one gate in front of every octet of a head that we send (S42 to S45).
 *
 * @module
 */

import { EncodeError, quote } from "./errors.ts";
import { FIELD_VALUE } from "./octets.ts";

/**
 * Whether `text` is a token (RFC 9110 §5.6.2).
 *
 * @example
 * ```ts
 * isToken("X-Trace"); // true
 * isToken("X Trace"); // false
 * ```
 */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Whether `text` may be a field value: no control but HTAB, and nothing that is not one octet of latin1 (S42).
 *
 * @example
 * ```ts
 * isFieldValue("a, b"); // true
 * isFieldValue("a\r\nSet-Cookie: b"); // false
 * ```
 */
export function isFieldValue(text: string): boolean {
  if (text.length > SHORT_VALUE) return !NOT_IN_VALUE.test(text);
  for (let i = 0; i < text.length; i++) if (FIELD_VALUE[text.charCodeAt(i)] !== 1) return false;
  return true;
}

/**
 * @throws EncodeError `ERR_INVALID_FIELD` unless `name` is a token
 */
export function assertFieldName(name: string): void {
  fieldPrefix(name);
}

/**
 * What stands before the value of a field that is not the first: the end of the
 * line before it, the name and a colon. One lookup both checks and writes a name.
 *
 * @throws EncodeError `ERR_INVALID_FIELD` unless `name` is a token
 */
export function fieldPrefix(name: string): string {
  const known = PREFIXES.get(name);
  if (known !== undefined) return known;
  if (typeof name !== "string" || !TOKEN.test(name))
    throw new EncodeError("ERR_INVALID_FIELD", `a field name is a token (RFC 9110 §5.1), not ${quote(String(name))}`);
  const prefix = ["\r\n", name, ": "].join(""); // flat: a rope would be flattened again for each head
  // The key is cut from it: a slice of a peer's head would keep all of that head.
  if (PREFIXES.size < MAX_PREFIXES && name.length <= MAX_PREFIX_NAME) PREFIXES.set(prefix.slice(2, -2), prefix);
  return prefix;
}

/**
 * @throws EncodeError `ERR_INVALID_FIELD` for CR, LF, NUL, any other control
 *   but HTAB, and any code unit above 0xff, which would be cut to an octet of
 *   another meaning (U+010A becomes LF)
 */
export function assertFieldValue(value: string, name: string): void {
  if (typeof value !== "string" || !isFieldValue(value))
    throw new EncodeError(
      "ERR_INVALID_FIELD",
      // Not shown: it may be secret (S126).
      `the value of ${quote(name)} is not a string of HTAB, SP, visible and obs-text octets (RFC 9110 §5.5)`,
    );
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Up to so many code units, a loop costs less than to begin with a regular expression (26 ns). */
const SHORT_VALUE = 8;

/**
 * Names that were found to be tokens. Bounded in number and length, because a
 * proxy writes names that its peers choose (S68, S98); V8 seeds its hashes.
 */
const PREFIXES: Map<string, string> = new Map();
const MAX_PREFIXES = 512;
const MAX_PREFIX_NAME = 64;
