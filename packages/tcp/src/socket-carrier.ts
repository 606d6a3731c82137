/**
 * A protocol engine carried by a socket.
 *
 * Octets that arrive go to the engine; what the engine writes leaves in as few
 * writes as possible. A read, the engine's work and the write happen in one go,
 * without a stream, an event object or a promise in between.
 *
 * An engine that throws costs its own connection and nothing else (S102): the
 * connection is reset, and the engine's `closed` is told the error.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Carrier, Engine, PeerInfo } from "./engine.ts";
import { warn } from "./errors.ts";
import { flushThisTurn } from "./flush-turn.ts";
import { readByEvents, readByEventsNoMore, reuseReadBuffer } from "./reused-read.ts";
import { type OutputOwner, SocketOutput } from "./socket-output.ts";
import { SocketPeer } from "./socket-peer.ts";
import { sink } from "./socket-sink.ts";
import { clock, type WheelEntry } from "./timer-wheel.ts";

/** A socket that knows its carrier, so that its listeners are shared functions and not closures. */
export interface CarriedSocket extends Socket {
  carrier: SocketCarrier;
}

/** Where the connection is. */
const OPEN = 0;
const DROPPED = 1; // aborted: nothing more in or out, the engine's `closed` follows
const CLOSED = 2;

export class SocketCarrier implements Carrier, WheelEntry, OutputOwner {
  readonly socket: CarriedSocket;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  wheelTick: number;
  private engine: Engine;
  private readonly output: SocketOutput;
  private phase: number;
  private paused: boolean;
  private working: boolean;
  private flushWanted: boolean;
  private yielding: boolean;
  private reason: Error | null;
  private peerInfo: PeerInfo | null;
  private readonly onClosed: ((carrier: SocketCarrier) => void) | null;

  /** @throws what `connect` throws; the socket is then as it was */
  constructor(
    socket: Socket,
    connect: (carrier: Carrier) => Engine,
    onClosed: ((carrier: SocketCarrier) => void) | null,
  ) {
    this.socket = socket as CarriedSocket;
    this.wheelNext = null;
    this.wheelPrevious = null;
    this.wheelTick = -1;
    this.output = new SocketOutput(socket, this);
    this.phase = OPEN;
    this.paused = false;
    this.working = true;
    this.flushWanted = false;
    this.yielding = false;
    this.reason = null;
    this.peerInfo = null;
    this.onClosed = onClosed;
    clock.acquire();
    try {
      this.engine = connect(this);
    } catch (error) {
      clock.release();
      throw error;
    }
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
    return this.output.pending;
  }

  get deadline(): number {
    return this.phase === OPEN ? this.engine.deadline : Number.POSITIVE_INFINITY;
  }

  /** Our side has ended and the kernel has all of it: nothing of ours can be lost any more. */
  get isEnded(): boolean {
    return this.output.ended && this.output.isClear;
  }

  /** Begins to read, unless the engine has paused or dropped the connection already. */
  read(reuse: boolean): void {
    if (this.phase !== OPEN) return;
    if (reuse) reuseReadBuffer(this.socket);
    else readByEvents(this.socket);
    if (!this.paused) this.socket.resume();
  }

  /** Gives the socket back, paused and with no listener of ours; the engine is called no more, not even `closed`. */
  release(): void {
    if (this.phase !== OPEN) return;
    this.phase = CLOSED;
    const { socket } = this;
    socket.pause();
    readByEventsNoMore(socket);
    socket.removeListener("end", onEnd).removeListener("error", onError).removeListener("close", onClose);
    clock.wheel.remove(this);
    clock.release();
  }

  // What happens to the engine

  /** Octets from the socket, in the borrowed range `bytes[start, end)`. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (this.phase !== OPEN) return;
    this.working = true;
    try {
      this.engine.receive(bytes, start, end);
    } catch (error) {
      this.fault(error);
    }
    this.working = false;
    this.flush();
  }

  onDeadline(): void {
    if (this.phase !== OPEN) return;
    this.working = true;
    try {
      this.engine.onDeadline();
    } catch (error) {
      this.fault(error);
    }
    this.working = false;
    this.flush();
  }

  /** Asks the engine to finish; it ends the connection when it is done. */
  drain(): void {
    if (this.phase !== OPEN) return;
    this.working = true;
    try {
      this.engine.drain();
    } catch (error) {
      this.fault(error);
    }
    this.working = false;
    this.flush();
  }

