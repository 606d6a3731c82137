/**
 * Addresses as people write them: a port, a host and port, the path of a Unix socket.
 *
 * @module
 */

/** Where to listen or dial. */
export type Address =
  | number
  | string
  | { readonly host?: string; readonly port: number; readonly path?: never }
  | { readonly path: string; readonly host?: never; readonly port?: never };

/** An address taken apart. */
export type ParsedAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Where to listen when no host is given: this machine only. Everyone else must be let in by name. */
export const DEFAULT_HOST = "127.0.0.1";

/**
 * Reads an address: `8080`, `"8080"`, `":8080"`, `"host:8080"`, `"[::1]:8080"`, `"unix:/run/app.sock"`, `"/run/app.sock"`.
 *
 * Without a host it is {@link DEFAULT_HOST}. An IPv6 address stands in brackets: in `::1:80` nobody knows which colon
 * is the port's.
 *
 * @throws RangeError when it is none of these, the port is not 0 to 65535, or the path longer than the system takes
 *
 * @example
 * ```ts
 * parseAddress(8080); // { host: "127.0.0.1", port: 8080 }
 * parseAddress("[::1]:8080"); // { host: "::1", port: 8080 }
 * parseAddress("unix:/run/app.sock"); // { path: "/run/app.sock" }
 * ```
 */
export function parseAddress(address: Address): ParsedAddress {
  if (typeof address === "number") return hostAddress(DEFAULT_HOST, address);
  if (typeof address === "object") {
    // Own parts only: a path that was planted on `Object.prototype` would lead every dial elsewhere (S127, S128).
    const own: typeof address = Object.assign(Object.create(null) as object, address);
    if (own.path !== undefined) return pathAddress(own.path);
    // To the system an empty host is every host; to us it is none given.
    return hostAddress(own.host || DEFAULT_HOST, own.port);
  }
  if (address.startsWith("unix:")) return pathAddress(address.slice(5));
  if (address.startsWith("/") || address.startsWith("\0")) return pathAddress(address);
  const parts = HOST_PORT.exec(address);
  if (parts === null) {
    const ways = '8080, "host:8080", "[::1]:8080" or "unix:/run/app.sock"';
    throw new RangeError(`an address is ${ways}, not ${JSON.stringify(address)}`);
  }
  return hostAddress(parts[1] || parts[2] || DEFAULT_HOST, Number(parts[3]));
}

/**
 * The address as people write it.
 *
 * @example
 * ```ts
 * formatAddress({ host: "::1", port: 8080 }); // "[::1]:8080"
 * formatAddress({ path: "/run/app.sock" }); // "unix:/run/app.sock"
 * ```
 */
export function formatAddress(address: ParsedAddress): string {
  if ("path" in address) return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Neither kind inherits anything, so that the one is never taken for the other. */
function hostAddress(host: string, port: number): ParsedAddress {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`a port is 0 to 65535, not ${port}`);
  return Object.assign(Object.create(null) as object, { host, port });
}

function pathAddress(path: string): ParsedAddress {
  if (path === "") throw new RangeError("a Unix socket needs a path");
  // Some systems cut a longer one, and then listen beside it.
  if (Buffer.byteLength(path) > MAX_PATH_OCTETS)
    throw new RangeError(`the path of a Unix socket has at most ${MAX_PATH_OCTETS} octets: ${path}`);
  return Object.assign(Object.create(null) as object, { path });
}

/** What `sockaddr_un` has room for, less the zero at its end. */
const MAX_PATH_OCTETS = process.platform === "linux" ? 107 : 103;

/** `[ipv6]:port`, `host:port`, `:port` or `port`. */
const HOST_PORT = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,9})$/;
