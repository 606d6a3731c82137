/**
 * The client as a Handler: what a reverse proxy is made of.
 *
 * Requests go on with all that is theirs and nothing that was between the peer
 * and us; content flows through at the pace of the slower side, both ways. A
 * peer that leaves takes its request with it.
 *
 * @module
 */
import { type Fields, type Handler, HttpError, type HttpRequest, type HttpResponse } from "@stack/http";
import { ClientError } from "./errors.ts";
import { endToEnd } from "./hop-by-hop.ts";
import { RequestContent } from "./request-content.ts";
import { overOptions, type ResolvedRequestOptions } from "./request-options.ts";
import { RequestUrl } from "./request-url.ts";
import type { ClientResponse } from "./response.ts";
import { ClientRequest, type Send } from "./send.ts";

/** How requests are sent on. */
export interface ForwardOptions {
  /** The next hop gets the Host that we were given, and not its own. Default false. */
  readonly preserveHost?: boolean;
  /** Our name in Via (RFC 9110 §7.6.3). Default "stack". */
  readonly via?: string;
}

/**
 * See {@link Client.forward}. A failure before the response's head is 502, 504 when it was a timeout, 503 when too many
 * wait; after it, the response is reset.
 */
export function forward(
  send: Send,
  where: RequestUrl,
  defaults: ResolvedRequestOptions,
  options: ForwardOptions,
): Handler {
  const { origin, target, credentials } = where;
  const { preserveHost = false, via = "stack" } = options;
  if (target !== "/" || credentials !== "")
    throw new ClientError("ERR_CLIENT_URL", "request", origin.href, "forward takes an origin: scheme, host and port");

  /** @throws HttpError 400 for what must not be sent on */
  function onward(request: HttpRequest, response: HttpResponse): ClientRequest {
    const fields = endToEnd(request.fields);
    if (fields === null)
      throw new HttpError(400, "ERR_CONNECTION_OPTION", "Connection names a field that is end-to-end");
    if (request.method === "CONNECT") throw new HttpError(501, "ERR_NO_TUNNEL", "this gateway opens no tunnels");
    fields.delete("content-length"); // said anew, as it is framed
    fields.delete("expect"); // our server has answered it, when the content is read
    if (preserveHost) fields.set("Host", request.authority);
    else fields.delete("host");
    if (request.fields.get("te")?.toLowerCase().includes("trailers") === true) fields.append("TE", "trailers");
    fields.append("Via", `${request.version} ${via}`);
    const { length } = request.content;
    const content = length === 0 ? null : RequestContent.streamed(() => request.content.stream(), { length });
    const search = request.search === "" ? "" : `?${request.search}`;
    const url = new RequestUrl(origin, request.path + search, "");
    return new ClientRequest(
      request.method,
      url,
      fields,
      content,
      request.signal,
      overOptions(defaults, {
        onInformational: (status, informational) => {
          const passed = status === 100 || response.headSent ? null : endToEnd(informational);
          if (passed !== null) response.inform(status, passed);
        },
        trailers: () => trailersOf(request.content.trailers),
      }),
    );
  }

  return async (request, response) => {
    let answer: ClientResponse;
    try {
      answer = await send(onward(request, response));
    } catch (error) {
      throw error instanceof ClientError ? asStatus(error) : error;
    }
    const fields = endToEnd(answer.fields);
    if (fields === null) {
      answer.cancel();
      throw new HttpError(502, "ERR_CONNECTION_OPTION", "the server's Connection names a field that is end-to-end");
    }
    fields.append("Via", `${answer.version} ${via}`);
    response.status = answer.status;
    response.fields.appendAll(fields);
    if (answer.content.length === 0) {
      response.end();
      return;
    }
    try {
      for await (const piece of answer.stream()) if (!response.write(piece)) await response.drained();
      response.trailers.appendAll(trailersOf(answer.trailers) ?? []);
      response.end();
    } catch (error) {
      answer.cancel();
      response.reset();
      throw error;
    }
  };
}

function trailersOf(trailers: Fields): Fields | undefined {
  return trailers.size === 0 ? undefined : (endToEnd(trailers) ?? undefined);
}

/** What the peer is told: the cause is the operator's (S126). */
function asStatus(error: ClientError): HttpError {
  const status = error.code.endsWith("_TIMEOUT") ? 504 : error.code === "ERR_CLIENT_QUEUE_FULL" ? 503 : 502;
  return new HttpError(status, error.code, error.message, { cause: error });
}
