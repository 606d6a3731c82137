/**
 * The client: what people call.
 *
 * @module
 */
import { Fields, type Handler } from "@stack/http";
import { resolveClientOptions } from "@stack/http1";
import { ClientTls, createClientTls } from "@stack/tls";
import { type ClientOptions, ownOptions, resolvePool, resolveTimeouts } from "./client-options.ts";
import { identity, type Route } from "./connection-key.ts";
import { createConnector, type DialChoices } from "./connector.ts";
import { ClientError } from "./errors.ts";
import { type ForwardOptions, forward } from "./forward.ts";
import { inspectable } from "./inspection.ts";
import { LAYER_OPTIONS, withLayers } from "./layers.ts";
import { checkClientOptions, checkRequestOptions } from "./option-kinds.ts";
import { Pool } from "./pool.ts";
import { ProxyRoutes } from "./proxy-route.ts";
import { jsonContent, RequestContent } from "./request-content.ts";
import {
  overOptions,
  REQUEST_OPTIONS,
  REQUEST_PARTS,
  type RequestInit,
  type RequestOptions,
  type ResolvedRequestOptions,
} from "./request-options.ts";
import { type Origin, parseBaseUrl, parseUrl, type RequestUrl, resolveUnder } from "./request-url.ts";
import type { ClientResponse } from "./response.ts";
import { ClientRequest, type Send } from "./send.ts";
import { Transport } from "./transport.ts";

/** A request without a method: the function says it. */
export type MethodInit = Omit<RequestInit, "method">;

/** Figures of a client. */
export interface ClientFigures {
  /** Connections that are open or being opened. */
  readonly connections: number;
  /** Requests that are not over. */
  readonly requests: number;
  /** Those among them that wait for a connection. */
  readonly queued: number;
}

/**
 * Makes a client. One is enough for a process: it keeps the connections.
 *
 * @throws RangeError for a time or a bound that is none; TypeError for an option that is unknown; TlsError for
 *   certificates that cannot be used; ClientError `ERR_CLIENT_URL` for a `baseUrl` that is none
 *
 * @example
 * ```ts
 * import { createClient } from "@stack/client";
 *
 * const client = createClient();
 * const response = await client.get("http://127.0.0.1:8080/hello");
 * console.log(response.status, await response.text());
 * await client.close();
 * ```
 */
export function createClient(options: ClientOptions = {}): Client {
  return new Client(options);
}

/** An HTTP client. Use {@link createClient}. */
export class Client {
  private readonly base: URL | null;
  private readonly fields: Fields | null;
  private readonly defaults: ResolvedRequestOptions;
  private readonly pool: Pool;
  private readonly transport: Transport;
  private readonly send: Send;

