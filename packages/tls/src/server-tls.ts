/**
 * TLS for a server: certificates by host name, which can be replaced while it runs.
 *
 * @module
 */
import type { Server } from "node:tls";
import type { Secure } from "@stack/tcp";
import { type Certificate, loadCertificate, parseCertificate } from "./certificate.ts";
import type { ClientHello } from "./client-hello.ts";
import { TlsError, warn } from "./errors.ts";
import { FileWatch } from "./file-watch.ts";
import { lookup } from "./host-name.ts";
import { checkServerOptions } from "./known-options.ts";
import { fileOf, listOf, nameOf, type PemSource, readPem } from "./pem.ts";
import {
  alpnProtocols,
  contextOptions,
  DEFAULT_HANDSHAKE_TIMEOUT_MS,
  type ProtocolOptions,
} from "./protocol-options.ts";
import { type HandshakeOwner, type HandshakePeer, onFailure, onSecure, ServerHandshake } from "./server-handshake.ts";
import { type ClientCertificates, ServerIdentity, type SharedContext } from "./server-identity.ts";
import { TicketKeys } from "./ticket-keys.ts";

/** How a server speaks TLS. */
export interface ServerTlsOptions extends ProtocolOptions {
  /** One certificate, or one for each set of names; a client that names none of them, or none at all, gets the first. */
  readonly certificates: Certificate | readonly Certificate[];
  /** What a client gets that asks for a name which no certificate has: the first certificate, or an alert. Default "default". */
  readonly unknownNames?: "default" | "refuse";
  /** The server's order of cipher suites counts, not the client's, which knows its hardware. Default false. */
  readonly honorCipherOrder?: boolean;
  /** Whether clients show certificates; "request" lets those pass that show none, or a bad one. Default "none". */
  readonly clientCertificates?: ClientCertificates;
  /** The authorities that client certificates come from; needed when they are asked for. */
  readonly ca?: PemSource | readonly PemSource[];
  /**
   * The keys of session tickets, each of 48 octets, the newest first; or the path of a file with them, one behind the
   * other. Processes that share them resume each other's sessions. Default: random ones of this process.
   */
  readonly ticketKeys?: Uint8Array | readonly Uint8Array[] | string;
  /** How often the keys are replaced, ms; 0 for never. Default 7,200,000 for random keys, 0 for keys that were given. */
  readonly ticketKeyRotationMs?: number;
  /** How long a session can be resumed, ms. Default 7,200,000. */
  readonly sessionLifetimeMs?: number;
  /** Told of each handshake that failed. */
  readonly onHandshakeError?: (error: TlsError, peer: HandshakePeer) => void;
  /** Told of what is wrong with our own files, at start and when they change. Default: a warning of the process. */
  readonly onProblem?: (error: TlsError) => void;
}

/** How long a session can be resumed, unless said otherwise, ms. RFC 8446 §4.6.1 allows seven days. */
export const DEFAULT_SESSION_LIFETIME_MS = 7_200_000;

/**
 * Reads certificates and keys, and checks them.
 *
 * @throws {@link TlsError} `ERR_TLS_FILE`, `ERR_TLS_CERTIFICATE`, `ERR_TLS_KEY`, `ERR_TLS_KEY_MISMATCH`, `ERR_TLS_TICKET_KEYS`
 * @throws TypeError, RangeError when an option is none
 *
 * @example
 * ```ts
 * const tls = createServerTls({ certificates: { cert: "cert.pem", key: "key.pem" }, alpn: ["h2", "http/1.1"] });
 * tls.watch(); // certificates that are renewed are used at once
 * const listener = await listenTls(8443, { tls, connect });
 * ```
 */
export function createServerTls(options: ServerTlsOptions): ServerTls {
  return new ServerTls(options);
}

/**
 * See {@link createServerTls}.
 *
 * @example
 * ```ts
 * const tls = createServerTls({ certificates: { cert: "cert.pem", key: "key.pem" } });
 * process.on("SIGHUP", () => tls.reload()); // throws, and changes nothing, when a file cannot be used
 * tls.rotateTicketKeys();
 * ```
 */
export class ServerTls {
  /** For `listen` of `@stack/tcp`: makes the handshake of an accepted socket. */
  readonly secure: Secure;
  private readonly options: ServerTlsOptions;
  private readonly ticketKeys: TicketKeys;
  private identities: Identities;
  private files: FileWatch | null;

  /** Use {@link createServerTls}. */
  constructor(options: ServerTlsOptions) {
    checkServerOptions(options);
    const { ticketKeys } = options;
    this.options = options;
    this.ticketKeys = new TicketKeys(
      typeof ticketKeys === "string" || ticketKeys === undefined ? ticketKeys : listOf<Uint8Array>(ticketKeys),
      options.ticketKeyRotationMs,
    );
    this.identities = this.load();
    this.files = null;
    const owner: HandshakeOwner = {
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
      requiresCertificates: options.clientCertificates === "require",
      choose: (hello) => this.choose(hello),
      failed: (error, peer) => this.failed(error, peer),
    };
    this.secure = (socket, done) => {
      new ServerHandshake(owner, socket, done);
    };
  }

