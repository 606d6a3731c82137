/**
 * `uri-host [ ":" port ]`, the value of Host and the authority of a target
 * (RFC 9112 §3.2, RFC 3986 §3.2.2).
 *
 * @module
 */

import { latin1 } from "./latin1.ts";
import * as octets from "./octets.ts";

// Constants of this module: a binding of another is loaded anew for each octet.
const { COLON, HEX, LEFT_BRACKET, NOT_HEX, PERCENT, REG_NAME, RIGHT_BRACKET, ZERO } = octets;

/** Not an authority. */
export const INVALID = 0;
/** A host, which may be empty, or a host with an empty port. */
export const WITHOUT_PORT = 1;
/** A host and a port from 0 to 65535. */
export const WITH_PORT = 2;

/**
 * What `bytes[start, end)` is: {@link INVALID}, {@link WITHOUT_PORT} or {@link WITH_PORT}.
 *
 * Userinfo is refused: RFC 9110 §4.2.4 calls it an error, and two readers of
 * `a@b` need not agree on the host (S24).
 */
export function authorityKind(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && REG_NAME[bytes[at]] === 1) at++;
  if (at === end) return WITHOUT_PORT;
  if (bytes[at] === COLON) return portKind(bytes, at + 1, end);
  if (bytes[at] === LEFT_BRACKET && at === start) return ipLiteralKind(bytes, start, end);
  return bytes[at] === PERCENT ? encodedKind(bytes, at, end) : INVALID;
}

/** From the first pct-encoded of a name on (RFC 3986 §2.1). */
function encodedKind(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== COLON) {
    if (REG_NAME[bytes[at]] === 1) at += 1;
    else if (bytes[at] === PERCENT && at + 2 < end && isHex(bytes[at + 1]) && isHex(bytes[at + 2])) at += 3;
    else return INVALID;
  }
  return at === end ? WITHOUT_PORT : portKind(bytes, at + 1, end);
}

function ipLiteralKind(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && bytes[at] !== RIGHT_BRACKET) at++;
  if (at === end || !isIpv6(latin1(bytes, start + 1, at))) return INVALID;
  if (at + 1 === end) return WITHOUT_PORT;
  return bytes[at + 1] === COLON ? portKind(bytes, at + 2, end) : INVALID;
}

function portKind(bytes: Uint8Array, start: number, end: number): number {
  let port = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return INVALID;
    port = port * 10 + digit;
    if (port > 65535) return INVALID;
  }
  return start === end ? WITHOUT_PORT : WITH_PORT;
}

/**
 * IPv6address of RFC 3986 §3.2.2, what stands between the brackets.
 *
 * IPvFuture (`[v1.x]`) is refused, stricter than the RFC: no version of it was
 * ever defined, so nothing could be reached by it. So is a zone id (RFC 6874),
 * which has no meaning beyond the sender's own machine.
 */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const last = halves.length - 1;
  let groups = 0;
  for (let i = 0; i <= last; i++) {
    const half = halves[i];
    if (half === "" && halves.length === 2) continue;
    const parts = half.split(":");
    for (let j = 0; j < parts.length; j++) {
      const part = parts[j];
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

function isHex(octet: number): boolean {
  return HEX[octet] !== NOT_HEX;
}
