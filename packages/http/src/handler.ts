/**
 * The one interface that everything composes by.
 *
 * A {@link Handler} answers a request; a {@link Layer} makes a handler out of
 * a handler. Middleware is composition: `log(compress(cache(app)))`.
 *
 * @module
 */
import type { HttpRequest } from "./request.ts";
import type { HttpResponse } from "./response.ts";

/**
 * Answers `request` through `response`, at once or later.
 *
 * A synchronous return may answer later. A promise that settles without a
 * response is answered with 500 and reported as `ERR_NO_RESPONSE`; a throw or a
 * rejection is 500 when nothing was sent yet, else the response is reset.
 *
 * @example
 * ```ts
 * import type { Handler } from "@stack/http";
 *
 * const hello: Handler = (request, response) => response.text(`Hello from ${request.path}`);
 * ```
 */
export type Handler = (request: HttpRequest, response: HttpResponse) => void | Promise<void>;

/** Makes a handler out of a handler. */
export type Layer = (inner: Handler) => Handler;

/**
 * Composes layers around a handler; the first layer is the outermost.
 *
 * @throws TypeError for what is no function
 *
 * @example
 * ```ts
 * import { compose, type Handler, type Layer } from "@stack/http";
 *
 * const named: Layer = (inner) => (request, response) => {
 *   response.fields.set("Server", "stack");
 *   return inner(request, response);
 * };
 * const app: Handler = compose([named], (_, response) => response.text("ok"));
 * ```
 */
export function compose(layers: readonly Layer[], handler: Handler): Handler {
  if (typeof handler !== "function")
    throw new TypeError("the handler is no function; a handler takes a request and a response");
  let composed = handler;
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i] as Layer;
    if (typeof layer !== "function")
      throw new TypeError(
        `layer ${i + 1} of ${layers.length} is no function; a layer takes the handler within it and returns a handler`,
      );
    composed = layer(composed);
  }
  return composed;
}
