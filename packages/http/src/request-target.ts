/**
 * The request target: four forms, chosen by the method (RFC 9112 §3.2).
 *
 * A target is taken apart, not changed: nothing is decoded and no dot segment
 * is removed, so that a proxy forwards exactly what was checked (S150).
 *
 * @module
 */
import { type Authority, parseAuthority } from "./authority.ts";
import { hexPairAt } from "./percent-encoding.ts";

/** A request target in its parts. What a form does not have is `""` or `null`. */
export interface RequestTarget {
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  /** Of the absolute form, in lower case. */
  readonly scheme: string;
  /** Of the absolute and the authority form, as written. It wins over the Host field (RFC 9112 §3.2.2, S25). */
  readonly authority: string;
  /** {@link authority} in its parts. */
  readonly hostAndPort: Authority | null;
  /** As written, percent-encoded, from its first `/`; `*` of the asterisk form; `""` of the authority form. */
  readonly path: string;
  /** What follows the first `?`, without it; `null` when there is no `?`. */
  readonly query: string | null;
}

/**
 * Reads a request target.
 *
 * @param method - CONNECT takes the authority form and nothing else, only OPTIONS takes the asterisk form
 * @returns the parts, or `null`, which a server answers with 400
 *
 * - origin: `/where?q=now`
 * - absolute: `http://www.example.org/pub/`; an empty path becomes `/`, and `*` for OPTIONS (§3.2.4)
 * - authority: `www.example.com:80`, port required
 * - asterisk: `*`
 *
 * Deviations from the grammar of RFC 3986. Laxer, because browsers send it: `[ ] | ^` and, in a query,
 * `\ { }` and the backtick as they are, and a `%` in a query that starts no triplet. Stricter: a fragment,
 * userinfo, an http or https URI without a host and an absolute URI without an authority are refused.
 *
 * @example
 * ```ts
 * parseRequestTarget("/where?q=now", "GET")?.path; // "/where"
 * parseRequestTarget("http://example.org", "GET")?.path; // "/"
 * parseRequestTarget("example.com:443", "CONNECT")?.hostAndPort; // { host: "example.com", port: 443 }
 * parseRequestTarget("*", "GET"); // null
 * ```
 *
 * RFC 9112 §3.2. Linear (S40). The caller bounds the length.
 */
export function parseRequestTarget(target: string, method: string): RequestTarget | null {
  if (method === "CONNECT") return authorityForm(target);
  if (target.charCodeAt(0) === SLASH) return split("origin", "", "", null, target, 0);
  if (target === "*") return method === "OPTIONS" ? ASTERISK : null;
  return absoluteForm(target, method);
}

function authorityForm(target: string): RequestTarget | null {
  const hostAndPort = parseAuthority(target);
  if (hostAndPort === null || hostAndPort.port < 0) return null;
  return { form: "authority", scheme: "", authority: target, hostAndPort, path: "", query: null };
}

function absoluteForm(target: string, method: string): RequestTarget | null {
  const colon = schemeEnd(target);
  if (colon <= 0 || !target.startsWith("://", colon)) return null;
  const start = colon + 3;
  let end = start;
  while (end < target.length && !endsAuthority(target.charCodeAt(end))) end++;
  const scheme = target.slice(0, colon).toLowerCase();
  const authority = target.slice(start, end);
  const hostAndPort = parseAuthority(authority);
  if (hostAndPort === null) return null;
  if (end < target.length) return split("absolute", scheme, authority, hostAndPort, target, end);
  return { form: "absolute", scheme, authority, hostAndPort, path: method === "OPTIONS" ? "*" : "/", query: null };
}

/** Splits path and query from `at` on, at the first `?`, and checks both. */
function split(
  form: "origin" | "absolute",
  scheme: string,
  authority: string,
  hostAndPort: Authority | null,
  target: string,
  at: number,
): RequestTarget | null {
  const mark = pathEnd(target, at);
  if (mark < 0) return null;
  const path = mark > at ? target.slice(at, mark) : "/";
  if (mark === target.length) return { form, scheme, authority, hostAndPort, path, query: null };
  if (!isQuery(target, mark + 1)) return null;
  return { form, scheme, authority, hostAndPort, path, query: target.slice(mark + 1) };
}

/** Where the path ends, at `?` or at the end; -1 when it holds what no path may. */
function pathEnd(target: string, at: number): number {
  for (; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code === QUESTION_MARK) return at;
    if (code === PERCENT ? !hexPairAt(target, at + 1) : CHARACTERS[code] !== PATH) return -1;
  }
  return at;
}

function isQuery(target: string, at: number): boolean {
  // Beyond 0x7f the table gives undefined, which compares false: text that was not encoded is refused.
  for (; at < target.length; at++) if (!((CHARACTERS[target.charCodeAt(at)] as number) >= QUERY)) return false;
  return true;
}

/** Where a scheme ends, at its colon (RFC 3986 §3.1), or -1. */
function schemeEnd(target: string): number {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code === COLON) return at;
    const lower = code | 0x20;
    const letter = lower >= 0x61 && lower <= 0x7a;
    const later = (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
    if (!letter && (at === 0 || !later)) return -1;
  }
  return -1;
}

function endsAuthority(code: number): boolean {
  return code === SLASH || code === QUESTION_MARK;
}

const ASTERISK: RequestTarget = {
  form: "asterisk",
  scheme: "",
  authority: "",
  hostAndPort: null,
  path: "*",
  query: null,
};

const PERCENT = 0x25;
const SLASH = 0x2f;
const COLON = 0x3a;
const QUESTION_MARK = 0x3f;

/** What {@link CHARACTERS} says: may stand in a query, or in a path and in a query; else 0. */
const QUERY = 1;
const PATH = 2;
const CHARACTERS: Uint8Array = new Uint8Array(128);
for (const char of "?%\\`{}") CHARACTERS[char.charCodeAt(0)] = QUERY;
// pchar, "/" (RFC 3986 §3.3), and what browsers leave as it is.
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/[]|^")
  CHARACTERS[char.charCodeAt(0)] = PATH;
