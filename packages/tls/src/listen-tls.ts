/**
 * Listening for TLS connections.
 *
 * @module
 */
import { type Address, type Listener, type ListenOptions, listen } from "@stack/tcp";
import type { ServerTls } from "./server-tls.ts";

/** {@link ListenOptions} of `@stack/tcp`, and how TLS is spoken. */
export interface ListenTlsOptions extends Omit<ListenOptions, "secure"> {
  readonly tls: ServerTls;
}

/**
 * Listens on an address; each connection gets an engine from `options.connect` when its handshake is complete, so that
 * `carrier.peer.alpn` and `carrier.peer.tls` are known before the first octet.
 *
 * A handshake counts as a connection in the caps (S92), and is cut when the listener closes. Several listeners may share
 * one {@link ServerTls}.
 *
 * @throws what `listen` of `@stack/tcp` throws
 *
 * @example
 * ```ts
 * const listener = await listenTls("0.0.0.0:8443", {
 *   tls: createServerTls({ certificates: { cert: "cert.pem", key: "key.pem" }, alpn: ["h2", "http/1.1"] }),
 *   connect: (carrier) => (carrier.peer.alpn === "h2" ? new Http2(carrier) : new Http1(carrier)),
 * });
 * ```
 */
export function listenTls(address: Address, options: ListenTlsOptions): Promise<Listener> {
  const { tls, ...rest } = options;
  return listen(address, { ...rest, secure: tls.secure });
}
