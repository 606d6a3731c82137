/**
 * A cookie jar by tough-cookie, which brings the list of public suffixes (RFC 6265bis §5.7, §5.8).
 *
 * Set-Cookie is read by our own parser, which knows the name prefixes, the bounds
 * on octets and the 400 days. tough-cookie matches domains and paths, and keeps
 * the cookies. What it leaves out of the storage model is added here: an insecure
 * origin may not lay a cookie over a Secure one, and a host keeps a number of
 * cookies that is bounded.
 *
 * @module
 */
import { CookieError, formatCookie, isSafe, parseSetCookie, type SetCookie } from "@stack/http";
import { Cookie, domainMatch, getPublicSuffix, pathMatch, CookieJar as ToughCookieJar } from "tough-cookie";
import type { CookieContext, CookieJar } from "./cookies.ts";

/** What {@link toughCookieJar} takes. */
export interface ToughCookieJarOptions {
  /** Cookies that a host can have, those of its parents included; more push out what was used least lately. Default 180. */
  readonly maxPerHost?: number;
  /** Cookies in all; more push out what has expired, and what was used least lately. Default 3,000. */
  readonly maxCookies?: number;
}

/** Cookies that a host can have (S131), as many as browsers keep. RFC 6265bis §6.1 asks for 50. */
export const MAX_COOKIES_PER_HOST = 180;
/** Cookies in all (S131), as RFC 6265bis §6.1 asks for: who leads through many hosts fills no memory. */
export const MAX_JAR_COOKIES = 3_000;

/**
 * Makes a {@link CookieJar} of one of tough-cookie.
 *
 * @param jar - where cookies are kept: its store, its view of public suffixes. Default: in memory, public suffixes refused
 * @throws RangeError for a bound that is no whole number from 1 on
 *
 * SameSite (RFC 6265bis §5.2): a request of the user's own is of the same site, whatever it asks for. What a redirect
 * leads to is cross-site when one on the way was of another site, which is scheme and registrable domain; it gets no Strict cookie, and
 * with a method that is not safe only those with `SameSite=None`. Cookies that say nothing are treated as Lax.
 *
 * Stricter than tough-cookie: prefixes without case, `Secure` is not overwritten from http, nor is it shadowed;
 * lifetimes of 400 days at most. A cookie that cannot be written into a field is left out.
 *
 * @example
 * ```ts
 * import { createClient } from "@stack/client";
 * import { toughCookieJar } from "@stack/client/tough-cookie";
 * import { CookieJar } from "tough-cookie";
 *
 * const jar = new CookieJar();
 * const client = createClient({ cookies: toughCookieJar(jar) });
 * ```
 */
