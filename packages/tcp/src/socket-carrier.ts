/**
 * A protocol engine carried by a socket.
 *
 * Octets that arrive go to the engine; what the engine writes leaves in as few
 * writes as possible, none larger than {@link MAX_WRITE}, so that progress can be seen.
 * A read, the engine's work and the write happen in one go, without a stream,
 * an event object or a promise in between.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Carrier, Engine, PeerInfo } from "./engine.ts";
import { SocketPeer } from "./socket-peer.ts";
import { sink } from "./socket-sink.ts";
import { clock, type WheelEntry } from "./timer-wheel.ts";

/** The most octets given to the kernel in one write: a write that completes is progress, and a stalled reader pins no more. */
export const MAX_WRITE = 65_536;

/** Octets that may wait for the kernel before an engine is told to wait. */
export const HIGH_WATER = 65_536;

/** A socket that knows its carrier, so that its listeners are shared functions and not closures. */
export interface CarriedSocket extends Socket {
  carrier: SocketCarrier;
}

export class SocketCarrier implements Carrier, WheelEntry {
  readonly socket: CarriedSocket;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  wheelTick: number;
  private engine: Engine;
  private queue: Uint8Array[];
  private queued: number;
  private inFlight: boolean;
  private working: boolean;
  private flushWanted: boolean;
  private ending: boolean;
  private closed: boolean;
  private reason: Error | null;
  private peerInfo: PeerInfo | null;
  private readonly onClosed: ((carrier: SocketCarrier) => void) | null;

  constructor(
    socket: Socket,
    connect: (carrier: Carrier) => Engine,
    onClosed: ((carrier: SocketCarrier) => void) | null,
  ) {
    this.socket = socket as CarriedSocket;
    this.wheelNext = null;
    this.wheelPrevious = null;
    this.wheelTick = -1;
    this.queue = NO_QUEUE;
    this.queued = 0;
    this.inFlight = false;
    this.working = true;
    this.flushWanted = false;
    this.ending = false;
    this.closed = false;
    this.reason = null;
    this.peerInfo = null;
    this.onClosed = onClosed;
    clock.acquire();
    this.engine = connect(this);
    this.working = false;
    this.socket.carrier = this;
    socket.on("end", onEnd).on("error", onError).on("close", onClose);
    clock.wheel.update(this);
    this.wantFlush();
  }

  get now(): number {
    return clock.wheel.now;
  }

  get epochSeconds(): number {
    return clock.epochSeconds;
  }

  get peer(): PeerInfo {
    return (this.peerInfo ??= new SocketPeer(this.socket));
  }

  get pending(): number {
    return this.queued + this.socket.writableLength;
  }

  get deadline(): number {
    return this.engine.deadline;
  }

  onDeadline(): void {
    if (this.closed) return;
    this.working = true;
    this.engine.onDeadline();
    this.working = false;
    this.flush();
  }

  /** Octets from the socket, in the borrowed range `bytes[start, end)`. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.closed) return;
    this.working = true;
    this.engine.receive(bytes, start, end);
    this.working = false;
    this.flush();
  }

  wantFlush(): void {
    if (this.working || this.flushWanted) return;
    this.flushWanted = true;
    if (waiting.length === 0) process.nextTick(flushWaiting);
    waiting.push(this);
  }

  /** Lets the engine write, and writes it. */
  flush(): void {
    this.flushWanted = false;
    if (this.closed || this.ending) return;
    this.working = true;
    sink.open(this);
    const done = this.engine.flush(sink);
    sink.close();
    this.working = false;
    this.pump();
    if (this.isClear) {
      sink.rewind();
      // It was told to wait, and the kernel took everything at once. By setImmediate: other connections get their turn.
      if (!done) setImmediate(() => this.flush());
    }
    clock.wheel.update(this);
  }

  pauseReading(paused: boolean): void {
    if (this.closed) return;
    if (paused) this.socket.pause();
    else this.socket.resume();
  }

