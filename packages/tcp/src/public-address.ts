/**
 * Which addresses lie in the public network (RFC 6890, the IANA registries of special-purpose addresses).
 *
 * For guards against requests that a stranger makes us send into our own
 * network (S122). What is not known to be public is not public.
 *
 * @module
 */
import { hasPrefix, type Prefix, parsePrefix } from "./address-set.ts";
import { parseIpAddress, unmapped } from "./ip-address.ts";

/**
 * Whether an address can be someone's in the public network.
 *
 * The longest prefix of {@link SPECIAL_PURPOSE} decides; what has none is public if it is IPv4, or IPv6 of 2000::/3, which
 * is all that is given out (RFC 4291 §2.4). An address that carries an IPv4 address within, IPv4-mapped or NAT64
 * (RFC 6052), is what that one is. 6to4 and Teredo carry one too, and are not public at all: both are history.
 *
 * @returns false, too, for what is no address
 *
 * @example
 * ```ts
 * isPublicAddress("203.0.114.1"); // true
 * isPublicAddress("64:ff9b::a00:1"); // false: 10.0.0.1 behind NAT64
 * ```
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parseIpAddress(address);
  return parsed !== null && parsed.zone === "" && isPublic(unmapped(parsed).octets);
}

/**
 * For `allowAddress` of `dial`: public addresses and no others.
 *
 * A cloud's own services may have public addresses, as Azure's 168.63.129.16: who runs there refuses those as well.
 *
 * @example
 * ```ts
 * const metadata = new AddressSet(["168.63.129.16"]);
 * const allowAddress = (address: string): boolean => publicOnly(address) && !metadata.has(address);
 * ```
 */
export function publicOnly(address: string): boolean {
  return isPublicAddress(address);
}

/**
 * Prefixes of special purpose, and whether they are reachable globally.
 *
 * https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry. What has "N/A" there, and
 * multicast, which no stream can be opened to, is false here.
 */
// biome-ignore format: a table
export const SPECIAL_PURPOSE: Readonly<Record<string, boolean>> = {
  "0.0.0.0/8": false,            // RFC 791 §3.2: this network; 0.0.0.0 connects to this host
  "10.0.0.0/8": false,           // RFC 1918: private use
  "100.64.0.0/10": false,        // RFC 6598: shared address space
  "127.0.0.0/8": false,          // RFC 1122 §3.2.1.3: loopback
  "169.254.0.0/16": false,       // RFC 3927: link local, and the metadata of clouds
  "172.16.0.0/12": false,        // RFC 1918: private use
  "192.0.0.0/24": false,         // RFC 6890 §2.1: IETF protocol assignments
  "192.0.0.9/32": true,          // RFC 7723: port control protocol anycast
  "192.0.0.10/32": true,         // RFC 8155: TURN anycast
  "192.0.2.0/24": false,         // RFC 5737: documentation
  "192.31.196.0/24": true,       // RFC 7535: AS112
  "192.52.193.0/24": true,       // RFC 7450: AMT
  "192.88.99.0/24": false,       // RFC 7526: 6to4 relay anycast, deprecated
  "192.168.0.0/16": false,       // RFC 1918: private use
  "192.175.48.0/24": true,       // RFC 7534: AS112
  "198.18.0.0/15": false,        // RFC 2544: benchmarking
  "198.51.100.0/24": false,      // RFC 5737: documentation
  "203.0.113.0/24": false,       // RFC 5737: documentation
  "224.0.0.0/4": false,          // RFC 5771: multicast
  "240.0.0.0/4": false,          // RFC 1112 §4: reserved, and broadcast
  "::/128": false,               // RFC 4291 §2.5.2: unspecified; connects to this host
  "::1/128": false,              // RFC 4291 §2.5.3: loopback
  "64:ff9b:1::/48": false,       // RFC 8215: NAT64 for local use
  "100::/64": false,             // RFC 6666: discard only
  "100:0:0:1::/64": false,       // RFC 9780: dummy prefix
  "2001::/23": false,            // RFC 2928: IETF protocol assignments, Teredo (RFC 4380) among them
  "2001:1::1/128": true,         // RFC 7723: port control protocol anycast
  "2001:1::2/128": true,         // RFC 8155: TURN anycast
  "2001:1::3/128": true,         // RFC 9665: DNS-SD registration anycast
  "2001:2::/48": false,          // RFC 5180: benchmarking
  "2001:3::/32": true,           // RFC 7450: AMT
  "2001:4:112::/48": true,       // RFC 7535: AS112
  "2001:10::/28": false,         // RFC 4843: ORCHID, deprecated
  "2001:20::/28": true,          // RFC 7343: ORCHIDv2
  "2001:30::/28": true,          // RFC 9374: drone remote identification
  "2001:db8::/32": false,        // RFC 3849: documentation
  "2002::/16": false,            // RFC 3056: 6to4
  "2620:4f:8000::/48": true,     // RFC 7534: AS112
  "3fff::/20": false,            // RFC 9637: documentation
  "5f00::/16": false,            // RFC 9602: segment routing identifiers
  "fc00::/7": false,             // RFC 4193: unique local
  "fe80::/10": false,            // RFC 4291 §2.5.6: link local
  "fec0::/10": false,            // RFC 3879: site local, deprecated
  "ff00::/8": false,             // RFC 4291 §2.7: multicast
};

function isPublic(octets: Uint8Array): boolean {
  if (hasPrefix(octets, NAT64)) return isPublic(octets.subarray(12));
  for (const { prefix, reachable } of LONGEST_FIRST) if (hasPrefix(octets, prefix)) return reachable;
  return octets.length === 4 || hasPrefix(octets, GLOBAL_UNICAST);
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new RangeError(`${text} is no prefix`);
  return prefix;
}

const LONGEST_FIRST: readonly { readonly prefix: Prefix; readonly reachable: boolean }[] = Object.entries(
  SPECIAL_PURPOSE,
)
  .map(([text, reachable]) => ({ prefix: prefixOf(text), reachable }))
  .sort((a, b) => b.prefix.bits - a.prefix.bits);

/** RFC 6052 §2.1: the last 32 bits are an IPv4 address. */
const NAT64: Prefix = prefixOf("64:ff9b::/96");
const GLOBAL_UNICAST: Prefix = prefixOf("2000::/3");
