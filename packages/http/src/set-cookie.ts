/**
 * Writing the Set-Cookie field of a response (RFC 6265bis §4.1).
 *
 * Strict: what a user agent would refuse or read as something else is an error
 * here, at the server, where someone sees it.
 *
 * @module
 */
import { CookieError } from "./cookie.ts";
import { prefixViolation } from "./cookie-prefixes.ts";
import { imfFixdate } from "./date.ts";
import { isToken } from "./tokens.ts";

/** Name and value together, octets; user agents drop a cookie with more (§5.6). */
export const MAX_COOKIE_OCTETS = 4_096;
/** One attribute's value, octets; user agents ignore an attribute with more (§5.6). */
export const MAX_COOKIE_ATTRIBUTE_OCTETS = 1_024;
/** 400 days, in seconds. User agents keep no cookie longer, whatever it says (§5.5). */
export const MAX_COOKIE_AGE = 34_560_000;

/** The attributes of a cookie (RFC 6265bis §4.1.2). What is left out is not written. */
export interface CookieAttributes {
  /** Seconds to keep it from now; 0 or less deletes it. Wins over `expires`. User agents stop at {@link MAX_COOKIE_AGE}. */
  readonly maxAge?: number;
  /** Seconds since 1970 at which it is dropped. With neither, it goes when the user agent closes. */
  readonly expires?: number;
  /** Also sent to the subdomains of this one. Without it, only to the host that set it. No leading dot. */
  readonly domain?: string;
  /** Sent for this path and below it; starts with `/`. Without it, the directory of the request's path. */
  readonly path?: string;
  /** Only over secure connections. */
  readonly secure?: boolean;
  /** Not for scripts. */
  readonly httpOnly?: boolean;
  /** On requests from other sites: `Strict` never, `Lax` on top-level navigation, `None` always (needs `secure`). */
  readonly sameSite?: "Strict" | "Lax" | "None";
  /** Kept apart for each top-level site (CHIPS); needs `secure`. */
  readonly partitioned?: boolean;
}

/**
 * Writes the value of one Set-Cookie field line.
 *
 * @param name - a token
 * @param value - visible ASCII without space, `"`, `,`, `;` and `\`, perhaps in quotes; encode anything else, e.g.
 *   with `encodeURIComponent`
 * @throws TypeError `ERR_INVALID_COOKIE` when name, value or an attribute would break the grammar or start another
 *   attribute (S48), when a prefix's promise is not kept (`__Host-`, `__Secure-`), or when user agents would drop it
 *
 * Only own properties of `attributes` count: nothing that was planted on a prototype becomes an attribute (S49).
 * Each cookie needs a field line of its own; they cannot be joined by commas (RFC 9110 §5.3).
 *
 * @example
 * ```ts
 * formatSetCookie("__Host-sid", "31d4", { path: "/", secure: true, httpOnly: true, sameSite: "Lax" });
 * // "__Host-sid=31d4; Path=/; Secure; HttpOnly; SameSite=Lax"
 * ```
 */
export function formatSetCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  if (!isToken(name)) throw new CookieError(`not a cookie name: ${JSON.stringify(name)}; use letters, digits and "-"`);
  if (!isCookieValue(value))
    throw new CookieError(`the value of cookie ${name} cannot be written as it is; use encodeURIComponent`);
  if (name.length + value.length > MAX_COOKIE_OCTETS)
    throw new CookieError(`cookie ${name} has more than ${MAX_COOKIE_OCTETS} octets; keep the data at the server`);

  const { maxAge, expires, domain, path, secure, httpOnly, sameSite, partitioned }: CookieAttributes = {
    // @ts-expect-error not part of the type: cuts off what is inherited
    __proto__: null,
    ...attributes,
  };
  check(name, attributesProblem(maxAge, domain, path, sameSite));
  check(
    name,
    prefixViolation(name, {
      secure: secure === true,
      httpOnly: httpOnly === true,
      path: path ?? null,
      domain: domain ?? null,
    }),
  );
  if (secure !== true && sameSite === "None") check(name, "with SameSite=None needs Secure");
  if (secure !== true && partitioned === true) check(name, "with Partitioned needs Secure");

  let text = `${name}=${value}`;
  if (expires !== undefined) text += `; Expires=${imfFixdate(expires)}`;
  if (maxAge !== undefined) text += `; Max-Age=${maxAge}`;
  if (domain !== undefined) text += `; Domain=${domain}`;
  if (path !== undefined) text += `; Path=${path}`;
  if (secure === true) text += "; Secure";
  if (httpOnly === true) text += "; HttpOnly";
  if (sameSite !== undefined) text += `; SameSite=${sameSite}`;
  if (partitioned === true) text += "; Partitioned";
  return text;
}

/**
 * Writes a Set-Cookie value that deletes a cookie. `domain` and `path` have to be those that it was set with, and
 * a name with a prefix still needs what its prefix asks for.
 *
 * @example
 * ```ts
 * formatExpiredCookie("sid", { path: "/" }); // "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"
 * ```
 */
export function formatExpiredCookie(name: string, attributes: CookieAttributes = {}): string {
  return formatSetCookie(name, "", { ...attributes, maxAge: 0, expires: 0 });
}

function check(name: string, problem: string | null): void {
  if (problem !== null) throw new CookieError(`cookie ${name} ${problem}`);
}

function attributesProblem(
  maxAge: number | undefined,
  domain: string | undefined,
  path: string | undefined,
  sameSite: string | undefined,
): string | null {
  if (maxAge !== undefined && !Number.isSafeInteger(maxAge)) return `has a Max-Age of ${maxAge}; give whole seconds`;
  if (domain !== undefined && !isDomain(domain)) return 'has a Domain that is no host name without a "." before it';
  if (path !== undefined && !(path.startsWith("/") && isAttributeValue(path)))
    return 'has a Path that does not start with "/", or holds ";", a control or no ASCII; percent-encode it';
  if (sameSite !== undefined && !SAME_SITE.has(sameSite)) return "has an unknown SameSite; use Strict, Lax or None";
  return null;
}

/** `cookie-value` of §4.1.1. */
function isCookieValue(value: string): boolean {
  const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  for (let at = quoted ? 1 : 0; at < value.length - (quoted ? 1 : 0); at++)
    if (COOKIE_OCTET[value.charCodeAt(at)] !== 1) return false;
  return true;
}

/** `av-octet` of §4.1.1, and no more of them than a user agent reads. */
function isAttributeValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x3b /* ; */) return false;
  }
  return value.length <= MAX_COOKIE_ATTRIBUTE_OCTETS;
}

/** Labels of letters, digits, `-` and `_`, which some hosts have, separated by single dots. */
function isDomain(domain: string): boolean {
  if (domain.length > 255) return false;
  return domain.split(".").every((label) => {
    for (let at = 0; at < label.length; at++) {
      const code = label.charCodeAt(at);
      const lower = code | 0x20;
      const letter = lower >= 0x61 && lower <= 0x7a;
      if (!letter && !(code >= 0x30 && code <= 0x39) && code !== 0x2d && code !== 0x5f) return false;
    }
    return label.length > 0;
  });
}

const SAME_SITE: ReadonlySet<string> = new Set(["Strict", "Lax", "None"]);

/** `cookie-octet` of §4.1.1: visible ASCII without `"`, `,`, `;` and `\`. */
const COOKIE_OCTET: Uint8Array = new Uint8Array(128).fill(1, 0x21, 0x7f);
for (const char of '",;\\') COOKIE_OCTET[char.charCodeAt(0)] = 0;
