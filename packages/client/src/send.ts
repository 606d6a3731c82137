/**
 * What leaves a client, and the one shape that its parts are composed by.
 *
 * A {@link Send} takes a request to a response; a {@link ClientLayer} makes one
 * out of another. The innermost is the transport.
 *
 * @module
 */
import { Fields } from "@stack/http";
import { inspectable } from "./inspection.ts";
import type { RequestContent } from "./request-content.ts";
import type { ResolvedRequestOptions } from "./request-options.ts";
import { type Origin, parseUrl, type RequestUrl } from "./request-url.ts";
import type { ClientResponse } from "./response.ts";

/** One request to one response: a layer wraps it, the transport ends it. */
export type Send = (request: ClientRequest) => Promise<ClientResponse>;

/**
 * Makes a {@link Send} out of another.
 *
 * @example
 * ```ts
 * import type { ClientLayer } from "@stack/client";
 *
 * const named: ClientLayer = (inner) => (request) => {
 *   request.fields.set("User-Agent", "example/1.0");
 *   return inner(request);
 * };
 * ```
 */
export type ClientLayer = (inner: Send) => Send;

/** What a layer can put in place of a request's own; see {@link ClientRequest.with}. */
export interface RequestChanges {
  readonly method?: string;
  readonly url?: string | URL;
  readonly fields?: Fields;
  readonly content?: RequestContent | null;
  readonly signal?: AbortSignal | null;
  /** Of this call, instead of its own. */
  readonly options?: ResolvedRequestOptions;
  readonly redirectedFrom?: readonly string[];
}

/** A request on its way out: made once per call, of own properties only (S127). */
export class ClientRequest {
  readonly method: string;
  readonly origin: Origin;
  /** Path and query. */
  readonly target: string;
  /** What the user and layers set. Host, Content-Length and Connection are the transport's. */
  readonly fields: Fields;
  readonly content: RequestContent | null;
  readonly signal: AbortSignal | null;
  /** Of this call, over the client's. */
  readonly options: ResolvedRequestOptions;
  /** Origins whose redirects led here, in order; empty for a request of the user's own. */
  readonly redirectedFrom: readonly string[];

  constructor(
    method: string,
    url: Pick<RequestUrl, "origin" | "target">,
    fields: Fields,
    content: RequestContent | null,
    signal: AbortSignal | null,
    options: ResolvedRequestOptions,
    redirectedFrom: readonly string[] = NOWHERE,
  ) {
    this.method = method;
    this.origin = url.origin;
    this.target = url.target;
    this.fields = fields;
    this.content = content;
    this.signal = signal;
    this.options = options;
    this.redirectedFrom = redirectedFrom;
  }

  /** The URL, without credentials and fragment. */
  get href(): string {
    return this.origin.href + this.target;
  }

  /** {@link href}, parsed anew. */
  get url(): URL {
    return new URL(this.href);
  }

  /**
   * A copy with other parts; fields that are not replaced are copied. Credentials in a new URL are dropped.
   * @param changes - of which own properties count (S127)
   */
  with(changes?: RequestChanges): ClientRequest {
    if (changes === undefined) return withLines(this, []);
    const own: RequestChanges = Object.assign(Object.create(null) as object, changes);
    const { method = this.method, url, fields, content = this.content, signal = this.signal } = own;
    const { options = this.options, redirectedFrom = this.redirectedFrom } = own;
    return new ClientRequest(
      method,
      url === undefined ? this : parseUrl(url),
      fields ?? this.fields.clone(),
      content,
      signal,
      options,
      redirectedFrom,
    );
  }
}

/** A copy with more field lines, `[name, value …]`, that are known to be right. */
export function withLines(request: ClientRequest, lines: readonly string[]): ClientRequest {
  const { method, content, signal, options, redirectedFrom } = request;
  const fields = Fields.adopt(request.fields.lines().concat(lines));
  return new ClientRequest(method, request, fields, content, signal, options, redirectedFrom);
}

inspectable(ClientRequest.prototype, "ClientRequest", ({ method, origin }) => ({ method, origin: origin.href }));

const NOWHERE: readonly string[] = [];
