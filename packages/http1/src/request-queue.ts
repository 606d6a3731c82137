/**
 * The requests under way on a client connection, in their order (RFC 9112 §9.3.2).
 *
 * The first is the one that is being answered, only the last can still be on
 * its way out. Knows which request may be sent behind which, and what can be
 * said of those that stay unanswered.
 *
 * @module
 */
import type { ClientExchange } from "./client-exchange.ts";

export class RequestQueue {
  private exchanges: ClientExchange[];

  constructor() {
    this.exchanges = [];
  }

  get size(): number {
    return this.exchanges.length;
  }

  /** The one that is being answered. */
  get first(): ClientExchange | undefined {
    return this.exchanges.length === 0 ? undefined : this.exchanges[0];
  }

  /** The one that may still send content. */
  get last(): ClientExchange | undefined {
    const { exchanges } = this;
    // Element -1 of an empty list is looked for by name: 2 % of a client's call.
    return exchanges.length === 0 ? undefined : exchanges[exchanges.length - 1];
  }

  /**
   * Whether another request may be sent now: alone, or behind one that is sent and that can be sent again.
   * @param maxPipelined - requests that may be under way at once
   */
  hasRoom(maxPipelined: number): boolean {
    const { last } = this;
    return last === undefined || (this.exchanges.length < maxPipelined && last.sent && last.request.mayBePipelined);
  }

  add(exchange: ClientExchange): void {
    this.exchanges.push(exchange);
  }

  /** The first was answered. */
  shift(): void {
    this.exchanges.shift();
  }

  remove(exchange: ClientExchange): void {
    this.exchanges = this.exchanges.filter((other) => other !== exchange);
  }

  /** What was asked for was given to the carrier. */
  markWritten(): void {
    for (const exchange of this.exchanges) exchange.written = true;
  }

  /**
   * Fails all that is under way.
   *
   * A request that was never written is unprocessed in any case; one that was, for a reason that `proof` names.
   */
  cut(error: Error, proof: Proof): void {
    const { exchanges } = this;
    this.exchanges = [];
    for (const exchange of exchanges) {
      const { written, reused } = exchange;
      const unprocessed = !written || proof === CLOSE_SAID || (proof === SILENT_END && reused);
      exchange.cut(error, { unprocessed, written });
    }
  }
}

/** Why a server cannot have acted on a request that it was sent. */
export type Proof = 0 | 1 | 2;
/** It may have. */
export const NO_PROOF = 0;
/** It said `close` in an earlier response, and so processes no further request (RFC 9112 §9.6). */
export const CLOSE_SAID = 1;
/**
 * It ended the connection without an octet of a response. When the connection had been used before, its end crossed the
 * request: it was closed for being idle. On a new connection this proves nothing: the request itself may be the cause.
 */
export const SILENT_END = 2;
