/**
 * The connections to one origin, and who waits for one.
 *
 * First come, first served: a connection that becomes free goes to who waits
 * longest; one for which nobody waits goes on top of a stack, so that few are
 * kept busy and the others end by themselves. A request that comes while others
 * wait stands behind them.
 *
 * @module
 */
import type { Carrier, Engine } from "@stack/http";
import { ClientConnection as Http1Connection } from "@stack/http1";
import { ClientConnection as Http2Connection } from "@stack/http2";
import type { Route } from "./connection-key.ts";
import type { ConnectTarget } from "./connector.ts";
import { ClientError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { connectFailure } from "./failure.ts";
import { Opening } from "./opening.ts";
import type { Pool } from "./pool.ts";
import { PooledConnection } from "./pooled-connection.ts";
import { type Waiter, WaitQueue } from "./wait-queue.ts";

/**
 * After so much idle time, ms, a connection waits one turn of the event loop before it gets a request: the end that its
 * server may have sent meanwhile is then read before, and not after.
 */
export const STALE_AFTER_MS = 1_000;

export class OriginPool {
  readonly route: Route;
  readonly queue: WaitQueue<Exchange>;
  readonly connections: Set<PooledConnection>;
  /** Those that get no further request, until they are gone. */
  private readonly ending: Set<PooledConnection>;
  private readonly pool: Pool;
  private readonly target: ConnectTarget;
  /** Those that wait for a request, the one used last on top. HTTP/1.1 only. */
  private readonly idle: PooledConnection[];
  /** Those that can take a request beside others, the oldest first. */
  private readonly shared: PooledConnection[];
  private readonly openings: Opening[];
  /** Requests for one connection. */
  private maxRequests: number;
  /** What the server chose last, or "". */
  private chosen: "" | "1.1" | "2";

  constructor(pool: Pool, route: Route) {
    const { scheme, host, port } = route.origin;
    this.route = route;
    this.queue = new WaitQueue();
    this.connections = new Set();
    this.ending = new Set();
    this.pool = pool;
    this.target = { scheme, host, port, version: route.version };
    this.idle = [];
    this.shared = [];
    this.openings = [];
    this.maxRequests = pool.maxRequests(route);
    this.chosen =
      route.version === "prior-knowledge" ? "2" : scheme === "http" || route.version === "http/1.1" ? "1.1" : "";
  }

  /** Connections that count against limits, and those that are being opened. */
  get size(): number {
    return this.connections.size + this.openings.length;
  }

  /** Nothing is open, and nobody waits. */
  get isEmpty(): boolean {
    return this.size === 0 && this.ending.size === 0 && this.queue.size === 0;
  }

  /** Gives a request to a connection, now or when it is its turn. */
  submit(exchange: Exchange): void {
    exchange.hasWaited = exchange.attempts > 0;
    if (this.queue.size === 0) {
      const connection = this.take(exchange);
      if (connection !== null) {
        this.begin(connection, exchange);
        return;
      }
    }
    if (!this.pool.admit()) {
      const message = `${this.pool.options.maxQueued} requests wait already; send fewer at once or raise pool.maxQueued`;
      exchange.fail(this.error("ERR_CLIENT_QUEUE_FULL", message));
      return;
    }
    exchange.hasWaited = true;
    this.queue.add(exchange);
    this.grow();
  }

  /** A request that waited waits no more. */
  leave(waiter: Waiter): void {
    this.queue.remove(waiter);
    this.pool.left();
    const needed = this.chosen === "1.1" ? this.queue.size : Math.min(this.queue.size, 1);
    while (this.openings.length > needed) {
      const opening = this.openings.pop() as Opening;
      opening.abandon(this.error("ERR_CLIENT_ABORTED", "nobody waits for this connection any more"));
    }
    this.pool.settled(this);
  }

  /** Opens connections for who waits, as far as the limits allow. */
  grow(): void {
    const { queue, openings, pool } = this;
    const { maxConnectionsPerOrigin, maxStreams } = pool.options;
    // Until it is known what the server speaks, one connection tells: HTTP/2 needs no second.
    const wanted =
      this.chosen === ""
        ? Math.min(1, queue.size)
        : this.chosen === "2"
          ? Math.ceil(queue.size / maxStreams)
          : queue.size;
    while (openings.length < wanted && this.size < maxConnectionsPerOrigin) {
      if (!pool.makeRoom(this)) return;
      this.open((queue.first as Exchange).timeouts);
    }
  }

  /** Lets go of the connection that was idle longest. False: there is none. */
  evict(): boolean {
    const oldest = this.idle.shift() ?? this.shared.find((connection) => connection.engine.idle);
    if (oldest === undefined) return false;
    oldest.listed = false;
    this.retire(oldest);
    return true;
  }

  /** No further request: those under way are finished. */
  drain(): void {
    for (const connection of [...this.connections]) if (connection.engine.idle) this.retire(connection);
  }

  /** Drops everything. */
  abort(error: ClientError): void {
    for (const opening of this.openings.splice(0)) opening.abandon(error);
    for (let exchange = this.queue.first; exchange !== null; exchange = this.queue.first) exchange.fail(error);
    for (const connection of [...this.connections, ...this.ending]) connection.engine.carrier.abort(null);
  }

  // Connections

  /** Gives a request to a connection that may have been idle for long, or whose end is likely to be under way. */
  private begin(connection: PooledConnection, exchange: Exchange): void {
    const stale = performance.now() - connection.idleSince > STALE_AFTER_MS;
    if ((stale || this.mayHaveEnded(connection)) && connection.engine.idle)
      setImmediate(afterTurn, this, connection, exchange);
    else this.give(connection, exchange);
  }

  /** The turn after a connection that was idle for long was taken. */
  proceed(connection: PooledConnection, exchange: Exchange): void {
    const usable = !connection.closed && connection.engine.available;
    if (!exchange.isOver) {
      exchange.hasWaited = true;
      if (usable) this.give(connection, exchange);
      else this.pool.submit(exchange); // this one may have been emptied, and forgotten, meanwhile
    } else if (usable) this.free(connection);
    if (!connection.closed && !connection.engine.reusable) this.retire(connection);
  }

  /** There are proxies that end a connection behind each response and do not say so: tinyproxy. */
  private mayHaveEnded(connection: PooledConnection): boolean {
    return this.route.forwarding !== null && connection.requests > 0;
  }

  private give(connection: PooledConnection, exchange: Exchange): void {
    connection.requests++;
    exchange.begin(connection);
    // A request that could not be sent leaves the connection as it was.
    if (connection.version === "1.1" && connection.engine.idle) this.free(connection);
  }

  private take(exchange: Exchange): PooledConnection | null {
    const { idle, shared } = this;
    // Where one idle connection was found dead the others are as likely to be: a second attempt uses none of them.
    while (exchange.attempts === 0 || this.size >= this.pool.options.maxConnectionsPerOrigin) {
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
      if (connection.isExhausted && this.mayGrow) continue;
      if (this.isUsable(connection)) return connection;
      this.retire(connection);
      i--;
    }
    return null;
  }

  /** There is room for another connection. */
  private get mayGrow(): boolean {
    const { pool, size } = this;
    return size < pool.options.maxConnectionsPerOrigin && pool.connections < pool.options.maxConnections;
  }

  private isUsable(connection: PooledConnection): boolean {
    const { maxAgeMs } = this.pool.options;
    return (
      connection.engine.available &&
      connection.requests < this.maxRequests &&
      (maxAgeMs === Number.POSITIVE_INFINITY || performance.now() - connection.since < maxAgeMs)
    );
  }

  /** An engine can take a request, perhaps beside others. */
  private free(connection: PooledConnection): void {
    if (connection.retired || connection.closed || connection.listed) return;
    const { engine } = connection;
    if (this.pool.yields(this) && engine.idle) {
      this.retire(connection);
      return;
    }
    // Not the coarse clock: after a turn that took long it would make what is new look old.
    if (engine.idle) connection.idleSince = performance.now();
    while (engine.available && this.queue.size > 0) {
      if (!this.isUsable(connection)) break;
      // Behind a request that is not answered yet only what may be pipelined.
      if (connection.version === "1.1" && !engine.idle && this.queue.first?.mayBePipelined === false) break;
      const exchange = this.queue.shift() as Exchange;
      this.pool.left();
      if (this.mayHaveEnded(connection) && engine.idle) {
        setImmediate(afterTurn, this, connection, exchange);
        return;
      }
      this.give(connection, exchange);
    }
    if (connection.retired || connection.closed || connection.listed || !engine.idle) return;
    if (this.pool.isClosing || !this.isUsable(connection)) this.retire(connection);
    else if (connection.version === "1.1") {
      connection.listed = true;
      this.idle.push(connection);
    }
  }

  private retire(connection: PooledConnection): void {
    if (connection.retired || connection.closed) return;
    this.forget(connection);
    this.ending.add(connection);
    connection.retire();
    this.pool.freed();
  }

  private forget(connection: PooledConnection): void {
    this.connections.delete(connection);
    remove(this.shared, connection);
    if (connection.listed) remove(this.idle, connection);
    connection.listed = false;
  }

  private open(timeouts: Exchange["timeouts"]): void {
    const { pool } = this;
    const opening = new Opening(timeouts, pool.order);
    this.openings.push(opening);
    pool.opened();
    let made: PooledConnection | null = null;
    const makeEngine = (carrier: Carrier): Engine => {
      const connection = this.adopt(carrier);
      made = connection;
      return connection.engine;
    };
    pool.connect(this.target, makeEngine, opening).then(
      () => this.connected(opening, made),
      (error: unknown) => this.failed(opening, error),
    );
  }

  /** Makes the engine that the server has chosen. */
  private adopt(carrier: Carrier): PooledConnection {
    const { pool, route } = this;
    const http2 =
      route.version === "prior-knowledge" || (route.origin.scheme === "https" && carrier.peer.alpn === "h2");
    const onIdle = (): void => {
      if (!connection.closed && this.connections.has(connection)) this.free(connection);
    };
    const onClosed = (): void => this.lost(connection);
    const engine = http2
      ? new Http2Connection(carrier, { ...pool.http2, onIdle, onClosed })
      : new Http1Connection(carrier, { ...pool.http1, onIdle, onClosed });
    const connection = new PooledConnection(engine, http2 ? "2" : "1.1", performance.now());
    return connection;
  }

  private connected(opening: Opening, connection: PooledConnection | null): void {
    remove(this.openings, opening);
    if (connection === null || connection.closed) {
      this.failed(opening, this.error("ERR_CLIENT_CONNECT", "the connection closed as soon as it was open"));
      return;
    }
    if (opening.signal.aborted) {
      // Given up as it opened: who came later has an opening of his own, and this pool may be forgotten.
      connection.engine.carrier.abort(null);
      this.failed(opening, opening.signal.reason);
      return;
    }
    opening.done();
    connection.opening = opening;
    this.chosen = connection.version;
    this.connections.add(connection);
    if (connection.version === "2" || this.pool.options.maxPipelined > 1) this.shared.push(connection);
    this.free(connection);
    if (this.queue.size > 0) this.grow();
  }

  private failed(opening: Opening, error: unknown): void {
    remove(this.openings, opening);
    this.pool.freed();
    const failure = connectFailure(error, opening.stage, this.route.origin.href);
    // Who came later is served by a connection that is opened later; others may be served by one that is open.
    const all = this.size === 0;
    if (!opening.signal.aborted)
      for (let next = this.queue.first; next !== null && next.order <= opening.order; next = this.queue.first) {
        next.fail(failure);
        if (!all) break;
      }
    if (this.queue.size > 0) this.grow();
    this.pool.settled(this);
  }

  /** A byte stream is gone. */
  private lost(connection: PooledConnection): void {
    connection.closed = true;
    if (
      this.mayHaveEnded(connection) &&
      !connection.retired &&
      performance.now() - connection.idleSince < STALE_AFTER_MS
    )
      this.maxRequests = this.pool.endedSilently(this.route);
    const counted = this.connections.has(connection);
    this.forget(connection);
    this.ending.delete(connection);
    if (counted) this.pool.freed();
    if (this.queue.size > 0) this.grow();
    this.pool.settled(this);
  }

  private error(code: ConstructorParameters<typeof ClientError>[0], message: string): ClientError {
    return new ClientError(code, "queue", this.route.origin.href, message, { unprocessed: true });
  }
}

/** The turn at hand may have polled before the server's end was there: the next one has not. */
function afterTurn(pool: OriginPool, connection: PooledConnection, exchange: Exchange): void {
  setImmediate(proceed, pool, connection, exchange);
}

function proceed(pool: OriginPool, connection: PooledConnection, exchange: Exchange): void {
  pool.proceed(connection, exchange);
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
