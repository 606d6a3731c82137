/**
 * Octets that came before they could be taken: pipelined requests, content
 * whose reader is not ready, what follows an upgrade. Copied, since the
 * carrier's memory is only lent.
 *
 * @module
 */

/** `held` and `bytes[from, end)` in memory of their own. */
export function appendHeld(held: Uint8Array | null, bytes: Uint8Array, from: number, end: number): Uint8Array {
  if (held === null) return bytes.slice(from, end);
  const joined = new Uint8Array(held.length + end - from);
  joined.set(held);
  joined.set(bytes.subarray(from, end), held.length);
  return joined;
}
