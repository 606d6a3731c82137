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
 * The form of `target`, whose octets are known to be visible ASCII without "#".
 *
 * RFC 9112 §3.2. CONNECT takes the authority-form alone, with a port (RFC 9110
 * §9.3.6); an absolute target needs `://` and a host without userinfo, because
 * the host in it is what a request is routed by (S24, S25).
 */
export function targetForm(method: string, target: string): TargetForm {
  if (method === "CONNECT") {
    const isHostAndPort = authorityKind(target) === WITH_PORT && target.charCodeAt(0) !== COLON;
    return isHostAndPort ? TARGET_FORM.AUTHORITY : TARGET_FORM.INVALID;
  }
  const first = target.charCodeAt(0);
  if (first === SLASH) return TARGET_FORM.ORIGIN;
  if (first === ASTERISK)
    return method === "OPTIONS" && target.length === 1 ? TARGET_FORM.ASTERISK : TARGET_FORM.INVALID;
  const authority = authorityOf(target);
  return authority === "" || authority.charCodeAt(0) === COLON || authorityKind(authority) === INVALID
    ? TARGET_FORM.INVALID
    : TARGET_FORM.ABSOLUTE;
}

/** The authority of an absolute target as it was sent; "" when there is none, or no scheme before it. */
export function authorityOf(target: string): string {
  const colon = target.indexOf("://");
  if (colon < 1 || !isScheme(target, colon)) return "";
  let end = colon + 3;
  for (; end < target.length; end++) {
    const unit = target.charCodeAt(end);
    if (unit === SLASH || unit === QUESTION_MARK) break;
  }
  return target.slice(colon + 3, end);
}

function isScheme(target: string, end: number): boolean {
  const letter = target.charCodeAt(0) | 0x20;
  if (letter < 0x61 || letter > 0x7a) return false;
  for (let at = 1; at < end; at++) if (SCHEME[target.charCodeAt(at)] !== 1) return false;
  return true;
}

const QUESTION_MARK = 0x3f;
