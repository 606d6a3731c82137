/**
 * What can be wrong with a route. Thrown while routes are registered, never while a request is answered.
 *
 * @module
 */

/** A pattern that cannot be read, or that could never match. */
export class RoutePatternError extends TypeError {
  override readonly name = "RoutePatternError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_ROUTE_PATTERN";
  /** The pattern as it was given. */
  readonly pattern: string;

  constructor(pattern: string, reason: string) {
    super(`${JSON.stringify(pattern)} is not a route pattern: ${reason}`);
    this.pattern = pattern;
  }
}

/**
 * Two routes match exactly the same requests: one of them would never be called.
 *
 * @example
 * ```ts
 * const router = createRouter().get("/users/:id", (_, response) => response.text("a"));
 * try {
 *   router.get("/users/:name", (_, response) => response.text("b"));
 * } catch (error) {
 *   if (error instanceof RouteConflictError) console.error(error.registered); // GET /users/:id
 * }
 * ```
 */
export class RouteConflictError extends Error {
  override readonly name = "RouteConflictError";
  /** Stable, documented, safe to switch on. */
  readonly code = "ERR_ROUTE_CONFLICT";
  /** The pattern that was refused, with the prefixes it is mounted under. */
  readonly pattern: string;
  /** The pattern that is registered already. */
  readonly registered: string;

  constructor(pattern: string, registered: string) {
    super(
      `${JSON.stringify(pattern)} matches the same requests as ${JSON.stringify(registered)}, which is registered; remove one`,
    );
    this.pattern = pattern;
    this.registered = registered;
  }
}