  constructor(options: ClientOptions) {
    const own = ownOptions(options, CLIENT_OPTIONS, "a client");
    checkClientOptions(own);
    const { version = "alpn", unixSocket = "" } = own;
    const timeouts = resolveTimeouts(own.timeouts);
    const limits = resolvePool(own.pool);
    if (version !== "alpn" && version !== "prior-knowledge" && version !== "http/1.1")
      throw new RangeError(`version is "alpn", "prior-knowledge" or "http/1.1", not ${JSON.stringify(version)}`);
    const alpn = version === "http/1.1" ? ["http/1.1"] : version === "alpn" ? ["h2", "http/1.1"] : ["h2"];
    const tls =
      own.tls instanceof ClientTls
        ? own.tls
        : createClientTls({ alpn, handshakeTimeoutMs: timeouts.tlsMs, ...own.tls });
    const dial = ownOptions(own.dial ?? {}, DIAL_OPTIONS, "dial");
    refuseDeafGuard(own, dial);
    const proxies = proxiesOf(own, dial);
    const connect = own.connect ?? createConnector({ tls, unixSocket, dial, proxies });
    const way = String(identity(own.connect ?? own.dial ?? NO_CHOICES));
    this.base = own.baseUrl === undefined ? null : parseBaseUrl(own.baseUrl);
    this.fields = own.fields === undefined ? null : new Fields(own.fields);
    this.defaults = requestOptions(own, overOptions({ timeouts }, {}));
    this.pool = new Pool({
      options: limits,
      connect,
      http1: resolveClientOptions({
        ...own.http1,
        maxPipelined: limits.maxPipelined,
        idleTimeoutMs: limits.idleMs,
        sendTimeoutMs: timeouts.sendMs,
        // The exchange has deadlines of its own, which may be other than the client's.
        headTimeoutMs: Number.POSITIVE_INFINITY,
        contentTimeoutMs: Number.POSITIVE_INFINITY,
      }),
      http2: {
        ...own.http2,
        maxConcurrentStreams: limits.maxStreams,
        idleTimeoutMs: limits.http2IdleMs,
        contentTimeoutMs: Number.POSITIVE_INFINITY,
      },
      routeOf: (origin: Origin): Route => {
        const proxy =
          proxies?.routeTo({ scheme: origin.scheme, host: origin.host, port: origin.port, version }) ?? null;
        const forwarding = proxy?.forwards === true ? proxy.server.authorization : null;
        return { origin, unixSocket, tls, version, proxy: proxy?.key ?? "", forwarding, connect: way };
      },
    });
    this.transport = new Transport(this.pool);
    this.send = withLayers(this.transport.send, own);
  }

  /** Figures of this moment. */
  get figures(): ClientFigures {
    return { connections: this.pool.connections, requests: this.transport.requests, queued: this.pool.queued };
  }

  /**
   * Sends a request.
   *
   * @returns the response, as soon as its head is there; its content is read from it, or given up with `cancel()`
   * @throws ClientError, always; its `code` and `stage` say what went wrong, and how far the request had come
   */
  request(url: string | URL, init?: RequestInit): Promise<ClientResponse> {
    // Its own method only: what was planted on `Object.prototype` makes no DELETE of a GET (S127).
    const method = init !== undefined && Object.hasOwn(init, "method") ? init.method : undefined;
    return this.call(method ?? "GET", url, init);
  }

  get(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("GET", url, init);
  }

  post(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("POST", url, init);
  }

  put(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("PUT", url, init);
  }

  patch(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("PATCH", url, init);
  }

  delete(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("DELETE", url, init);
  }

  head(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("HEAD", url, init);
  }

  options(url: string | URL, init?: MethodInit): Promise<ClientResponse> {
    return this.call("OPTIONS", url, init);
  }

  /**
   * Ends: takes no further request, lets those under way finish for `graceMs` (10,000 by default), then drops what is
   * left with `ERR_CLIENT_CLOSED`. Afterwards nothing of the client keeps the process alive.
   */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = 10_000 } = options;
    if (!(graceMs >= 0)) throw new RangeError(`graceMs must be 0 or more, not ${graceMs}`);
    return this.transport.close(graceMs);
  }

  /**
   * The client as a Handler, for proxies: sends what comes on to `origin`, and its response back, without redirects,
   * cookies or decoding in between. See {@link forward}.
   *
   * @throws ClientError `ERR_CLIENT_URL` when `origin` is none, or has a path
   */
  forward(origin: string | URL, options: ForwardOptions = {}): Handler {
    return forward(this.transport.send, parseUrl(origin), this.defaults, options);
  }

  private call(method: string, url: string | URL, init: RequestInit | undefined): Promise<ClientResponse> {
    let request: ClientRequest;
    try {
      request = this.make(method, url, init);
    } catch (error) {
      return Promise.reject(refusal(error));
    }
    return this.send(request);
  }

  private make(method: string, url: string | URL, init: RequestInit | undefined): ClientRequest {
    const where = this.base === null ? parseUrl(url) : resolveUnder(this.base, url);
    if (init === undefined)
      return new ClientRequest(method, where, this.fieldsFor(where, undefined), null, null, this.defaults);
    const own = ownOptions(init, REQUEST_NAMES, "a request");
    if (method === "CONNECT") throw new TypeError("CONNECT opens a tunnel and is no request; use a proxy");
    const fields = this.fieldsFor(where, own.fields);
    let content = own.content === undefined || own.content === null ? null : RequestContent.of(own.content);
    if (own.json !== undefined) {
      if (content !== null) throw new TypeError("a request has content or json, not both");
      content = jsonContent(own.json);
    }
    return new ClientRequest(method, where, fields, content, own.signal ?? null, requestOptions(own, this.defaults));
  }

  private fieldsFor(where: RequestUrl, init: RequestInit["fields"]): Fields {
    const fields = init === undefined ? (this.fields?.clone() ?? new Fields()) : new Fields(init);
    if (init !== undefined && this.fields !== null)
      for (const [name, value] of this.fields) if (!fields.has(name)) fields.append(name, value);
    if (where.credentials !== "" && !fields.has("authorization"))
      fields.append("Authorization", `Basic ${Buffer.from(where.credentials).toString("base64")}`);
    return fields;
  }
}

