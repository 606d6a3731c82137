/**
 * How an end of a connection is written.
 *
 * @module
 */

/** `127.0.0.1:80`, `[::1]:80`; as RFC 3986 §3.2.2 has it, so that it can be pasted into a URI. */
export function endpointName(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
