/**
 * An engine carried in memory: no socket, and time from a {@link VirtualClock}.
 *
 * Calls the engine as a socket's carrier does: one flush for each receive, a
 * wanted flush at the end of the turn, the deadline read anew after every call,
 * `closed` once and last. It is stricter in what an engine may not rely on:
 * octets that were borrowed are overwritten when the call returns, and octets
 * that were lent are read only when the kernel takes them.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { Carrier, Engine, PeerInfo } from "./engine.ts";
import { MemoryKernel } from "./memory-kernel.ts";
import { MemorySink } from "./memory-sink.ts";
import { type Timed, VirtualClock } from "./virtual-clock.ts";

/** How a carrier behaves. */
export interface MemoryCarrierOptions {
  /** Shared by all carriers of a test. Default: one of its own. */
  readonly clock?: VirtualClock;
  readonly peer?: Partial<PeerInfo>;
  /** Octets that may wait for the kernel before the engine is told to wait. Default 64 KiB. */
  readonly highWater?: number;
  /** Octets that the kernel holds until the other side has read them. Default: no bound. */
  readonly kernelOctets?: number;
}

export class MemoryCarrier<E extends Engine = Engine> implements Carrier, Timed {
  readonly clock: VirtualClock;
  readonly peer: PeerInfo;
  /** The engine that was carried first; {@link handOver} does not change it. */
  readonly engine: E;
  /** Flushes that gave octets: the writes that a socket would have seen. */
  writes: number;
  /** The engine reads no further; what is delivered waits. */
  paused: boolean;
  /** The engine has ended its side. */
  ended: boolean;
  /** The byte stream is gone: in good order (`null`), by a failure, or not yet (`undefined`). */
  closedWith: Error | null | undefined;
  private current: Engine;
  private readonly sink: MemorySink;
  private readonly kernel: MemoryKernel;
  private waiting: Uint8Array[];
  private endWaits: boolean;
  private peerEnded: boolean;
  private endRead: boolean;
  private depth: number;
  private flushWanted: boolean;
  private abortedWith: Error | null | undefined;

  constructor(connect: (carrier: Carrier) => E, options: MemoryCarrierOptions = {}) {
    this.clock = options.clock ?? new VirtualClock();
    this.peer = { ...NOBODY, ...options.peer };
    this.writes = 0;
    this.paused = false;
    this.ended = false;
    this.closedWith = undefined;
    this.sink = new MemorySink((bytes) => this.enqueue(bytes));
    this.kernel = new MemoryKernel(options.highWater, options.kernelOctets);
    this.waiting = [];
    this.endWaits = false;
    this.peerEnded = false;
    this.endRead = false;
    this.depth = 1;
    this.flushWanted = true;
    this.abortedWith = undefined;
    this.engine = connect(this);
    this.current = this.engine;
    this.depth = 0;
    this.clock.attach(this);
  }

  // Carrier: what the engine sees

  get now(): number {
    return this.clock.now;
  }

  get epochSeconds(): number {
    return this.clock.epochSeconds;
  }

  get pending(): number {
    return this.kernel.waiting;
  }

  wantFlush(): void {
    if (this.depth === 0) this.flushWanted = true;
  }

  pauseReading(paused: boolean): void {
    this.paused = paused;
  }

  abort(reason: Error | null): void {
    if (this.isClosed || this.abortedWith !== undefined) return;
    this.abortedWith = reason;
    this.kernel.drop();
    if (reason !== null) this.kernel.forget();
  }

  handOver(next: Engine, rest: Uint8Array): void {
    this.flush();
    this.current = next;
    this.flushWanted = true;
    if (rest.length > 0) this.receive(rest);
  }

  // Timed: what the clock sees

  get deadline(): number {
    return this.isClosed ? Number.POSITIVE_INFINITY : this.current.deadline;
  }

  onDeadline(): void {
    this.call(() => this.current.onDeadline());
  }

  // The world: what a test does

  get isClosed(): boolean {
    return this.closedWith !== undefined;
  }

  /** Octets that wait because the engine does not read. */
  get unread(): number {
    return this.waiting.reduce((octets, bytes) => octets + bytes.length, 0);
  }

  /** Octets from the other side, in reads of at most 64 KiB. They wait while the engine does not read. */
  deliver(bytes: Uint8Array): void {
    if (this.isClosed || this.endWaits || this.peerEnded || bytes.length === 0) return;
    this.waiting.push(bytes.slice());
    this.readWaiting();
  }

  /** The other side ends; it comes after the octets that wait. */
  deliverEnd(): void {
    if (this.isClosed || this.peerEnded) return;
    this.endWaits = true;
    this.readWaiting();
  }

  /** The byte stream fails, at once. */
  lose(reason: Error | null): void {
    this.close(reason);
  }

  /** {@link Engine.drain}, as a server that closes calls it. */
  drain(): void {
    this.call(() => this.current.drain());
  }

