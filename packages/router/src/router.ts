/**
 * The router: routes, layers and other routers, together one Handler.
 *
 * @module
 */
import type { Handler, HttpRequest, HttpResponse, Layer } from "@stack/http";
import { Endpoint, type Owner, type Route } from "./endpoint.ts";
import { RouteConflictError, RoutePatternError } from "./errors.ts";
import { type AmbiguousPaths, Lookup } from "./lookup.ts";
import { joinPaths, type Pattern, parsePattern, showPattern } from "./pattern.ts";
import { notFoundAsText, type TrailingSlash, unmatchedHandler } from "./unmatched.ts";

/** How a router answers what its routes leave open. */
export interface RouterOptions {
  /** Answers requests whose path no route matches; the status is 404 unless it sets another. Plain text by default. */
  readonly notFound?: Handler;
  /**
   * A path with a dot segment (`/a/../b`, also as `%2e%2e`) or an empty one (`/a//b`) that no route has literally:
   * answered with 400 by default, because others resolve or drop such segments and would read another path (S150).
   * `"keep"` takes them as any other segment. Of routers that are mounted the outermost decides.
   */
  readonly ambiguousPaths?: AmbiguousPaths;
  /**
   * `/a` and `/a/` are two paths. `"redirect"` answers the one without a route by 308 to the one that has it.
   * Of routers that are mounted the outermost decides.
   */
  readonly trailingSlash?: TrailingSlash;
}

/** What follows a pattern: a handler, or layers for this route alone (the first is the outermost) and a handler. */
export type RouteArguments = [handler: Handler] | [layers: readonly Layer[], handler: Handler];

/** What {@link Router.match} finds. */
export interface RouteMatch {
  readonly route: Route;
  /** Decoded, by name. */
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Makes a router. Its {@link Router.dispatch} is a Handler.
 *
 * @example
 * ```ts
 * import { createRouter } from "@stack/router";
 *
 * const router = createRouter();
 * router.get("/hello/:name", (request, response) => response.text(`Hello, ${request.params.get("name")}!\n`));
 * router.match("GET", "/hello/J%C3%BCrgen")?.params.get("name"); // "Jürgen"
 * ```
 */
export function createRouter(options: RouterOptions = {}): Router {
  return new Router(options);
}

/**
 * Routes by method and path. Use {@link createRouter}.
 *
 * @example
 * ```ts
 * const api = createRouter().get("/todos/:id", (request, response) => response.json(request.params.get("id")));
 * const router = createRouter().mount("/api", api);
 * router.match("GET", "/api/todos/7")?.params.get("id"); // "7"
 * router.routes().map(({ method, path }) => `${method} ${path}`); // ["GET /api/todos/:id"]
 * ```
 */
export class Router {
  /** Answers requests: the router as a Handler. It is bound, so it can be passed on. */
  readonly dispatch: Handler;
  private readonly layers: Layer[];
  private readonly owner: Owner;
  private readonly trailingSlash: TrailingSlash;
  private readonly lookup: Lookup;
  private readonly endpoints: Endpoint[];
  /** Answers what no route matches. */
  private readonly unmatched: Endpoint;
  /** The same in the name of mounted routers, at and below their prefixes. */
  private readonly scopes: Endpoint[];
  /** Where this router is mounted. */
  private readonly places: Place[];

  constructor(options: RouterOptions) {
    this.layers = [];
    this.owner = { layers: this.layers, notFound: options.notFound ?? null };
    this.trailingSlash = options.trailingSlash ?? "significant";
    this.lookup = new Lookup(options.ambiguousPaths ?? "refuse");
    this.endpoints = [];
    this.unmatched = this.scope(parsePattern("/"), [this.owner]);
    this.scopes = [];
    this.places = [];
    this.dispatch = (request, response) => this.answer(request, response);
  }

