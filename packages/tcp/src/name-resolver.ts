/**
 * Names to addresses: what is asked, and the two who can be asked.
 *
 * What comes back was written by strangers: only IP addresses are let through,
 * and a bounded number of them (S121).
 *
 * @module
 */
import { ADDRCONFIG, lookup, Resolver } from "node:dns";
import { canonicalIpAddress, ipFamily } from "./ip-address.ts";

/**
 * Who knows the addresses of names. {@link systemResolver}, {@link recordResolver}, or your own.
 *
 * @example
 * ```ts
 * const inventory: NameResolver = {
 *   resolve(name, report) {
 *     report({ family: 0, addresses: known.get(name) ?? [], ttlMs: 5_000, error: null });
 *   },
 * };
 * ```
 */
export interface NameResolver {
  /**
   * Asks for the addresses of a name.
   *
   * @param report - called once for family 0, or once for 4 and once for 6, in any order, now or later
   */
  resolve(name: string, report: (answer: NameAnswer) => void): void;
}

/** What is known of a name. */
export interface NameAnswer {
  /** Of which family these are all: 4 (A), 6 (AAAA), or 0: of both, best first. */
  readonly family: 0 | 4 | 6;
  /** Empty when there are none, or nobody could say. */
  readonly addresses: readonly string[];
  /** How long this may be kept, ms; -1 when nobody said. */
  readonly ttlMs: number;
  /** Why there are no addresses. `ENOTFOUND` and `ENODATA` say that there are none; any other, that it is not known. */
  readonly error: Error | null;
}

/** Addresses of one answer that are looked at; a name with thousands would be dialled for hours (S121). */
export const MAX_ADDRESSES = 32;

/**
 * The system's own resolver, with everything that it is set up to ask (`getaddrinfo`). It sorts by RFC 6724, and says
 * nothing of how long an answer holds.
 */
export const systemResolver: NameResolver = {
  resolve(name, report) {
    // ADDRCONFIG: no addresses of a family that this machine has not.
    lookup(name, { all: true, hints: ADDRCONFIG }, (error, found) => {
      if (error !== null) report({ family: 0, addresses: [], ttlMs: -1, error });
      else report({ family: 0, addresses: found.map(({ address }) => address), ttlMs: -1, error: null });
    });
  },
};

/**
 * A resolver that asks name servers for A and AAAA records and keeps to their TTL. It does not read `/etc/hosts`, and
 * gives each family's answer when it comes (RFC 8305 §3).
 *
 * @param servers - addresses of name servers, `["192.0.2.53"]`; by default the system's
 *
 * @example
 * ```ts
 * const resolver = new NameCache({ resolver: recordResolver() });
 * await dial("example.com:7", (carrier) => new LineClient(carrier), { resolver });
 * ```
 */
export function recordResolver(servers?: readonly string[]): NameResolver {
  const resolver = new Resolver({ timeout: RECORD_TIMEOUT_MS, tries: RECORD_TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  return {
    resolve(name, report) {
      const told =
        (family: 4 | 6) =>
        (error: Error | null, records: readonly { readonly address: string; readonly ttl: number }[]): void => {
          if (error !== null) report({ family, addresses: [], ttlMs: -1, error });
          else report(answerOf(family, records));
        };
      // RFC 8305 §3: AAAA first, A directly behind it.
      resolver.resolve6(name, { ttl: true }, told(6));
      resolver.resolve4(name, { ttl: true }, told(4));
    },
  };
}

function answerOf(family: 4 | 6, records: readonly { readonly address: string; readonly ttl: number }[]): NameAnswer {
  let ttl = Number.POSITIVE_INFINITY;
  for (const record of records) ttl = Math.min(ttl, record.ttl);
  return {
    family,
    addresses: records.map(({ address }) => address),
    ttlMs: Number.isFinite(ttl) ? ttl * 1000 : -1,
    error: null,
  };
}

/** An answer without what is no address of its family, and with no more than {@link MAX_ADDRESSES} (S121). */
export function checkedAnswer(answer: NameAnswer): NameAnswer {
  const addresses: string[] = [];
  for (const text of answer.addresses) {
    const address = typeof text === "string" ? canonicalIpAddress(text) : null;
    if (address === null || addresses.includes(address)) continue;
    // What was asked for as AAAA may be an IPv4 address in IPv6 dress; it is dialled, and judged, as what it is.
    if (answer.family !== 4 || ipFamily(address) === 4) addresses.push(address);
    if (addresses.length === MAX_ADDRESSES) break;
  }
  const error = answer.error ?? (addresses.length > 0 ? null : noAddress());
  return { family: answer.family, addresses, ttlMs: answer.ttlMs, error };
}

/** Whether an error says that there are no addresses, rather than that nobody could say. */
export function isNegative(error: Error | null): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === "ENOTFOUND" || code === "ENODATA";
}

/**
 * The addresses of `localhost` and of what ends in `.localhost`, which no resolver is asked for (RFC 6761 §6.3, S120);
 * null for other names.
 */
export function loopbackAddresses(name: string): readonly string[] | null {
  return /^(?:.+\.)?localhost\.?$/i.test(name) ? LOOPBACK : null;
}

function noAddress(): Error {
  return Object.assign(new Error("the answer has no address"), { code: "ENODATA" });
}

const LOOPBACK: readonly string[] = ["::1", "127.0.0.1"];
/** For one try at one server; what is lost is asked again. */
const RECORD_TIMEOUT_MS = 2_000;
const RECORD_TRIES = 2;
