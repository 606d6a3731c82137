/**
 * The innermost {@link Send}: a request over a connection of the pool.
 *
 * @module
 */
import { clock } from "@stack/tcp";
import { ClientError } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import type { Pool } from "./pool.ts";
import type { ClientResponse } from "./response.ts";
import type { ClientRequest, Send } from "./send.ts";
import type { ExchangeOwner } from "./timed-exchange.ts";

export class Transport implements ExchangeOwner {
  readonly send: Send;
  isAborting: boolean;
  private readonly pool: Pool;
  private active: number;
  private closing: Promise<void> | null;
  private isClosed: boolean;
  private whenIdle: (() => void) | null;

  constructor(pool: Pool) {
    this.send = (request) => this.exchange(request);
    this.isAborting = false;
    this.pool = pool;
    this.active = 0;
    this.closing = null;
    this.isClosed = false;
    this.whenIdle = null;
  }

  /** Requests that are not over. */
  get requests(): number {
    return this.active;
  }

  again(exchange: Exchange): void {
    // Not from within the engine that is just telling of its end.
    queueMicrotask(() => {
      if (!exchange.isOver) this.pool.submit(exchange);
    });
  }

  finished(): void {
    if (--this.active > 0) return;
    clock.letGo();
    this.whenIdle?.();
  }

  /** Lets what is under way finish for `graceMs`, then ends everything. Who is more patient may be overtaken. */
  close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.abort(), Math.min(graceMs, MAX_TIMER_MS));
    this.closing ??= this.end();
    return this.closing.finally(() => clearTimeout(timer));
  }

  private abort(): void {
    this.isAborting = true;
    this.pool.abort(
      new ClientError("ERR_CLIENT_CLOSED", "request", "", "the client was closed before the request was sent"),
    );
  }

  private async end(): Promise<void> {
    const { pool } = this;
    this.isClosed = true;
    pool.drain();
    if (this.active > 0)
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve;
      });
    pool.drain();
    await pool.emptied();
  }

  private exchange(request: ClientRequest): Promise<ClientResponse> {
    if (this.isClosed)
      return Promise.reject(
        new ClientError("ERR_CLIENT_CLOSED", "request", request.origin.href, "the client was closed; make a new one"),
      );
    return new Promise((resolve, reject) => {
      // Requests keep the process alive, and connections that idle do not.
      if (this.active++ === 0) clock.hold();
      const exchange = new Exchange(this, request, resolve, reject);
      exchange.start();
      if (!exchange.isOver) this.pool.submit(exchange);
    });
  }
}

/** The longest time that `setTimeout` knows, ms. */
const MAX_TIMER_MS = 2_147_483_647;
