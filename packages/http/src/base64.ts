/**
 * Base64 (RFC 4648 §4), as structured fields use it.
 *
 * @module
 */

/**
 * The octets that `text[start, end)` stands for.
 *
 * @returns `null` when a character is not of the alphabet, when `=` stands anywhere but at the end, or when the length
 *   fits no number of octets. Missing padding, and pad bits that are not zero, are accepted, as RFC 9651 §4.2.7 wants
 */
export function decodeBase64(text: string, start: number, end: number): Uint8Array | null {
  let last = end;
  while (last > start && end - last < 2 && text.charCodeAt(last - 1) === EQUALS) last--;
  const rest = (last - start) & 3;
  // One character alone is no octet, and padding fills up to four: no more of it than that.
  if (rest === 1 || end - last > (4 - rest) % 4) return null;
  const octets = new Uint8Array(((last - start) * 3) >> 2);
  let bits = 0;
  let to = 0;
  for (let at = start; at < last; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? INVALID;
    if (value === INVALID) return null;
    bits = (bits << 6) | value;
    const place = (at - start) & 3;
    if (place > 0) octets[to++] = bits >> (6 - 2 * place); // the array keeps the low eight bits
  }
  return octets;
}

/** Octets as Base64, padded with `=`. */
export function encodeBase64(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 3) {
    const more = octets.length - at;
    const [first = 0, second = 0, third = 0] = [octets[at], octets[at + 1], octets[at + 2]];
    text += `${ALPHABET[first >> 2]}${ALPHABET[((first & 3) << 4) | (second >> 4)]}`;
    text += more > 1 ? ALPHABET[((second & 15) << 2) | (third >> 6)] : "=";
    text += more > 2 ? ALPHABET[third & 63] : "=";
  }
  return text;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const EQUALS = 0x3d;

/** The value of each character of the alphabet. */
const INVALID = 64;
const VALUES: Uint8Array = new Uint8Array(128).fill(INVALID);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
