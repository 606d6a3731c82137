/**
 * Octets that came before they could be taken: pipelined requests, content
 * whose reader is not ready, what follows an upgrade. Copied, since the
 * carrier's memory is only lent.
 *
 * @module
 */

/** Octets that wait, in memory that doubles: an octet at a time costs no more than all at once. */
export class HeldInput {
  private bytes: Uint8Array;
  private octets: number;

  constructor() {
    this.bytes = NOTHING;
    this.octets = 0;
  }

  /** Octets that wait. */
  get length(): number {
    return this.octets;
  }

  /** Adds a copy of `bytes[from, end)`. */
  append(bytes: Uint8Array, from: number, end: number): void {
    const needed = this.octets + end - from;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.octets));
      this.bytes = grown;
    }
    this.bytes.set(bytes.subarray(from, end), this.octets);
    this.octets = needed;
  }

  /** Everything that waits, given away. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.octets);
    this.bytes = NOTHING;
    this.octets = 0;
    return taken;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
