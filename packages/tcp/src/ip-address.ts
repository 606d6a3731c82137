/**
 * IP addresses in text and in octets (RFC 4291 §2.2, RFC 5952, RFC 4007 §11).
 *
 * One reading of each text and no other. The forms of `inet_aton`, octal, hex
 * and short, are no addresses here: what one part of a program takes for
 * 127.0.0.1 and another for something else is how guards are passed (S122).
 *
 * @module
 */

/** An IP address, taken apart. */
export interface IpAddress {
  /** 4 octets, or 16. */
  readonly octets: Uint8Array;
  /** The interface of a link-local IPv6 address (RFC 4007 §11.2), or "". */
  readonly zone: string;
}

/**
 * Reads an IP address, without brackets.
 *
 * @returns null when the text is none: a part of IPv4 with a leading zero, above 255 or missing (RFC 3986 §3.2.2), a group
 *   of IPv6 that is not 1 to 4 hex digits, two `::`, a zone on an address that is not link-local
 *
 * @example
 * ```ts
 * parseIpAddress("192.0.2.1"); // { octets: [192, 0, 2, 1], zone: "" }
 * parseIpAddress("127.1"); // null, and so are "0x7f.0.0.1", "0177.0.0.1" and "2130706433"
 * ```
 */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > MAX_TEXT) return null;
  if (!text.includes(":")) {
    const octets = parseIpv4(text);
    return octets === null ? null : { octets, zone: "" };
  }
  const percent = text.indexOf("%");
  const zone = percent < 0 ? "" : text.slice(percent + 1);
  const octets = parseIpv6(percent < 0 ? text : text.slice(0, percent));
  if (octets === null) return null;
  // Anywhere else a zone says nothing, and only makes two texts of one address.
  if (percent >= 0 && !(isLinkLocal(octets) && ZONE.test(zone))) return null;
  return { octets, zone };
}

/**
 * The address in the one text of it that can be compared: IPv6 as RFC 5952 §4 writes it, and an IPv4-mapped address
 * (RFC 4291 §2.5.5.2) as the IPv4 address that it stands for, since that is who is connected to.
 *
 * @returns null when the text is no IP address
 *
 * @example
 * ```ts
 * canonicalIpAddress("2001:DB8:0:0:0:0:0:1"); // "2001:db8::1"
 * canonicalIpAddress("::ffff:7f00:1"); // "127.0.0.1"
 * ```
 */
export function canonicalIpAddress(text: string): string | null {
  const address = parseIpAddress(text);
  return address === null ? null : formatIpAddress(unmapped(address));
}

/**
 * The address as text: dotted decimal, or as RFC 5952 §4 and §5 write it.
 *
 * @example
 * ```ts
 * const address = parseIpAddress("2001:0DB8::0001");
 * if (address !== null) formatIpAddress(address); // "2001:db8::1"
 * ```
 */
export function formatIpAddress({ octets, zone }: IpAddress): string {
  if (octets.length === 4) return octets.join(".");
  const mapped = isMapped(octets);
  const groups: string[] = [];
  for (let at = 0; at < (mapped ? 12 : 16); at += 2) groups.push(groupAt(octets, at).toString(16));
  if (mapped) groups.push(octets.subarray(12).join("."));
  const [from, length] = longestZeros(groups);
  const text =
    length < 2 ? groups.join(":") : `${groups.slice(0, from).join(":")}::${groups.slice(from + length).join(":")}`;
  return zone === "" ? text : `${text}%${zone}`;
}

/** An IPv4-mapped IPv6 address (`::ffff:0:0/96`) as IPv4; any other as it is. */
export function unmapped(address: IpAddress): IpAddress {
  return isMapped(address.octets) ? { octets: address.octets.slice(12), zone: "" } : address;
}

/**
 * 4 or 6, or 0 when the text is no IP address.
 *
 * @example
 * ```ts
 * ipFamily("::1"); // 6
 * ipFamily("127.1"); // 0
 * ```
 */
export function ipFamily(text: string): 0 | 4 | 6 {
  const address = parseIpAddress(text);
  return address === null ? 0 : address.octets.length === 4 ? 4 : 6;
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = IPV4.exec(text);
  return parts === null ? null : Uint8Array.from(parts.slice(1), Number);
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const compressed = halves.length === 2;
  const left = groupsOf(halves[0] as string, !compressed);
  const right = compressed ? groupsOf(halves[1] as string, true) : [];
  if (left === null || right === null) return null;
  const written = left.length + right.length;
  if (compressed ? written > 7 : written !== 8) return null;
  const octets = new Uint8Array(16);
  left.forEach((group, i) => {
    setGroup(octets, 2 * i, group);
  });
  right.forEach((group, i) => {
    setGroup(octets, 16 - 2 * (right.length - i), group);
  });
  return octets;
}

/** Groups between colons; the last two may be written as IPv4 (RFC 4291 §2.2, 3) where the address ends. */
function groupsOf(text: string, ends: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const ipv4 = ends && i === parts.length - 1 ? parseIpv4(part) : null;
      if (ipv4 === null) return null;
      groups.push(groupAt(ipv4, 0), groupAt(ipv4, 2));
    }
  }
  return groups;
}

function groupAt(octets: Uint8Array, at: number): number {
  return ((octets[at] as number) << 8) | (octets[at + 1] as number);
}

function setGroup(octets: Uint8Array, at: number, group: number): void {
  octets[at] = group >> 8;
  octets[at + 1] = group; // the array keeps the low eight bits
}

/** Where the longest run of zero groups begins, the first of equals (RFC 5952 §4.2.3), and how long it is. */
function longestZeros(groups: readonly string[]): [number, number] {
  let best = 0;
  let bestLength = 0;
  let length = 0;
  groups.forEach((group, i) => {
    length = group === "0" ? length + 1 : 0;
    if (length <= bestLength) return;
    bestLength = length;
    best = i + 1 - length;
  });
  return [best, bestLength];
}

function isMapped(octets: Uint8Array): boolean {
  if (octets.length !== 16 || octets[10] !== 0xff || octets[11] !== 0xff) return false;
  for (let at = 0; at < 10; at++) if (octets[at] !== 0) return false;
  return true;
}

/** fe80::/10 */
function isLinkLocal(octets: Uint8Array): boolean {
  return octets[0] === 0xfe && ((octets[1] as number) & 0xc0) === 0x80;
}

/** Longer than any address with its zone: nothing is looked at twice. */
const MAX_TEXT = 80;
const GROUP = /^[0-9a-f]{1,4}$/i;
/** Names of interfaces, and their numbers. */
const ZONE = /^[\w.~-]{1,32}$/;
/** `dec-octet` four times (RFC 3986 §3.2.2). */
const IPV4: RegExp = (() => {
  const octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  return new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);
})();
