/**
 * A route at its place: its handler, and the layers of every router around it.
 *
 * @module
 */
import { compose, type Handler, type HttpRequest, type HttpResponse, type Layer } from "@stack/http";
import type { Pattern } from "./pattern.ts";

/** A route as tools see it. */
export interface Route {
  /** `null`: any method but CONNECT and TRACE. */
  readonly method: string | null;
  /** The path's pattern as it was written, after the prefixes under which its router is mounted. */
  readonly path: string;
  /** The handler as it was registered, without layers. */
  readonly handler: Handler;
}

/** What a router puts around its routes and around what they leave open. */
export interface Owner {
  readonly layers: readonly Layer[];
  readonly notFound: Handler | null;
}

/** A {@link Route} with what is needed to answer a request. */
export class Endpoint {
  readonly route: Route;
  /** The layers of the route alone. */
  readonly layers: readonly Layer[];
  /** The routers that the route is in, the outermost first. */
  readonly owners: readonly Owner[];
  readonly names: readonly string[];
  /** The wildcard's index after the parameters, or -1. Without a name it is not among {@link names}. */
  readonly wildcard: number;
  /** There is a parameter or a wildcard: not all octets of a matching path are the pattern's. */
  readonly dynamic: boolean;
  private composed: Handler | null;

  constructor(pattern: Pattern, handler: Handler, layers: readonly Layer[], owners: readonly Owner[]) {
    this.route = { method: pattern.method, path: pattern.path, handler };
    this.layers = layers;
    this.owners = owners;
    this.names = pattern.names;
    const parameters = pattern.parts.filter((part) => part.kind === "parameter").length;
    this.wildcard = pattern.parts.at(-1)?.kind === "wildcard" ? parameters : -1;
    this.dynamic = parameters > 0 || this.wildcard >= 0;
    this.composed = null;
  }

  /** Answers through all layers. They are composed at the first request, so that `use` and routes come in any order. */
  answer(request: HttpRequest, response: HttpResponse): void | Promise<void> {
    const handler = (this.composed ??= this.compose());
    return handler(request, response);
  }

  /** Composes anew at the next request: a layer was added. */
  forget(): void {
    this.composed = null;
  }

  private compose(): Handler {
    const layers = this.owners.flatMap((owner) => owner.layers);
    return compose([...layers, ...this.layers], this.route.handler);
  }
}
