/**
 * Where TLS fits in: what turns a connected socket into the one that is carried.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { TlsPeer } from "./engine.ts";

/**
 * Turns a connected socket into the one that is carried, by a handshake.
 *
 * `socket` has not been read from, and is the callee's until `done` is called, at most once and perhaps never: whoever
 * destroys `socket` ends the attempt. A callback and not a promise, so that the engine listens before anything else
 * happens to the secured socket.
 */
export type Secure = (socket: Socket, done: SecureDone) => void;

/** The end of a handshake: the socket to carry, or why there is none. */
export type SecureDone = (error: Error | null, secured?: SecuredSocket) => void;

/** A socket on which a handshake was made. */
export interface SecuredSocket extends Socket {
  /** What it proved, for {@link PeerInfo.tls}. */
  tlsPeer?: TlsPeer;
}
