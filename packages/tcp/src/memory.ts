/**
 * Two engines joined in memory, with no socket between them.
 *
 * For programs that want a server and a client in one process, and for tests
 * that want real time without a port. Octets are copied, so neither side sees
 * the other's memory, and delivered in a turn of their own, as a network would.
 * Ends, resets, back-pressure and engines that throw are as on a socket.
 *
 * @module
 */
import type { Carrier, Engine, PeerInfo } from "./engine.ts";
import { warn } from "./errors.ts";
import { MemorySink } from "./memory-sink.ts";
import { clock, type WheelEntry } from "./timer-wheel.ts";

/** Octets that may wait for the other side before an engine is told to wait. */
const HIGH_WATER = 65_536;

/** Where the connection is, on one side. */
const OPEN = 0;
const DROPPED = 1; // nothing more in or out; the engine's `closed` follows in a turn of its own
const CLOSED = 2;

class MemoryCarrier implements Carrier, WheelEntry {
  readonly peer: PeerInfo;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  wheelTick: number;
  private other: MemoryCarrier;
  private engine: Engine;
  private readonly sink: MemorySink;
  private phase: number;
  private inbox: Uint8Array[];
  private inboxOctets: number;
  /** The other side has ended, behind what is in the inbox. */
  private inboxEnds: boolean;
  private endReceived: boolean;
  private paused: boolean;
  private writing: boolean;
  private scheduled: boolean;
  private reason: Error | null;

  constructor(peer: PeerInfo) {
    this.peer = peer;
    this.wheelNext = null;
    this.wheelPrevious = null;
    this.wheelTick = -1;
    this.other = this;
    this.engine = NO_ENGINE;
    this.sink = new MemorySink();
    this.phase = OPEN;
    this.inbox = [];
    this.inboxOctets = 0;
    this.inboxEnds = false;
    this.endReceived = false;
    this.paused = false;
    this.writing = false;
    this.scheduled = false;
    this.reason = null;
  }

  join(other: MemoryCarrier): void {
    this.other = other;
    other.other = this;
  }

  start(engine: Engine): void {
    this.engine = engine;
    clock.acquire();
    this.wantFlush();
  }

  get now(): number {
    return clock.wheel.now;
  }

  get epochSeconds(): number {
    return clock.epochSeconds;
  }

  get pending(): number {
    return this.other.inboxOctets;
  }

  get deadline(): number {
    return this.phase === OPEN ? this.engine.deadline : Number.POSITIVE_INFINITY;
  }

  onDeadline(): void {
    if (this.phase !== OPEN) return;
    try {
      this.engine.onDeadline();
    } catch (error) {
      this.fault(error);
    }
    this.wantFlush();
  }

  wantFlush(): void {
    if (this.scheduled || this.phase === CLOSED) return;
    this.scheduled = true;
    setImmediate(turn, this);
  }

  pauseReading(paused: boolean): void {
    this.paused = paused;
    if (!paused) this.wantFlush();
  }

  abort(reason: Error | null): void {
    if (this.phase !== OPEN) return;
    const { other } = this;
    this.drop(reason);
    if (reason !== null) other.drop(peerGone());
    else {
      other.inboxEnds = true;
      other.wantFlush();
    }
  }

  handOver(next: Engine, rest: Uint8Array): void {
    // What this engine has to say goes first; during its own flush that is in the sink already.
    if (this.phase === OPEN && !this.writing) this.write();
    this.engine = next;
    if (this.phase === CLOSED) setImmediate(() => next.closed(this.reason));
    else if (rest.length > 0) this.receive(rest);
    this.wantFlush();
  }

  /** All that is to do on this side: in, then out, then perhaps the end. */
  turn(): void {
    this.scheduled = false;
    if (this.phase === OPEN) this.read();
    if (this.phase === OPEN && this.pending < HIGH_WATER) this.write();
    // Both sides have said their last, and we have heard it.
    if (this.phase === OPEN && this.sink.ended && this.endReceived) this.phase = DROPPED;
    if (this.phase === DROPPED) this.finish();
    else clock.wheel.update(this);
  }

  private read(): void {
    const waited = this.inboxOctets > 0;
    while (!this.paused && this.phase === OPEN) {
      const bytes = this.inbox.shift();
      if (bytes === undefined) break;
      this.inboxOctets -= bytes.length;
      this.receive(bytes);
    }
    if (waited && this.inboxOctets === 0) this.other.wantFlush(); // it may have waited for room
    if (!this.inboxEnds || this.endReceived || this.inbox.length > 0 || this.paused || this.phase !== OPEN) return;
    this.endReceived = true;
    try {
      this.engine.receiveEnd();
    } catch (error) {
      this.fault(error);
    }
  }

  private receive(bytes: Uint8Array): void {
    if (this.phase !== OPEN) return;
    try {
      this.engine.receive(bytes, 0, bytes.length);
    } catch (error) {
      this.fault(error);
    }
  }

  private write(): void {
    const { other, sink } = this;
    if (sink.ended) return;
    let done = true;
    this.writing = true;
    sink.open(HIGH_WATER - this.pending);
    try {
      done = this.engine.flush(sink);
    } catch (error) {
      this.fault(error);
    }
    this.writing = false;
    const pieces = sink.close();
    if (this.phase !== OPEN) return;
    if (other.phase !== OPEN) {
      if (pieces.length > 0) this.drop(peerGone());
      return;
    }
    for (const piece of pieces) {
      other.inbox.push(piece);
      other.inboxOctets += piece.length;
    }
    if (sink.ended) other.inboxEnds = true;
    if (pieces.length > 0 || sink.ended) other.wantFlush();
    if (!done && this.pending === 0) this.wantFlush();
  }

  private fault(error: unknown): void {
    this.abort(error instanceof Error ? error : new Error(String(error)));
  }

  private drop(reason: Error | null): void {
    if (this.phase !== OPEN) return;
    this.phase = DROPPED;
    this.reason = reason;
    this.inbox = [];
    this.inboxOctets = 0;
    this.wantFlush();
  }

  private finish(): void {
    this.phase = CLOSED;
    clock.wheel.remove(this);
    clock.release();
    try {
      this.engine.closed(this.reason);
    } catch (error) {
      warn(error);
    }
  }
}

function turn(carrier: MemoryCarrier): void {
  carrier.turn();
}

/** The code is the system's: engines need not know what carries them. */
function peerGone(): Error {
  return Object.assign(new Error("the other side is gone"), { code: "ECONNRESET" });
}

/**
 * Joins two engines in memory.
 *
 * @returns the engines, in the order of the arguments
 *
 * @throws what `left` and `right` throw
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
  a.join(b);
  const made: [A, B] = [left(a), right(b)];
  a.start(made[0]);
  b.start(made[1]);
  return made;
}

const IN_MEMORY: PeerInfo = { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" };

/** Before the real one is made. */
const NO_ENGINE: Engine = {
  receive() {},
  receiveEnd() {},
  flush: () => true,
  drain() {},
  deadline: Number.POSITIVE_INFINITY,
  onDeadline() {},
  closed() {},
};