  /**
   * Adds a route.
   *
   * @param pattern - `"METHOD /path"`, or `"/path"` for any method but CONNECT and TRACE
   * @param route - the handler; or layers for this route alone and the handler
   * @throws RoutePatternError `ERR_ROUTE_PATTERN`; RouteConflictError `ERR_ROUTE_CONFLICT`. Nothing is added then.
   *
   * @example
   * ```ts
   * router.handle("PROPFIND /files/*path", [authenticated], listProperties);
   * ```
   */
  handle(pattern: string, ...route: RouteArguments): this {
    const [layers, handler] = route.length === 2 ? route : [[], route[0]];
    requireFunctions([...layers, handler], pattern);
    const read = parsePattern(pattern);
    this.check(read);
    this.add(read, new Endpoint(read, handler, [...layers], [this.owner]));
    return this;
  }

  /** Adds a route for GET, and for HEAD unless it has its own (RFC 9110 §9.3.2). See {@link handle}. */
  get(path: string, ...route: RouteArguments): this {
    return this.handle(`GET ${path}`, ...route);
  }

  post(path: string, ...route: RouteArguments): this {
    return this.handle(`POST ${path}`, ...route);
  }

  put(path: string, ...route: RouteArguments): this {
    return this.handle(`PUT ${path}`, ...route);
  }

  patch(path: string, ...route: RouteArguments): this {
    return this.handle(`PATCH ${path}`, ...route);
  }

  delete(path: string, ...route: RouteArguments): this {
    return this.handle(`DELETE ${path}`, ...route);
  }

  head(path: string, ...route: RouteArguments): this {
    return this.handle(`HEAD ${path}`, ...route);
  }

  options(path: string, ...route: RouteArguments): this {
    return this.handle(`OPTIONS ${path}`, ...route);
  }

  /**
   * Puts a layer around everything that this router answers: all routes, those of routers mounted in it, and 400, 404,
   * 405 and OPTIONS. Inside the layers that were used before; whether routes come before or after makes no difference.
   *
   * The layer is called once for each route, when its first request comes; what it is to keep for all routes is made
   * outside of it. `request.params` are set when its handler runs.
   */
  use(layer: Layer): this {
    requireFunctions([layer], "use");
    this.layers.push(layer);
    this.forget(this.owner);
    return this;
  }

  /**
   * Mounts a router or a handler.
   *
   * A router's patterns are read from the prefix on: its `/` is the prefix as it is written (`/api` or `/docs/`), its
   * `/users` is `/api/users`. Routes and layers that it is given later count too. Its routes and those of this router
   * are one set: the best match wins wherever it was registered.
   *
   * A handler gets every method but CONNECT and TRACE at the prefix and below it.
   *
   * Either way `request.target` and `request.path` stay whole.
   *
   * @param prefix - a path's pattern without wildcard; its parameters are set too
   * @throws RoutePatternError `ERR_ROUTE_PATTERN`; RouteConflictError `ERR_ROUTE_CONFLICT`. Nothing is mounted then.
   */
  mount(prefix: string, target: Router | Handler): this {
    const paths = prefix.endsWith("/") ? [joinPaths(prefix, "/*")] : [prefix, joinPaths(prefix, "/*")];
    const patterns = paths.map(parsePattern);
    if (patterns[0]?.method !== null) throw new RoutePatternError(prefix, "a prefix is a path, without a method");
    if (typeof target === "function") {
      for (const pattern of patterns) this.check(pattern);
      for (const pattern of patterns) this.add(pattern, new Endpoint(pattern, target, [], [this.owner]));
      return this;
    }
    if (!(target instanceof Router)) throw new TypeError(`mount ${prefix}: give it a router or a handler`);
    if (this.isWithin(target)) throw new TypeError(`mount ${prefix}: a router cannot be mounted within itself`);
    const place = { router: this, prefix };
    for (const endpoint of target.endpoints) this.check(patternAt(place, endpoint.route));
    // At "/" there is nothing that belongs to the mounted router more than to this one.
    if (prefix !== "/") for (const pattern of patterns) this.addScope(pattern, [this.owner, target.owner]);
    for (const scope of target.scopes) this.addScope(patternAt(place, scope.route), [this.owner, ...scope.owners]);
    for (const endpoint of target.endpoints) this.addFrom(place, endpoint);
    target.places.push(place);
    return this;
  }

