/**
 * What becomes of 417 (RFC 9110 §10.1.1, §15.5.18).
 *
 * The server, or one on the way to it, does not do `Expect: 100-continue`, and says
 * so instead of doing anything else: the request is made again without.
 *
 * @module
 */
import { overOptions } from "./request-options.ts";
import type { ClientResponse } from "./response.ts";
import type { ClientRequest, Send } from "./send.ts";
import { withinTotal } from "./total-time.ts";

/** Requests that expect 100 are made again without, once, if their content can be; others go by. */
export function withoutFailedExpectation(inner: Send): Send {
  async function expecting(request: ClientRequest): Promise<ClientResponse> {
    const start = performance.now();
    const response = await inner(request);
    if (response.status !== 417 || request.content?.replayable !== true) return response;
    response.cancel();
    const options = overOptions(request.options, { expectContinue: false });
    const { fields } = request;
    return inner(withinTotal(request.with({ fields, options }), performance.now() - start));
  }
  return (request) => (request.options.expectContinue === true ? expecting(request) : inner(request));
}
