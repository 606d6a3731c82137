/**
 * Who counts as one peer when connections are capped by address (S104).
 *
 * An IPv4 address is one. Of IPv6 the first 64 bits are: a network gets no less
 * than that (RFC 6177, RFC 7421), and each machine in it may take as many of the
 * 2^64 addresses as it likes (RFC 8981), a new one for every connection.
 *
 * @module
 */
import { formatIpAddress, parseIpAddress, unmapped } from "./ip-address.ts";

/**
 * The block of addresses that `address` is counted with.
 *
 * @param address - as the system gives a peer's, with its zone
 * @returns an IPv4 address, an IPv6 /64 with the zone of link-local ones, or `address` itself when it is none
 *
 * @example
 * ```ts
 * addressBlock("192.0.2.1"); // "192.0.2.1"
 * addressBlock("::ffff:192.0.2.1"); // "192.0.2.1"
 * addressBlock("2001:db8:1:2:dead:beef:0:1"); // "2001:db8:1:2::/64"
 * ```
 */
export function addressBlock(address: string): string {
  const parsed = parseIpAddress(address);
  if (parsed === null) return address;
  const { octets, zone } = unmapped(parsed);
  if (octets.length === 4) return octets.join(".");
  const network = octets.slice();
  network.fill(0, PREFIX_OCTETS);
  return `${formatIpAddress({ octets: network, zone })}/64`;
}

const PREFIX_OCTETS = 8;
