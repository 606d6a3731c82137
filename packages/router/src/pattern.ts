/**
 * The notation of routes: `"/users/:id"`, `"GET /files/*path"`.
 *
 * A pattern is read once, when its route is registered. What looks like the
 * notation of another router (`:id?`, `:id(\d+)`, `{id}`) is refused, because
 * taken literally it would match nothing that its author meant.
 *
 * @module
 */
import { canonicalPath, hasDotSegment, hasEmptySegment } from "./canonical-path.ts";
import { RoutePatternError } from "./errors.ts";

/** A piece of a pattern, in the order of the path. */
export type Part =
  /** Octets in canonical form that the path has literally. */
  | { readonly kind: "text"; readonly text: string }
  /** One segment, not empty; what precedes `suffix` in it is the parameter's value. */
  | { readonly kind: "parameter"; readonly suffix: string }
  /** The rest of the path, possibly nothing. The last part. */
  | { readonly kind: "wildcard" };

/** A pattern, read. */
export interface Pattern {
  /** `null`: any method but CONNECT and TRACE. */
  readonly method: string | null;
  /** The path as its author wrote it. */
  readonly path: string;
  readonly parts: readonly Part[];
  /** The names of the parameters, and of the wildcard when it has one, in the order of the path. */
  readonly names: readonly string[];
}

/**
 * Reads a pattern.
 *
 * - `"/path"`: any method; `"METHOD /path"`: one, case-sensitive; `"OPTIONS *"`: the server itself (RFC 9110 §9.3.7)
 * - `:name` at the start of a segment: one segment, or what precedes the literal rest of it, as in `/:file.json`
 * - `*name` or `*` as the last segment: the rest of the path, possibly nothing
 * - everything else is literal: Unicode as it is or percent-encoded; `:` and `*` only as `%3A` and `%2A`
 *
 * @throws RoutePatternError `ERR_ROUTE_PATTERN` with the reason
 *
 * @example
 * ```ts
 * parsePattern("GET /users/:id").names; // ["id"]
 * parsePattern("/files/*path").method; // null
 * ```
 */
export function parsePattern(pattern: string): Pattern {
  const space = pattern.startsWith("/") ? -1 : pattern.indexOf(" ");
  const method = space < 0 ? null : pattern.slice(0, space);
  const path = pattern.slice(space + 1);
  if (method !== null) checkMethod(pattern, method);
  if (path === "*") {
    if (method !== "OPTIONS") throw new RoutePatternError(pattern, 'the target "*" is for OPTIONS only');
    return { method, path, parts: [{ kind: "text", text: "*" }], names: [] };
  }
  if (!path.startsWith("/")) throw new RoutePatternError(pattern, 'write "/path" or "METHOD /path"');

  const parts: Part[] = [];
  const names: string[] = [];
  let text = "";
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    text += "/";
    const sigil = segment[0];
    if (sigil !== ":" && sigil !== "*") {
      text += literal(pattern, segment);
      continue;
    }
    const [, name = "", suffix = ""] = NAMED.exec(segment) ?? [];
    parts.push({ kind: "text", text });
    text = "";
    if (sigil === ":") {
      if (name === "")
        throw new RoutePatternError(pattern, "a parameter has a name: letters, digits and _ after the :");
      if (NOT_SUFFIX.test(suffix))
        throw new RoutePatternError(
          pattern,
          `${suffix} after :${name} means nothing here; register a route for each form`,
        );
      parts.push({ kind: "parameter", suffix: literal(pattern, suffix) });
    } else {
      if (suffix !== "") throw new RoutePatternError(pattern, "a wildcard is * and a name of letters, digits and _");
      if (index < segments.length - 1) throw new RoutePatternError(pattern, "a wildcard is the last segment");
      parts.push({ kind: "wildcard" });
    }
    if (name === "") continue;
    if (names.includes(name)) throw new RoutePatternError(pattern, `the name ${name} is used twice`);
    names.push(name);
  }
  if (text !== "") parts.push({ kind: "text", text });
  const example = parts
    .map((part) => (part.kind === "text" ? part.text : part.kind === "parameter" ? "x" : ""))
    .join("");
  if (hasDotSegment(example) || hasEmptySegment(example, 0))
    throw new RoutePatternError(pattern, "dot segments and empty segments match no request; leave them out");
  return { method, path, parts, names };
}

/**
 * The pattern of a route under the prefix at which its router is mounted. The sub-router's `/` is the prefix as it
 * is written: `/api` or `/docs/`.
 */
export function joinPaths(prefix: string, path: string): string {
  if (path === "/") return prefix;
  if (path === "*") throw new RoutePatternError("OPTIONS *", "it is about the server, so the outermost router has it");
  return (prefix.endsWith("/") ? prefix.slice(0, -1) : prefix) + path;
}

/** A pattern as it is written. */
export function showPattern(pattern: Pick<Pattern, "method" | "path">): string {
  return pattern.method === null ? pattern.path : `${pattern.method} ${pattern.path}`;
}

function checkMethod(pattern: string, method: string): void {
  if (method === "*") throw new RoutePatternError(pattern, "for any method write the path alone");
  if (!TOKEN.test(method)) throw new RoutePatternError(pattern, `${JSON.stringify(method)} is not a method`);
  if (method !== method.toUpperCase())
    throw new RoutePatternError(pattern, `methods are case-sensitive (RFC 9110 §9.1); write ${method.toUpperCase()}`);
}

/** Literal text in canonical form. */
function literal(pattern: string, text: string): string {
  const wrong = NOT_LITERAL.exec(text)?.[0];
  if (wrong !== undefined) {
    const encoded = `%${wrong.charCodeAt(0).toString(16).toUpperCase()}`;
    throw new RoutePatternError(
      pattern,
      `${wrong} within a segment is not literal; write ${encoded} if you mean the character`,
    );
  }
  if (/\p{Surrogate}/u.test(text)) throw new RoutePatternError(pattern, "half a surrogate pair has no UTF-8 form");
  const canonical = canonicalPath(text.replace(/[^\x21-\x7e]+/g, encodeURIComponent));
  if (canonical === null) throw new RoutePatternError(pattern, "a % is followed by two hexadecimal digits; write %25");
  return canonical;
}

/** A parameter or a wildcard: its name and what follows in the segment. */
const NAMED = /^[:*]((?:[A-Za-z_][A-Za-z0-9_]*)?)(.*)$/s;
/** Optional, repeated and constrained parameters of other routers. */
const NOT_SUFFIX = /^[?*+(]/;
/** Not literal in any segment: sigils out of place, and what begins a query, a fragment or another router's notation. */
const NOT_LITERAL = /[:*?#{}\\]/;
/** RFC 9110 §5.6.2 token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
