/**
 * Names known beforehand, compared with octets whatever the case (RFC 9110 §5.1, §5.6.2).
 *
 * @module
 */

/** A name of 4 octets or more, in lower case, as numbers of four octets each. */
export interface KnownName {
  readonly length: number;
  /** The last one overlaps that before it, unless the length is divisible by four. */
  readonly words: Int32Array;
}

/** Packs `name`, which is in lower case and ASCII. */
export function knownName(name: string): KnownName {
  const octets = Uint8Array.from(name, (character) => character.charCodeAt(0));
  const words = new Int32Array(Math.ceil(name.length / 4));
  for (let i = 0; i < words.length; i++) words[i] = wordAt(octets, Math.min(i * 4, name.length - 4));
  return { length: name.length, words };
}

/** Whether `bytes[start, end)` is the name, in upper or lower case. */
export function isKnownName(bytes: Uint8Array, start: number, end: number, name: KnownName): boolean {
  if (end - start !== name.length) return false;
  const words = name.words;
  const last = words.length - 1;
  if (wordAt(bytes, end - 4) !== words[last]) return false;
  for (let i = 0; i < last; i++) if (wordAt(bytes, start + i * 4) !== words[i]) return false;
  return true;
}

/**
 * Four octets from `at` as one number, letters in lower case.
 *
 * Setting the bit 0x20 maps upper case to lower and no other tchar onto a
 * letter, digit or hyphen, so among tokens nothing but the name is equal to it.
 */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24) | 0x20202020;
}
