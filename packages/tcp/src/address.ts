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
 * @throws RangeError when the port is not 0 to 65535
 */
export function parseAddress(address: Address): ParsedAddress {
  if (typeof address === "number") return { host: DEFAULT_HOST, port: port(address) };
  if (typeof address === "object") {
    if (address.path !== undefined) return { path: address.path };
    return { host: address.host ?? DEFAULT_HOST, port: port(address.port) };
  }
  if (address.startsWith("unix:")) return { path: address.slice(5) };
  if (address.startsWith("/") || address.startsWith("\0")) return { path: address };
  const colon = address.lastIndexOf(":");
  const host = colon <= 0 ? DEFAULT_HOST : address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port: port(Number(address.slice(colon + 1) || Number.NaN)) };
}

/** The address as people write it. */
export function formatAddress(address: ParsedAddress): string {
  if ("path" in address) return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function port(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new RangeError(`a port is 0 to 65535, not ${value}`);
  return value;
}
