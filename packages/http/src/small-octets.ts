/**
 * Small messages' octets, many in one piece of memory.
 *
 * A typed array with memory of its own costs up to half a microsecond, made, looked into by native code and collected:
 * more than the rest of reading a small message. What is complete when it comes, and small, is copied here instead until
 * someone reads it. It stays inside: text is decoded from it, and whoever gets octets gets a copy of their own, since
 * `buffer` of such a view holds what others received.
 *
 * @module
 */

/** Octets of a message that is small. */
const MAX_SMALL_OCTETS = 2_048;

/** Octets of a piece. One that is kept unread keeps all of its piece, so this is not many times as much. */
const PIECE = 16_384;

/** Fewer are copied one by one: a view for `set` costs more. */
const FEW = 48;

let piece = new Uint8Array(PIECE);
let used = 0;

/**
 * A copy of `bytes[start, end)`, whose memory was only lent.
 *
 * @param whole - it is all of a message's content, and waits for its reader: if it is small, the copy is a view on memory
 *   that others share. Do not write to it, and give it to nobody without {@link ownOctets}
 */
export function copyOctets(bytes: Uint8Array, start: number, end: number, whole: boolean): Uint8Array {
  const octets = end - start;
  if (!whole || octets > MAX_SMALL_OCTETS) return slice.call(bytes, start, end);
  if (used + octets > PIECE) {
    piece = new Uint8Array(PIECE);
    used = 0;
  }
  const at = used;
  used += octets;
  if (octets > FEW) piece.set(bytes.subarray(start, end), at);
  else for (let i = 0; i < octets; i++) piece[at + i] = bytes[start + i] as number;
  return piece.subarray(at, used);
}

/** The same octets in memory that no other message shares: `bytes` itself, unless {@link copyOctets} may have shared it. */
export function ownOctets(bytes: Uint8Array): Uint8Array {
  return bytes.length > MAX_SMALL_OCTETS || bytes.length === bytes.buffer.byteLength ? bytes : slice.call(bytes);
}

/** Of a Buffer, too, whose own `slice` is a view. */
const { slice } = Uint8Array.prototype;
