/**
 * Octets as text: each octet is the code unit of the same number.
 *
 * The only place where octets become strings. Never `TextDecoder("latin1")`,
 * which is windows-1252 and differs between versions of Node.
 *
 * @module
 */

/** A `Buffer` as far as it is used here; `this` may be any Uint8Array. */
interface Latin1Buffer {
  latin1Slice?(this: Uint8Array, start: number, end: number): string;
}

const native: Latin1Buffer["latin1Slice"] = (globalThis as { Buffer?: { prototype: Latin1Buffer } }).Buffer?.prototype
  .latin1Slice;

/**
 * The octets `bytes[start, end)` as a string of `end - start` code units.
 *
 * RFC 7541 §5.2 carries any octets; latin1 loses none and can be turned back.
 * The string is flat and its own: a table that keeps it keeps nothing else.
 */
export const latin1: (bytes: Uint8Array, start: number, end: number) => string =
  native === undefined ? latin1Portable : (bytes, start, end) => native.call(bytes, start, end);

/** The same without `Buffer`, for runtimes that have none. */
export function latin1Portable(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += STEP)
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + STEP)) as unknown as number[]);
  return text;
}

/** Arguments for one call: far below any engine's limit for the stack. */
const STEP = 4096;
