/**
 * Entity tags (RFC 9110 §8.8.3): opaque names of a representation's state.
 *
 * @module
 */
import { owsEnd } from "./tokens.ts";

/** Entity tags that a field is read to; a longer list matches nothing beyond them (S156). */
export const MAX_ENTITY_TAGS = 1_000;

/**
 * Writes an entity tag.
 *
 * @param opaque - visible ASCII or octets 0x80 to 0xff, without `"`; no escapes exist
 * @param weak - equivalent rather than identical, octet for octet (§8.8.1)
 * @throws TypeError when `opaque` holds what an entity tag cannot (S52)
 *
 * @example
 * ```ts
 * formatEntityTag("33a64df5"); // '"33a64df5"'
 * formatEntityTag("33a64df5", true); // 'W/"33a64df5"'
 * ```
 */
export function formatEntityTag(opaque: string, weak: boolean = false): string {
  for (let at = 0; at < opaque.length; at++)
    if (!isEtagc(opaque.charCodeAt(at)))
      throw new TypeError(`not an entity tag: ${JSON.stringify(opaque)}; use letters and digits, e.g. a hash`);
  return weak ? `W/"${opaque}"` : `"${opaque}"`;
}

/**
 * Whether a text is one entity tag: `"…"` or `W/"…"`, the `W` in upper case. RFC 9110 §8.8.3.
 *
 * @example
 * ```ts
 * isEntityTag('W/"33a64df5"'); // true
 * isEntityTag("33a64df5"); // false
 * ```
 */
export function isEntityTag(text: string): boolean {
  return text.length > 0 && entityTagEnd(text, 0) === text.length;
}

/**
 * Strong comparison: both strong and the same, octet for octet. For ranges and for If-Match.
 *
 * @example
 * ```ts
 * matchesStrongly('"1"', '"1"'); // true
 * matchesStrongly('W/"1"', 'W/"1"'); // false
 * ```
 *
 * RFC 9110 §8.8.3.2.
 */
export function matchesStrongly(a: string, b: string): boolean {
  return a === b && isEntityTag(a) && !isWeak(a);
}

/**
 * Weak comparison: the same but for weakness. For If-None-Match.
 *
 * @example
 * ```ts
 * matchesWeakly('W/"1"', '"1"'); // true
 * ```
 *
 * RFC 9110 §8.8.3.2.
 */
export function matchesWeakly(a: string, b: string): boolean {
  return isEntityTag(a) && isEntityTag(b) && opaqueOf(a) === opaqueOf(b);
}

/**
 * The entity tags of a list, as written: If-Match or If-None-Match without `*`.
 *
 * @returns the tags, or `null` when the text is not such a list or has more than {@link MAX_ENTITY_TAGS}
 *
 * Not `listElements`: in an entity tag a backslash escapes nothing.
 *
 * @example
 * ```ts
 * parseEntityTags('"a", W/"b,c"'); // ['"a"', 'W/"b,c"']
 * ```
 *
 * RFC 9110 §13.1.1. Linear.
 */
export function parseEntityTags(text: string): string[] | null {
  const tags: string[] = [];
  for (let at = owsEnd(text, 0), count = 0; at < text.length; at = owsEnd(text, at + 1)) {
    if (++count > MAX_ENTITY_TAGS) return null;
    if (text.charCodeAt(at) === COMMA) continue; // an empty element
    const end = entityTagEnd(text, at);
    if (end < 0) return null;
    tags.push(text.slice(at, end));
    at = owsEnd(text, end);
    if (at < text.length && text.charCodeAt(at) !== COMMA) return null;
  }
  return tags;
}

/** Where the entity tag that starts at `at` ends, or -1 when none does. */
function entityTagEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === UPPER_W) {
    if (text.charCodeAt(at + 1) !== SLASH) return -1;
    at += 2;
  }
  if (text.charCodeAt(at) !== QUOTE) return -1;
  for (at++; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (!isEtagc(code)) return -1;
  }
  return -1;
}

function isWeak(tag: string): boolean {
  return tag.charCodeAt(0) === UPPER_W;
}

function opaqueOf(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}

/** `etagc`: visible characters without the quote, and obs-text. */
function isEtagc(code: number): boolean {
  return code === 0x21 || (code >= 0x23 && code <= 0x7e) || (code >= 0x80 && code <= 0xff);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const SLASH = 0x2f;
const UPPER_W = 0x57;
