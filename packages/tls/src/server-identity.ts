/**
 * One certificate of a server, ready for handshakes.
 *
 * The runtime takes one ticket key at a time, and checks a session against the
 * context that a handshake began with, not against the one that a host name
 * leads to later (nginx CVE-2025-23419 is that difference, S117). So there is a
 * context for each pair of certificate and ticket key, and a handshake begins
 * with the right one.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { LoadedCertificate } from "./certificate.ts";
import { TlsError } from "./errors.ts";
import { MAX_TIMER_MS, type TlsVersion } from "./protocol-options.ts";
import type { TicketKey, TicketKeys } from "./ticket-keys.ts";

/** Whether clients show certificates (RFC 8446 §4.3.2). */
export type ClientCertificates = "none" | "request" | "require";

/** What all identities of a server have in common. */
export interface SharedContext {
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly ciphers: string;
  readonly honorCipherOrder: boolean;
  readonly alpn: string[];
  readonly clientCertificates: ClientCertificates;
  /** PEM texts of the authorities that client certificates come from. */
  readonly authorities: readonly string[];
  readonly sessionLifetimeMs: number;
  readonly handshakeTimeoutMs: number;
  /** A handshake is complete. */
  readonly onSecure: (socket: TLSSocket) => void;
  /** A handshake has failed. */
  readonly onFailure: (error: Error, socket: TLSSocket) => void;
}

export class ServerIdentity {
  readonly names: readonly string[];
  private readonly certificate: LoadedCertificate;
  private readonly shared: SharedContext;
  private readonly servers: Map<string, Server>;

  /** @throws {@link TlsError} `ERR_TLS_CERTIFICATE` when the runtime refuses the certificate, for a weak key for example */
  constructor(certificate: LoadedCertificate, shared: SharedContext, key: TicketKey) {
    this.names = certificate.names;
    this.certificate = certificate;
    this.shared = shared;
    this.servers = new Map();
    try {
      this.server(key);
    } catch (error) {
      const name = certificate.names[0] ?? "without names";
      throw new TlsError(
        "ERR_TLS_CERTIFICATE",
        `the certificate ${name} cannot be used: ${(error as Error).message}; check it, its chain and the ciphers`,
        { cause: error },
      );
    }
  }

  /** The server that makes handshakes whose tickets are sealed with `key`. It does not listen: sockets are given to it. */
  server(key: TicketKey): Server {
    let server = this.servers.get(key.name);
    if (server === undefined) {
      server = this.create(key);
      this.servers.set(key.name, server);
    }
    return server;
  }

  /** Forgets contexts of keys that are gone. */
  forget(keys: TicketKeys): void {
    for (const name of [...this.servers.keys()]) if (!keys.has(name)) this.servers.delete(name);
  }

  private create(key: TicketKey): Server {
    const { certificate, shared } = this;
    const server = createServer({
      cert: certificate.cert,
      key: certificate.key,
      ...(certificate.passphrase === undefined ? {} : { passphrase: certificate.passphrase }),
      ...(shared.authorities.length === 0 ? {} : { ca: [...shared.authorities] }),
      ...(shared.alpn.length === 0 ? {} : { ALPNProtocols: shared.alpn }),
      minVersion: shared.minVersion,
      maxVersion: shared.maxVersion,
      ciphers: shared.ciphers,
      honorCipherOrder: shared.honorCipherOrder,
      requestCert: shared.clientCertificates !== "none",
      rejectUnauthorized: shared.clientCertificates === "require",
      ticketKeys: key.octets,
      sessionTimeout: Math.max(1, Math.floor(shared.sessionLifetimeMs / 1000)),
      sessionIdContext: this.sessionIdContext(),
      handshakeTimeout: Math.min(shared.handshakeTimeoutMs, MAX_TIMER_MS),
    });
    server.on("secureConnection", shared.onSecure);
    server.on("tlsClientError", shared.onFailure);
    return server;
  }

  /**
   * What a session is bound to, beside its ticket's key: the names, whether clients show certificates, and whose. Not to
   * the certificate itself: a renewed one ends no session.
   */
  private sessionIdContext(): string {
    const { clientCertificates, authorities } = this.shared;
    const binding = JSON.stringify([this.names, clientCertificates, [...authorities].sort()]);
    return createHash("sha256").update(binding).digest("hex").slice(0, 32); // SSL_MAX_SID_CTX_LENGTH
  }
}
