/**
 * Sessions of a client, to be resumed (RFC 8446 §2.2).
 *
 * A resumed session skips the server's certificate, so one must never be used
 * where the checks were others (S113, S117): a store belongs to one
 * {@link ClientTls}, and a session to one server by its name and address.
 *
 * @module
 */

export class ClientSessions {
  private readonly limit: number;
  /** The oldest server first. */
  private readonly servers: Map<string, Buffer[]>;

  /** @param limit - servers whose sessions are kept; 0 for none */
  constructor(limit: number) {
    this.limit = limit;
    this.servers = new Map();
  }

  /** Takes out the newest session: used twice, it would let an observer link two connections (RFC 8446 §C.4). */
  take(server: string): Buffer | undefined {
    const sessions = this.servers.get(server);
    const session = sessions?.pop();
    if (sessions?.length === 0) this.servers.delete(server);
    return session;
  }

  put(server: string, session: Buffer): void {
    if (this.limit === 0) return;
    const sessions = this.servers.get(server) ?? [];
    sessions.push(session);
    if (sessions.length > SESSIONS_PER_SERVER) sessions.shift();
    this.servers.delete(server);
    this.servers.set(server, sessions);
    if (this.servers.size <= this.limit) return;
    for (const oldest of this.servers.keys()) {
      this.servers.delete(oldest);
      break;
    }
  }
}

/** Servers send two with each full handshake. */
const SESSIONS_PER_SERVER = 4;
