/**
 * The open connections to one origin: which of them a request gets, and which get none any more.
 *
 * One for which nobody waits goes on top of a stack, so that few are kept busy
 * and the others end by themselves.
 *
 * @module
 */
import type { Route } from "./connection-key.ts";
import type { Exchange } from "./exchange.ts";
import type { Pool } from "./pool.ts";
import type { PooledConnection } from "./pooled-connection.ts";

/**
 * After so much idle time, ms, a connection waits one turn of the event loop before it gets a request: the end that its
 * server may have sent meanwhile is then read before, and not after.
 */
export const STALE_AFTER_MS = 1_000;

export class ConnectionList {
  private readonly pool: Pool;
  private readonly route: Route;
  /** Those that count against limits. */
  private readonly open: Set<PooledConnection>;
  /** Those that get no further request, until they are gone. */
  private readonly ending: Set<PooledConnection>;
  /** Those that wait for a request, the one used last on top. HTTP/1.1 only. */
  private readonly idle: PooledConnection[];
  /** Those that can take a request beside others, the oldest first. */
  private readonly shared: PooledConnection[];
  /** Requests for one connection. */
  private maxRequests: number;

  constructor(pool: Pool, route: Route) {
    this.pool = pool;
    this.route = route;
    this.open = new Set();
    this.ending = new Set();
    this.idle = [];
    this.shared = [];
    this.maxRequests = pool.maxRequests(route);
  }

  /** Those that count against limits. */
  get size(): number {
    return this.open.size;
  }

  /** None is left, not even one that ends. */
  get isEmpty(): boolean {
    return this.open.size === 0 && this.ending.size === 0;
  }

  /** It gets requests. */
  has(connection: PooledConnection): boolean {
    return this.open.has(connection);
  }

  add(connection: PooledConnection): void {
    this.open.add(connection);
    if (connection.version === "2" || this.pool.options.maxPipelined > 1) this.shared.push(connection);
  }

  /**
   * The connection that a request gets at once, or null. One that is listed as idle is so no more.
   *
   * @param opening - how many are being opened
   */
  take(exchange: Exchange, opening: number): PooledConnection | null {
    const { idle, shared, open, pool } = this;
    const { maxConnectionsPerOrigin, maxConnections } = pool.options;
    // Where one idle connection was found dead the others are as likely to be: a second attempt uses none of them.
    while (exchange.attempts === 0 || open.size + opening >= maxConnectionsPerOrigin) {
      const connection = idle.pop();
      if (connection === undefined) break;
      connection.listed = false;
      if (this.isUsable(connection)) return connection;
      this.retire(connection);
    }
    for (let i = 0; i < shared.length; i++) {
      const connection = shared[i] as PooledConnection;
      if (connection.version === "1.1" && (connection.listed || !exchange.mayBePipelined)) continue;
      if (!connection.engine.available) continue;
      const mayGrow = open.size + opening < maxConnectionsPerOrigin && pool.connections < maxConnections;
      if (mayGrow && connection.isExhausted) continue;
      if (this.isUsable(connection)) return connection;
      this.retire(connection);
      i--;
    }
    return null;
  }

  /** It can take a request, and is neither too old nor used too often. */
  isUsable(connection: PooledConnection): boolean {
    return connection.engine.available && this.mayBeUsed(connection);
  }

  /**
   * It takes no request any more, and may have some under way for ever so long: the server has said GOAWAY (RFC 9113 §6.8),
   * or it is too old or was used too often. Over HTTP/1.1 there is one, which ends the connection.
   */
  isSpent(connection: PooledConnection): boolean {
    return connection.version === "2" && !(connection.engine.reusable && this.mayBeUsed(connection));
  }

  /** Lets go of those that are spent: nobody who waits gets one of them, and others may be opened in their place. */
  retireSpent(): void {
    for (const connection of [...this.shared]) if (this.isSpent(connection)) this.retire(connection);
  }

  /**
   * Its end may be under way: it was idle for long, or goes to a proxy that may end it behind each response.
   * @param now - ms, of this turn
   */
  mayHaveEnded(connection: PooledConnection, now: number): boolean {
    return this.isForwarded(connection) || now - connection.idleSince > STALE_AFTER_MS;
  }

  /** Nobody waits for it. */
  rest(connection: PooledConnection): void {
    if (this.pool.isClosing || !this.isUsable(connection)) this.retire(connection);
    else if (connection.version === "1.1") {
      connection.listed = true;
      this.idle.push(connection);
    }
  }

  /** It gets no further request, and ends when those under way are over. */
  retire(connection: PooledConnection): void {
    if (connection.retired || connection.closed) return;
    this.forget(connection);
    this.ending.add(connection);
    connection.retire();
    this.pool.freed();
  }

  /** Lets go of the one that was idle longest. False: there is none. */
  evict(): boolean {
    const oldest = this.idle.shift() ?? this.shared.find((connection) => connection.engine.idle);
    if (oldest === undefined) return false;
    oldest.listed = false;
    this.retire(oldest);
    return true;
  }

  /** Those that are idle end. */
  drain(): void {
    for (const connection of [...this.open]) if (connection.engine.idle) this.retire(connection);
  }

  /** All are dropped. */
  abort(): void {
    for (const connection of [...this.open, ...this.ending]) connection.engine.carrier.abort(null);
  }

  /** A byte stream is gone. @returns whether it counted against limits */
  lost(connection: PooledConnection): boolean {
    connection.closed = true;
    const wasOpen = this.open.has(connection);
    if (wasOpen && this.isForwarded(connection) && performance.now() - connection.idleSince < STALE_AFTER_MS)
      this.maxRequests = this.pool.endedSilently(this.route);
    this.forget(connection);
    this.ending.delete(connection);
    return wasOpen;
  }

  /** There are proxies that end a connection behind each response and do not say so: tinyproxy. */
  private isForwarded(connection: PooledConnection): boolean {
    return this.route.forwarding !== null && connection.requests > 0;
  }

  /** Neither too old nor used too often. */
  private mayBeUsed(connection: PooledConnection): boolean {
    const { maxAgeMs } = this.pool.options;
    return (
      connection.requests < this.maxRequests &&
      (maxAgeMs === Number.POSITIVE_INFINITY || performance.now() - connection.since < maxAgeMs)
    );
  }

  private forget(connection: PooledConnection): void {
    this.open.delete(connection);
    remove(this.shared, connection);
    if (connection.listed) remove(this.idle, connection);
    connection.listed = false;
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
