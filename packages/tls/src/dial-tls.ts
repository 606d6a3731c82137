/**
 * Dialling under TLS.
 *
 * @module
 */
import {
  type Address,
  type Carrier,
  type DialOptions,
  dial,
  type Engine,
  formatAddress,
  parseAddress,
} from "@stack/tcp";
import { type ClientTls, createClientTls } from "./client-tls.ts";

/** {@link DialOptions} of `@stack/tcp`, and how TLS is spoken. */
export interface DialTlsOptions extends Omit<DialOptions, "secure"> {
  /** Trust, protocols and sessions. Default: public authorities, no ALPN. */
  readonly tls?: ClientTls;
  /** The name that the server's certificate has to have, and that is asked for. Default: the host of the address. */
  readonly servername?: string;
}

/**
 * Opens a connection, makes a handshake, and gives it to the engine that `connect` makes.
 *
 * @returns the engine, connected; `carrier.peer` knows what was negotiated
 * @throws {@link TlsError} `ERR_TLS_CERTIFICATE_EXPIRED`, `ERR_TLS_NAME_MISMATCH`, `ERR_TLS_UNKNOWN_AUTHORITY`,
 *   `ERR_TLS_CERTIFICATE_REFUSED`, `ERR_TLS_NO_ALPN`, `ERR_TLS_UNKNOWN_NAME`, `ERR_TLS_NOT_TLS`, `ERR_TLS_HANDSHAKE`,
 *   `ERR_TLS_HANDSHAKE_TIMEOUT`
 * @throws what `dial` of `@stack/tcp` throws; TypeError when a Unix socket is dialled without `servername`
 *
 * @example
 * ```ts
 * const client = await dialTls("example.com:443", (carrier) => new LineClient(carrier), { timeoutMs: 2_000 });
 * ```
 */
export async function dialTls<E extends Engine>(
  address: Address,
  connect: (carrier: Carrier) => E,
  options: DialTlsOptions = {},
): Promise<E> {
  const { tls = (publicTls ??= createClientTls()), servername, ...rest } = options;
  const where = parseAddress(address);
  const host = servername ?? ("path" in where ? undefined : where.host);
  if (host === undefined) throw new TypeError("a Unix socket has no host name; give servername");
  return dial(address, connect, { ...rest, secure: tls.secure(host, formatAddress(where)) });
}

/** Made when it is first needed. */
let publicTls: ClientTls | null = null;
