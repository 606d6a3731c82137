/**
 * Which hosts are reached without a proxy: the list of `NO_PROXY`.
 *
 * There is no standard; this is what curl does, with ports. What is listed must
 * not reach the proxy in any other writing of it, and what is not listed must
 * not get past the proxy by looking like it (S111).
 *
 * @module
 */
import { AddressSet, canonicalIpAddress } from "@stack/tcp";

/** A host without brackets, and a port. */
export interface ProxiedHost {
  readonly host: string;
  readonly port: number;
}

interface Entry {
  /** A name in lower case without dots at its ends; "" for addresses. */
  readonly name: string;
  readonly addresses: AddressSet | null;
  /** 0: any. */
  readonly port: number;
  /** This machine, however it is written. */
  readonly isLoopback: boolean;
}

/**
 * Reads a list: entries between commas or blanks, `*` for every host.
 *
 * | entry | stands for |
 * |---|---|
 * | `example.com`, `.example.com`, `*.example.com` | the name and every name below it |
 * | `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]` | the address, however it is written |
 * | `10.0.0.0/8`, `2001:db8::/32` | every address with the prefix |
 * | `localhost`, `127.0.0.1`, `::1` | this machine: each stands for all of them |
 * | any but a prefix, and `:8080` | only on that port |
 *
 * Names are not resolved: an address in the list does not stand for names that have it. What cannot be read stands for
 * nothing.
 *
 * @returns whether a host is reached without a proxy
 *
 * @example
 * ```ts
 * const without = parseNoProxy("10.0.0.0/8, .example.com:8080");
 * without({ host: "api.example.com", port: 8080 }); // true
 * ```
 */
export function parseNoProxy(list: string): (target: ProxiedHost) => boolean {
  const texts = list.split(/[,\s]+/).filter((text) => text !== "");
  if (texts.includes("*")) return () => true;
  const entries = texts.map(parseEntry).filter((entry) => entry !== null);
  return ({ host, port }) => {
    const address = canonicalIpAddress(host);
    // A zone is no label, and what has colons is an address or nothing (Go's CVE-2025-22870).
    if (address === null && /[:%]/.test(host)) return false;
    const name = address === null ? trimmed(host) : "";
    const loopback = address === null ? LOCALHOST.test(name) : LOOPBACK.has(address);
    return entries.some(
      (entry) =>
        (entry.port === 0 || entry.port === port) &&
        ((entry.isLoopback && loopback) ||
          (address === null
            ? entry.name !== "" && (name === entry.name || name.endsWith(`.${entry.name}`))
            : entry.addresses?.has(address) === true)),
    );
  };
}

function parseEntry(text: string): Entry | null {
  // `[::1]:80`, `[::1]`, `host:80`; an address with colons and no brackets has no port.
  const parts = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text) ?? /^([^:]*):(\d{1,5})$/.exec(text);
  const host = parts === null ? text : (parts[1] as string);
  const port = Number(parts?.[2] ?? 0);
  const address = canonicalIpAddress(host);
  if (address?.includes("%") === true) return null; // no URL has a zone
  if (address !== null)
    return { name: "", addresses: new AddressSet([address]), port, isLoopback: LOOPBACK.has(address) };
  if (host.includes("/")) {
    try {
      return { name: "", addresses: new AddressSet([host]), port, isLoopback: false };
    } catch {
      return null;
    }
  }
  const name = trimmed(host.startsWith("*.") ? host.slice(2) : host);
  // An address that cannot be read is no name, and would be a suffix of others.
  if (name === "" || /[:*%]|(?:^|\.)\d+$/.test(name)) return null;
  return { name, addresses: null, port, isLoopback: LOCALHOST.test(name) };
}

/** In lower case, without dots at the ends: `example.com.` is `example.com`. */
function trimmed(name: string): string {
  return name.toLowerCase().replace(/^\.+|\.+$/g, "");
}

const LOCALHOST = /^(?:.+\.)?localhost$/;
const LOOPBACK: AddressSet = new AddressSet(["127.0.0.0/8", "::1"]);
