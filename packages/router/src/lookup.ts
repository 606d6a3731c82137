/**
 * From a request's path to its route and parameters: which paths are refused,
 * which are equal, and what is decoded, once.
 *
 * @module
 */
import { percentDecode } from "@stack/http";
import { canonicalPath, hasDotSegment, hasEmptySegment } from "./canonical-path.ts";
import type { Endpoint } from "./endpoint.ts";
import { PathParams } from "./path-params.ts";
import type { Pattern } from "./pattern.ts";
import { Tree } from "./tree.ts";

/** What a router does with paths that have dot segments or empty segments. */
export type AmbiguousPaths = "refuse" | "keep";

/** The routes of a router, to be found by path. */
export class Lookup {
  private readonly tree: Tree;
  private readonly refusesAmbiguous: boolean;
  /** The methods of all routes: what the server as a whole can do. */
  private readonly everyMethod: Set<string>;
  /** The canonical path that {@link tree} found last, and whether it has triplets. */
  private path: string;
  private encoded: boolean;

  constructor(ambiguousPaths: AmbiguousPaths) {
    this.tree = new Tree();
    this.refusesAmbiguous = ambiguousPaths !== "keep"; // a slip of the pen must not open a door
    this.everyMethod = new Set(["OPTIONS"]);
    this.path = "";
    this.encoded = false;
  }

  /** The endpoint that is registered for exactly the same requests, if any. */
  registered(pattern: Pattern): Endpoint | null {
    return this.tree.table(pattern.parts).registered(pattern.method);
  }

  add(pattern: Pattern, endpoint: Endpoint): void {
    const table = this.tree.table(pattern.parts);
    table.add(endpoint);
    table.addAllowed(this.everyMethod);
  }

  addScope(pattern: Pattern, scope: Endpoint): void {
    this.tree.table(pattern.parts).addScope(scope);
  }

  /** The endpoint that answers `method` at `path`, or `null`. Allocates nothing unless the path has triplets. */
  find(method: string, path: string): Endpoint | null {
    const encoded = path.includes("%");
    const canonical = encoded ? canonicalPath(path) : path;
    if (canonical === null) return null;
    const found = this.tree.find(method, canonical);
    if (found === null || !found.dynamic) return found; // a literal pattern is never ambiguous
    this.path = canonical;
    this.encoded = encoded;
    if (!this.refusesAmbiguous) return found;
    if (hasDotSegment(canonical)) return null;
    // Only a wildcard takes an empty segment: literals have none and a parameter is not empty.
    const { wildcard } = found;
    if (wildcard >= 0 && hasEmptySegment(canonical, (this.tree.starts[wildcard] as number) - 1)) return null;
    return found;
  }

  /** The scope in whose name a request is answered that no route matches, or `null`: the router's own. */
  findScope(path: string): Endpoint | null {
    const canonical = this.acceptable(path);
    if (canonical === null) return null;
    this.path = canonical;
    this.encoded = true;
    return this.tree.findScope(canonical);
  }

  /**
   * The parameters of the endpoint that was found just now, decoded.
   *
   * @returns `null` when an octet sequence is not UTF-8, or when a named wildcard holds `%2F`: decoded, it could not
   *   be told from a separator, and `/admin%2Fkeys` would walk around a guard on `/admin/*` (S150)
   */
  params(endpoint: Endpoint): PathParams | null {
    const { names, wildcard } = endpoint;
    if (names.length === 0) return NO_PARAMS;
    const { starts, ends } = this.tree;
    const values = new Array<string>(names.length); // a list that grows would take 17 places at once
    for (let i = 0; i < names.length; i++) {
      const text = this.path.slice(starts[i], ends[i]);
      if (this.encoded) {
        const value = percentDecode(text);
        if (value === null || (i === wildcard && text.includes("%2F"))) return null;
        values[i] = value;
      } else values[i] = text;
    }
    return new PathParams(names, values);
  }

  /** Whether a path is refused whatever the routes are, or because its parameters cannot be decoded. */
  refuses(method: string, path: string): boolean {
    if (this.acceptable(path) === null) return true;
    const found = this.find(method, path);
    return found !== null && this.params(found) === null;
  }

  /** The methods that are answered at `path`; of the server as a whole where a target has no path (`*`, CONNECT). */
  allowedMethods(path: string): ReadonlySet<string> {
    if (!path.startsWith("/")) return this.everyMethod;
    const canonical = this.acceptable(path);
    return canonical === null ? NONE : this.tree.allowedMethods(canonical);
  }

  /** The canonical form, or `null` for a path that is refused. */
  private acceptable(path: string): string | null {
    const canonical = canonicalPath(path);
    if (canonical === null || !this.refusesAmbiguous) return canonical;
    return hasDotSegment(canonical) || hasEmptySegment(canonical, 0) ? null : canonical;
  }
}

const NO_PARAMS: PathParams = new PathParams([], []);
const NONE: ReadonlySet<string> = new Set();
