/**
 * The four forms of a request target (RFC 9112 §3.2) and which method may use which.
 *
 * @module
 */

import { authorityKind, INVALID, WITH_PORT } from "./authority.ts";
import { ASTERISK, COLON, SCHEME, SLASH } from "./octets.ts";

/** The form of a target, for a `switch`. */
export const TARGET_FORM = {
  /** None of the four, or not with this method. */
  INVALID: 0,
  /** `/path?query`: all but CONNECT. */
  ORIGIN: 1,
  /** `http://host/path`: to a proxy, or to any server (§3.2.2). */
  ABSOLUTE: 2,
  /** `host:port`: CONNECT only. */
  AUTHORITY: 3,
  /** `*`: OPTIONS only. */
  ASTERISK: 4,
} as const;

/** One of {@link TARGET_FORM}. */
export type TargetForm = (typeof TARGET_FORM)[keyof typeof TARGET_FORM];

/**
 * The form of the target `bytes[start, end)`, which is not empty and known to be
 * visible ASCII without "#".
 *
 * RFC 9112 §3.2. CONNECT takes the authority-form alone, with a port (RFC 9110
 * §9.3.6); an absolute target needs `://` and a host without userinfo, because
 * the host in it is what a request is routed by (S24, S25).
 */
export function targetForm(method: string, bytes: Uint8Array, start: number, end: number): TargetForm {
  const first = bytes[start];
  if (method === "CONNECT") {
    const isHostAndPort = first !== COLON && authorityKind(bytes, start, end) === WITH_PORT;
    return isHostAndPort ? TARGET_FORM.AUTHORITY : TARGET_FORM.INVALID;
  }
  if (first === SLASH) return TARGET_FORM.ORIGIN;
  if (first === ASTERISK) return method === "OPTIONS" && end - start === 1 ? TARGET_FORM.ASTERISK : TARGET_FORM.INVALID;
  const from = schemeEnd(bytes, start, end) + SCHEME_END.length;
  const to = authorityEnd(bytes, from, end);
  const isAbsolute = to > from && bytes[from] !== COLON && authorityKind(bytes, from, to) !== INVALID;
  return isAbsolute ? TARGET_FORM.ABSOLUTE : TARGET_FORM.INVALID;
}

/** The authority of a target that is known to be in absolute-form, as it was sent. */
export function authorityOf(target: string): string {
  const from = target.indexOf(SCHEME_END) + SCHEME_END.length;
  const length = target.slice(from).search(/[/?]/);
  return length === -1 ? target.slice(from) : target.slice(from, from + length);
}

/** The offset of the `://` that ends the scheme (RFC 3986 §3.1); `end` when there is none. */
function schemeEnd(bytes: Uint8Array, start: number, end: number): number {
  const letter = bytes[start] | 0x20;
  if (letter < 0x61 || letter > 0x7a) return end;
  let at = start;
  while (at < end && SCHEME[bytes[at]] === 1) at++;
  return bytes[at] === COLON && bytes[at + 1] === SLASH && bytes[at + 2] === SLASH ? at : end;
}

function authorityEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SLASH && bytes[at] !== QUESTION_MARK) at++;
  return at;
}

const SCHEME_END = "://";
const QUESTION_MARK = 0x3f;
