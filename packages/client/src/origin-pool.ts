/**
 * The connections to one origin, and who waits for one.
 *
 * First come, first served: a connection that becomes free goes to who waits
 * longest. A request that comes while others wait stands behind them.
 *
 * @module
 */
import type { Route } from "./connection-key.ts";
import { ConnectionList } from "./connection-list.ts";
import { ClientError, type ClientStage } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Opening } from "./opening.ts";
import { type OpeningOwner, Openings } from "./openings.ts";
import type { Pool } from "./pool.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import type { Origin } from "./request-url.ts";
import { type Waiter, WaitQueue } from "./wait-queue.ts";

export class OriginPool implements OpeningOwner {
  readonly route: Route;
  readonly queue: WaitQueue<Exchange>;
  /** The origin, as the last request that had to look for this pool has it. */
  origin: Origin;
  private readonly pool: Pool;
  private readonly connections: ConnectionList;
  private readonly openings: Openings;

  constructor(pool: Pool, route: Route) {
    this.route = route;
    this.queue = new WaitQueue();
    this.origin = route.origin;
    this.pool = pool;
    this.connections = new ConnectionList(pool, route);
    this.openings = new Openings(pool, route, this);
  }

  /** Nothing is open, and nobody waits. */
  get isEmpty(): boolean {
    return this.openings.size === 0 && this.connections.isEmpty && this.queue.size === 0;
  }

  /** Gives a request to a connection, now or when it is its turn. */
  submit(exchange: Exchange): void {
    if (exchange.attempts > 0) exchange.hasWaited = true;
    if (this.queue.size === 0) {
      const connection = this.connections.take(exchange, this.openings.size);
      if (connection !== null) {
        this.begin(connection, exchange);
        return;
      }
    }
    if (!this.pool.admit()) {
      const message = `${this.pool.options.maxQueued} requests wait already; send fewer at once or raise pool.maxQueued`;
      const { href } = this.route.origin;
      exchange.fail(new ClientError("ERR_CLIENT_QUEUE_FULL", "queue", href, message, { unprocessed: true }));
      this.pool.settled(this); // it may be all that ever came here
      return;
    }
    exchange.hasWaited = true;
    this.queue.add(exchange);
    this.grow();
  }

  /** What those who wait are waiting for: a connection that is being opened, or one that becomes free. */
  get stage(): ClientStage {
    return this.openings.stage ?? "queue";
  }

  /** A request that waited waits no more. */
  leave(waiter: Waiter): void {
    this.queue.remove(waiter);
    this.pool.left();
    this.openings.shrink(this.queue.size);
    this.pool.settled(this);
  }

  /** Opens connections for who waits, as far as the limits allow. */
  grow(): void {
    const { queue, connections, openings, pool } = this;
    connections.retireSpent();
    const wanted = openings.wantedFor(queue.size);
    while (openings.size < wanted && connections.size + openings.size < pool.options.maxConnectionsPerOrigin) {
      if (!pool.makeRoom(this)) return;
      openings.open(queue.at(openings.size) as Exchange);
    }
  }

  /** Lets go of the connection that was idle longest. False: there is none. */
  evict(): boolean {
    return this.connections.evict();
  }

  /** A connection gets no further request: those under way are finished. */
  retire(connection: PooledConnection): void {
    this.connections.retire(connection);
  }

  /** No further request: those under way are finished. */
  drain(): void {
    this.connections.drain();
  }

  /** Drops everything. */
  abort(error: ClientError): void {
    const { code, message } = error;
    const failure = new ClientError(code, this.stage, this.route.origin.href, message, { unprocessed: true });
    this.openings.abandon(error);
    for (let exchange = this.queue.first; exchange !== null; exchange = this.queue.first) exchange.fail(failure);
    this.connections.abort();
  }

  // A request, and a connection that has room for it

  private begin(connection: PooledConnection, exchange: Exchange): void {
    if (connection.engine.idle && this.connections.mayHaveEnded(connection, exchange.now))
      setImmediate(afterTurn, this, connection, exchange);
    else this.give(connection, exchange);
  }

  /** The turn after a connection was taken that may have ended. */
  proceed(connection: PooledConnection, exchange: Exchange): void {
    const usable = !connection.closed && connection.engine.available;
    if (!exchange.isOver) {
      exchange.hasWaited = true;
      if (usable) this.give(connection, exchange);
      else this.pool.submit(exchange); // this one may have been emptied, and forgotten, meanwhile
    } else if (usable) this.free(connection);
    if (!connection.closed && !connection.engine.reusable) this.connections.retire(connection);
  }

  private give(connection: PooledConnection, exchange: Exchange): void {
    connection.requests++;
    exchange.begin(connection);
    // A request that could not be sent leaves the connection as it was.
    if (connection.version === "1.1" && connection.engine.idle) this.free(connection);
  }

  /** An engine can take a request, perhaps beside others. */
  private free(connection: PooledConnection): void {
    if (connection.retired || connection.closed || connection.listed) return;
    const { engine } = connection;
    const { connections, queue } = this;
    if (this.pool.yields(this) && engine.idle) {
      connections.retire(connection);
      return;
    }
    // Not the coarse clock: after a turn that took long it would make what is new look old.
    if (engine.idle) connection.idleSince = performance.now();
    while (engine.available && queue.size > 0) {
      if (!connections.isUsable(connection)) break;
      // Behind a request that is not answered yet only what may be pipelined.
      if (connection.version === "1.1" && !engine.idle && queue.first?.mayBePipelined === false) break;
      const exchange = queue.shift() as Exchange;
      this.pool.left();
      // What idles here does so since this turn.
      if (engine.idle && connections.mayHaveEnded(connection, connection.idleSince)) {
        setImmediate(afterTurn, this, connection, exchange);
        return;
      }
      this.give(connection, exchange);
    }
    if (connection.retired || connection.closed || connection.listed) return;
    if (engine.idle) connections.rest(connection);
    else if (connections.isSpent(connection)) connections.retire(connection);
    if (connection.retired && queue.size > 0) this.grow();
  }

  // OpeningOwner

  connected(connection: PooledConnection): void {
    this.connections.add(connection);
    this.free(connection);
    if (this.queue.size > 0) this.grow();
  }

  failed(failure: ClientError, opening: Opening | null): void {
    this.pool.freed();
    const { queue } = this;
    // Who came later is served by a connection that is opened later; others may be served by one that is open.
    const all = this.connections.size + this.openings.size === 0;
    if (opening !== null && !all && queue.has(opening.exchange)) opening.exchange.fail(failure);
    else if (opening !== null)
      for (let next = queue.first; next !== null && next.order <= opening.order; next = queue.first) {
        next.fail(failure);
        if (!all) break;
      }
    if (this.queue.size > 0) this.grow();
    this.pool.settled(this);
  }

  onIdle(connection: PooledConnection): void {
    if (!connection.closed && this.connections.has(connection)) this.free(connection);
  }

  onClosed(connection: PooledConnection): void {
    if (this.connections.lost(connection)) this.pool.freed();
    if (this.queue.size > 0) this.grow();
    this.pool.settled(this);
  }
}

/** The turn at hand may have polled before the server's end was there: the next one has not. */
function afterTurn(pool: OriginPool, connection: PooledConnection, exchange: Exchange): void {
  setImmediate(proceed, pool, connection, exchange);
}

function proceed(pool: OriginPool, connection: PooledConnection, exchange: Exchange): void {
  pool.proceed(connection, exchange);
}
