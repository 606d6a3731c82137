/**
 * What may be written as a field name and a field value (RFC 9110 §5.1, §5.5, §5.6.2).
 *
 * The one gate in front of every octet of a head that we send (S42 to S45).
 *
 * @module
 */

import { EncodeError, quote } from "./errors.ts";

/** Whether `text` is a token (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether `text` may be a field value: no control but HTAB, and nothing that is not one octet of latin1 (S42). */
export function isFieldValue(text: string): boolean {
  return !NOT_IN_VALUE.test(text);
}

/**
 * @throws EncodeError `ERR_INVALID_FIELD` unless `name` is a token
 */
export function assertFieldName(name: string): void {
  if (KNOWN_NAMES.has(name)) return;
  if (typeof name !== "string" || !TOKEN.test(name))
    throw new EncodeError("ERR_INVALID_FIELD", `a field name is a token (RFC 9110 §5.1), not ${quote(String(name))}`);
  if (KNOWN_NAMES.size < MAX_KNOWN_NAMES && name.length <= MAX_KNOWN_NAME) KNOWN_NAMES.add(name);
}

/**
 * @throws EncodeError `ERR_INVALID_FIELD` for CR, LF, NUL, any other control
 *   but HTAB, and any code unit above 0xff, which would be cut to an octet of
 *   another meaning (U+010A becomes LF)
 */
export function assertFieldValue(value: string, name: string): void {
  if (typeof value !== "string" || NOT_IN_VALUE.test(value))
    throw new EncodeError(
      "ERR_INVALID_FIELD",
      `the value of ${quote(name)} is not a string of HTAB, SP, visible and obs-text octets (RFC 9110 §5.5): ${quote(String(value))}`,
    );
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Names that were found to be tokens. Bounded in number and length, because a
 * proxy writes names that its peers choose (S68, S98); V8 seeds its hashes.
 */
const KNOWN_NAMES: Set<string> = new Set();
const MAX_KNOWN_NAMES = 512;
const MAX_KNOWN_NAME = 64;
