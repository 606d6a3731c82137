/**
 * A client that shows the session it is given, whoever the server is: what an attacker can do and our own client does not.
 *
 * @module
 */
import { type ConnectionOptions, connect } from "node:tls";
import type { Listener } from "@stack/tcp";

/** What came of a connection. */
export interface Conversation {
  readonly resumed: boolean;
  /** The newest session. */
  readonly session: Buffer;
  readonly protocol: string;
}

/**
 * Makes a handshake, says something to an Echo, and leaves. By the time of the answer both sides have seen all of the
 * handshake, tickets included.
 */
export function converse(listener: Listener, options: ConnectionOptions = {}): Promise<Conversation> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...(listener.address as { host: string; port: number }),
      servername: "a.example",
      rejectUnauthorized: false,
      ...options,
    });
    let session: Buffer = Buffer.alloc(0);
    socket.on("session", (newest: Buffer) => {
      session = newest;
    });
    socket.once("secureConnect", () => socket.write("hello"));
    socket.once("data", () => {
      resolve({ resumed: socket.isSessionReused(), session, protocol: socket.getProtocol() ?? "" });
      socket.destroy();
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the server closed the connection")));
  });
}
