/**
 * Reading the Set-Cookie field of a response, for clients (RFC 6265bis §5.6).
 *
 * Lenient, as user agents have to be. Whether a cookie may be stored depends on
 * more than its text: on who sent it and over what. That is the cookie jar's
 * part (§5.7).
 *
 * @module
 */
import { parseCookieDate } from "./cookie-date.ts";
import { hasCookiePrefix, prefixViolation } from "./cookie-prefixes.ts";
import { MAX_COOKIE_AGE, MAX_COOKIE_ATTRIBUTE_OCTETS, MAX_COOKIE_OCTETS } from "./set-cookie.ts";
import { trimOws } from "./tokens.ts";

/** Attributes that a cookie may have, empty and unknown ones included; there are nine (S100). */
export const MAX_COOKIE_ATTRIBUTES = 64;

/** A cookie as a server sent it. */
export interface SetCookie {
  /** May be `""`. */
  readonly name: string;
  readonly value: string;
  /** Seconds since 1970, at most 400 days from now; 0 when it is to be deleted; `null`: until the user agent closes. */
  readonly expires: number | null;
  /** In lower case, without leading dot; `null`: only for the host that sent it. */
  readonly domain: string | null;
  /** Starts with `/`; `null`: the directory of the request's path (§5.1.4). */
  readonly path: string | null;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** `null`: none, or one that nobody knows; treated as `Lax` by most. */
  readonly sameSite: "Strict" | "Lax" | "None" | null;
  readonly partitioned: boolean;
}

/**
 * Reads the value of one Set-Cookie field line.
 *
 * @param text - one line; `fields.getAll("set-cookie")` gives them
 * @param now - the time of day, seconds since 1970
 * @returns the cookie, or `null` when it has to be ignored: it holds a control, has neither name nor value, more than
 *   4,096 octets or {@link MAX_COOKIE_ATTRIBUTES} attributes, or a prefix whose promise it breaks
 *
 * Of repeated attributes the last counts; Max-Age wins over Expires (§5.7). A lifetime is cut to 400 days (§5.5).
 *
 * @example
 * ```ts
 * parseSetCookie("sid=31d4; Path=/; Secure; Max-Age=60", 0);
 * // { name: "sid", value: "31d4", expires: 60, path: "/", secure: true, … }
 * ```
 *
 * RFC 6265bis §5.6. Linear (S131).
 */
export function parseSetCookie(text: string, now: number): SetCookie | null {
  if (hasControl(text)) return null;
  const end = endOfPart(text, 0);
  const pair = text.slice(0, end);
  const equals = pair.indexOf("=");
  const name = trimOws(pair.slice(0, Math.max(equals, 0)));
  const value = trimOws(pair.slice(equals + 1));
  if (name.length + value.length > MAX_COOKIE_OCTETS || (name === "" && value === "")) return null;

  const attributes = attributesOf(text, end + 1, now);
  if (attributes === null) return null;
  const cookie = { name, value, ...attributes };
  // A server takes "__Host-a=b" for a name and a value, whoever put the "=" there (§5.7).
  if (name === "" && hasCookiePrefix(value)) return null;
  return prefixViolation(name, cookie) === null ? cookie : null;
}

function attributesOf(text: string, at: number, now: number): Omit<SetCookie, "name" | "value"> | null {
  let maxAge: number | null = null;
  let expires: number | null = null;
  let domain: string | null = null;
  let path: string | null = null;
  let secure = false;
  let httpOnly = false;
  let sameSite: SetCookie["sameSite"] = null;
  let partitioned = false;
  let count = 0;
  for (let end = 0; at < text.length; at = end + 1) {
    if (++count > MAX_COOKIE_ATTRIBUTES) return null;
    end = endOfPart(text, at);
    const part = text.slice(at, end);
    const equals = part.indexOf("=");
    const value = equals < 0 ? "" : trimOws(part.slice(equals + 1));
    if (value.length > MAX_COOKIE_ATTRIBUTE_OCTETS) continue;
    switch (trimOws(equals < 0 ? part : part.slice(0, equals)).toLowerCase()) {
      case "expires": {
        const date = parseCookieDate(value);
        if (!Number.isNaN(date)) expires = Math.max(0, Math.min(date, now + MAX_COOKIE_AGE));
        break;
      }
      case "max-age": {
        const seconds = deltaSeconds(value);
        if (!Number.isNaN(seconds)) maxAge = seconds <= 0 ? 0 : now + Math.min(seconds, MAX_COOKIE_AGE);
        break;
      }
      case "domain": {
        const host = value.startsWith(".") ? value.slice(1) : value;
        domain = host === "" ? null : host.toLowerCase();
        break;
      }
      case "path":
        path = value.startsWith("/") ? value : null;
        break;
      case "secure":
        secure = true;
        break;
      case "httponly":
        httpOnly = true;
        break;
      case "samesite":
        sameSite = SAME_SITE.get(value.toLowerCase()) ?? null;
        break;
      case "partitioned":
        partitioned = true;
        break;
    }
  }
  return { expires: maxAge ?? expires, domain, path, secure, httpOnly, sameSite, partitioned };
}

function endOfPart(text: string, at: number): number {
  const end = text.indexOf(";", at);
  return end < 0 ? text.length : end;
}

/** Digits, perhaps behind a `-`, as a number of seconds, or `NaN` (§5.6.2). Any number of digits: it is cut anyway. */
function deltaSeconds(value: string): number {
  const negative = value.startsWith("-");
  const digits = negative ? value.slice(1) : value;
  if (digits === "") return Number.NaN;
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return Number.NaN;
  }
  return negative ? -1 : Number(digits);
}

/** A control other than HTAB anywhere drops the cookie: what cuts at NUL would see another one (§5.6). */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}

const SAME_SITE: ReadonlyMap<string, "Strict" | "Lax" | "None"> = new Map([
  ["strict", "Strict"],
  ["lax", "Lax"],
  ["none", "None"],
]);
