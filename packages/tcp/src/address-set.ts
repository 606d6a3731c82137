/**
 * Sets of IP addresses, given by prefixes (CIDR, RFC 4632 §3.1, RFC 4291 §2.3).
 *
 * @module
 */
import { type IpAddress, parseIpAddress, unmapped } from "./ip-address.ts";

/**
 * Addresses that have one of some prefixes. An IPv4-mapped IPv6 address is its IPv4 address, in the set and in questions.
 *
 * @example
 * ```ts
 * const ours = new AddressSet(["10.0.0.0/8", "2001:db8::/32"]);
 * ours.has("10.1.2.3"); // true
 * ours.has("::ffff:10.1.2.3"); // true
 * ours.has("11.0.0.1"); // false
 * ```
 */
export class AddressSet {
  private readonly prefixes: readonly Prefix[];

  /**
   * @param prefixes - `10.0.0.0/8`, `2001:db8::/32`, or an address alone; bits behind the prefix do not count
   * @throws RangeError when one is none of these
   *
   * @example
   * ```ts
   * const office = new AddressSet(["192.0.2.0/24", "2001:db8::/32"]);
   * office.has("192.0.2.77"); // true
   * ```
   */
  constructor(prefixes: readonly string[]) {
    this.prefixes = prefixes.map((text) => {
      const prefix = parsePrefix(text);
      if (prefix !== null) return prefix;
      throw new RangeError(`${JSON.stringify(text)} is no prefix; write 10.0.0.0/8, 2001:db8::/32 or an address`);
    });
  }

  /** Whether the address has one of the prefixes. What is no address is in no set. */
  has(address: string): boolean {
    const parsed = parseIpAddress(address);
    if (parsed === null) return false;
    const { octets } = unmapped(parsed);
    return this.prefixes.some((prefix) => hasPrefix(octets, prefix));
  }
}

/** An address, and how many of its bits count. */
export interface Prefix {
  readonly octets: Uint8Array;
  readonly bits: number;
}

/** Reads `address/bits`, or an address alone. @returns null when the text is neither */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf("/");
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null || address.zone !== "") return null;
  const most = address.octets.length * 8;
  if (slash < 0) return whole(address);
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : -1;
  if (bits < 0 || bits > most) return null;
  const { octets } = unmapped(address);
  // Of a mapped prefix the first 96 bits are what makes it one; a shorter one is no prefix of IPv4.
  if (octets.length * 8 === most) return { octets, bits };
  return bits >= 96 ? { octets, bits: bits - 96 } : { octets: address.octets, bits };
}

/** Whether the first bits of an address are those of a prefix of the same family. */
export function hasPrefix(octets: Uint8Array, prefix: Prefix): boolean {
  if (octets.length !== prefix.octets.length) return false;
  const whole = prefix.bits >> 3;
  for (let at = 0; at < whole; at++) if (octets[at] !== prefix.octets[at]) return false;
  const rest = prefix.bits & 7;
  if (rest === 0) return true;
  return (((octets[whole] as number) ^ (prefix.octets[whole] as number)) & (0xff00 >> rest) & 0xff) === 0;
}

function whole(address: IpAddress): Prefix {
  const { octets } = unmapped(address);
  return { octets, bits: octets.length * 8 };
}