  /** The peer has ended its side. */
  ended(): void {
    if (this.phase !== OPEN) return;
    this.working = true;
    try {
      this.engine.receiveEnd();
    } catch (error) {
      this.fault(error);
    }
    this.working = false;
    this.flush();
  }

  /** The socket broke; it closes next. */
  failed(error: Error): void {
    this.reason ??= error;
  }

  /** The socket is closed. */
  finish(): void {
    if (this.phase === CLOSED) return;
    this.phase = CLOSED;
    this.output.drop();
    clock.wheel.remove(this);
    clock.release();
    try {
      this.engine.closed(this.reason);
    } catch (error) {
      warn(error);
    }
    this.onClosed?.(this);
  }

  private fault(error: unknown): void {
    this.abort(error instanceof Error ? error : new Error(String(error)));
  }

  // What the engine asks for

  wantFlush(): void {
    // While the engine is at work a flush follows anyway.
    if (this.working || this.flushWanted) return;
    this.flushWanted = true;
    flushThisTurn(this);
  }

  /** Lets the engine write, and writes it. */
  flush(): void {
    this.flushWanted = false;
    if (sink.isOpen) {
      // Another flush is on the stack, perhaps our own: one engine writes at a time.
      this.flushWanted = true;
      flushThisTurn(this);
      return;
    }
    // An engine whose octets wait is not asked for more, so that a peer that sends but does not read costs a bounded sum.
    // Nor is one whose socket broke: what it writes would vanish at once, and its `closed` never get a turn (S63).
    if (this.phase === OPEN && !this.output.ended && !this.output.isFull && !this.socket.destroyed) this.write();
    clock.wheel.update(this);
  }

  pauseReading(paused: boolean): void {
    this.paused = paused;
    if (this.phase !== OPEN) return;
    if (paused) this.socket.pause();
    else this.socket.resume();
  }

  abort(reason: Error | null): void {
    if (this.phase !== OPEN) return;
    this.phase = DROPPED;
    this.reason ??= reason;
    this.output.drop();
    // A reset says that the message is not whole; FIN would let close-delimited content pass for complete.
    if (reason !== null && !this.peer.secure) reset(this.socket);
    else this.socket.destroy();
  }

  handOver(next: Engine, rest: Uint8Array): void {
    // What this engine has to say goes first; during its own flush that is in the sink already.
    if (this.phase === OPEN && !this.output.ended && !sink.isOpen) this.write();
    this.engine = next;
    if (this.phase === CLOSED) process.nextTick(() => next.closed(this.reason));
    else if (rest.length > 0) this.receive(rest, 0, rest.length);
    else this.flush();
  }

  /** The kernel has made us wait, and has taken everything now. */
  drained(): void {
    this.flush();
  }

  private write(): void {
    let done = true;
    this.working = true;
    sink.open(this.output);
    try {
      done = this.engine.flush(sink);
    } catch (error) {
      this.fault(error);
    }
    sink.close();
    this.working = false;
    this.output.pump();
    if (!this.output.isClear) return;
    sink.rewind();
    if (done || this.yielding || this.output.ended) return;
    // It was told to wait, and the kernel took everything at once. Other connections get their turn first.
    this.yielding = true;
    setImmediate(onYielded, this);
  }

  /** The turn after {@link yielding} began. */
  yielded(): void {
    this.yielding = false;
    this.flush();
  }
}

function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished && socket.writableLength === 0) {
    // All is said, and its shutdown under way. libuv refuses to reset it meanwhile, and Node then closes nothing at all.
    socket.destroy();
    return;
  }
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

function onYielded(carrier: SocketCarrier): void {
  carrier.yielded();
}
