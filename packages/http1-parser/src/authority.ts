/**
 * `uri-host [ ":" port ]`, the value of Host and the authority of a target
 * (RFC 9112 §3.2, RFC 3986 §3.2.2).
 *
 * @module
 */

import { COLON, HEX, LEFT_BRACKET, NINE, NOT_HEX, PERCENT, REG_NAME, ZERO } from "./octets.ts";

/** Not an authority. */
export const INVALID = 0;
/** A host, which may be empty, or a host with an empty port. */
export const WITHOUT_PORT = 1;
/** A host and a port from 0 to 65535. */
export const WITH_PORT = 2;

/**
 * What `text` is: {@link INVALID}, {@link WITHOUT_PORT} or {@link WITH_PORT}.
 *
 * Userinfo is refused: RFC 9110 §4.2.4 calls it an error, and two readers of
 * `a@b` need not agree on the host (S24).
 */
export function authorityKind(text: string): number {
  const length = text.length;
  let at = 0;
  if (length > 0 && text.charCodeAt(0) === LEFT_BRACKET) {
    at = text.indexOf("]") + 1;
    if (at === 0 || !isIpLiteral(text.slice(1, at - 1))) return INVALID;
  } else {
    for (; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 0x80 && REG_NAME[unit] === 1) continue;
      if (unit !== PERCENT) break;
      if (!isHex(text, at + 1) || !isHex(text, at + 2)) return INVALID;
      at += 2;
    }
  }
  if (at === length) return WITHOUT_PORT;
  if (text.charCodeAt(at) !== COLON) return INVALID;
  return portKind(text, at + 1);
}

function portKind(text: string, start: number): number {
  let port = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < ZERO || unit > NINE) return INVALID;
    port = port * 10 + unit - ZERO;
    if (port > 65535) return INVALID;
  }
  return start === text.length ? WITHOUT_PORT : WITH_PORT;
}

/**
 * IPv6address of RFC 3986 §3.2.2, what stands between the brackets.
 *
 * IPvFuture (`[v1.x]`) is refused, stricter than the RFC: no version of it was
 * ever defined, so nothing could be reached by it. So is a zone id (RFC 6874),
 * which has no meaning beyond the sender's own machine.
 */
function isIpLiteral(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const last = halves.length - 1;
  let groups = 0;
  for (let i = 0; i <= last; i++) {
    const half = halves[i] as string;
    if (half === "" && halves.length === 2) continue;
    const parts = half.split(":");
    for (let j = 0; j < parts.length; j++) {
      const part = parts[j] as string;
      if (/^[0-9a-f]{1,4}$/i.test(part)) groups += 1;
      else if (i === last && j === parts.length - 1 && isIpv4(part)) groups += 2;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

function isHex(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 0x80 && HEX[unit] !== NOT_HEX; // NaN, beyond the end, is not below 0x80
}