export function toughCookieJar(
  jar: ToughCookieJar = new ToughCookieJar(),
  options: ToughCookieJarOptions = {},
): CookieJar {
  const { maxPerHost = MAX_COOKIES_PER_HOST, maxCookies = MAX_JAR_COOKIES } = options;
  for (const [name, value] of Object.entries({ maxPerHost, maxCookies }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new RangeError(`${name} must be a whole number from 1 on, not ${value}`);
  // Cookies that can come before all of them have to be counted again.
  let room = 0;
  return {
    async cookiesFor(url, context) {
      const fits = sameSiteRule(new URL(url), context);
      const found = await jar.getCookies(url, { sort: true });
      return found
        .filter((cookie) => fits(cookie.sameSite))
        .map(written)
        .filter((text) => text !== "")
        .join("; ");
    },
    async store(url, setCookie) {
      const from = new URL(url);
      const now = Date.now();
      for (const text of setCookie) {
        const parsed = parseSetCookie(text, Math.floor(now / 1_000));
        if (parsed !== null) await keep(jar, parsed, from, now);
      }
      await bound(jar, await jar.store.findCookies(hostOf(from), null, true), maxPerHost, now);
      room -= setCookie.length;
      if (room > 0) return;
      room = maxCookies - (await bound(jar, await jar.store.getAllCookies(), maxCookies, now));
    },
  };
}

/** Stores a cookie, or forgets the one that it replaces when it has expired (§5.7). */
async function keep(jar: ToughCookieJar, parsed: SetCookie, from: URL, now: number): Promise<void> {
  const host = hostOf(from);
  let { domain } = parsed;
  // tough-cookie would not find them again, and nobody could count them.
  if (host.endsWith(".")) return;
  // Before anything else sees it: a host is canonical ASCII, and so is what matches it.
  if (domain !== null && domain !== host && !host.endsWith(`.${domain}`)) return;
  // A host that is a public suffix itself speaks for itself only (§5.7).
  if (domain === host && getPublicSuffix(host, { allowSpecialUseDomain: true, ignoreError: true }) === undefined)
    domain = null;
  const cookie = new Cookie({
    key: parsed.name,
    value: parsed.value,
    domain,
    path: parsed.path ?? defaultPath(from.pathname),
    expires: parsed.expires === null ? "Infinity" : new Date(parsed.expires * 1_000),
    secure: parsed.secure,
    httpOnly: parsed.httpOnly,
    ...(parsed.sameSite !== null && { sameSite: parsed.sameSite.toLowerCase() }),
  });
  if (written(cookie) === "") return;
  if (!parsed.secure && from.protocol !== "https:" && (await coversSecure(jar, cookie, from))) return;
  const stored = await jar.setCookie(cookie, from, { ignoreError: true, now: new Date(now) });
  if (stored !== undefined && parsed.expires !== null && parsed.expires * 1_000 <= now) await remove(jar, stored);
}

/**
 * A cookie of this name that is Secure would be replaced, or come after this one in a request (§5.7, "leave Secure
 * cookies alone"): whoever stands between client and server could else put his session in place of the user's (S131).
 */
async function coversSecure(jar: ToughCookieJar, cookie: Cookie, from: URL): Promise<boolean> {
  const host = hostOf(from);
  const domain = cookie.domain ?? host;
  const path = cookie.path ?? "/";
  // A cookie of a parent domain can shadow those of all its hosts; one of the host only those that the host gets.
  const others =
    cookie.domain === null ? await jar.store.findCookies(host, null, true) : await jar.store.getAllCookies();
  return others.some(
    (other) =>
      other.secure &&
      other.key === cookie.key &&
      other.domain !== null &&
      (domainMatch(domain, other.domain, false) === true || domainMatch(other.domain, domain, false) === true) &&
      pathMatch(path, other.path ?? "/"),
  );
}

/**
 * Removes what is too much: what has expired, then what is not Secure, then what was used least lately (§5.7), so that
 * nobody on an insecure way pushes out a Secure cookie.
 *
 * @returns how many are left
 */
async function bound(jar: ToughCookieJar, cookies: Cookie[], max: number, now: number): Promise<number> {
  if (cookies.length <= max) return cookies.length;
  const expired = (cookie: Cookie): boolean => (cookie.expiryTime() ?? Number.POSITIVE_INFINITY) <= now;
  const order = (a: Cookie, b: Cookie): number =>
    Number(expired(b)) - Number(expired(a)) ||
    Number(a.secure) - Number(b.secure) ||
    lastUse(a) - lastUse(b) ||
    a.creationIndex - b.creationIndex;
  for (const cookie of cookies.sort(order).slice(0, cookies.length - max)) await remove(jar, cookie);
  return max;
}

async function remove(jar: ToughCookieJar, { domain, path, key }: Cookie): Promise<void> {
  await jar.store.removeCookie(domain, path, key);
}

function lastUse({ lastAccessed }: Cookie): number {
  return lastAccessed instanceof Date ? lastAccessed.getTime() : 0;
}

/** Which values of SameSite a request gets (§5.2, §5.8.3). */
function sameSiteRule(url: URL, { method, redirectedFrom }: CookieContext): (sameSite: string | undefined) => boolean {
  const site = siteOf(url);
  if (redirectedFrom.every((origin) => siteOf(new URL(origin)) === site)) return () => true;
  return isSafe(method) ? (sameSite) => sameSite !== "strict" : (sameSite) => sameSite === "none";
}

/** Scheme and registrable domain; scheme and host where there is none. HTML standard, "obtain a site". */
function siteOf(url: URL): string {
  const host = hostOf(url);
  return `${url.protocol}//${getPublicSuffix(host, { allowSpecialUseDomain: true, ignoreError: true }) ?? host}`;
}

/** As tough-cookie has it: without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** The directory of a path (§5.1.4), decoded as tough-cookie decodes the paths that it compares with it. */
function defaultPath(path: string): string {
  const directory = path.slice(0, Math.max(path.lastIndexOf("/"), 1));
  try {
    return decodeURI(directory);
  } catch {
    return directory;
  }
}

/** `name=value`, or "" for what no field can hold: a jar may be filled by others than servers. */
function written({ key, value }: Cookie): string {
  try {
    return formatCookie([[key, value]]);
  } catch (error) {
    if (error instanceof CookieError) return "";
    throw error;
  }
}
