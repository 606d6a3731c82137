/**
 * An engine on a socket that somebody else opened.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Carrier, Engine } from "./engine.ts";
import { SocketCarrier } from "./socket-carrier.ts";

/**
 * Carries an engine over a socket that is already open, a TLS socket for example.
 *
 * The socket must not have been read from, and is the engine's from now on.
 *
 * @param onClosed - called when the socket is closed, after the engine's `closed`
 * @returns the engine
 * @throws what `connect` throws; the socket is then still the caller's
 *
 * @example
 * ```ts
 * const open = connectTcp({ port: 443, host: "localhost", allowHalfOpen: true });
 * const socket = connectTls({ socket: open, servername: "localhost", ALPNProtocols: ["h2"] });
 * socket.once("secureConnect", () => carry(socket, (carrier) => new Http2Client(carrier)));
 * ```
 */
export function carry<E extends Engine>(socket: Socket, connect: (carrier: Carrier) => E, onClosed?: () => void): E {
  let engine: E | null = null;
  const carrier = new SocketCarrier(
    socket,
    (made) => {
      engine = connect(made);
      return engine;
    },
    onClosed === undefined ? null : () => onClosed(),
  );
  carrier.read(false);
  // It broke before it came to us: its events are over.
  if (socket.destroyed) setImmediate(() => carrier.finish());
  return engine as unknown as E;
}
