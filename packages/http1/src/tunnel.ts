/**
 * The byte stream behind an accepted upgrade or CONNECT (RFC 9110 §7.8, §9.3.6).
 *
 * @module
 */
import type { Carrier, Engine, PeerInfo } from "@stack/http";
import { HeldInput } from "./held-input.ts";

/** Ends the HTTP part of a connection and gives what the client sent behind its request. */
export interface TunnelEnd {
  /** The other side has ended while the octets were still HTTP's. */
  readonly peerEnded: boolean;
  /** Flushes what HTTP still has to say, then gives the octets that waited behind the head. */
  leave(): Uint8Array;
}

/**
 * The carrier that an accepted exchange returns. Everything passes to the
 * connection's own carrier; {@link handOver} adds the octets that the client
 * sent early and that nobody was shown before the upgrade was accepted (S28).
 */
export class TunnelCarrier implements Carrier {
  private readonly carrier: Carrier;
  private readonly tunnel: TunnelEnd;

  constructor(carrier: Carrier, tunnel: TunnelEnd) {
    this.carrier = carrier;
    this.tunnel = tunnel;
  }

  get now(): number {
    return this.carrier.now;
  }

  get epochSeconds(): number {
    return this.carrier.epochSeconds;
  }

  get peer(): PeerInfo {
    return this.carrier.peer;
  }

  get pending(): number {
    return this.carrier.pending;
  }

  wantFlush(): void {
    this.carrier.wantFlush();
  }

  pauseReading(paused: boolean): void {
    this.carrier.pauseReading(paused);
  }

  abort(reason: Error | null): void {
    this.carrier.abort(reason);
  }

  handOver(next: Engine, rest: Uint8Array): void {
    const early = this.tunnel.leave();
    const all = new HeldInput();
    all.append(early, 0, early.length);
    all.append(rest, 0, rest.length);
    this.carrier.handOver(next, all.take());
    if (!this.tunnel.peerEnded) return;
    next.receiveEnd();
    this.carrier.wantFlush();
  }
}
