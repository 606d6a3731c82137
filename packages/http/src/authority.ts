/**
 * The authority: host and port (RFC 3986 §3.2, RFC 9110 §4.2 and §7.2).
 *
 * What the Host field, the `:authority` of HTTP/2 and the target of CONNECT
 * hold. No names are resolved here and none are changed: what is compared is
 * made canonical first, by the part that compares.
 *
 * @module
 */
import { hexPairAt } from "./percent-encoding.ts";

/** A host and perhaps a port. */
export interface Authority {
  /** As written, without port; an IPv6 address keeps its brackets. Never empty. */
  readonly host: string;
  /** 0 to 65535, or -1 when there is none (also for `host:`, RFC 3986 §3.2.3). */
  readonly port: number;
}

/** The longest authority that is looked at, octets: a name of 255 with every octet percent-encoded, and a port. */
export const MAX_AUTHORITY = 1024;

/**
 * Reads `uri-host [ ":" port ]`.
 *
 * @returns the parts, or `null` when the text is empty, is longer than {@link MAX_AUTHORITY} or breaks the
 *   grammar: a space, a control, `@`, `/`, `\`, `?`, `#`, a port above 65535, an IPv6 address that is none
 *
 * Stricter than RFC 3986: no userinfo, which RFC 9110 §4.2.4 wants treated as an error; no IPvFuture, which
 * nobody defined; no zone identifier, which means something only on the host that wrote it.
 *
 * @example
 * ```ts
 * parseAuthority("example.com:8080"); // { host: "example.com", port: 8080 }
 * parseAuthority("[::1]"); // { host: "[::1]", port: -1 }
 * parseAuthority("a@b"); // null
 * ```
 *
 * RFC 9110 §7.2, RFC 9112 §3.2 (S24). Linear.
 */
export function parseAuthority(text: string): Authority | null {
  if (text.length > MAX_AUTHORITY) return null;
  const end = hostEnd(text);
  if (end <= 0) return null;
  if (end === text.length) return { host: text, port: -1 };
  const port = portAfter(text, end);
  return port === BAD_PORT ? null : { host: text.slice(0, end), port };
}

/**
 * An authority in the one form in which it can be compared and used as a key: the host in lower case, percent
 * triplets of unreserved characters decoded and the others in upper case, an IPv6 address as RFC 5952 writes it,
 * the scheme's default port left out.
 *
 * @param scheme - in lower case; its default port is 80 for `http` and `ws`, 443 for `https` and `wss`
 * @returns the canonical form, or `null` when `text` is no authority
 *
 * A final dot is kept: `example.com.` is another name in DNS terms, and which to serve is the server's choice.
 *
 * @example
 * ```ts
 * canonicalAuthority("Example.COM:443", "https"); // "example.com"
 * canonicalAuthority("[2001:DB8:0:0::1]:80", "https"); // "[2001:db8::1]:80"
 * ```
 *
 * RFC 3986 §6.2.2 and §6.2.3, RFC 9110 §4.2.3.
 */
export function canonicalAuthority(text: string, scheme: string): string | null {
  const authority = parseAuthority(text);
  if (authority === null) return null;
  const { host, port } = authority;
  const canonical = host.startsWith("[") ? canonicalIpv6(host) : canonicalName(host);
  return port === -1 || port === DEFAULT_PORTS.get(scheme) ? canonical : `${canonical}:${port}`;
}

/** Default ports by scheme (RFC 9110 §4.2.1 and §4.2.2, RFC 6455 §3). */
export const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
]);

/** Where the host ends: at its port's colon or at the end of the text; 0 or less when it is no host. */
function hostEnd(text: string): number {
  if (text.charCodeAt(0) === OPEN_BRACKET) {
    const close = text.indexOf("]");
    return close > 0 && ipv6Groups(text.slice(1, close)) !== null ? close + 1 : 0;
  }
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) return at;
    if (code === PERCENT) {
      if (!hexPairAt(text, at + 1)) return 0;
      at += 2;
    } else if (REG_NAME[code] !== 1) return 0;
  }
  return at;
}

