/**
 * HTTP-version = "HTTP/" DIGIT "." DIGIT, of which 1.0 and 1.1 are spoken (RFC 9112 §2.3).
 *
 * @module
 */

import { HeadSyntaxError, quoteOctet } from "./errors.ts";
import * as octets from "./octets.ts";

const { DOT, NINE, SLASH, ZERO } = octets; // constants of this module, see field-lines.ts

/** Octets of a version. */
export const VERSION_OCTETS = 8;

/**
 * Checks octet number `i` of the version that begins at `first`; those before it are checked.
 *
 * @returns false when the version is complete, well-formed and not spoken here
 * @throws HeadSyntaxError when it is no version: `http/1.1`, `HTTP/01.1`
 *
 * Stricter than RFC 9110 §2.5, which reads HTTP/1.2 as 1.1: no such version
 * exists, so who sends it is no client.
 */
export function checkVersionOctet(bytes: Uint8Array, first: number, i: number): boolean {
  const octet = bytes[first + i];
  const isRight = i === 5 || i === 7 ? octet >= ZERO && octet <= NINE : octet === FORM.charCodeAt(i);
  if (!isRight) throw new HeadSyntaxError("ERR_HTTP1_VERSION", quoteOctet(octet));
  return i < 7 || (bytes[first + 5] === ZERO + 1 && octet <= ZERO + 1);
}

/**
 * Whether `HTTP/1.1` or `HTTP/1.0` stands at `at`, all eight octets of it. What
 * does not is read octet by octet, which also says why.
 */
export function isVersion(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x48 && // H
    bytes[at + 1] === 0x54 && // T
    bytes[at + 2] === 0x54 && // T
    bytes[at + 3] === 0x50 && // P
    bytes[at + 4] === SLASH &&
    bytes[at + 5] === ZERO + 1 &&
    bytes[at + 6] === DOT &&
    (bytes[at + 7] | 1) === ZERO + 1 // 0 or 1
  );
}

/** The digits are compared on their own. */
const FORM = "HTTP/1.1";
