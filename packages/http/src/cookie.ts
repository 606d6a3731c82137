/**
 * The Cookie field of a request (RFC 6265bis §4.2).
 *
 * Values are given as they came: quotes belong to them and percent-encoding is
 * between a server and itself.
 *
 * @module
 */
import { HttpError } from "./errors.ts";
import { trimOws } from "./tokens.ts";

/** Cookies that a request may carry. User agents keep at most 50 to 180 for one domain (S95). */
export const MAX_COOKIES = 256;

/** A request has more cookies than are allowed: 431 `ERR_COOKIE_LIMIT` (S95). */
export class CookieLimitError extends HttpError {
  override readonly name = "CookieLimitError";
  /** The bound that was passed. */
  readonly limit: number;

  constructor(limit: number) {
    super(431, "ERR_COOKIE_LIMIT", `the request has more than ${limit} cookies; delete some or raise the limit`);
    this.limit = limit;
  }
}

/**
 * Reads a Cookie field: each name with its first value.
 *
 * @param text - the field's value. Several lines, which HTTP/2 allows, are joined by `"; "` (RFC 9113 §8.2.3):
 *   `fields.getAll("cookie").join("; ")`
 * @param maxCookies - pairs, {@link MAX_COOKIES} unless given
 * @throws {@link CookieLimitError} 431 `ERR_COOKIE_LIMIT`
 *
 * The first value counts because user agents send the cookie with the longest path first (§5.8.3). A `Map`, so a
 * cookie may be called `__proto__` (S99). That a name has a prefix proves nothing about who set it unless the
 * connection was secure.
 *
 * @example
 * ```ts
 * parseCookie("sid=31d4; lang=en-US").get("lang"); // "en-US"
 * ```
 *
 * RFC 6265bis §4.2. Linear.
 */
export function parseCookie(text: string, maxCookies: number = MAX_COOKIES): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const [name, value] of cookiePairs(text, maxCookies)) if (!cookies.has(name)) cookies.set(name, value);
  return cookies;
}

/**
 * All pairs of a Cookie field in order, for those who want to see more than one cookie of a name.
 *
 * A pair without `=` is a cookie without a name (§5.6): its name is `""`. Empty pairs are skipped.
 *
 * @throws {@link CookieLimitError} 431 `ERR_COOKIE_LIMIT`
 *
 * @example
 * ```ts
 * cookiePairs("a=1; a=2; x"); // [["a", "1"], ["a", "2"], ["", "x"]]
 * ```
 */
export function cookiePairs(text: string, maxCookies: number = MAX_COOKIES): [string, string][] {
  const pairs: [string, string][] = [];
  let start = 0;
  let equals = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : SEMICOLON;
    if (code === EQUALS && equals < 0) equals = at;
    if (code !== SEMICOLON) continue;
    const name = equals < 0 ? "" : trimOws(text.slice(start, equals));
    const value = at === start ? "" : trimOws(text.slice(equals < 0 ? start : equals + 1, at));
    if (name !== "" || value !== "") {
      if (pairs.length === maxCookies) throw new CookieLimitError(maxCookies);
      pairs.push([name, value]);
    }
    start = at + 1;
    equals = -1;
  }
  return pairs;
}

/**
 * Writes a Cookie field, for clients.
 *
 * @throws TypeError `ERR_INVALID_COOKIE` when a name or value holds a control, or a `;` that would start another
 *   cookie (S48)
 *
 * @example
 * ```ts
 * formatCookie([["sid", "31d4"], ["lang", "en-US"]]); // "sid=31d4; lang=en-US"
 * ```
 *
 * RFC 6265bis §5.8.3.
 */
export function formatCookie(pairs: Iterable<readonly [string, string]>): string {
  const written: string[] = [];
  for (const [name, value] of pairs) {
    if (!isCookieText(name) || name.includes("=")) throw new CookieError(`not a cookie name: ${JSON.stringify(name)}`);
    if (!isCookieText(value)) throw new CookieError(`the value of cookie ${name} holds a control or ";"; encode it`);
    // A value without a name that has "=" would be read back as a name and a value.
    if (name === "" && value.includes("=")) throw new CookieError('a cookie without a name has no "=" in its value');
    written.push(name === "" ? value : `${name}=${value}`);
  }
  return written.join("; ");
}

/** A cookie that must not be written: it would be refused, or be more than one cookie. */
export class CookieError extends TypeError {
  override readonly name = "CookieError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_INVALID_COOKIE";
}

/** What may be stored from a server, which is more than a server may write (§5.6): no control, no `;`, octets only. */
function isCookieText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff || code === SEMICOLON) return false;
  }
  return trimOws(text) === text;
}

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
