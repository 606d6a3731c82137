/**
 * All connections of a client: pools for its origins, and the limits that they share.
 *
 * @module
 */
import type { ResolvedClientOptions as Http1Options } from "@stack/http1";
import type { ClientConnectionOptions as Http2Options } from "@stack/http2";
import type { ResolvedPoolOptions } from "./client-options.ts";
import { connectionKey, type Route } from "./connection-key.ts";
import type { Connect } from "./connector.ts";
import type { ClientError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { OriginPool } from "./origin-pool.ts";
import type { Origin } from "./request-url.ts";

/** What a pool is made of. */
export interface PoolParts {
  readonly options: ResolvedPoolOptions;
  readonly connect: Connect;
  /** For all connections, without what tells them apart. */
  readonly http1: Http1Options;
  readonly http2: Http2Options;
  /** How an origin is reached. */
  readonly routeOf: (origin: Origin) => Route;
}

export class Pool {
  readonly options: ResolvedPoolOptions;
  readonly connect: Connect;
  readonly http1: Http1Options;
  readonly http2: Http2Options;
  /** Nothing new is opened for idleness: the client closes. */
  isClosing: boolean;
  private readonly routeOf: (origin: Origin) => Route;
  private readonly pools: Map<string, OriginPool>;
  /** Each pool by the origin that was asked for last: what most requests find without making a key. */
  private readonly known: Map<Origin, OriginPool>;
  /** Those that would open a connection, if there were not so many: who came first stands first. */
  private readonly blocked: Set<OriginPool>;
  /** Proxies that end a connection behind a response and do not say so. */
  private readonly silent: Set<string>;
  /** Connections that are open or being opened. */
  private open: number;
  private waiting: number;
  private lastOrder: number;
  private whenEmpty: (() => void) | null;
  /** Everything was dropped for this. */
  private aborted: ClientError | null;

  constructor(parts: PoolParts) {
    this.options = parts.options;
    this.connect = parts.connect;
    this.http1 = parts.http1;
    this.http2 = parts.http2;
    this.isClosing = false;
    this.routeOf = parts.routeOf;
    this.pools = new Map();
    this.known = new Map();
    this.blocked = new Set();
    this.silent = new Set();
    this.open = 0;
    this.waiting = 0;
    this.lastOrder = 0;
    this.whenEmpty = null;
    this.aborted = null;
  }

  /** Connections that are open or being opened. */
  get connections(): number {
    return this.open;
  }

  /** Requests that wait for a connection. */
  get queued(): number {
    return this.waiting;
  }

  /** A number for who comes now: larger than all before. */
  get order(): number {
    return ++this.lastOrder;
  }

  submit(exchange: Exchange): void {
    if (this.aborted !== null) {
      exchange.fail(this.aborted); // it was between two connections
      return;
    }
    const { origin } = exchange.request;
    const pool = this.known.get(origin) ?? this.poolFor(origin);
    exchange.pool = pool;
    exchange.order = ++this.lastOrder;
    pool.submit(exchange);
  }

  /** Resolves when no connection is left. */
  emptied(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenEmpty = resolve;
    });
  }

  /** Connections that are idle end. */
  drain(): void {
    this.isClosing = true;
    for (const pool of this.pools.values()) pool.drain();
  }

  /** Everything is dropped. */
  abort(error: ClientError): void {
    this.aborted = error;
    for (const pool of [...this.pools.values()]) pool.abort(error);
  }

  // What the pools of origins ask for

  /** Whether one more may wait; then it does. */
  admit(): boolean {
    if (this.waiting >= this.options.maxQueued) return false;
    this.waiting++;
    return true;
  }

  /** One waits no more. */
  left(): void {
    this.waiting--;
  }

  /** A connection is being opened. */
  opened(): void {
    this.open++;
  }

  /** A connection counts no more. */
  freed(): void {
    this.open--;
    for (const pool of this.blocked) {
      if (this.open >= this.options.maxConnections) break;
      this.blocked.delete(pool);
      pool.grow();
    }
  }

  /** Whether another connection may be opened. If there are too many, one that idles elsewhere has to go. */
  makeRoom(pool: OriginPool): boolean {
    if (this.open < this.options.maxConnections) return true;
    // What gives way may be taken at once by who waits for longer.
    for (const other of this.pools.values())
      if (other !== pool && other.evict() && this.open < this.options.maxConnections) return true;
    this.blocked.add(pool);
    return false;
  }

  /** Whether a connection of `pool` that is free now should go to another origin, where someone waits for longer. */
  yields(pool: OriginPool): boolean {
    if (this.blocked.size === 0) return false;
    for (const other of this.blocked) {
      if (other === pool || other.queue.first === null) continue;
      return pool.queue.first === null || other.queue.first.order < pool.queue.first.order;
    }
    return false;
  }

  /** Requests for one connection on a route: one, where a second would cross the end of it. */
  maxRequests(route: Route): number {
    return this.silent.has(route.proxy) ? 1 : this.options.maxRequests;
  }

  /** A proxy has ended a connection right behind a response, and had not said so. @returns {@link maxRequests}, from now on */
  endedSilently(route: Route): number {
    this.silent.add(route.proxy);
    return 1;
  }

  /** A connection is gone for good: a pool that is empty is forgotten. */
  settled(pool: OriginPool): void {
    if (pool.isEmpty) {
      this.blocked.delete(pool);
      const key = connectionKey(pool.route);
      if (this.pools.get(key) === pool) this.pools.delete(key);
      if (this.known.get(pool.origin) === pool) this.known.delete(pool.origin);
    }
    if (this.whenEmpty !== null && this.isEmpty) this.whenEmpty();
  }

  private get isEmpty(): boolean {
    return this.pools.size === 0;
  }

  private poolFor(origin: Origin): OriginPool {
    const route = this.routeOf(origin);
    const key = connectionKey(route);
    let pool = this.pools.get(key);
    if (pool === undefined) {
      pool = new OriginPool(this, route);
      this.pools.set(key, pool);
    }
    // One for each pool: origins are objects that come and go (request-url.ts), and pools may stay for ever.
    this.known.delete(pool.origin);
    pool.origin = origin;
    this.known.set(origin, pool);
    return pool;
  }
}
