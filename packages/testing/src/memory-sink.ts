/**
 * The memory in which a carried engine builds its output.
 *
 * Small on purpose and replaced often: an engine that keeps {@link MemorySink.memory}
 * over a `reserve` writes where nobody reads, and its test fails.
 *
 * @module
 */
import type { ByteSink } from "./engine.ts";

/** Takes the octets in order; says whether more is welcome. */
export type Enqueue = (bytes: Uint8Array) => boolean;

export class MemorySink implements ByteSink {
  memory: Uint8Array;
  /** The engine has ended its side. */
  ended: boolean;
  private readonly enqueue: Enqueue;
  private at: number;

  constructor(enqueue: Enqueue) {
    this.memory = new Uint8Array(FIRST_OCTETS);
    this.ended = false;
    this.enqueue = enqueue;
    this.at = 0;
  }

  reserve(octets: number): number {
    if (this.memory.length - this.at < octets) {
      this.spill();
      this.memory = new Uint8Array(Math.max(FIRST_OCTETS, octets));
    }
    return this.at;
  }

  commit(octets: number): void {
    if (this.at + octets > this.memory.length) throw new RangeError("more was committed than was reserved");
    this.at += octets;
  }

  writeLatin1(text: string): void {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) throw new RangeError(`a code unit of latin1 text is an octet, not U+${unit.toString(16)}`);
      this.memory[at + i] = unit;
    }
    this.commit(text.length);
  }

  /** Not copied: who changes lent octets before they are taken spoils the message, and its test sees it. */
  write(bytes: Uint8Array): boolean {
    this.spill();
    return this.enqueue(bytes);
  }

  end(): void {
    this.ended = true;
  }

  /** Gives what was built to the carrier. */
  spill(): void {
    if (this.at === 0) return;
    const bytes = this.memory.slice(0, this.at);
    this.at = 0;
    this.enqueue(bytes);
  }
}

const FIRST_OCTETS = 64;
