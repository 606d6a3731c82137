/**
 * Percent-encoding (RFC 3986 §2.1) of UTF-8 text.
 *
 * Decoding is done once, by the part that uses the result: what is decoded
 * twice or by two parties in two ways is how guards are walked around (S150).
 *
 * @module
 */

/**
 * Decodes percent-encoded UTF-8, strictly.
 *
 * @returns the text, or `null` when a `%` is not followed by two hexadecimal digits, or when the octets are not
 *   UTF-8: overlong forms, surrogates and cut sequences (S148)
 *
 * @example
 * ```ts
 * percentDecode("caf%C3%A9"); // "café"
 * percentDecode("100%"); // null
 * percentDecode("%c0%af"); // null: an overlong "/"
 * ```
 *
 * RFC 3986 §2.1. Linear; a text without `%` is returned as it is. Does not throw: a peer chooses how often.
 */
export function percentDecode(text: string): string | null {
  const first = text.indexOf("%");
  if (first < 0) return text;
  return isDecodable(text, first) ? decodeURIComponent(text) : null;
}

/**
 * Decodes percent-encoded UTF-8 the way forms do (WHATWG URL, "percent-decode" and "UTF-8 decode without BOM"):
 * a `%` that starts no triplet stays, octets that are not UTF-8 become U+FFFD. Never fails.
 *
 * @example
 * ```ts
 * percentDecodeLoosely("100%"); // "100%"
 * percentDecodeLoosely("%ff"); // "\ufffd"
 * ```
 */
export function percentDecodeLoosely(text: string): string {
  const strict = percentDecode(text);
  if (strict !== null) return strict;
  const source = new TextEncoder().encode(text);
  const octets = new Uint8Array(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    let octet = source[i] as number;
    if (octet === PERCENT && i + 2 < source.length) {
      const high = HEX[source[i + 1] as number] as number;
      const low = HEX[source[i + 2] as number] as number;
      if (high < 16 && low < 16) {
        octet = high * 16 + low;
        i += 2;
      }
    }
    octets[length++] = octet;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets.subarray(0, length));
}

/**
 * Encodes a text as UTF-8 and percent-encodes every octet that `keep` does not hold.
 *
 * @param keep - a table of 128 entries, 1 for the ASCII characters that stay; from {@link characterSet}
 *
 * A surrogate without its other half has no UTF-8 form and becomes U+FFFD. Linear.
 */
export function percentEncode(text: string, keep: Uint8Array): string {
  let encoded = "";
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (keep[code] === 1) continue;
    encoded += text.slice(copied, at);
    if (code < 0x80) encoded += TRIPLETS[code] as string;
    else {
      const point = text.codePointAt(at) ?? 0;
      encoded += encodeCodePoint(point);
      if (point > 0xffff) at++;
    }
    copied = at + 1;
  }
  return copied === 0 ? text : encoded + text.slice(copied);
}

/**
 * Encodes a text as one segment of a path: `/`, `?` and `#` in it become data.
 *
 * @example
 * ```ts
 * encodeSegment("a/b c"); // "a%2Fb%20c"
 * encodeSegment("é"); // "%C3%A9"
 * ```
 *
 * RFC 3986 §3.3 (`pchar`). `.` and `..` are segments with a meaning that no encoding takes from them; refuse them
 * where they come from outside.
 */
export function encodeSegment(text: string): string {
  return percentEncode(text, PCHAR);
}

/** A table for {@link percentEncode}: letters, digits and the characters of `others`. */
export function characterSet(others: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const char of `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${others}`)
    table[char.charCodeAt(0)] = 1;
  return table;
}

/** Whether the characters at `at` and `at + 1` are two hexadecimal digits. */
export function hexPairAt(text: string, at: number): boolean {
  return (HEX[text.charCodeAt(at)] ?? 16) < 16 && (HEX[text.charCodeAt(at + 1)] ?? 16) < 16;
}

/**
 * Whether every triplet from `at` on is well formed and the octets they name are UTF-8 (RFC 3629 §4), which is
 * exactly when `decodeURIComponent` does not throw.
 */
function isDecodable(text: string, at: number): boolean {
  while (at >= 0 && at < text.length) {
    const lead = tripletAt(text, at);
    if (lead < 0) return false;
    at += 3;
    if (lead >= 0x80) {
      const more = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead <= 0xf4 ? 3 : 0;
      if (more === 0 || lead < 0xc2) return false;
      for (let i = 0; i < more; i++) {
        const next = tripletAt(text, at);
        // The second octet rules out overlong forms, surrogates and what is beyond U+10FFFF.
        const low = i > 0 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
        const high = i > 0 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
        if (next < low || next > high) return false;
        at += 3;
      }
    }
    at = text.indexOf("%", at);
  }
  return true;
}

/** The UTF-8 octets of a character beyond ASCII as triplets (RFC 3629 §3). */
function encodeCodePoint(point: number): string {
  const last = TRIPLETS[0x80 | (point & 0x3f)] as string;
  if (point < 0x800) return `${TRIPLETS[0xc0 | (point >> 6)]}${last}`;
  if (point >= 0xd800 && point <= 0xdfff) return "%EF%BF%BD";
  const third = TRIPLETS[0x80 | ((point >> 6) & 0x3f)] as string;
  if (point < 0x10000) return `${TRIPLETS[0xe0 | (point >> 12)]}${third}${last}`;
  return `${TRIPLETS[0xf0 | (point >> 18)]}${TRIPLETS[0x80 | ((point >> 12) & 0x3f)]}${third}${last}`;
}

/** The octet that the triplet at `at` names, or -1. */
function tripletAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== PERCENT || !hexPairAt(text, at + 1)) return -1;
  return (HEX[text.charCodeAt(at + 1)] as number) * 16 + (HEX[text.charCodeAt(at + 2)] as number);
}

const PERCENT = 0x25;

/** The value of a hexadecimal digit, 16 for what is none. */
const HEX: Uint8Array = new Uint8Array(256).fill(16);
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Triplets in upper case, as RFC 3986 §2.1 asks for. */
const TRIPLETS: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => `%${octet.toString(16).toUpperCase().padStart(2, "0")}`,
);

/** `pchar` of RFC 3986 §3.3 without the percent sign: unreserved, sub-delims, ":" and "@". */
const PCHAR: Uint8Array = characterSet("-._~!$&'()*+,;=:@");
