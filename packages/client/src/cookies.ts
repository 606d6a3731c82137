/**
 * Cookies of a client (RFC 6265bis §5.7, §5.8): what a jar has goes out, what a server sets goes in.
 *
 * Which cookies those are is the jar's business, and it needs to know which
 * domains are public suffixes. Nothing of that is here: this layer asks before
 * each request, and tells after each response.
 *
 * @module
 */
import { cookiePairs, formatCookie } from "@stack/http";
import { ClientError } from "./errors.ts";
import type { ClientLayer, ClientRequest } from "./send.ts";
import { inTime, withinTotal } from "./total-time.ts";

/** How a request came about, from which a jar tells what SameSite allows (RFC 6265bis §5.2). */
export interface CookieContext {
  readonly method: string;
  /** Origins whose redirects led to the request, in order; empty for a request of the user's own. */
  readonly redirectedFrom: readonly string[];
}

/**
 * Keeps cookies. `@stack/client/tough-cookie` makes one; an implementation of one's own decides on domains, paths,
 * Secure, SameSite, prefixes, lifetimes and bounds.
 */
export interface CookieJar {
  /**
   * @param url - of the request, without credentials and fragment
   * @returns the Cookie field's value, `"a=1; b=2"`, or `""` for none
   */
  cookiesFor(url: string, context: CookieContext): string | Promise<string>;
  /**
   * Called once for each response that sets cookies, before anyone sees it.
   *
   * @param setCookie - the values of its Set-Cookie field lines in order, octets as Latin-1; anything a server may send
   */
  store(url: string, setCookie: readonly string[], context: CookieContext): void | Promise<void>;
}

/**
 * Sends the cookies of a jar, and stores those that responses set.
 *
 * A call rejects with ClientError `ERR_CLIENT_COOKIES` when the jar fails: stage `"request"` before anything was sent,
 * `"head"` when the response's cookies cannot be kept; the `cause` is the jar's error. What the jar takes long for counts
 * for `timeouts.totalMs`, and ends with the signal.
 *
 * Its place is inside of redirects and outside of further attempts: each request of a chain of redirects gets what the
 * jar has for it, with what the redirect itself has set. All cookies of a response are stored before the response is
 * given, so that the next call sends them; of calls at the same time none waits for another. A Cookie field that the
 * request has itself is kept, and wins over a cookie of the same name.
 *
 * @example
 * ```ts
 * import { cookies, createClient } from "@stack/client";
 * import { toughCookieJar } from "@stack/client/tough-cookie";
 *
 * const client = createClient({ cookies: toughCookieJar() });
 * const other = createClient({ layers: [cookies(toughCookieJar())] });
 * ```
 *
 * RFC 6265bis §5.7, §5.8.
 */
export function cookies(jar: CookieJar): ClientLayer {
  return (inner) => async (request) => {
    const { method, redirectedFrom } = request;
    const context = { method, redirectedFrom };
    const start = performance.now();
    const next = await inTime(asked(jar, request, context), request, 0, "queue");
    const response = await inner(withinTotal(next, performance.now() - start));
    const setCookie = response.fields.getAll("set-cookie");
    if (setCookie.length === 0) return response;
    try {
      await inTime(stored(jar, request, setCookie, context), request, performance.now() - start, "head");
    } catch (error) {
      response.cancel();
      throw error;
    }
    return response;
  };
}

/** The request with the cookies that the jar has for it. */
async function asked(jar: CookieJar, request: ClientRequest, context: CookieContext): Promise<ClientRequest> {
  try {
    const given = await jar.cookiesFor(request.href, context);
    return given === "" ? request : withCookies(request, given);
  } catch (cause) {
    throw failure(request, "request", "the cookie jar has no cookies to give; see the cause", cause);
  }
}

async function stored(
  jar: CookieJar,
  request: ClientRequest,
  setCookie: readonly string[],
  context: CookieContext,
): Promise<void> {
  try {
    await jar.store(request.href, setCookie, context);
  } catch (cause) {
    throw failure(request, "head", `the cookie jar could not keep ${setCookie.length} cookies; see the cause`, cause);
  }
}

/** A copy: what is put into a request that another layer holds would go wherever that layer sends it. */
function withCookies(request: ClientRequest, given: string): ClientRequest {
  const next = request.with();
  const own = request.fields.getAll("cookie").join("; ");
  let value = given;
  if (own !== "") {
    const names = new Set(cookiePairs(own, Number.POSITIVE_INFINITY).map(([name]) => name));
    const others = cookiePairs(given, Number.POSITIVE_INFINITY).filter(([name]) => !names.has(name));
    value = others.length === 0 ? own : `${own}; ${formatCookie(others)}`;
  }
  next.fields.set("Cookie", value);
  return next;
}

function failure(request: ClientRequest, stage: "request" | "head", message: string, cause: unknown): ClientError {
  return new ClientError("ERR_CLIENT_COOKIES", stage, request.origin.href, message, {
    cause,
    unprocessed: stage === "request",
  });
}
