/**
 * Redirects (RFC 9110 §15.4), followed as the fetch standard does it (HTTP-redirect fetch).
 *
 * @module
 */
import { Fields, sameName } from "@stack/http";
import { ownOptions } from "./client-options.ts";
import { ClientError } from "./errors.ts";
import type { ClientResponse } from "./response.ts";
import type { ClientLayer, ClientRequest } from "./send.ts";
import { withinTotal } from "./total-time.ts";

/** What {@link redirects} follows. */
export interface RedirectOptions {
  /** Redirects of one call; one more is `ERR_CLIENT_REDIRECT` (S109). Default 20, as in the fetch standard. */
  readonly maxRedirects?: number;
  /** Follow from https to http too (S108). Default false. */
  readonly allowDowngrade?: boolean;
  /** Names of further fields that only the first origin is to see, such as `X-Api-Key` (S107). */
  readonly credentialFields?: readonly string[];
  /** Whether to go where a redirect leads (S108); false is `ERR_CLIENT_REDIRECT`. Default: wherever the rest allows. */
  readonly allow?: (url: URL) => boolean;
  /** The time, ms, for `timeouts.totalMs`, which holds for all requests of a call together. Default `performance.now`. */
  readonly now?: () => number;
}

/** Redirects of one call, unless said otherwise. */
export const MAX_REDIRECTS = 20;

/**
 * Follows 301, 302, 303, 307 and 308.
 *
 * @throws RangeError for a `maxRedirects` that is no whole number from 0 on; TypeError for an option that is unknown. A
 *   call rejects with ClientError `ERR_CLIENT_REDIRECT`, stage `"redirect"`, for what is not followed: one redirect too
 *   many; another scheme than http and https, or from https to http (S108); a Location that is no URL; content that was
 *   sent and cannot be made again
 *
 * POST becomes GET with 301 and 302, any method but HEAD with 303; content and the fields that describe it are left out
 * then. Authorization, Cookie, Proxy-Authorization, Host and `credentialFields` go to no other scheme, host or port, and
 * stay away when a later redirect leads back (S107); credentials in a Location are ignored. A response without Location
 * is given as it is. The octets of a redirect's own content are not wanted.
 *
 * Fetch standard, HTTP-redirect fetch. Stricter: it allows https to http.
 *
 * @example
 * ```ts
 * import { createClient, redirects } from "@stack/client";
 *
 * const client = createClient({ redirects: { maxRedirects: 5, credentialFields: ["X-Api-Key"] } });
 * const alone = createClient({ redirect: "manual", layers: [redirects({ maxRedirects: 0 })] });
 * ```
 */
export function redirects(options: RedirectOptions = {}): ClientLayer {
  const own = ownOptions(options, NAMES, "redirects");
  const {
    maxRedirects = MAX_REDIRECTS,
    allowDowngrade = false,
    allow = () => true,
    now = () => performance.now(),
  } = own;
  if (!(Number.isInteger(maxRedirects) && maxRedirects >= 0))
    throw new RangeError(`maxRedirects must be a whole number from 0 on, not ${maxRedirects}`);
  const credentials = [...CREDENTIALS, ...(own.credentialFields ?? [])];
  return (inner) => {
    async function follow(first: ClientRequest, redirect: ClientResponse, start: number): Promise<ClientResponse> {
      let request = first;
      let response = redirect;
      for (let followed = 0; ; followed++) {
        // Also one that leads nowhere (fetch standard, HTTP fetch: the mode is judged before the Location).
        if (first.options.redirect === "error" && isRedirect(response.status)) {
          response.cancel();
          throw refusal(request, 'a redirect, and redirect is "error"');
        }
        const location = isRedirect(response.status) ? locationOf(response) : null;
        if (location === null) return followed === 0 ? response : response.with({ redirected: true });
        response.cancel();
        if (followed === maxRedirects) throw refusal(request, `more than ${maxRedirects} redirects; is it a loop?`);
        const url = resolve(request, location, allowDowngrade);
        if (!allow(url)) throw refusal(request, "a redirect leads where `allow` forbids to go");
        request = redirected(request, response.status, url, credentials);
        // What was told of the call is counted from its first request, so that a chain of redirects gains no time.
        response = await inner(withinTotal(request, now() - start));
      }
    }
    return (first) => {
      const { redirect, timeouts } = first.options;
      if (redirect === "manual") return inner(first);
      const start = timeouts.totalMs === Number.POSITIVE_INFINITY ? 0 : now();
      // Nearly no response is a redirect: for the others this is one step of one promise.
      return inner(first).then((response) => (isRedirect(response.status) ? follow(first, response, start) : response));
    };
  };
}

/** The request that a redirect asks for. */
function redirected(request: ClientRequest, status: number, url: URL, credentials: readonly string[]): ClientRequest {
  const { method, origin } = request;
  const toGet =
    status === 303 ? method !== "GET" && method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
  if (!toGet && request.content?.replayable === false)
    throw refusal(request, "the content was sent and cannot be made again; give a function that makes it anew");
  const dropped = [...(toGet ? DESCRIPTIONS : []), ...(url.origin === origin.href ? [] : credentials)];
  const fields = new Fields();
  for (const [name, value] of request.fields)
    if (!dropped.some((other) => sameName(name, other))) fields.append(name, value);
  url.username = "";
  url.password = "";
  const redirectedFrom = [...request.redirectedFrom, origin.href];
  return request.with(
    toGet ? { method: "GET", url, fields, content: null, redirectedFrom } : { url, fields, redirectedFrom },
  );
}

/** Where a redirect leads; null when it does not say. @throws ClientError when it says several things */
function locationOf(response: ClientResponse): string | null {
  const [location = null, ...others] = new Set(response.fields.getAll("location"));
  if (others.length > 0) {
    response.cancel();
    throw refusal(response.request, "the redirect has several Locations");
  }
  // Octets beyond ASCII: most are UTF-8, which is written so in a URL; others stay what they are, as in browsers.
  return location?.replace(/[\x80-\xff]/g, (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase()}`) ?? null;
}

function resolve(request: ClientRequest, location: string, allowDowngrade: boolean): URL {
  if (!URL.canParse(location, request.href)) throw refusal(request, "the redirect's Location is no URL");
  const url = new URL(location, request.href);
  const { protocol } = url;
  if (protocol !== "http:" && protocol !== "https:")
    throw refusal(request, `a redirect to ${protocol.slice(0, SHOWN)} is not followed`);
  if (protocol === "http:" && request.origin.scheme === "https" && !allowDowngrade)
    throw refusal(request, "a redirect from https to http is not followed; allowDowngrade would");
  return url;
}

/** Says nothing of the Location but its scheme: its query may be secret (S126). */
function refusal(request: ClientRequest, message: string): ClientError {
  return new ClientError("ERR_CLIENT_REDIRECT", "redirect", request.origin.href, message);
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** How much of a scheme an error repeats, characters. */
const SHOWN = 20;

const NAMES: ReadonlySet<string> = new Set(["maxRedirects", "allowDowngrade", "credentialFields", "allow", "now"]);

/** For the first origin only (S107). */
const CREDENTIALS = ["Authorization", "Cookie", "Proxy-Authorization", "Host"] as const;

/** The standard's request-body-header names, and the two that the transport writes. */
const DESCRIPTIONS = [
  "Content-Encoding",
  "Content-Language",
  "Content-Location",
  "Content-Type",
  "Content-Length",
  "Transfer-Encoding",
] as const;