  /**
   * The route that would answer, and the parameters; `null` if none would. For tests and tools.
   *
   * @param path - percent-encoded, without query, as `request.path`
   */
  match(method: string, path: string): RouteMatch | null {
    const endpoint = this.lookup.find(method, path);
    if (endpoint === null) return null;
    const params = this.lookup.params(endpoint);
    return params === null ? null : { route: endpoint.route, params };
  }

  /** All routes, those of mounted routers with their prefixes, in the order in which they were added. */
  routes(): Route[] {
    return this.endpoints.map((endpoint) => endpoint.route);
  }

  private answer(request: HttpRequest, response: HttpResponse): void | Promise<void> {
    const { lookup } = this;
    const endpoint = lookup.find(request.method, request.path);
    if (endpoint === null) return this.answerUnmatched(request, response);
    if (endpoint.names.length > 0) {
      const params = lookup.params(endpoint);
      if (params === null) return this.answerUnmatched(request, response);
      request.params = params;
    }
    return endpoint.answer(request, response);
  }

  /** In the name of the innermost router whose prefix the path has, through its layers. */
  private answerUnmatched(request: HttpRequest, response: HttpResponse): void | Promise<void> {
    const scope = this.lookup.findScope(request.path);
    if (scope === null) return this.unmatched.answer(request, response);
    const params = this.lookup.params(scope);
    if (params !== null && params.size > 0) request.params = params;
    return scope.answer(request, response);
  }

  /** Throws if a pattern cannot be added here or where this router is mounted. */
  private check(pattern: Pattern): void {
    const registered = this.lookup.registered(pattern);
    if (registered !== null) throw new RouteConflictError(showPattern(pattern), showPattern(registered.route));
    for (const place of this.places) place.router.check(patternAt(place, pattern));
  }

  private add(pattern: Pattern, endpoint: Endpoint): void {
    this.lookup.add(pattern, endpoint);
    this.endpoints.push(endpoint);
    for (const place of this.places) place.router.addFrom(place, endpoint);
  }

  /** Adds the endpoint of a router mounted here. */
  private addFrom(place: Place, endpoint: Endpoint): void {
    const pattern = patternAt(place, endpoint.route);
    const owners = [this.owner, ...endpoint.owners];
    this.add(pattern, new Endpoint(pattern, endpoint.route.handler, endpoint.layers, owners));
  }

  private addScope(pattern: Pattern, owners: readonly Owner[]): void {
    const scope = this.scope(pattern, owners);
    this.lookup.addScope(pattern, scope);
    this.scopes.push(scope);
    for (const place of this.places) place.router.addScope(patternAt(place, pattern), [place.router.owner, ...owners]);
  }

  private scope(pattern: Pattern, owners: readonly Owner[]): Endpoint {
    const notFound = owners.findLast((owner) => owner.notFound !== null)?.notFound ?? notFoundAsText;
    return new Endpoint(pattern, unmatchedHandler(this.lookup, this.trailingSlash, notFound), [], owners);
  }

  /** Composes anew what has a router's layers around it. */
  private forget(owner: Owner): void {
    for (const endpoint of [this.unmatched, ...this.scopes, ...this.endpoints])
      if (endpoint.owners.includes(owner)) endpoint.forget();
    for (const place of this.places) place.router.forget(owner);
  }

  private isWithin(router: Router): boolean {
    return this === router || this.places.some((place) => place.router.isWithin(router));
  }
}

/** Where a router is mounted. */
interface Place {
  readonly router: Router;
  readonly prefix: string;
}

/** The pattern at a place of what is a route, or a pattern, of the router mounted there. */
function patternAt(place: Place, route: Pick<Pattern, "method" | "path">): Pattern {
  return parsePattern(showPattern({ method: route.method, path: joinPaths(place.prefix, route.path) }));
}

function requireFunctions(values: readonly unknown[], where: string): void {
  for (const value of values)
    if (typeof value !== "function")
      throw new TypeError(`${where}: handlers and layers are functions, not ${typeof value}`);
}
