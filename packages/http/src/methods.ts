/**
 * Request methods (RFC 9110 §9) and the IANA HTTP Method Registry (§16.1).
 *
 * What a method promises, not what it does: this module answers questions about
 * names. A method is case-sensitive (§9.1); a name that is not registered is
 * neither safe nor idempotent nor cacheable, because nobody promised it (S165).
 *
 * @module
 */

/** What a method promises (RFC 9110 §9.2). */
export interface MethodProperties {
  /** Read-only by definition; a client may send it without asking anyone (§9.2.1). */
  readonly safe: boolean;
  /** Sending it twice means what sending it once means; it may be retried (§9.2.2). */
  readonly idempotent: boolean;
  /** A response to it may be stored, for some methods only with explicit freshness (§9.2.3). */
  readonly cacheable: boolean;
  /** Where the method is defined. */
  readonly source: string;
}

/**
 * The IANA HTTP Method Registry, by name. `*` is in the registry only so that nobody registers it; it is left out.
 *
 * A `Map`, so that a method called `__proto__` is an unknown method like any other (S99).
 */
export const METHODS: ReadonlyMap<string, MethodProperties> = new Map([
  // name                safe idempotent cacheable
  row("ACL", "-", "I", "-", "RFC 3744 §8.1"),
  row("BASELINE-CONTROL", "-", "I", "-", "RFC 3253 §12.6"),
  row("BIND", "-", "I", "-", "RFC 5842 §4"),
  row("CHECKIN", "-", "I", "-", "RFC 3253 §4.4"),
  row("CHECKOUT", "-", "I", "-", "RFC 3253 §4.3"),
  row("CONNECT", "-", "-", "-", "RFC 9110 §9.3.6"),
  row("COPY", "-", "I", "-", "RFC 4918 §9.8"),
  row("DELETE", "-", "I", "-", "RFC 9110 §9.3.5"),
  row("GET", "S", "I", "C", "RFC 9110 §9.3.1"),
  row("HEAD", "S", "I", "C", "RFC 9110 §9.3.2"),
  row("LABEL", "-", "I", "-", "RFC 3253 §8.2"),
  row("LINK", "-", "I", "-", "RFC 2068 §19.6.1.2"),
  row("LOCK", "-", "-", "-", "RFC 4918 §9.10"),
  row("MERGE", "-", "I", "-", "RFC 3253 §11.2"),
  row("MKACTIVITY", "-", "I", "-", "RFC 3253 §13.5"),
  row("MKCALENDAR", "-", "I", "-", "RFC 4791 §5.3.1"),
  row("MKCOL", "-", "I", "-", "RFC 4918 §9.3"),
  row("MKREDIRECTREF", "-", "I", "-", "RFC 4437 §6"),
  row("MKWORKSPACE", "-", "I", "-", "RFC 3253 §6.3"),
  row("MOVE", "-", "I", "-", "RFC 4918 §9.9"),
  row("OPTIONS", "S", "I", "-", "RFC 9110 §9.3.7"),
  row("ORDERPATCH", "-", "I", "-", "RFC 3648 §7"),
  // PATCH and POST only with explicit freshness, and then only for a later GET or HEAD.
  row("PATCH", "-", "-", "C", "RFC 5789 §2"),
  row("POST", "-", "-", "C", "RFC 9110 §9.3.3"),
  row("PRI", "S", "I", "-", "RFC 9113 §3.4"),
  row("PROPFIND", "S", "I", "-", "RFC 4918 §9.1"),
  row("PROPPATCH", "-", "I", "-", "RFC 4918 §9.2"),
  row("PUT", "-", "I", "-", "RFC 9110 §9.3.4"),
  // The key of a stored response to QUERY includes the request content.
  row("QUERY", "S", "I", "C", "RFC 10008 §2"),
  row("REBIND", "-", "I", "-", "RFC 5842 §6"),
  row("REPORT", "S", "I", "-", "RFC 3253 §3.6"),
  row("SEARCH", "S", "I", "-", "RFC 5323 §2"),
  row("TRACE", "S", "I", "-", "RFC 9110 §9.3.8"),
  row("UNBIND", "-", "I", "-", "RFC 5842 §5"),
  row("UNCHECKOUT", "-", "I", "-", "RFC 3253 §4.5"),
  row("UNLINK", "-", "I", "-", "RFC 2068 §19.6.1.3"),
  row("UNLOCK", "-", "I", "-", "RFC 4918 §9.11"),
  row("UPDATE", "-", "I", "-", "RFC 3253 §7.1"),
  row("UPDATEREDIRECTREF", "-", "I", "-", "RFC 4437 §7"),
  row("VERSION-CONTROL", "-", "I", "-", "RFC 3253 §3.5"),
]);

/**
 * Whether a method is read-only by definition. RFC 9110 §9.2.1.
 *
 * @param method - as on the wire: `get` is not `GET`
 *
 * @example
 * ```ts
 * isSafe("HEAD"); // true
 * isSafe("get"); // false: not a registered method
 * ```
 */
export function isSafe(method: string): boolean {
  return METHODS.get(method)?.safe ?? false;
}

/**
 * Whether a request with this method may be sent again when its answer was lost. RFC 9110 §9.2.2.
 *
 * @example
 * ```ts
 * isIdempotent("PUT"); // true
 * isIdempotent("POST"); // false
 * ```
 */
export function isIdempotent(method: string): boolean {
  return METHODS.get(method)?.idempotent ?? false;
}

/**
 * Whether responses to this method may be stored at all. RFC 9110 §9.2.3.
 *
 * POST and PATCH are, but only with explicit freshness; `@stack/cache` decides.
 *
 * @example
 * ```ts
 * isCacheable("GET"); // true
 * isCacheable("OPTIONS"); // false (§9.3.7)
 * ```
 */
export function isCacheable(method: string): boolean {
  return METHODS.get(method)?.cacheable ?? false;
}

/** One row of {@link METHODS}: letters where the promise is given, so that the table reads like the registry. */
function row(
  name: string,
  safe: "S" | "-",
  idempotent: "I" | "-",
  cacheable: "C" | "-",
  source: string,
): [string, MethodProperties] {
  return [name, { safe: safe === "S", idempotent: idempotent === "I", cacheable: cacheable === "C", source }];
}
