/**
 * One connection of a pool: an engine of either version, and what the pool knows of it.
 *
 * @module
 */
import type { ClientConnection as Http1Connection } from "@stack/http1";
import { ClientConnection as Http2Connection } from "@stack/http2";

/** What a pool needs of an engine. */
export type ClientEngine = Http1Connection | Http2Connection;

/** When the stages of opening a connection were over, ms; -1 for a stage that there was not. */
export interface OpeningTimes {
  readonly resolved: number;
  readonly connected: number;
  readonly secured: number;
}

export class PooledConnection {
  readonly engine: ClientEngine;
  readonly version: "1.1" | "2";
  /** When it was opened, ms. */
  readonly since: number;
  /** When it was last left without a request, ms. */
  idleSince: number;
  /** Requests that it was given. */
  requests: number;
  /** It stands in the pool's list of connections that wait for a request. */
  listed: boolean;
  /** The pool has let it go: it gets no further request. */
  retired: boolean;
  /** The byte stream is gone. */
  closed: boolean;
  /** Of its opening, for the first request. */
  opening: OpeningTimes | null;

  constructor(engine: ClientEngine, version: "1.1" | "2", now: number) {
    this.engine = engine;
    this.version = version;
    this.since = now;
    this.idleSince = now;
    this.requests = 0;
    this.listed = false;
    this.retired = false;
    this.closed = false;
    this.opening = null;
  }

  /** It has a window that is used up: another connection would serve a request sooner. */
  get isExhausted(): boolean {
    return this.engine instanceof Http2Connection && this.engine.windowsExhausted;
  }

  /** Lets it finish what is under way, then end. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    this.engine.drain();
    this.engine.carrier.wantFlush();
  }
}
