/**
 * One handshake of a server, from the accepted socket to the secured one.
 *
 * The first message is read before TLS is: it decides the context (see
 * server-identity.ts). Then it goes back, and the runtime's server makes the
 * handshake. One timer bounds all of it, however slowly the octets drip (S92).
 *
 * @module
 */
import type { Server, TLSSocket } from "node:tls";
import type { Secure, SecureDone } from "@stack/tcp";
import { type ClientHello, MORE, NOT_TLS, readClientHello } from "./client-hello.ts";
import { TlsError } from "./errors.ts";
import { serverFailure } from "./handshake-failures.ts";
import { MAX_TIMER_MS } from "./protocol-options.ts";
import { destroyThis, isClientAuthorized, SocketTlsPeer } from "./tls-peer.ts";

/** A socket on its way. */
type RawSocket = Parameters<Secure>[0];

/** Octets of a first message, wire format (S92). Browsers send 500 to 2,000, tickets with certificates a few thousand more. */
export const MAX_CLIENT_HELLO_OCTETS = 16_384;

/** Who is at the other end of a handshake that failed. */
export interface HandshakePeer {
  readonly address: string;
  readonly port: number;
  /** The host name that it asked for, in lower case, or "". */
  readonly servername: string;
}

/** Whose handshakes they are. */
export interface HandshakeOwner {
  readonly handshakeTimeoutMs: number;
  readonly requiresCertificates: boolean;
  /** The server for this client; null when its host name is refused. */
  choose(hello: ClientHello): Server | null;
  failed(error: TlsError, peer: HandshakePeer): void;
}

export class ServerHandshake {
  private readonly owner: HandshakeOwner;
  private readonly socket: RawSocket;
  private readonly done: SecureDone;
  private readonly peer: { readonly address: string; readonly port: number; servername: string };
  private readonly timer: ReturnType<typeof setTimeout>;
  private octets: Buffer;
  private phase: number;
  private readonly onData: (chunk: Buffer) => void;
  private readonly onEnd: () => void;
  private readonly onClose: () => void;

  constructor(owner: HandshakeOwner, socket: RawSocket, done: SecureDone) {
    this.owner = owner;
    this.socket = socket;
    this.done = done;
    // Now, as a socket that was reset has forgotten.
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, ""); // IPv4, as PeerInfo has it
    this.peer = { address, port: socket.remotePort ?? 0, servername: "" };
    this.octets = NOTHING;
    this.phase = HELLO;
    this.onData = (chunk) => this.receive(chunk);
    this.onEnd = () => this.left();
    this.onClose = () => this.closed();
    this.timer = setTimeout(() => this.late(), Math.min(owner.handshakeTimeoutMs, MAX_TIMER_MS));
    socket.on("data", this.onData).on("end", this.onEnd).on("close", this.onClose);
    socket.resume();
  }

  /** Octets of the first message. */
  private receive(chunk: Buffer): void {
    this.octets = this.octets.length === 0 ? chunk : Buffer.concat([this.octets, chunk]);
    const hello = readClientHello(this.octets);
    if (hello === NOT_TLS) this.fail(notTls(this.octets));
    else if (hello !== MORE) this.begin(hello);
    else if (this.octets.length >= MAX_CLIENT_HELLO_OCTETS)
      this.fail(handshakeError(`the client's first message is longer than ${MAX_CLIENT_HELLO_OCTETS} octets`));
  }

  private begin(hello: ClientHello): void {
    const { socket } = this;
    this.phase = HANDSHAKE;
    socket.removeListener("data", this.onData).removeListener("end", this.onEnd);
    socket.pause();
    this.peer.servername = hello.servername;
    try {
      const server = this.owner.choose(hello);
      if (server === null) {
        this.refuse();
        return;
      }
      socket.unshift(this.octets);
      this.octets = NOTHING;
      underWay.set(socket, this);
      // Inherited by the secured socket: a client that ends in the middle is gone, and holds its place no longer.
      socket.allowHalfOpen = false;
      // Documented for this: the runtime makes a handshake on a socket that others accepted.
      server.emit("connection", socket);
    } catch (error) {
      this.fail(new TlsError("ERR_TLS_HANDSHAKE", "the handshake could not begin", { cause: error }));
    }
  }

  /** RFC 6066 §3: a name that is not served is answered with an alert. */
  private refuse(): void {
    const message = `the client asked for ${shown(this.peer.servername)}, which is not served here`;
    this.socket.end(UNRECOGNIZED_NAME, () => this.fail(new TlsError("ERR_TLS_UNKNOWN_NAME", message)));
  }

  /** The runtime has made the handshake. */
  complete(secured: TLSSocket): void {
    if (this.phase === OVER) return;
    const peer = new SocketTlsPeer(secured, this.peer.servername, isClientAuthorized(secured));
    if (this.owner.requiresCertificates && !peer.authorized) {
      this.fail(
        new TlsError("ERR_TLS_CLIENT_CERTIFICATE", "the client's certificate has expired since its session began"),
      );
      return;
    }
    this.settle();
    secured.allowHalfOpen = true;
    secured.disableRenegotiation();
    secured.on("error", destroyThis);
    this.done(null, Object.assign(secured, { tlsPeer: peer }));
  }

  /** The handshake failed. */
  fail(error: TlsError): void {
    if (this.phase === OVER) return;
    this.settle();
    this.owner.failed(error, this.peer);
    this.done(error);
  }

  private late(): void {
    const { handshakeTimeoutMs } = this.owner;
    const message = `the client did not complete its handshake within ${handshakeTimeoutMs} ms`;
    this.fail(new TlsError("ERR_TLS_HANDSHAKE_TIMEOUT", message));
  }

  /** The client has ended its side before its first message was whole. */
  private left(): void {
    // Connections without a single octet are probes: health checks, and browsers that open one ahead.
    if (this.octets.length > 0)
      this.fail(handshakeError("the connection ended in the middle of the client's first message"));
    else {
      this.settle();
      this.done(handshakeError("the connection ended without an octet"));
    }
  }

  private closed(): void {
    clearTimeout(this.timer);
    // Later it is the runtime that tells.
    if (this.phase === HELLO) this.left();
  }

  private settle(): void {
    this.phase = OVER;
    clearTimeout(this.timer);
    const { socket } = this;
    socket.removeListener("data", this.onData).removeListener("end", this.onEnd).removeListener("close", this.onClose);
  }
}

