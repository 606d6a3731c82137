/**
 * Cookie name prefixes (RFC 6265bis §4.1.3 and §5.4): names that promise how a cookie was set.
 *
 * A server that reads `__Host-sid` may rely on its attributes only because
 * every party refuses one that was set without them.
 *
 * @module
 */

/** The attributes that prefixes speak of. */
export interface PrefixedAttributes {
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** As given, `null` if not at all. */
  readonly path: string | null;
  /** As given, `null` if not at all. */
  readonly domain: string | null;
}

/**
 * What is wrong with a cookie whose name has a prefix, or `null`.
 *
 * @returns for people: what to change, e.g. `needs Secure`
 *
 * Prefixes are matched without case, as user agents do: there is no `__host-` that means less (§5.4). Besides
 * `__Secure-` and `__Host-` of RFC 6265bis, `__Http-` and `__Host-Http-` ask for HttpOnly, as browsers have it.
 *
 * @example
 * ```ts
 * prefixViolation("__Host-sid", { secure: true, httpOnly: true, path: "/app", domain: null }); // "needs Path=/"
 * ```
 */
export function prefixViolation(name: string, attributes: PrefixedAttributes): string | null {
  const start = name.slice(0, LONGEST).toLowerCase();
  for (const { prefix, secure, httpOnly, host } of PREFIXES) {
    if (!start.startsWith(prefix)) continue;
    if (secure && !attributes.secure) return "needs Secure";
    if (httpOnly && !attributes.httpOnly) return "needs HttpOnly";
    if (host && attributes.path !== "/") return "needs Path=/";
    if (host && attributes.domain !== null) return "must not have Domain";
  }
  return null;
}

/**
 * Whether a text starts with a prefix, without case. A cookie without a name must not have such a value (§5.7).
 *
 * @example
 * ```ts
 * hasCookiePrefix("__host-id"); // true
 * hasCookiePrefix("host-id"); // false
 * ```
 */
export function hasCookiePrefix(text: string): boolean {
  const start = text.slice(0, LONGEST).toLowerCase();
  return PREFIXES.some(({ prefix }) => start.startsWith(prefix));
}

interface PrefixRule {
  readonly prefix: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Path=/ and no Domain. */
  readonly host: boolean;
}

const PREFIXES: readonly PrefixRule[] = [
  { prefix: "__secure-", secure: true, httpOnly: false, host: false },
  { prefix: "__host-", secure: true, httpOnly: false, host: true },
  { prefix: "__http-", secure: true, httpOnly: true, host: false },
  { prefix: "__host-http-", secure: true, httpOnly: true, host: true },
];

const LONGEST = "__host-http-".length;
