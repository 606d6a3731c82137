/**
 * Who is at the other end of a socket, asked of the system only when someone wants to know.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { PeerInfo, TlsPeer } from "./engine.ts";

interface MaybeTls {
  readonly encrypted?: boolean;
  readonly alpnProtocol?: string | false | null;
  /** Left here by who made the handshake. */
  readonly tlsPeer?: TlsPeer;
}

export class SocketPeer implements PeerInfo {
  private readonly socket: Socket;
  private remote: string | null;

  constructor(socket: Socket) {
    this.socket = socket;
    this.remote = null;
  }

  get address(): string {
    return (this.remote ??= canonicalAddress(this.socket.remoteAddress ?? ""));
  }

  get port(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return canonicalAddress(this.socket.localAddress ?? "");
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  get secure(): boolean {
    return (this.socket as MaybeTls).encrypted === true;
  }

  get alpn(): string {
    return (this.socket as MaybeTls).alpnProtocol || "";
  }

  get tls(): TlsPeer | null {
    return (this.socket as MaybeTls).tlsPeer ?? null;
  }
}

/** An IPv4 peer of a dual-stack listener is shown as IPv4, so that caps and logs know it by one name. */
export function canonicalAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
