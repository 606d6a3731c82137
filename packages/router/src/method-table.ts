/**
 * What one path offers to each method (RFC 9110 §9.3 and §10.2.1).
 *
 * @module
 */
import type { Endpoint } from "./endpoint.ts";

/** The endpoints of one path pattern, by method. */
export class MethodTable {
  private readonly methods: string[];
  private readonly endpoints: Endpoint[];
  private any: Endpoint | null;
  private scopeOrNull: Endpoint | null;

  constructor() {
    this.methods = [];
    this.endpoints = [];
    this.any = null;
    this.scopeOrNull = null;
  }

  /** What answers here in the name of a mounted router when no route does. */
  get scope(): Endpoint | null {
    return this.scopeOrNull;
  }

  /** The endpoint registered for exactly this method; `null` stands for any. */
  registered(method: string | null): Endpoint | null {
    if (method === null) return this.any;
    return this.endpoints[this.methods.indexOf(method)] ?? null;
  }

  /** Adds an endpoint for its method. */
  add(endpoint: Endpoint): void {
    const { method } = endpoint.route;
    if (method === null) {
      this.any = endpoint;
      return;
    }
    this.methods.push(method);
    this.endpoints.push(endpoint);
  }

  /** Of routers mounted at the same prefix the first answers what none of them matches. */
  addScope(scope: Endpoint): void {
    this.scopeOrNull ??= scope;
  }

  /**
   * The endpoint that answers a method: its own; for HEAD that of GET (RFC 9110 §9.3.2); that for any method.
   *
   * CONNECT and TRACE are answered by routes that name them and by no other: one opens a tunnel, the other sends a
   * request's credentials back to whoever can read the response (S165).
   */
  select(method: string): Endpoint | null {
    const { methods } = this;
    for (let i = 0; i < methods.length; i++) if (methods[i] === method) return this.endpoints[i] as Endpoint;
    if (method === "HEAD") {
      const get = this.registered("GET");
      if (get !== null) return get;
    }
    return this.any !== null && method !== "CONNECT" && method !== "TRACE" ? this.any : null;
  }

  /** Adds the methods that {@link select} answers, and OPTIONS, which is always answered where any other is. */
  addAllowed(allowed: Set<string>): void {
    for (const method of this.methods) allowed.add(method);
    if (this.any !== null) for (const method of ANY) allowed.add(method);
    if (allowed.has("GET")) allowed.add("HEAD");
    if (allowed.size > 0) allowed.add("OPTIONS");
  }
}

/** What Allow says of a route for any method: the methods of RFC 9110 §9.3 and RFC 5789 that it answers. */
const ANY: readonly string[] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
