/**
 * The connections to one origin that are being opened: how many there should be, and what becomes of them.
 *
 * @module
 */
import type { Carrier, Engine } from "@stack/http";
import { ClientConnection as Http1Connection } from "@stack/http1";
import { ClientConnection as Http2Connection } from "@stack/http2";
import type { Route } from "./connection-key.ts";
import type { ConnectTarget } from "./connector.ts";
import { ClientError, type ClientStage } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { connectFailure } from "./failure.ts";
import { Opening } from "./opening.ts";
import type { Pool } from "./pool.ts";
import { PooledConnection } from "./pooled-connection.ts";

/** Who wants connections, and is told of them. */
export interface OpeningOwner {
  /** A connection is open. */
  connected(connection: PooledConnection): void;
  /** There is none. `opening` says who may have waited for it; null when it was given up, and nobody did. */
  failed(failure: ClientError, opening: Opening | null): void;
  /** A connection that was told of has room for another request. */
  onIdle(connection: PooledConnection): void;
  /** The byte stream of a connection is gone, told of or not. */
  onClosed(connection: PooledConnection): void;
}

export class Openings {
  private readonly pool: Pool;
  private readonly route: Route;
  private readonly target: ConnectTarget;
  private readonly owner: OpeningOwner;
  private readonly list: Opening[];
  /** What the server chose last, or "". */
  private chosen: "" | "1.1" | "2";

  constructor(pool: Pool, route: Route, owner: OpeningOwner) {
    const { scheme, host, port } = route.origin;
    const { version } = route;
    this.pool = pool;
    this.route = route;
    this.target = { scheme, host, port, version };
    this.owner = owner;
    this.list = [];
    this.chosen = version === "prior-knowledge" ? "2" : scheme === "http" || version === "http/1.1" ? "1.1" : "";
  }

  get size(): number {
    return this.list.length;
  }

  /** How far the one is that was begun first; null when there is none. */
  get stage(): ClientStage | null {
    return this.list[0]?.stage ?? null;
  }

  /** How many there should be while so many requests wait. */
  wantedFor(waiting: number): number {
    // Until it is known what the server speaks, one connection tells: HTTP/2 needs no second.
    if (this.chosen === "") return Math.min(1, waiting);
    return this.chosen === "2" ? Math.ceil(waiting / this.pool.options.maxStreams) : waiting;
  }

  /** So many wait, and fewer than before: what nobody waits for is given up. */
  shrink(waiting: number): void {
    const needed = this.chosen === "1.1" ? waiting : Math.min(waiting, 1);
    while (this.list.length > needed)
      this.list.pop()?.abandon(this.error("ERR_CLIENT_ABORTED", "nobody waits for this connection any more"));
  }

  /** All are given up. */
  abandon(error: ClientError): void {
    for (const opening of this.list.splice(0)) opening.abandon(error);
  }

  /** Opens one more, for `exchange` and within its times; who gets it is who waits longest then. */
  open(exchange: Exchange): void {
    const { pool } = this;
    const opening = new Opening(exchange, pool.order);
    this.list.push(opening);
    pool.opened();
    let made: PooledConnection | null = null;
    const makeEngine = (carrier: Carrier): Engine => {
      made = this.adopt(carrier);
      return made.engine;
    };
    pool.connect(this.target, makeEngine, opening).then(
      () => this.connected(opening, made),
      (error: unknown) => this.failed(opening, error),
    );
  }

  /** Makes the engine that the server has chosen. */
  private adopt(carrier: Carrier): PooledConnection {
    const { pool, route, owner } = this;
    const http2 =
      route.version === "prior-knowledge" || (route.origin.scheme === "https" && carrier.peer.alpn === "h2");
    const onIdle = (): void => owner.onIdle(connection);
    const onClosed = (): void => owner.onClosed(connection);
    const engine = http2
      ? new Http2Connection(carrier, { ...pool.http2, onIdle, onClosed })
      : new Http1Connection(carrier, { ...pool.http1, onIdle, onClosed });
    const connection = new PooledConnection(engine, http2 ? "2" : "1.1", performance.now());
    return connection;
  }

  private connected(opening: Opening, connection: PooledConnection | null): void {
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
    this.remove(opening);
    opening.done();
    connection.opening = opening;
    this.chosen = connection.version;
    this.owner.connected(connection);
  }

  private failed(opening: Opening, error: unknown): void {
    this.remove(opening);
    const failure = connectFailure(error, opening.stage, this.route.origin.href);
    this.owner.failed(failure, opening.signal.aborted ? null : opening);
  }

  private remove(opening: Opening): void {
    const at = this.list.indexOf(opening);
    if (at >= 0) this.list.splice(at, 1);
  }

  private error(code: "ERR_CLIENT_ABORTED" | "ERR_CLIENT_CONNECT", message: string): ClientError {
    return new ClientError(code, "queue", this.route.origin.href, message, { unprocessed: true });
  }
}
