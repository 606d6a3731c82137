/**
 * The octets of a section that was cut by the end of a read.
 *
 * The caller's buffer is borrowed for one call only, so what has been scanned
 * is copied here and the scan goes on in the copy. Holds memory only while a
 * section is unfinished: an idle connection costs nothing.
 *
 * @module
 */

/** Octets kept between two calls of a decoder. */
export class Carry {
  /** `bytes[0, length)` is what has been kept. */
  bytes: Uint8Array = NOTHING;
  length = 0;

  /** Adds `from[at, end)`. Doubling keeps one octet per call linear. */
  append(from: Uint8Array, at: number, end: number): void {
    const length = this.length + end - at;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(MIN_OCTETS, 2 ** Math.ceil(Math.log2(length * 2))));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(from.subarray(at, end), this.length);
    this.length = length;
  }

  /** Gives the memory back. */
  release(): void {
    this.bytes = NOTHING;
    this.length = 0;
  }
}

const MIN_OCTETS = 256;
const NOTHING: Uint8Array = new Uint8Array(0);
