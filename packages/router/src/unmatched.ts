/**
 * Answers to requests that no route matches: 400, 404, 405, OPTIONS and the
 * redirect to the path with or without its last slash.
 *
 * None of them repeats what the peer sent, and all are plain text (S155).
 *
 * @module
 */
import type { Handler, HttpRequest, HttpResponse } from "@stack/http";
import type { Lookup } from "./lookup.ts";

/** What a router does with a request whose path is that of a route but for a slash at its end. */
export type TrailingSlash = "significant" | "redirect";

/**
 * Makes the handler for a router's unmatched requests. It looks at the request that reaches it: a layer may have
 * changed it.
 *
 * @param notFound - answers where no method has a route; the status is 404 already
 */
export function unmatchedHandler(lookup: Lookup, trailingSlash: TrailingSlash, notFound: Handler): Handler {
  return (request, response) => {
    const { method, path } = request;
    if (lookup.refuses(method, path)) {
      response.status = 400;
      response.text(
        "the path cannot be read one way only: check its percent-encoding, dot segments and empty segments\n",
      );
      return undefined;
    }
    const allowed = lookup.allowedMethods(path);
    if (allowed.size > 0) {
      answerWithAllow(method, allowed, response);
      return undefined;
    }
    if (trailingSlash === "redirect" && redirect(lookup, request, response)) return undefined;
    response.status = 404;
    return notFound(request, response);
  };
}

/** The answer where nobody gave another. */
export const notFoundAsText: Handler = (_, response) => response.text("there is nothing at this path\n");

/** 204 to OPTIONS (RFC 9110 §9.3.7), else 405 (§15.5.6), with Allow (§10.2.1). */
function answerWithAllow(method: string, allowed: ReadonlySet<string>, response: HttpResponse): void {
  response.fields.set("Allow", [...allowed].sort().join(", "));
  if (method === "OPTIONS") {
    response.status = 204;
    response.send();
    return;
  }
  response.status = 405;
  response.text("the method is not allowed at this path; Allow lists those that are\n");
}

/** 308 keeps the method and the content (RFC 9110 §15.4.9). */
function redirect(lookup: Lookup, request: HttpRequest, response: HttpResponse): boolean {
  const { method, path, search } = request;
  // "//host" and "/\host" would send a browser to another site (S154).
  if (path.charCodeAt(1) === SLASH || path.charCodeAt(1) === BACKSLASH) return false;
  const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  if (lookup.find(method, other) === null) return false;
  response.fields.set("Location", search === "" ? other : `${other}?${search}`);
  response.status = 308;
  response.text("the path is written with another end; Location has it\n");
  return true;
}

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
