/**
 * Where a request goes: an origin and a target on it (RFC 9110 §4, §7.1).
 *
 * A URL is taken apart once. What most requests have in common, the origin, is
 * kept, so that for a plain path no URL is parsed at all.
 *
 * @module
 */
import { Fields } from "@stack/http";
import { ClientError } from "./errors.ts";

/** Scheme, host and port: who answers (RFC 9110 §4.3.1). One object for each origin that is in use. */
export class Origin {
  readonly scheme: "http" | "https";
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** For Host and `:authority`: the port only when it is not the scheme's own. */
  readonly authority: string;
  /** `https://example.com:8443` */
  readonly href: string;
  /** What a request that says nothing else has: Host. Not to be changed. */
  readonly fields: Fields;

  constructor(url: URL) {
    const { hostname } = url;
    this.scheme = url.protocol === "https:" ? "https" : "http";
    this.host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
    this.port = url.port === "" ? (this.scheme === "https" ? 443 : 80) : Number(url.port);
    this.authority = url.host;
    this.href = url.origin;
    this.fields = Fields.adopt(["Host", url.host]);
  }
}

/** A URL, taken apart. */
export class RequestUrl {
  readonly origin: Origin;
  /** Path and query, in origin-form (RFC 9112 §3.2.1). */
  readonly target: string;
  /** `user:password` in octets of Latin-1, percent-decoded; "" for none. */
  readonly credentials: string;

  constructor(origin: Origin, target: string, credentials: string) {
    this.origin = origin;
    this.target = target;
    this.credentials = credentials;
  }
}

/**
 * Takes an absolute URL apart.
 * @throws ClientError `ERR_CLIENT_URL` when it is none, or its scheme is not http or https (S108, S128)
 */
export function parseUrl(url: string | URL): RequestUrl {
  if (typeof url !== "string") return takeApart(url instanceof URL ? url : parse(String(url)));
  if (url === lastText) return lastUrl as RequestUrl;
  const slash = url.indexOf("/", SHORTEST_ORIGIN);
  const origin = slash < 0 ? undefined : origins.get(url.slice(0, slash));
  let parsed: RequestUrl;
  if (origin !== undefined && isPlain(url, slash)) parsed = new RequestUrl(origin, url.slice(slash), "");
  else parsed = takeApart(parse(url));
  lastText = url;
  lastUrl = parsed;
  return parsed;
}

/**
 * Resolves a reference against the base of a client, which it cannot leave (S110).
 * @throws ClientError `ERR_CLIENT_URL`
 */
export function resolveUnder(base: URL, reference: string | URL): RequestUrl {
  const text = String(reference);
  let url: URL;
  try {
    url = new URL(/^\/(?![/\\])/.test(text) ? text.slice(1) : text, base);
  } catch (cause) {
    throw new ClientError("ERR_CLIENT_URL", "request", base.origin, "not a URL; give a path below baseUrl", {
      cause: withoutInput(cause),
      unprocessed: true,
    });
  }
  const inside =
    url.origin === base.origin &&
    url.username === base.username &&
    url.password === base.password &&
    url.pathname.startsWith(base.pathname) &&
    !CLIMBS.test(url.pathname);
  if (!inside)
    throw new ClientError("ERR_CLIENT_URL", "request", base.origin, "the URL leaves baseUrl; give a path below it", {
      unprocessed: true,
    });
  return takeApart(url);
}

/** The base of a client: its path ends with a slash. @throws ClientError `ERR_CLIENT_URL` */
export function parseBaseUrl(url: string | URL): URL {
  const base = parse(String(url));
  takeApart(base);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  base.search = "";
  base.hash = "";
  return base;
}

/** `..` behind encoded slashes, which a URL parser leaves and a server may undo. */
const CLIMBS = /(?:\/|%2f|%5c)(?:\.|%2e){2}(?:$|\/|%2f|%5c)/i;

/** `http://` and a host of one character. */
const SHORTEST_ORIGIN = 8;

/** Octets that a URL parser leaves as they are, in paths and in queries alike. */
const PLAIN = /^[A-Za-z0-9\-._~!$&()*+,;=:@/%?]*$/;

/** What stands from `at` on is path and query as they are sent: no dot segment, nothing to encode, no fragment. */
function isPlain(url: string, at: number): boolean {
  return !url.includes("/.", at) && !url.includes("/%2", at) && PLAIN.test(url.slice(at));
}

/** Origins by how they were written; few, and the oldest leaves. */
const origins: Map<string, Origin> = new Map();
const MAX_ORIGINS = 256;

let lastText: string | null = null;
let lastUrl: RequestUrl | null = null;

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    const message = "not an absolute URL; give one with http:// or https://, or set baseUrl";
    throw new ClientError("ERR_CLIENT_URL", "request", "", message, {
      cause: withoutInput(cause),
      unprocessed: true,
    });
  }
}

/** The runtime's error holds the whole URL, and with it what may be secret (S126). */
function withoutInput(cause: unknown): unknown {
  return cause instanceof Error ? new TypeError(cause.message) : cause;
}

function takeApart(url: URL): RequestUrl {
  const { protocol, username, password } = url;
  if (protocol !== "http:" && protocol !== "https:")
    throw new ClientError("ERR_CLIENT_URL", "request", "", `${protocol} is no scheme of HTTP; use http: or https:`, {
      unprocessed: true,
    });
  const credentials = username === "" && password === "" ? "" : `${decode(username)}:${decode(password)}`;
  return new RequestUrl(intern(url), url.pathname + url.search, credentials);
}

function intern(url: URL): Origin {
  const { origin } = url;
  let known = origins.get(origin);
  if (known === undefined) {
    known = new Origin(url);
    if (origins.size >= MAX_ORIGINS) origins.delete(origins.keys().next().value as string);
    origins.set(origin, known);
  }
  return known;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
