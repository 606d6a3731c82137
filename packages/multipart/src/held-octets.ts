/**
 * Octets that came before anyone wanted them.
 *
 * @module
 */

/** A queue of octets, in one piece of memory, however small the pieces in which they come (S38). */
export class HeldOctets {
  /** What is held is `bytes[start, end)`. */
  bytes: Uint8Array;
  start: number;
  end: number;

  constructor() {
    this.bytes = NOTHING;
    this.start = 0;
    this.end = 0;
  }

  /** How many there are. */
  get length(): number {
    return this.end - this.start;
  }

  /** Copies `bytes[start, end)` to the end of the queue. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const octets = end - start;
    const kept = this.length;
    if (this.end + octets > this.bytes.length) {
      const room = kept + octets > this.bytes.length ? Math.max(kept + octets, 2 * this.bytes.length) : 0;
      const target = room === 0 ? this.bytes : new Uint8Array(room);
      target.set(this.bytes.subarray(this.start, this.end));
      this.bytes = target;
      this.start = 0;
      this.end = kept;
    }
    this.bytes.set(bytes.subarray(start, end), this.end);
    this.end += octets;
  }

  /** Forgets them, and the memory in which they were. */
  clear(): void {
    this.bytes = NOTHING;
    this.start = 0;
    this.end = 0;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