  abort(reason: Error | null): void {
    if (this.closed || this.socket.destroyed) return;
    this.reason ??= reason;
    this.queue = NO_QUEUE;
    this.queued = 0;
    // A reset says that the message is not whole; FIN would let close-delimited content pass for complete.
    if (reason !== null && !this.peer.secure) reset(this.socket);
    else this.socket.destroy();
  }

  handOver(next: Engine, rest: Uint8Array): void {
    this.flush();
    this.engine = next;
    if (rest.length > 0) this.receive(rest, 0, rest.length);
    else {
      clock.wheel.update(this);
      this.wantFlush();
    }
  }

  /** Asks the engine to finish; it ends the connection when it is done. */
  drain(): void {
    if (this.closed) return;
    this.working = true;
    this.engine.drain();
    this.working = false;
    this.flush();
  }

  /** Octets for the socket, in order. The sink calls this. */
  enqueue(bytes: Uint8Array): boolean {
    if (this.queue === NO_QUEUE) this.queue = [];
    this.queue.push(bytes);
    this.queued += bytes.length;
    return this.pending < HIGH_WATER;
  }

  /** Whether a write would leave at once rather than queue. */
  get isClear(): boolean {
    return this.queued === 0 && !this.inFlight;
  }

  /** FIN after what is queued. The sink calls this. */
  end(): void {
    this.ending = true;
  }

  private pump(): void {
    const { socket } = this;
    while (!this.inFlight && this.queued > 0 && !this.closed) {
      this.writeBatch(socket);
      // Nearly always the kernel takes it whole, at once. Where it does not, an empty write behind it tells when it has:
      // a callback is made only for peers that are slower than we are.
      if (socket.writableLength > 0) {
        this.inFlight = true;
        socket.write(NOTHING, () => this.written());
      }
    }
    if (this.ending && this.queued === 0 && !this.closed && !socket.writableEnded) socket.end();
  }

  private writeBatch(socket: Socket): void {
    const { queue } = this;
    const first = queue[0] as Uint8Array;
    if (queue.length === 1 && first.length <= MAX_WRITE) {
      this.queue = NO_QUEUE;
      this.queued = 0;
      socket.write(first);
      return;
    }
    let octets = 0;
    let taken = 0;
    socket.cork();
    while (taken < queue.length && octets < MAX_WRITE) {
      const piece = queue[taken] as Uint8Array;
      const room = MAX_WRITE - octets;
      if (piece.length > room) {
        socket.write(piece.subarray(0, room));
        queue[taken] = piece.subarray(room);
        octets += room;
        break;
      }
      octets += piece.length;
      taken++;
      socket.write(piece);
    }
    queue.splice(0, taken);
    this.queued -= octets;
    socket.uncork();
  }

  private written(): void {
    this.inFlight = false;
    if (this.closed) return;
    this.pump();
    if (this.pending === 0) this.flush();
  }

  ended(): void {
    if (this.closed) return;
    this.working = true;
    this.engine.receiveEnd();
    this.working = false;
    this.flush();
  }

  failed(error: Error): void {
    this.reason ??= error;
  }

  finish(): void {
    if (this.closed) return;
    this.closed = true;
    this.queue = NO_QUEUE;
    this.queued = 0;
    clock.wheel.remove(this);
    clock.release();
    this.engine.closed(this.reason);
    this.onClosed?.(this);
  }
}

/** Carriers whose engines have something to write, until the end of this turn. */
let waiting: SocketCarrier[] = [];

function flushWaiting(): void {
  // By nextTick: it runs when the microtasks have, so handlers that all awaited once are written together.
  const carriers = waiting;
  waiting = [];
  for (const carrier of carriers) carrier.flush();
}

const NO_QUEUE: Uint8Array[] = [];
const NOTHING: Uint8Array = new Uint8Array(0);

function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy(); // a Unix socket has no RST, some runtimes have not the call
  }
}

function onEnd(this: Socket): void {
  (this as CarriedSocket).carrier.ended();
}

function onError(this: Socket, error: Error): void {
  (this as CarriedSocket).carrier.failed(error);
}

function onClose(this: Socket): void {
  (this as CarriedSocket).carrier.finish();
}
