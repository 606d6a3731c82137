/**
 * Lists: `#rule` (RFC 9110 §5.6.1), the form of most fields that take several values.
 *
 * @module
 */
import { quotedStringEnd } from "./quoted-string.ts";
import { owsEnd, tokenEnd, trimOws } from "./tokens.ts";

/** Elements that a list may have, empty ones included: what is done with each is not the peer's to multiply (S100). */
export const MAX_LIST_ELEMENTS = 1_000;

/**
 * The elements of a list, trimmed, without the empty ones that RFC 9110 §5.6.1.2 wants tolerated.
 *
 * @param text - a field value, or the values of all lines of a field joined by `, `
 * @param max - elements, empty ones included; {@link MAX_LIST_ELEMENTS} unless given
 * @returns the elements, or `null` when there are more than `max` or when a quoted string is malformed: a comma in
 *   it could then be taken for a separator by one reader and not by another
 *
 * Elements are not looked into beyond their quotes. Entity tags have other quotes: use `parseEntityTags`.
 *
 * @example
 * ```ts
 * listElements("keep-alive, , Upgrade"); // ["keep-alive", "Upgrade"]
 * listElements('private="a, b", no-cache'); // ['private="a, b"', "no-cache"]
 * listElements('a, "b'); // null
 * ```
 *
 * Linear.
 */
export function listElements(text: string, max: number = MAX_LIST_ELEMENTS): string[] | null {
  const elements: string[] = [];
  let count = 0;
  for (let start = 0; start <= text.length; ) {
    const end = listElementEnd(text, start);
    if (end < 0 || ++count > max) return null;
    const element = trimOws(text.slice(start, end));
    if (element !== "") elements.push(element);
    start = end + 1;
  }
  return elements;
}

/**
 * Where the list element that starts at `at` ends: at its comma or at the end of the text.
 *
 * @returns an offset, or -1 when the element has a malformed quoted string
 *
 * @example
 * ```ts
 * listElementEnd('"a,b";q=1, c', 0); // 9
 * ```
 */
export function listElementEnd(text: string, at: number): number {
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA) return at;
    if (code === QUOTE) {
      at = quotedStringEnd(text, at);
      if (at < 0) return -1;
    } else at++;
  }
  return at;
}

/**
 * Whether a list of tokens holds one, compared without case: `Connection: close`, `Vary: *`, `Expect: 100-continue`.
 *
 * @param token - in lower case
 *
 * @example
 * ```ts
 * listHasToken("Keep-Alive, Upgrade", "upgrade"); // true
 * listHasToken('"upgrade"', "upgrade"); // false
 * listHasToken("upgrade-insecure", "upgrade"); // false
 * ```
 *
 * RFC 9110 §5.6.1, §7.6.1. Linear; allocates only for elements of the same length as `token`.
 */
export function listHasToken(text: string, token: string): boolean {
  for (let start = 0; start < text.length; ) {
    const at = owsEnd(text, start);
    if (text.charCodeAt(at) === COMMA) {
      start = at + 1; // an empty element
      continue;
    }
    const end = listElementEnd(text, at);
    if (end < 0) return false;
    const stop = tokenEnd(text, at);
    if (stop - at === token.length && owsEnd(text, stop) === end && text.slice(at, stop).toLowerCase() === token)
      return true;
    start = end + 1;
  }
  return false;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
