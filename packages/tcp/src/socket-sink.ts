/**
 * The memory in which engines build what they send.
 *
 * One slab for the whole process: a flush is synchronous, so only one engine
 * writes at a time, and an idle connection has no output buffer at all. What
 * the kernel did not take at once stays where it is in the slab, and the slab
 * goes on behind it; a full one is replaced.
 *
 * @module
 */
import type { ByteSink } from "./engine.ts";
import type { SocketOutput } from "./socket-output.ts";

/** Octets in a slab. */
const SLAB_OCTETS = 65_536;

/** Content up to this size is copied behind its head, so that both leave in one piece; larger content is passed through. */
const COPY_OCTETS = 8_192;

/** Node's own writer of latin1, without the look at the encoding's name that `write` begins with; not in its types. */
interface Latin1Memory extends Buffer {
  latin1Write(text: string, at: number, octets: number): number;
}

class SocketSink implements ByteSink {
  /** The slab as engines see it. No Buffer: of one, `slice` would be a view. */
  memory: Uint8Array;
  /** The same octets, for Node. */
  private slab: Latin1Memory;
  private output: SocketOutput | null;
  private origin: number;
  private start: number;
  private at: number;
  private reserved: number;
  private wantsMore: boolean;

  constructor() {
    // allocUnsafeSlow: of its own, not a slice of the pool that others can see (S106).
    this.slab = Buffer.allocUnsafeSlow(SLAB_OCTETS) as Latin1Memory;
    this.memory = new Uint8Array(this.slab.buffer);
    this.output = null;
    this.origin = 0;
    this.start = 0;
    this.at = 0;
    this.reserved = 0;
    this.wantsMore = true;
  }

  /** An engine is writing: nobody else may. */
  get isOpen(): boolean {
    return this.output !== null;
  }

  open(output: SocketOutput): void {
    this.output = output;
    this.origin = this.at;
    this.start = this.at;
    this.wantsMore = true;
  }

  /** Queues what was built. */
  close(): void {
    this.spill();
    this.output = null;
    this.reserved = 0;
    // One that a large text needed is not kept for the small ones.
    if (this.slab.length > SLAB_OCTETS) this.replace(SLAB_OCTETS);
  }

  /** The kernel has taken everything since {@link open}: its room is free again. */
  rewind(): void {
    this.at = this.origin;
  }

  reserve(octets: number): number {
    if (octets > this.slab.length - this.at) this.makeRoom(octets);
    this.reserved = this.at + octets;
    return this.at;
  }

  commit(octets: number): void {
    // What is behind are octets of other connections (S106).
    if (!(octets >= 0 && this.at + octets <= this.reserved)) throw new RangeError(`${octets} octets were not reserved`);
    this.at += octets;
  }

  writeLatin1(text: string): void {
    const octets = text.length;
    if (octets > this.slab.length - this.at) this.makeRoom(octets);
    this.slab.latin1Write(text, this.at, octets);
    this.at += octets;
  }

  write(bytes: Uint8Array): boolean {
    const octets = bytes.length;
    if (octets <= COPY_OCTETS) {
      if (octets > this.slab.length - this.at) this.makeRoom(octets);
      this.slab.set(bytes, this.at);
      this.at += octets;
      return this.wantsMore;
    }
    this.spill();
    this.wantsMore = (this.output as SocketOutput).enqueue(bytes);
    return this.wantsMore;
  }

  end(): void {
    (this.output as SocketOutput).end();
  }

  private spill(): void {
    if (this.at === this.start) return;
    const bytes = this.slab.subarray(this.start, this.at);
    this.start = this.at;
    this.wantsMore = (this.output as SocketOutput).enqueue(bytes);
  }

  private makeRoom(octets: number): void {
    this.spill();
    this.replace(Math.max(SLAB_OCTETS, octets));
  }

  private replace(octets: number): void {
    this.slab = Buffer.allocUnsafeSlow(octets) as Latin1Memory;
    this.memory = new Uint8Array(this.slab.buffer);
    this.origin = 0;
    this.start = 0;
    this.at = 0;
    this.reserved = 0;
  }
}

/** The one sink of this process. */
export const sink: SocketSink = new SocketSink();