/** The port in `":" port`, -1 when it is empty, {@link BAD_PORT} when it is none. Digits only: no sign, no space. */
function portAfter(text: string, colon: number): number {
  if (text.charCodeAt(colon) !== COLON) return BAD_PORT;
  if (colon + 1 === text.length) return -1;
  let port = 0;
  for (let at = colon + 1; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return BAD_PORT;
    port = port * 10 + digit;
    if (port > 65_535) return BAD_PORT;
  }
  return port;
}

/**
 * The eight 16-bit groups of an IPv6 address, or `null`.
 *
 * RFC 3986 §3.2.2 `IPv6address`: at most one `::`, which stands for at least one group, and perhaps an IPv4
 * address as the last 32 bits.
 */
function ipv6Groups(text: string): number[] | null {
  if (text.length < 2 || text.length > 45) return null;
  const gap = text.indexOf("::");
  if (gap < 0) return groupsOf(text, 8);
  const before = gap === 0 ? [] : groupsOf(text.slice(0, gap), 0);
  const after = gap + 2 === text.length ? [] : groupsOf(text.slice(gap + 2), 0);
  // An IPv4 address can only be last, and "before" is never last.
  if (before === null || after === null || text.slice(0, gap).includes(".")) return null;
  const missing = 8 - before.length - after.length;
  if (missing < 1) return null;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
}

/** Groups separated by single colons; exactly `count` of them unless that is 0. */
function groupsOf(text: string, count: number): number[] | null {
  const parts = text.split(":");
  const groups: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    if (i === parts.length - 1 && part.includes(".")) {
      const ipv4 = ipv4Of(part);
      if (ipv4 === null) return null;
      groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    } else {
      if (part.length < 1 || part.length > 4) return null;
      let group = 0;
      for (let at = 0; at < part.length; at++) {
        const digit = HEX_DIGITS.indexOf(part.charAt(at).toLowerCase());
        if (digit < 0) return null;
        group = group * 16 + digit;
      }
      groups.push(group);
    }
  }
  return count === 0 || groups.length === count ? groups : null;
}

/** Four decimal octets without leading zeros (RFC 3986 `dec-octet`): `010` is 8 to some and 10 to others (S122). */
function ipv4Of(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let address = 0;
  for (const part of parts) {
    const octet = portAfter(`:${part}`, 0);
    if (octet < 0 || octet > 255 || String(octet) !== part) return null;
    address = address * 256 + octet;
  }
  return address | 0;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups, the first of equals, as `::`. */
function canonicalIpv6(host: string): string {
  const groups = ipv6Groups(host.slice(1, -1)) ?? [];
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
    if (end > start) start = end;
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return `[${hex.join(":")}]`;
  return `[${hex.slice(0, bestStart).join(":")}::${hex.slice(bestStart + bestLength).join(":")}]`;
}

function canonicalName(host: string): string {
  const lower = host.toLowerCase();
  if (!lower.includes("%")) return lower;
  let canonical = "";
  for (let at = 0; at < lower.length; at++) {
    if (lower.charCodeAt(at) !== PERCENT) {
      canonical += lower.charAt(at);
      continue;
    }
    const code = Number.parseInt(lower.slice(at + 1, at + 3), 16);
    canonical +=
      UNRESERVED[code] === 1 ? String.fromCharCode(code).toLowerCase() : lower.slice(at, at + 3).toUpperCase();
    at += 2;
  }
  return canonical;
}

const BAD_PORT = -2;
const PERCENT = 0x25;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const HEX_DIGITS = "0123456789abcdef";

/** `unreserved` of RFC 3986 §2.3. */
const UNRESERVED: Uint8Array = new Uint8Array(128);
/** `reg-name` of RFC 3986 §3.2.2 without percent-encoding: unreserved and sub-delims. */
const REG_NAME: Uint8Array = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
  UNRESERVED[char.charCodeAt(0)] = 1;
  REG_NAME[char.charCodeAt(0)] = 1;
}
for (const char of "!$&'()*+,;=") REG_NAME[char.charCodeAt(0)] = 1;