/** For {@link HandshakeOwner}s: the runtime tells of a socket, and we look whose handshake it is. */
export function onSecure(secured: TLSSocket): void {
  const handshake = handshakeOf(secured);
  try {
    handshake?.complete(secured);
  } catch (error) {
    handshake?.fail(new TlsError("ERR_TLS_HANDSHAKE", "the handshake could not be used", { cause: error }));
  }
}

/** See {@link onSecure}. */
export function onFailure(error: Error, secured: TLSSocket): void {
  handshakeOf(secured)?.fail(serverFailure(error, secured));
}

/** Handshakes that the runtime is making, by the socket that they are made on. */
const underWay = new WeakMap<object, ServerHandshake>();

/** The runtime keeps the socket below in a property that it does not document; all that we run on have it. */
interface LayeredSocket {
  readonly _parent?: object | null;
}

function handshakeOf(secured: TLSSocket): ServerHandshake | undefined {
  const { _parent: below } = secured as unknown as LayeredSocket;
  return below === undefined || below === null ? undefined : underWay.get(below);
}

function notTls(octets: Buffer): TlsError {
  const text = octets.toString("latin1", 0, 32);
  return new TlsError(
    "ERR_TLS_NOT_TLS",
    REQUEST_LINE.test(text)
      ? "the client spoke plain HTTP; its address begins with https:// here"
      : "the client does not speak TLS",
  );
}

function handshakeError(message: string): TlsError {
  return new TlsError("ERR_TLS_HANDSHAKE", message);
}

/** A peer's text in a message: visible ASCII, and not much of it (S51). */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100)).replace(/[^\x20-\x7e]/g, "?");
}

/** Where the handshake is. */
const HELLO = 0; // the first message comes in
const HANDSHAKE = 1; // the runtime is at it
const OVER = 2;

/** What a request begins with, seen often enough to say so. */
const REQUEST_LINE = /^[A-Z]{3,20} [/*a-z]/;
/** A fatal alert, unrecognized_name (RFC 8446 §6.2, RFC 6066 §3). */
const UNRECOGNIZED_NAME: Buffer = Buffer.from([21, 3, 3, 0, 2, 2, 112]);
const NOTHING: Buffer = Buffer.alloc(0);
