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

const native: Latin1Buffer["latin1Slice"] = provenNative();

/** `Buffer`'s own way, if there is one and it gives the right answer for what is no Buffer: found by result, not by name. */
function provenNative(): Latin1Buffer["latin1Slice"] {
  const { Buffer } = globalThis as { Buffer?: { prototype: Latin1Buffer } };
  const slice = Buffer?.prototype.latin1Slice;
  try {
    return slice?.call(Uint8Array.of(0x41, 0x80, 0xff), 1, 3) === "\x80\xff" ? slice : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The octets `bytes[start, end)` as a string of `end - start` code units.
 *
 * RFC 9110 §5.5: a recipient treats octets beyond ASCII as opaque, which
 * latin1 does: it loses nothing and can be turned back.
 */
export const latin1: (bytes: Uint8Array, start: number, end: number) => string =
  native === undefined ? latin1Portable : (bytes, start, end) => native.call(bytes, start, end);

/**
 * The same, for text that is mostly of few octets, as a field name is: up to 16
 * of them at a third of the cost of a call into native code.
 */
export function shortLatin1(bytes: Uint8Array, start: number, end: number): string {
  const b = bytes;
  const s = start;
  // A call for each number of arguments: with an array of them it costs ten times as much (Node 20).
  // biome-ignore format: a table
  switch (end - start) {
    case 0: return "";
    case 1: return of(b[s]);
    case 2: return of(b[s], b[s + 1]);
    case 3: return of(b[s], b[s + 1], b[s + 2]);
    case 4: return of(b[s], b[s + 1], b[s + 2], b[s + 3]);
    case 5: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4]);
    case 6: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5]);
    case 7: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6]);
    case 8: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7]);
    case 9: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8]);
    case 10: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9]);
    case 11: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9], b[s + 10]);
    case 12: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9], b[s + 10], b[s + 11]);
    case 13: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12]);
    case 14: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13]);
    case 15: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14]);
    case 16: return of(b[s], b[s + 1], b[s + 2], b[s + 3], b[s + 4], b[s + 5], b[s + 6], b[s + 7], b[s + 8], b[s + 9], b[s + 10], b[s + 11], b[s + 12], b[s + 13], b[s + 14], b[s + 15]);
  }
  return latin1(bytes, start, end);
}

const of: typeof String.fromCharCode = String.fromCharCode;

/** The same without `Buffer`, for runtimes that have none. */
export function latin1Portable(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += STEP)
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + STEP)) as unknown as number[]);
  return text;
}

/** Arguments for one call: far below any engine's limit for the stack. */
const STEP = 4096;
