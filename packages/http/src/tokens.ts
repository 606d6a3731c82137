/**
 * Tokens and optional whitespace (RFC 9110 §5.6.2 and §5.6.3): the ground that every field grammar stands on.
 *
 * Scanners take a text and an offset and give the offset of the first character that does not belong. They
 * look at each character once and allocate nothing.
 *
 * @module
 */

/** `tchar`: what a token is made of. Everything but controls, space and the delimiters `"(),/:;<=>?@[\]{}`. */
const TCHAR: Uint8Array = new Uint8Array(128);
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  TCHAR[char.charCodeAt(0)] = 1;

/**
 * Whether a text is a token: a method, a field name, a parameter name, a coding.
 *
 * @example
 * ```ts
 * isToken("M-SEARCH"); // true
 * isToken("GET "); // false
 * isToken(""); // false
 * ```
 *
 * RFC 9110 §5.6.2. Allocates nothing.
 */
export function isToken(text: string): boolean {
  return text.length > 0 && tokenEnd(text, 0) === text.length;
}

/**
 * Where the token that starts at `at` ends.
 *
 * @returns the offset of the first character from `at` on that is no `tchar`; `at` itself when there is no token
 *
 * @example
 * ```ts
 * tokenEnd("gzip;q=1", 0); // 4
 * ```
 *
 * RFC 9110 §5.6.2.
 */
export function tokenEnd(text: string, at: number): number {
  // Beyond 0x7f the table gives undefined, which is not 1: no character above ASCII is a tchar.
  while (at < text.length && TCHAR[text.charCodeAt(at)] === 1) at++;
  return at;
}

/**
 * Where the optional whitespace that starts at `at` ends: SP and HTAB, nothing else (S22).
 *
 * @example
 * ```ts
 * owsEnd("a \t b", 1); // 4
 * ```
 *
 * RFC 9110 §5.6.3.
 */
export function owsEnd(text: string, at: number): number {
  while (at < text.length && isOws(text.charCodeAt(at))) at++;
  return at;
}

/**
 * A text without SP and HTAB at its ends.
 *
 * `String.prototype.trim` also removes VT, FF, NBSP, BOM and more, which are octets of a value: with it
 * `\x0bchunked` would be `chunked` (S2).
 *
 * @example
 * ```ts
 * trimOws("\t gzip "); // "gzip"
 * ```
 */
export function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
