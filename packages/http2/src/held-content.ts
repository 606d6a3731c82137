/**
 * Content that came and that no one has taken yet.
 *
 * Copied, since what arrives is borrowed. Small pieces share memory that
 * doubles, so that an octet costs an octet or two however it was framed (S65).
 *
 * @module
 */

export class HeldContent {
  /** Octets held. */
  octets: number;
  private pieces: Uint8Array[];

  constructor() {
    this.octets = 0;
    this.pieces = NO_PIECES;
  }

  /** Copies `bytes[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const octets = end - start;
    this.octets += octets;
    const last = this.pieces.at(-1);
    if (last === undefined || last.length + octets > SMALL_PIECE) {
      if (last === undefined) this.pieces = [];
      this.pieces.push(bytes.slice(start, end));
      return;
    }
    const size = last.length + octets;
    // A piece begins its memory; behind it there is room that earlier pieces doubled.
    const whole = last.buffer.byteLength >= size ? last.buffer : larger(last, size);
    const joined = new Uint8Array(whole, 0, size);
    joined.set(bytes.subarray(start, end), last.length);
    this.pieces[this.pieces.length - 1] = joined;
  }

  /** The oldest piece, no longer held; null when there is none. */
  take(): Uint8Array | null {
    const first = this.pieces.shift();
    if (first === undefined) return null;
    this.octets -= first.length;
    return first;
  }

  clear(): void {
    this.octets = 0;
    this.pieces = NO_PIECES;
  }
}

function larger(piece: Uint8Array, octets: number): ArrayBuffer {
  const grown = new Uint8Array(Math.min(SMALL_PIECE, Math.max(octets, piece.length * 2, 64)));
  grown.set(piece);
  return grown.buffer;
}

/** Pieces are joined up to this size, octets. */
const SMALL_PIECE = 4_096;

/** Shared by all that hold nothing: never added to. */
const NO_PIECES: Uint8Array[] = [];
