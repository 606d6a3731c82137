/**
 * A connection that is being opened: its stages, and who gives up on it.
 *
 * @module
 */
import type { ConnectContext, ConnectStage } from "./connector.ts";
import type { Exchange } from "./exchange.ts";
import type { OpeningTimes } from "./pooled-connection.ts";

export class Opening implements ConnectContext, OpeningTimes {
  readonly dnsMs: number;
  readonly connectMs: number;
  readonly tlsMs: number;
  /** Who began it: its times are his, and perhaps its failure. */
  readonly exchange: Exchange;
  /** Who waits longer than this opening has it to thank or to blame. */
  readonly order: number;
  resolved: number;
  connected: number;
  secured: number;
  /** The stage at hand. */
  stage: ConnectStage;
  private readonly controller: AbortController;

  constructor(exchange: Exchange, order: number) {
    const { timeouts } = exchange;
    this.dnsMs = timeouts.dnsMs;
    this.connectMs = timeouts.connectMs;
    this.tlsMs = timeouts.tlsMs;
    this.exchange = exchange;
    this.order = order;
    this.resolved = -1;
    this.connected = -1;
    this.secured = -1;
    this.stage = "connect";
    this.controller = new AbortController();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  onStage(stage: ConnectStage): void {
    this.leave();
    this.stage = stage;
  }

  /** The byte stream is there. */
  done(): void {
    this.leave();
  }

  /** Nobody waits for it any more. */
  abandon(reason: Error): void {
    this.controller.abort(reason);
  }

  private leave(): void {
    const now = performance.now();
    if (this.stage === "dns") this.resolved = now;
    else if (this.stage === "tls") this.secured = now;
    else this.connected = now;
  }
}