  /** The kernel takes nothing any more: what is written waits. */
  stall(): void {
    this.kernel.stall();
  }

  /** The kernel takes `octets` more of what waits; without an argument the stall is over. */
  take(octets: number = Number.POSITIVE_INFINITY): void {
    // As a socket's carrier: the engine is called again when all was taken, not for every piece.
    if (this.kernel.take(octets)) this.flush();
  }

  /** The end of a turn of the event loop: a wanted flush, octets that waited. False when there was nothing to do. */
  turn(): boolean {
    if (this.isClosed) return false;
    const worked = this.readWaiting() || this.flushWanted || this.abortedWith !== undefined;
    if (this.flushWanted) this.flush();
    else this.settleEnd();
    return worked;
  }

  /** Turns, and lets promises run in between, until nothing is left to do. Waits for no timer and no I/O. */
  async settled(): Promise<void> {
    let worked = true;
    for (let turns = 0; worked; turns++) {
      if (turns > MAX_TURNS) throw new Error("the engine has something to write in every turn");
      while (this.turn()) if (++turns > MAX_TURNS) break;
      await setImmediate();
      worked = this.turn();
    }
  }

  /** At most `octets` of what the kernel took, or `null`. Room for more is made by {@link acknowledge}. */
  read(octets: number = Number.POSITIVE_INFINITY): Uint8Array | null {
    return this.kernel.read(octets);
  }

  /** The other side has `octets` of what was read. */
  acknowledge(octets: number): void {
    if (this.kernel.acknowledge(octets)) this.flush();
  }

  /** True once, when the engine's end has left behind its last octet, or the connection was dropped without a reason. */
  readEnd(): boolean {
    if (this.endRead || this.kernel.hasMore) return false;
    this.endRead = this.isClosed ? this.closedWith === null : this.ended && this.kernel.waiting === 0;
    return this.endRead;
  }

  // Inside

  private readWaiting(): boolean {
    let worked = false;
    while (!this.paused && !this.isClosed && this.depth === 0) {
      const bytes = this.waiting.shift();
      if (bytes === undefined) break;
      if (bytes.length > MAX_READ) this.waiting.unshift(bytes.subarray(MAX_READ));
      this.receive(bytes.subarray(0, MAX_READ));
      worked = true;
    }
    if (this.endWaits && this.waiting.length === 0 && !this.paused && !this.isClosed && this.depth === 0) {
      this.endWaits = false;
      this.peerEnded = true;
      this.call(() => this.current.receiveEnd());
      worked = true;
    }
    return worked;
  }

  private receive(bytes: Uint8Array): void {
    // A range in the middle, and gone after the call: who keeps borrowed octets keeps rubbish.
    const borrowed = new Uint8Array(bytes.length + 2 * MARGIN).fill(SCRIBBLE);
    borrowed.set(bytes, MARGIN);
    this.call(() => this.current.receive(borrowed, MARGIN, MARGIN + bytes.length));
    borrowed.fill(SCRIBBLE);
  }

  /** Calls the engine, then flushes once. */
  private call(engine: () => void): void {
    this.depth++;
    try {
      engine();
    } finally {
      this.depth--;
    }
    this.flush();
  }

  private flush(): void {
    if (this.isClosed) return;
    if (this.ended || this.abortedWith !== undefined) {
      this.flushWanted = false;
      this.settleEnd();
      return;
    }
    this.flushWanted = false;
    this.depth++;
    let done: boolean;
    try {
      done = this.current.flush(this.sink);
      this.sink.spill();
    } finally {
      this.depth--;
    }
    this.ended = this.sink.ended;
    if (this.kernel.waiting > 0) this.writes++;
    this.kernel.pump();
    // It was told to wait and the kernel took everything at once: it is called again in the next turn.
    if (!done && this.kernel.waiting === 0) this.flushWanted = true;
    this.settleEnd();
  }

  private enqueue(bytes: Uint8Array): boolean {
    return this.kernel.offer(this.abortedWith === undefined ? bytes : NOTHING);
  }

  private settleEnd(): void {
    if (this.depth > 0 || this.isClosed) return;
    if (this.abortedWith !== undefined) this.close(this.abortedWith);
    else if (this.ended && this.peerEnded && this.kernel.waiting === 0) this.close(null);
  }

  private close(reason: Error | null): void {
    if (this.isClosed) return;
    this.closedWith = reason;
    this.clock.detach(this);
    this.waiting = [];
    this.kernel.drop();
    this.current.closed(reason);
  }
}

/** The most octets that one read gives. */
const MAX_READ = 65_536;

/** Turns after which a connection counts as one that never rests. */
const MAX_TURNS = 100_000;

/** Octets before and behind a borrowed range, and what is written over it: an octet that no protocol sends by chance. */
const MARGIN = 3;
const SCRIBBLE = 0xdb;

const NOTHING = new Uint8Array(0);

const NOBODY: PeerInfo = { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" };
