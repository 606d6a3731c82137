/**
 * Calling a handler so that every request gets an answer.
 *
 * Engines call {@link dispatch} and nothing else: whatever a handler throws,
 * rejects with or forgets ends as a response or as a reset, and is reported.
 *
 * @module
 */
import { HttpError, PeerGoneError, ResponseStateError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import type { HttpRequest } from "./request.ts";
import type { HttpResponse } from "./response.ts";

/**
 * Told of every failure of a handler; must not throw. `request` is null when a connection failed, by a fault in the
 * engine or in what it called outside of any handler: whatever was under way on it is cut.
 */
export type ReportError = (error: unknown, request: HttpRequest | null) => void;

/**
 * Calls `handler`; its failures become 500, an {@link HttpError}'s status, or a reset when a head was sent.
 *
 * @example
 * ```ts
 * const hello: Handler = (_, response) => response.text("hello");
 * dispatch(hello, request, response, (error) => console.error(error));
 * ```
 */
export function dispatch(handler: Handler, request: HttpRequest, response: HttpResponse, report: ReportError): void {
  let result: unknown;
  try {
    result = handler(request, response);
  } catch (error) {
    fail(error, request, response, report);
    return;
  }
  if (result !== undefined && result !== null && typeof (result as PromiseLike<void>).then === "function")
    (result as PromiseLike<void>).then(
      () => {
        if (!response.headSent) fail(noResponse(), request, response, report);
      },
      (error: unknown) => fail(error, request, response, report),
    );
}

/**
 * Answers a failure as {@link dispatch} does. For layers that catch.
 *
 * @example
 * ```ts
 * const logged: Layer = (inner) => async (request, response) => {
 *   try {
 *     await inner(request, response);
 *   } catch (error) {
 *     fail(error, request, response, (cause) => console.error(request.path, cause));
 *   }
 * };
 * ```
 */
export function fail(error: unknown, request: HttpRequest, response: HttpResponse, report: ReportError): void {
  if (error instanceof PeerGoneError) {
    response.reset(); // nobody is left to answer, and it is no failure of ours
    return;
  }
  const known = error instanceof HttpError;
  if (!known || error.status >= 500) report(error, request);
  if (response.headSent) {
    response.reset();
    return;
  }
  const status = known ? error.status : 500;
  response.clear();
  response.status = status;
  // The cause of a 5xx is the operator's business, never the peer's (S126).
  response.text(status < 500 && known ? `${error.message}\n` : "the server failed to answer this request\n");
}

function noResponse(): ResponseStateError {
  return new ResponseStateError("ERR_NO_RESPONSE", "the handler settled without a response; send one or throw");
}