inspectable(Client.prototype, "Client", (client) => client.figures);

/** Every client that leaves dialling to us does it alike. */
const NO_CHOICES: object = {};
const REQUEST_NAMES: ReadonlySet<string> = new Set([...REQUEST_OPTIONS, ...REQUEST_PARTS]);

const CLIENT_OPTIONS: ReadonlySet<string> = new Set([
  ...REQUEST_OPTIONS,
  "baseUrl",
  "fields",
  "pool",
  "tls",
  "version",
  "unixSocket",
  "dial",
  "proxy",
  "connect",
  ...LAYER_OPTIONS,
  "http1",
  "http2",
]);

/** The options of a call over the client's; the client's own object when the call has none. */
function requestOptions(own: RequestInit, defaults: ResolvedRequestOptions): ResolvedRequestOptions {
  checkRequestOptions(own);
  const resolved: Record<string, unknown> = Object.create(null);
  let some = false;
  for (const name of Object.keys(own)) {
    if (!REQUEST_OPTIONS.has(name)) continue;
    some = true;
    resolved[name] = own[name as keyof RequestOptions];
  }
  if (!some) return defaults;
  const timeouts = own.timeouts === undefined ? defaults.timeouts : resolveTimeouts(own.timeouts, defaults.timeouts);
  return overOptions(defaults, { ...resolved, timeouts });
}

/**
 * A guard that nobody asks is none (S120).
 * @throws TypeError for choices of dialling beside who dials in another way
 */
function refuseDeafGuard(own: ClientOptions, dial: DialChoices): void {
  if (own.connect !== undefined && (own.dial !== undefined || own.unixSocket !== undefined))
    throw new TypeError("a client with connect dials by itself, without dial and unixSocket; leave them out");
  if (own.unixSocket !== undefined && dial.allowAddress !== undefined)
    throw new TypeError("a Unix socket has no address that dial.allowAddress could judge; leave one of them out");
}

/** The proxies on the way, if there are any. @throws TypeError for one that is none */
function proxiesOf(own: ClientOptions, dial: DialChoices): ProxyRoutes | null {
  const { proxy = null } = own;
  if (proxy === null) return null;
  if (own.connect !== undefined || own.unixSocket !== undefined)
    throw new TypeError("a client with connect or unixSocket has no proxy; leave one of them out");
  const options = typeof proxy === "string" || proxy instanceof URL ? { url: proxy } : proxy;
  return new ProxyRoutes(ownOptions(options, PROXY_OPTIONS, "proxy"), dial);
}

const PROXY_OPTIONS: ReadonlySet<string> = new Set(["url", "tls"]);

const DIAL_OPTIONS: ReadonlySet<string> = new Set([
  "noDelay",
  "keepAliveMs",
  "allowAddress",
  "resolver",
  "attemptDelayMs",
]);

/** What a call is refused with, before anything is sent. */
function refusal(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ClientError("ERR_CLIENT_REQUEST", "request", "", message, { cause: error, unprocessed: true });
}
