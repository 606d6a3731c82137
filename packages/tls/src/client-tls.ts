/**
 * TLS for a client: whom it trusts, what it offers, and the sessions that it can resume.
 *
 * @module
 */
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import type { Secure, SecureDone } from "@stack/tcp";
import { type Certificate, loadCertificate, parseCertificate } from "./certificate.ts";
import { ClientSessions } from "./client-sessions.ts";
import { TlsError } from "./errors.ts";
import { clientFailure } from "./handshake-failures.ts";
import { checkClientOptions } from "./known-options.ts";
import { listOf, nameOf, type PemSource, readPem } from "./pem.ts";
import {
  alpnProtocols,
  contextOptions,
  DEFAULT_HANDSHAKE_TIMEOUT_MS,
  MAX_TIMER_MS,
  type ProtocolOptions,
} from "./protocol-options.ts";
import { subjectAltNames } from "./subject-alt-name.ts";
import { destroyThis, SocketTlsPeer } from "./tls-peer.ts";

/** How a client speaks TLS. */
export interface ClientTlsOptions extends ProtocolOptions {
  /** The authorities that are trusted instead of the public ones. */
  readonly ca?: PemSource | readonly PemSource[];
  /** Shown to servers that ask for one. */
  readonly certificate?: Omit<Certificate, "names">;
  /** Only `false`, spelled out, lets anyone pass for the server (S116). Default true. */
  readonly rejectUnauthorized?: boolean;
  /** Servers whose sessions are kept, to be resumed; 0 for none. Default 256. */
  readonly maxSessions?: number;
}

/** Servers whose sessions a client keeps, unless said otherwise: each costs a few KiB. */
export const DEFAULT_MAX_SESSIONS = 256;

/**
 * Reads authorities and the client's certificate, and checks them. One for all connections with the same trust: it holds
 * what is costly to make, and the sessions.
 *
 * @throws {@link TlsError} `ERR_TLS_FILE`, `ERR_TLS_CERTIFICATE`, `ERR_TLS_KEY`, `ERR_TLS_KEY_MISMATCH`
 * @throws TypeError, RangeError when an option is none
 *
 * @example
 * ```ts
 * const tls = createClientTls({ ca: "ca.pem", alpn: ["h2", "http/1.1"] });
 * const client = await dialTls("localhost:8443", (carrier) => new LineClient(carrier), { tls });
 * ```
 */
export function createClientTls(options: ClientTlsOptions = {}): ClientTls {
  return new ClientTls(options);
}

/**
 * See {@link createClientTls}.
 *
 * @example
 * ```ts
 * const tls = createClientTls({ ca: "ca.pem" });
 * const engine = await dial("example.com:443", connect, { secure: tls.secure("example.com") });
 * ```
 */
export class ClientTls {
  private readonly context: SecureContext;
  private readonly alpn: string[];
  private readonly rejectUnauthorized: boolean;
  private readonly handshakeTimeoutMs: number;
  private readonly sessions: ClientSessions;

  /** Use {@link createClientTls}. */
  constructor(given: ClientTlsOptions) {
    checkClientOptions(given);
    const options = ownOnly(given);
    const { certificate, ca } = options;
    const own = certificate === undefined ? null : loadCertificate({ ...certificate, names: [] }, Date.now());
    const authorities = listOf<PemSource>(ca).map((source) => {
      const pem = readPem(source);
      parseCertificate(pem, nameOf(source, "authority"));
      return pem;
    });
    this.context = createSecureContext(
      ownOnly({
        ...contextOptions(options),
        ...(ca === undefined ? {} : { ca: authorities }),
        ...(own === null ? {} : { cert: own.cert, key: own.key }),
        ...(own?.passphrase === undefined ? {} : { passphrase: own.passphrase }),
      }),
    );
    this.alpn = alpnProtocols(options.alpn);
    this.rejectUnauthorized = options.rejectUnauthorized !== false;
    this.handshakeTimeoutMs = options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
    this.sessions = new ClientSessions(options.maxSessions ?? DEFAULT_MAX_SESSIONS);
  }

  /**
   * For `dial` of `@stack/tcp`: makes the handshake on a connected socket, a tunnel's too.
   *
   * @param host - the name or IP address that the server's certificate has to have
   * @param server - what sessions are kept under: the address that was dialled
   */
  secure(host: string, server: string = host): Secure {
    return (socket, done) => this.handshake(socket, host, `${host} ${server}`, done);
  }

  private handshake(socket: Parameters<Secure>[0], host: string, server: string, done: SecureDone): void {
    const session = this.sessions.take(server);
    const secured = connect({
      socket,
      host,
      // An address is no host name (RFC 6066 §3): the certificate is checked for it, but it is not sent.
      servername: isAddress(host) ? "" : host,
      secureContext: this.context,
      rejectUnauthorized: this.rejectUnauthorized,
      checkServerIdentity: checkNames,
      ...(this.alpn.length === 0 ? {} : { ALPNProtocols: this.alpn }),
      ...(session === undefined ? {} : { session }),
    });
    const timer = setTimeout(
      () => {
        const message = `${server} did not complete its handshake within ${this.handshakeTimeoutMs} ms`;
        fail(new TlsError("ERR_TLS_HANDSHAKE_TIMEOUT", message));
      },
      Math.min(this.handshakeTimeoutMs, MAX_TIMER_MS),
    );
    const settle = (): void => {
      clearTimeout(timer);
      secured.removeListener("error", onError).removeListener("close", onClose);
      secured.on("error", destroyThis);
    };
    const fail = (error: TlsError): void => {
      settle();
      secured.destroy();
      done(error);
    };
    const onError = (error: Error): void => fail(clientFailure(error, host));
    const onClose = (): void => fail(new TlsError("ERR_TLS_HANDSHAKE", `the connection to ${host} was closed`));
    secured.on("error", onError).on("close", onClose);
    secured.on("session", (ticket: Buffer) => this.sessions.put(server, ticket));
    secured.once("secureConnect", () => {
      const peer = new SocketTlsPeer(secured, isAddress(host) ? "" : host.toLowerCase(), secured.authorized);
      // TLS 1.2 sends a ticket once, and it is used again.
      if (session !== undefined && peer.resumed && peer.protocol === "TLSv1.2") this.sessions.put(server, session);
      settle();
      done(null, Object.assign<TLSSocket, { tlsPeer: SocketTlsPeer }>(secured, { tlsPeer: peer }));
    });
  }
}

/** What was planted on `Object.prototype`, an authority or `rejectUnauthorized: false`, is nobody's wish (S127). */
function ownOnly<T extends object>(options: T): T {
  return Object.assign(Object.create(null) as object, options) as T;
}

/** Whether a certificate is for a host (RFC 9525 §6). */
function checkNames(host: string, certificate: PeerCertificate): Error | undefined {
  const names = subjectAltNames(certificate.raw);
  // Without names the runtime would take the common name, which names no host (RFC 9525 §2); in an odd one it may see
  // two (S116).
  if (names.length > 0 && !names.some((name) => ODD.test(name))) return checkServerIdentity(host, certificate);
  const message = `the server's certificate has ${names.length > 0 ? "an odd" : "no"} subjectAltName`;
  return new TlsError("ERR_TLS_NAME_MISMATCH", `${message}; it needs one for ${host}`);
}

/** Whether a host is an IP address. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

/** What separates names in the runtimes' text, and what they quote with. */
const ODD = /, |["\\]|[^\x20-\x7e]/;
