/**
 * An engine with a fault in it: what the inner one says is cut off, held back or replaced on its way out.
 *
 * @module
 */
import type { ByteSink, Carrier, Engine, PeerInfo } from "@stack/http";

/** What follows when the octets that may still leave have left. */
export type AfterCut = "end" | "reset" | "stall";

export class FaultyEngine implements Engine {
  private readonly carrier: Carrier;
  private readonly inner: Engine;
  private readonly output: CollectingSink;
  /** Octets that may still leave. */
  private left: number;
  private afterwards: AfterCut;
  private raw: Uint8Array | null;

  constructor(carrier: Carrier, makeInner: (carrier: Carrier) => Engine) {
    this.carrier = carrier;
    this.inner = makeInner(carrier);
    this.output = new CollectingSink();
    this.left = Number.POSITIVE_INFINITY;
    this.afterwards = "end";
    this.raw = null;
  }

  /** After `octets` more, nothing else leaves. */
  cut(octets: number, afterwards: AfterCut): void {
    this.left = octets;
    this.afterwards = afterwards;
    this.carrier.wantFlush();
  }

  /** `bytes` leave instead of all that follows, and then the end. */
  replace(bytes: Uint8Array): void {
    this.raw = bytes;
    this.cut(bytes.length, "end");
  }

  get deadline(): number {
    return this.inner.deadline;
  }

  receive(bytes: Uint8Array, start?: number, end?: number): void {
    this.inner.receive(bytes, start, end);
  }

  receiveEnd(): void {
    this.inner.receiveEnd();
    if (this.left !== Number.POSITIVE_INFINITY) this.carrier.abort(null);
  }

  flush(sink: ByteSink): boolean {
    if (this.left === Number.POSITIVE_INFINITY) return this.inner.flush(sink);
    this.output.clear();
    const done = this.inner.flush(this.output);
    const bytes = this.raw ?? this.output.taken();
    this.raw = null;
    const leaving = bytes.subarray(0, this.left);
    this.left -= leaving.length;
    if (leaving.length > 0) sink.write(leaving);
    if (this.left > 0) {
      if (this.output.ended) sink.end();
      return done;
    }
    if (this.afterwards === "end") sink.end();
    // What was just written is in the sink, and leaves first.
    else if (this.afterwards === "reset") setImmediate(() => this.carrier.abort(mockReset()));
    return true;
  }

  drain(): void {
    this.inner.drain();
  }

  onDeadline(): void {
    this.inner.onDeadline();
  }

  closed(reason: Error | null): void {
    this.inner.closed(reason);
  }
}

/** A carrier that says of its peer what is not there: TLS, and what ALPN chose. */
export class DisguisedCarrier implements Carrier {
  readonly peer: PeerInfo;
  private readonly carrier: Carrier;

  constructor(carrier: Carrier, alpn: string) {
    this.carrier = carrier;
    this.peer = { ...carrier.peer, secure: true, alpn };
  }

  get now(): number {
    return this.carrier.now;
  }

  get epochSeconds(): number {
    return this.carrier.epochSeconds;
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
    this.carrier.handOver(next, rest);
  }
}

/** The system's code: what resets on a socket does so here. */
export function mockReset(): Error {
  return Object.assign(new Error("the mock resets this connection"), { code: "ECONNRESET" });
}

/** Octets that are collected before the inner engine is asked to wait. */
const HIGH_WATER = 65_536;

/** Keeps what an engine writes, so that it can be cut at any octet. */
class CollectingSink implements ByteSink {
  memory: Uint8Array;
  ended: boolean;
  private size: number;

  constructor() {
    this.memory = new Uint8Array(4_096);
    this.ended = false;
    this.size = 0;
  }

  clear(): void {
    this.size = 0;
  }

  taken(): Uint8Array {
    return this.memory.slice(0, this.size);
  }

  reserve(octets: number): number {
    const needed = this.size + octets;
    if (needed > this.memory.length) {
      const grown = new Uint8Array(Math.max(needed, this.memory.length * 2));
      grown.set(this.memory.subarray(0, this.size));
      this.memory = grown;
    }
    return this.size;
  }

  commit(octets: number): void {
    this.size += octets;
  }

  writeLatin1(text: string): void {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.memory[at + i] = text.charCodeAt(i);
    this.commit(text.length);
  }

  write(bytes: Uint8Array): boolean {
    const at = this.reserve(bytes.length);
    this.memory.set(bytes, at);
    this.commit(bytes.length);
    return this.size < HIGH_WATER;
  }

  end(): void {
    this.ended = true;
  }
}
