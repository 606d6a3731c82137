/**
 * The order in which the addresses of a name are tried (RFC 8305 §4).
 *
 * Within a family the order is the resolver's: `getaddrinfo` has sorted by
 * RFC 6724 already, which knows the machine's own addresses, and the records of
 * name servers change places so that load is spread. What is added here is what
 * RFC 8305 asks for: no family waits for the whole of the other.
 *
 * @module
 */
import type { AddressMemory } from "./address-memory.ts";
import { ipFamily } from "./ip-address.ts";

/**
 * Sorts addresses for {@link ConnectionAttempts}: the families take turns ("First Address Family Count" 1), those that
 * failed a moment ago come last.
 *
 * The first family is `first` if it is given, else that of the address that was connected to last, else that of the first
 * address. RFC 8305 §4 would put the address that was used last first; only its family is, so that the addresses of a
 * server with several go on sharing its load.
 *
 * @example
 * ```ts
 * selectAddresses(["2001:db8::1", "2001:db8::2", "192.0.2.1"], new AddressMemory(), 0);
 * // ["2001:db8::1", "192.0.2.1", "2001:db8::2"]
 * ```
 */
export function selectAddresses(
  addresses: readonly string[],
  memory: AddressMemory,
  now: number,
  first: 0 | 4 | 6 = 0,
): string[] {
  const different = [...new Set(addresses)];
  const working = different.filter((address) => !memory.hasFailed(address, now));
  const failing = different.filter((address) => memory.hasFailed(address, now));
  let latest = Number.NEGATIVE_INFINITY;
  let family: 0 | 4 | 6 = first;
  if (first === 0)
    for (const address of working) {
      const at = memory.connectedAt(address, now);
      if (at > latest) family = ipFamily(address);
      latest = Math.max(at, latest);
    }
  return [...interleave(working, family), ...interleave(failing, family)];
}

function interleave(addresses: readonly string[], first: 0 | 4 | 6): string[] {
  const leading = first === 0 ? ipFamily(addresses[0] ?? "") : first;
  const one = addresses.filter((address) => ipFamily(address) === leading);
  const other = addresses.filter((address) => ipFamily(address) !== leading);
  const sorted: string[] = [];
  for (let i = 0; i < Math.max(one.length, other.length); i++)
    for (const list of [one, other]) if (i < list.length) sorted.push(list[i] as string);
  return sorted;
}
