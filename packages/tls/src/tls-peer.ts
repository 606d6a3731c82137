/**
 * What a handshake negotiated, and what it proved about the peer.
 *
 * Taken from the socket while it is open: a closed one has forgotten. The
 * certificate is read on first access.
 *
 * @module
 */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { PeerCertificate, TlsPeer } from "@stack/tcp";
import { subjectAltNames } from "./subject-alt-name.ts";

/** {@link TlsPeer} of a socket whose handshake is complete. */
export class SocketTlsPeer implements TlsPeer {
  readonly protocol: string;
  readonly cipher: string;
  readonly servername: string;
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly certificate: PeerCertificate | null;

  /** @param authorized - whether the peer has proved who it is */
  constructor(socket: TLSSocket, servername: string, authorized: boolean) {
    // A client's runtime forgets the certificate of a session that it resumes; a server's does not.
    const shown = socket.getPeerX509Certificate();
    this.protocol = socket.getProtocol() ?? "";
    this.cipher = socket.getCipher().standardName;
    this.servername = servername;
    this.resumed = socket.isSessionReused();
    this.authorized = authorized;
    this.certificate = shown === undefined ? null : new ShownCertificate(shown);
  }
}

/**
 * Whether a client has proved who it is. To the runtime a resumed TLS 1.3 session without a certificate is authorized, as
 * there was nothing to find fault with, and so is one whose certificate has expired since (S117).
 */
export function isClientAuthorized(socket: TLSSocket): boolean {
  if (!socket.authorized) return false;
  const shown = socket.getPeerX509Certificate();
  return shown !== undefined && Date.now() <= Date.parse(shown.validTo);
}

/**
 * A listener for `error` on a secured socket. Of a renegotiation the runtime only tells, and goes on with it; and without
 * any listener an error ends the process (S102).
 */
export function destroyThis(this: TLSSocket): void {
  this.destroy();
}

class ShownCertificate implements PeerCertificate {
  private readonly certificate: X509Certificate;
  private list: readonly string[] | null;

  constructor(certificate: X509Certificate) {
    this.certificate = certificate;
    this.list = null;
  }

  get subject(): string {
    return this.certificate.subject;
  }

  get issuer(): string {
    return this.certificate.issuer;
  }

  get names(): readonly string[] {
    return (this.list ??= subjectAltNames(this.certificate.raw));
  }

  get fingerprint256(): string {
    return this.certificate.fingerprint256;
  }

  get serialNumber(): string {
    return this.certificate.serialNumber;
  }

  get raw(): Uint8Array {
    return this.certificate.raw;
  }
}
