/**
 * Two engines joined in memory, with no socket between them.
 *
 * For programs that want a server and a client in one process, and for tests
 * that want real time without a port. Octets are copied, so neither side sees
 * the other's memory, and delivered in a turn of their own, as a network would.
 *
 * @module
 */
import type { ByteSink, Carrier, Engine, PeerInfo } from "./engine.ts";
import { clock, type WheelEntry } from "./timer-wheel.ts";

const HIGH_WATER = 65_536;

class MemoryCarrier implements Carrier, WheelEntry, ByteSink {
  readonly peer: PeerInfo;
  memory: Uint8Array;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  wheelTick: number;
  other: MemoryCarrier | null;
  private engine: Engine | null;
  private inbox: Uint8Array[];
  private inboxOctets: number;
  private inboxEnded: boolean;
  private paused: boolean;
  private ended: boolean;
  private closed: boolean;
  private scheduled: boolean;
  private at: number;

  constructor(peer: PeerInfo) {
    this.peer = peer;
    this.memory = new Uint8Array(1_024);
    this.wheelNext = null;
    this.wheelPrevious = null;
    this.wheelTick = -1;
    this.other = null;
    this.engine = null;
    this.inbox = [];
    this.inboxOctets = 0;
    this.inboxEnded = false;
    this.paused = false;
    this.ended = false;
    this.closed = false;
    this.scheduled = false;
    this.at = 0;
  }

  start(engine: Engine): void {
    this.engine = engine;
    clock.acquire();
    this.wantFlush();
  }

  // Carrier

  get now(): number {
    return clock.wheel.now;
  }

  get epochSeconds(): number {
    return clock.epochSeconds;
  }

  get pending(): number {
    return this.other?.inboxOctets ?? 0;
  }

  get deadline(): number {
    return this.engine?.deadline ?? Number.POSITIVE_INFINITY;
  }

  onDeadline(): void {
    this.engine?.onDeadline();
    this.wantFlush();
  }

  wantFlush(): void {
    if (this.scheduled || this.closed) return;
    this.scheduled = true;
    setImmediate(() => this.turn());
  }

  pauseReading(paused: boolean): void {
    this.paused = paused;
    if (!paused) this.wantFlush();
  }

  abort(reason: Error | null): void {
    const { other } = this;
    this.close(reason);
    other?.close(reason === null ? null : new Error("the peer reset the connection"));
  }

  handOver(next: Engine, rest: Uint8Array): void {
    this.flush();
    this.engine = next;
    if (rest.length > 0) next.receive(rest, 0, rest.length);
    this.wantFlush();
  }

  // ByteSink

  reserve(octets: number): number {
    if (this.memory.length - this.at < octets) {
      const grown = new Uint8Array((this.at + octets) * 2);
      grown.set(this.memory.subarray(0, this.at));
      this.memory = grown;
    }
    return this.at;
  }

  commit(octets: number): void {
    this.at += octets;
  }

  writeLatin1(text: string): void {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.memory[at + i] = text.charCodeAt(i);
    this.commit(text.length);
  }

  write(bytes: Uint8Array): boolean {
    this.memory.set(bytes, this.reserve(bytes.length));
    this.commit(bytes.length);
    return this.pending + this.at < HIGH_WATER;
  }

  end(): void {
    this.ended = true;
  }

  private turn(): void {
    this.scheduled = false;
    if (this.closed) return;
    const waited = this.inboxOctets > 0;
    while (!this.paused && this.inbox.length > 0 && !this.closed) {
      const bytes = this.inbox.shift() as Uint8Array;
      this.inboxOctets -= bytes.length;
      this.engine?.receive(bytes, 0, bytes.length);
    }
    // The other side may have waited for room.
    if (waited && this.inboxOctets === 0) this.other?.wantFlush();
    if (this.inboxEnded && this.inbox.length === 0 && !this.closed) {
      this.inboxEnded = false;
      this.engine?.receiveEnd();
    }
    this.flush();
    clock.wheel.update(this);
  }

  private flush(): void {
    if (this.closed || this.engine === null) return;
    if (!this.ended) {
      this.engine.flush(this);
      const { other } = this;
      if (this.at > 0 && other !== null && !other.closed) {
        other.inbox.push(this.memory.slice(0, this.at));
        other.inboxOctets += this.at;
        other.wantFlush();
      }
      this.at = 0;
      if (this.ended && other !== null) {
        other.inboxEnded = true;
        other.wantFlush();
      }
    }
    if (
      this.ended &&
      this.other?.ended === true &&
      this.inbox.length === 0 &&
      this.other.inbox.length === 0 &&
      !this.inboxEnded
    ) {
      const { other } = this;
      this.close(null);
      other.wantFlush();
      if (!other.inboxEnded) other.close(null);
    }
  }

  private close(reason: Error | null): void {
    if (this.closed) return;
    this.closed = true;
    this.inbox = [];
    this.inboxOctets = 0;
    clock.wheel.remove(this);
    clock.release();
    this.engine?.closed(reason);
  }
}

/**
 * Joins two engines in memory.
 *
 * @returns the engines, in the order of the arguments
 *
 * @example
 * ```ts
 * import { type Carrier, type Engine, joinInMemory } from "@stack/tcp";
 *
 * const quiet = (_: Carrier): Engine => ({
 *   receive() {}, receiveEnd() {}, flush: () => true, drain() {}, deadline: Infinity, onDeadline() {}, closed() {},
 * });
 * const [left, right] = joinInMemory(quiet, quiet);
 * ```
 */
export function joinInMemory<A extends Engine, B extends Engine>(
  left: (carrier: Carrier) => A,
  right: (carrier: Carrier) => B,
): [A, B] {
  const a = new MemoryCarrier(IN_MEMORY);
  const b = new MemoryCarrier(IN_MEMORY);
  a.other = b;
  b.other = a;
  const made: [A, B] = [left(a), right(b)];
  a.start(made[0]);
  b.start(made[1]);
  return made;
}

const IN_MEMORY: PeerInfo = { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" };
