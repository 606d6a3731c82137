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
  native === undefined
    ? latin1Portable
    : (bytes, start, end) => (end - start <= SHORT ? short(bytes, start, end) : native.call(bytes, start, end));

/** The same without `Buffer`, for runtimes that have none. */
export function latin1Portable(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += STEP)
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + STEP)) as unknown as number[]);
  return text;
}

/**
 * A text of octets as a string of its own. A slice of a string keeps all of it
 * alive, so a table of a few slices could hold a few large messages.
 */
export function ownText(text: string): string {
  if (text.length < MIN_SLICE) return text;
  const room = text.length <= ROOM.length ? ROOM : new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) room[i] = text.charCodeAt(i);
  return latin1(room, 0, text.length);
}

/** V8 copies what is shorter instead of slicing. */
const MIN_SLICE = 13;

/** Memory for one call at a time. */
const ROOM: Uint8Array = new Uint8Array(4096);

/** Arguments for one call: far below any engine's limit for the stack. */
const STEP = 4096;

/** Up to here {@link short} is faster: 18 to 42 ns instead of 70 to 75 for the call out of JavaScript. */
const SHORT = 16;

/** A short string without a call out of JavaScript, one case for each length. */
// biome-ignore format: a table
function short(b: Uint8Array, i: number, end: number): string {
  const text = String.fromCharCode as (...octets: (number | undefined)[]) => string;
  switch (end - i) {
    case 1: return text(b[i]);
    case 2: return text(b[i], b[i + 1]);
    case 3: return text(b[i], b[i + 1], b[i + 2]);
    case 4: return text(b[i], b[i + 1], b[i + 2], b[i + 3]);
    case 5: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4]);
    case 6: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5]);
    case 7: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6]);
    case 8: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7]);
    case 9: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8]);
    case 10: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9]);
    case 11: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10]);
    case 12: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10], b[i + 11]);
    case 13: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10], b[i + 11], b[i + 12]);
    case 14: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10], b[i + 11], b[i + 12], b[i + 13]);
    case 15: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10], b[i + 11], b[i + 12], b[i + 13], b[i + 14]);
    case 16: return text(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10], b[i + 11], b[i + 12], b[i + 13], b[i + 14], b[i + 15]);
    default: return "";
  }
}
