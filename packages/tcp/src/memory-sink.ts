/**
 * What an engine writes in one flush, as pieces of its own: copies, so that nobody sees another's memory.
 *
 * @module
 */
import type { ByteSink } from "./engine.ts";

/** Octets of a piece at most: what a read from a socket brings. */
const PIECE_OCTETS = 65_536;

/** Octets of memory that a connection keeps between flushes. */
const KEPT_OCTETS = 1_024;

export class MemorySink implements ByteSink {
  memory: Uint8Array;
  /** Nothing follows. */
  ended: boolean;
  private pieces: Uint8Array[];
  private octets: number;
  private room: number;
  private at: number;
  private reserved: number;

  constructor() {
    this.memory = new Uint8Array(KEPT_OCTETS);
    this.ended = false;
    this.pieces = [];
    this.octets = 0;
    this.room = 0;
    this.at = 0;
    this.reserved = 0;
  }

  /** @param room - octets that may be written before the engine is asked to wait */
  open(room: number): void {
    this.room = room;
  }

  /** What was written since {@link open}, in pieces of at most 64 KiB. */
  close(): Uint8Array[] {
    this.spill();
    if (this.memory.length > KEPT_OCTETS) this.memory = new Uint8Array(KEPT_OCTETS);
    const { pieces } = this;
    this.pieces = [];
    this.octets = 0;
    return pieces;
  }

  reserve(octets: number): number {
    if (octets > this.memory.length - this.at) this.makeRoom(octets);
    this.reserved = this.at + octets;
    return this.at;
  }

  commit(octets: number): void {
    // As on a socket: what was not written is not sent (S106).
    if (!(octets >= 0 && this.at + octets <= this.reserved)) throw new RangeError(`${octets} octets were not reserved`);
    this.at += octets;
  }

  writeLatin1(text: string): void {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.memory[at + i] = text.charCodeAt(i);
    this.commit(text.length);
  }

  write(bytes: Uint8Array): boolean {
    if (bytes.length < PIECE_OCTETS) {
      const at = this.reserve(bytes.length);
      this.memory.set(bytes, at);
      this.commit(bytes.length);
    } else {
      this.spill();
      this.add(new Uint8Array(bytes)); // of a Buffer, `slice` would be a view
    }
    return this.octets + this.at < this.room;
  }

  end(): void {
    this.ended = true;
  }

  private makeRoom(octets: number): void {
    this.spill();
    if (octets > this.memory.length) this.memory = new Uint8Array(Math.max(PIECE_OCTETS, octets));
  }

  private spill(): void {
    if (this.at > 0) this.add(this.memory.slice(0, this.at));
    this.at = 0;
    this.reserved = 0;
  }

  private add(bytes: Uint8Array): void {
    this.octets += bytes.length;
    for (let at = 0; at < bytes.length; at += PIECE_OCTETS) this.pieces.push(bytes.subarray(at, at + PIECE_OCTETS));
  }
}
