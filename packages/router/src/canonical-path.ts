/**
 * The one form of a path that routes are compared with (RFC 3986 §6.2.2).
 *
 * `/%61dmin` and `/admin` name the same resource, and whoever decodes the path
 * later sees no difference. A router that sees one is walked around: a guard on
 * `/admin/*` misses what a route on `/*path` then serves (S150). So triplets
 * that hide an ordinary character are replaced by it, the others are written in
 * upper case, and `%2F` stays what it is: data, never a separator.
 *
 * The form is for comparing only. `request.target` and `request.path` stay as
 * they were received.
 *
 * @module
 */

/**
 * A path in canonical form: visible ASCII is itself, `/`, `%`, `?` and `#` as data and everything else are
 * triplets in upper case. Two paths have the same form exactly when their segments decode to the same octets.
 *
 * @returns `null` when a `%` is not followed by two hexadecimal digits
 *
 * @example
 * ```ts
 * canonicalPath("/%61%2fb/caf%c3%a9"); // "/a%2Fb/caf%C3%A9"
 * canonicalPath("/100%"); // null
 * ```
 *
 * RFC 3986 §6.2.2.1 and §6.2.2.2; stricter than these in that `%40` equals `@`, because a parameter decodes both to
 * the same. A path without `%` is returned as it is. Linear (S100). Does not throw: a peer chooses how often.
 */
export function canonicalPath(path: string): string | null {
  let percent = path.indexOf("%");
  if (percent < 0) return path;
  let canonical = "";
  let from = 0; // what precedes it is in `canonical`
  while (percent >= 0) {
    const octet = octetAt(path, percent + 1);
    if (octet < 0) return null;
    const text = CANONICAL[octet] as string;
    // Browsers write triplets as they are here: most paths are not copied.
    if (text.length === 1 || hasLowerCase(path, percent + 1)) {
      if (percent > from) canonical += path.slice(from, percent);
      canonical += text;
      from = percent + 3;
    }
    percent = path.indexOf("%", percent + 3);
  }
  return from === 0 ? path : canonical + path.slice(from);
}

/**
 * Whether a path has a segment `.` or `..`, which others resolve (RFC 3986 §5.2.4) and thereby read another path.
 *
 * They are looked for between `/`, and also between `%2F`, `\` and therefore `%5C`, so that no parameter holds one
 * after decoding either.
 *
 * @param path - in canonical form
 *
 * @example
 * ```ts
 * hasDotSegment("/a/../b"); // true
 * hasDotSegment("/a/..%2Fb"); // true
 * hasDotSegment("/.well-known/a..b"); // false
 * ```
 *
 * Linear (S100).
 */
export function hasDotSegment(path: string): boolean {
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    if (!separatorBefore(path, dot)) continue;
    if (separatorAt(path, path.charCodeAt(dot + 1) === DOT ? dot + 2 : dot + 1)) return true;
  }
  return false;
}

/**
 * Whether a path has an empty segment before its last from `at` on, which others drop. One between two `/`, that is:
 * `https%3A%2F%2F` in a parameter is data.
 *
 * @example
 * ```ts
 * hasEmptySegment("/a//b", 0); // true
 * hasEmptySegment("/a/", 0); // false
 * ```
 */
export function hasEmptySegment(path: string, at: number): boolean {
  return path.indexOf("//", at) >= 0;
}

function separatorBefore(path: string, at: number): boolean {
  const code = path.charCodeAt(at - 1);
  return code === SLASH || code === BACKSLASH || (code === UPPER_F && path.startsWith("%2", at - 3));
}

/** A separator, or the end. */
function separatorAt(path: string, at: number): boolean {
  const code = path.charCodeAt(at);
  return at === path.length || code === SLASH || code === BACKSLASH || path.startsWith("%2F", at);
}

/** The octet that the two hexadecimal digits at `at` name, or -1. */
function octetAt(path: string, at: number): number {
  const high = digit(path.charCodeAt(at));
  const low = digit(path.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** Whether one of the two hexadecimal digits at `at` is a letter in lower case. */
function hasLowerCase(path: string, at: number): boolean {
  return path.charCodeAt(at) >= LOWER_A || path.charCodeAt(at + 1) >= LOWER_A;
}

/** The value of a hexadecimal digit, or -1; the end of a text has the code NaN, which is none. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const DOT = 0x2e;
const SLASH = 0x2f;
const UPPER_F = 0x46;
const BACKSLASH = 0x5c;
const LOWER_A = 0x61;

/** The canonical text of each octet. */
const CANONICAL: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const char = String.fromCharCode(octet);
  if (octet > 0x20 && octet < 0x7f && !"/%?#".includes(char)) return char;
  return `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
});
