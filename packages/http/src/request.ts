/**
 * A request as a handler sees it, whatever the version it came over (RFC 9110 §3.4).
 *
 * @module
 */
import type { PeerInfo } from "./carrier.ts";
import { Content, type ReadOptions } from "./content.ts";
import { Fields, type FieldsInit } from "./fields.ts";
import type { JsonOptions } from "./json.ts";
import { PromisedIncoming } from "./promised-request.ts";
import { parseQuery, type QueryPairs } from "./query.ts";
import type { Incoming } from "./response-sink.ts";

/** The protocol version that a request came over. */
export type HttpVersion = "1.0" | "1.1" | "2" | "3";

/**
 * A request. One class for all versions of HTTP, so that handlers stay fast;
 * content, signal, path and query are made when first asked for.
 *
 * @example
 * ```ts
 * const search: Handler = (request, response) => {
 *   const words = request.query.get("q") ?? "";
 *   response.json({ words, by: request.fields.get("user-agent"), over: request.version });
 * };
 * ```
 */
export class HttpRequest {
  /** Case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  /** The request target as received (RFC 9112 §3.2); `:path` in HTTP/2. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly fields: Fields;
  /** What the router found in the path; empty without one. */
  params: ReadonlyMap<string, string>;
  private readonly incoming: Incoming;
  private contentOrNull: Content | null;
  private controller: AbortController | null;
  private pathOrNull: string | null;
  private queryOrNull: QueryPairs | null;

  constructor(method: string, target: string, version: HttpVersion, fields: Fields, incoming: Incoming) {
    this.method = method;
    this.target = target;
    this.version = version;
    this.fields = fields;
    this.params = NO_PARAMS;
    this.incoming = incoming;
    this.contentOrNull = null;
    this.controller = null;
    this.pathOrNull = null;
    this.queryOrNull = null;
  }

  get scheme(): "http" | "https" {
    return this.incoming.scheme;
  }

  /** The host, and the port if one was given, that the request is for: the target's, else Host (RFC 9112 §3.3). */
  get authority(): string {
    return this.incoming.authority;
  }

  /** Who sent it: addresses, TLS, ALPN. */
  get peer(): PeerInfo {
    return this.incoming.peer;
  }

  /** The target's path, still percent-encoded: "/" at least, "*" for `OPTIONS *`, "" for CONNECT. */
  get path(): string {
    return (this.pathOrNull ??= pathOf(this.method, this.target));
  }

  /** What follows the "?", without it; "" if nothing. */
  get search(): string {
    const mark = this.target.indexOf("?");
    return mark < 0 ? "" : this.target.slice(mark + 1);
  }

  /** The query as ordered pairs. @throws HttpError 400 when it has more pairs than anyone needs (S96) */
  get query(): QueryPairs {
    return (this.queryOrNull ??= parseQuery(this.search));
  }

  /** The content, to be read once. */
  get content(): Content {
    return (this.contentOrNull ??= new Content(this.incoming));
  }

  /** The trailer section; empty until the content has been read to its end. */
  get trailers(): Fields {
    return this.content.trailers;
  }

  /** Aborts when the peer goes away before the response is complete. */
  get signal(): AbortSignal {
    let { controller } = this;
    if (controller === null) {
      controller = new AbortController();
      this.controller = controller;
      const made = controller;
      this.incoming.onGone((reason) => made.abort(reason));
    }
    return controller.signal;
  }

  /**
   * The GET request for `target` that the client is expected to make when it has the response: for
   * {@link HttpResponse.push}. Of the same authority; `fields` are what a cache would select it by (RFC 9113 §8.4.1).
   */
  promise(target: string, fields?: FieldsInit): HttpRequest {
    return new HttpRequest("GET", target, this.version, new Fields(fields), new PromisedIncoming(this.incoming));
  }

  /** All content octets. See {@link Content.bytes}. */
  bytes(options?: ReadOptions): Promise<Uint8Array> {
    return this.content.bytes(options);
  }

  /** The content as UTF-8 text. See {@link Content.text}. */
  text(options?: ReadOptions): Promise<string> {
    return this.content.text(options);
  }

  /** The content as JSON. See {@link Content.json}. */
  json(options?: ReadOptions & JsonOptions): Promise<unknown> {
    return this.content.json(options);
  }

  /** The content as it arrives. See {@link Content.stream}. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.content[Symbol.asyncIterator]();
  }
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/** The path of a request target's four forms (RFC 9112 §3.2). */
function pathOf(method: string, target: string): string {
  if (target.charCodeAt(0) === 0x2f /* / */) {
    const mark = target.indexOf("?");
    return mark < 0 ? target : target.slice(0, mark);
  }
  if (method === "CONNECT") return "";
  if (target === "*") return target;
  const authority = target.indexOf("://") + 3;
  const end = target.slice(authority).search(/[/?]/);
  if (end < 0) return method === "OPTIONS" ? "*" : "/"; // RFC 9112 §3.2.4
  return target[authority + end] === "?" ? "/" : pathOf(method, target.slice(authority + end));
}