  /**
   * Reads all files again. New handshakes use what they hold now; connections that are open live on, and their sessions
   * can be resumed.
   *
   * @throws what {@link createServerTls} throws; everything is then as it was
   */
  reload(): void {
    const identities = this.load();
    this.ticketKeys.reload();
    this.identities = identities;
  }

  /**
   * Reloads when a file changes, until {@link close}. The folders are watched, so that a file may be replaced, also behind
   * a symbolic link. What is wrong with a new file is told to `onProblem`, and the old one stays in use.
   *
   * @throws {@link TlsError} `ERR_TLS_FILE` when a folder cannot be watched
   */
  watch(): this {
    this.files ??= new FileWatch(
      this.paths(),
      () => {
        try {
          this.reload();
        } catch (error) {
          this.report(error);
        }
      },
      (error) => this.report(error),
    );
    return this;
  }

  /** Stops watching. */
  close(): void {
    this.files?.close();
    this.files = null;
  }

  /**
   * Puts a new ticket key in front of the others; the oldest is forgotten. In a file of keys, for all who share it.
   *
   * @param key - 48 octets; random when absent
   * @returns the key, to be told to processes that share no file
   * @throws {@link TlsError} `ERR_TLS_TICKET_KEYS`, `ERR_TLS_FILE`
   */
  rotateTicketKeys(key?: Uint8Array): Uint8Array {
    const rotated = this.ticketKeys.rotate(key);
    this.forgetKeys();
    return rotated;
  }

  /** The server for a client; null when it is refused. */
  private choose(hello: ClientHello): Server | null {
    try {
      if (this.ticketKeys.rotateIfDue(Date.now())) this.forgetKeys();
    } catch (error) {
      this.report(error); // the old keys stay in use
    }
    const { byName, fallback } = this.identities;
    let identity = lookup(byName, hello.servername);
    if (identity === undefined) {
      if (hello.servername !== "" && this.options.unknownNames === "refuse") return null;
      identity = fallback;
    }
    return identity.server(this.ticketKeys.opening(hello.ticketKeyNames));
  }

  private failed(error: TlsError, peer: HandshakePeer): void {
    try {
      this.options.onHandshakeError?.(error, peer);
    } catch (bug) {
      warn(bug); // S102
    }
  }

  private load(): Identities {
    const { options } = this;
    const shared = sharedContext(options);
    const now = Date.now();
    const identities: ServerIdentity[] = [];
    const byName = new Map<string, ServerIdentity>();
    for (const certificate of listOf<Certificate>(options.certificates)) {
      const loaded = loadCertificate(certificate, now);
      if (loaded.problem !== null) this.report(loaded.problem);
      const identity = new ServerIdentity(loaded, shared, this.ticketKeys.current);
      identities.push(identity);
      for (const name of identity.names) if (!byName.has(name)) byName.set(name, identity);
    }
    const [fallback] = identities;
    if (fallback === undefined) throw new TypeError("certificates is empty: a server has one at least");
    return { identities, byName, fallback };
  }

  private forgetKeys(): void {
    for (const identity of this.identities.identities) identity.forget(this.ticketKeys);
  }

  private report(error: unknown): void {
    try {
      if (this.options.onProblem !== undefined && error instanceof TlsError) this.options.onProblem(error);
      else warn(error);
    } catch (bug) {
      warn(bug);
    }
  }

  /** The files that everything comes from. */
  private paths(): string[] {
    const { certificates, ca, ticketKeys } = this.options;
    const pairs = listOf<Certificate>(certificates).flatMap(({ cert, key }) => [cert, key]);
    const paths = [...pairs, ...listOf<PemSource>(ca)].map(fileOf).filter((path) => path !== null);
    return typeof ticketKeys === "string" ? [...paths, ticketKeys] : paths;
  }
}

/** The certificates of a server at one time. */
interface Identities {
  readonly identities: readonly ServerIdentity[];
  readonly byName: ReadonlyMap<string, ServerIdentity>;
  readonly fallback: ServerIdentity;
}

function sharedContext(options: ServerTlsOptions): SharedContext {
  const { clientCertificates = "none", ca, sessionLifetimeMs = DEFAULT_SESSION_LIFETIME_MS } = options;
  const authorities = clientCertificates === "none" ? [] : listOf<PemSource>(ca);
  // Without a list the runtime would trust every public authority: anyone can have a certificate of those.
  if (clientCertificates !== "none" && authorities.length === 0)
    throw new TypeError(`clientCertificates: "${clientCertificates}" needs ca, the authorities that they come from`);
  return {
    ...contextOptions(options),
    honorCipherOrder: options.honorCipherOrder ?? false,
    alpn: alpnProtocols(options.alpn),
    clientCertificates,
    authorities: authorities.map((source) => {
      const pem = readPem(source);
      parseCertificate(pem, nameOf(source, "authority"));
      return pem;
    }),
    sessionLifetimeMs,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS,
    onSecure,
    onFailure,
  };
}
