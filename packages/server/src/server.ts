/**
 * The server: engines joined to sockets, routes to handlers.
 *
 * @module
 */
import { compose, escapeForLog, type Handler, type HttpRequest, type HttpResponse, type Layer } from "@stack/http";
import { DEFAULT_SERVER_OPTIONS, ServerConnection as Http1Connection, resolveServerOptions } from "@stack/http1";
import { ServerConnection as Http2Connection, resolveOptions } from "@stack/http2";
import { createRouter, type RouteArguments, type Router } from "@stack/router";
import {
  type Address,
  type Carrier,
  type CloseOptions,
  type CutConnection,
  formatAddress,
  type Listener,
  listen,
} from "@stack/tcp";
import type { ServerOptions } from "./options.ts";
import { type Engines, ProtocolSniffer } from "./protocol-sniffer.ts";

/** Where a server listens. */
export interface Listening {
  /** `http://host:port`, or `unix:/path`. */
  readonly url: string;
  readonly host: string;
  /** The port that the system chose when 0 was asked for; 0 for a Unix socket. */
  readonly port: number;
}

/** Figures of a server since it was made. */
export interface ServerFigures {
  /** Connections that are open now. */
  readonly connections: number;
  /** Requests that reached a handler. */
  readonly requests: number;
  /** Requests that were refused before, and connections that were cut for being too slow. */
  readonly refused: number;
  /** Handlers that failed. */
  readonly errors: number;
}

/**
 * Makes a server. Register routes and layers, then {@link Server.listen}.
 *
 * @example
 * ```ts
 * import { createServer } from "@stack/server";
 *
 * const server = createServer();
 * server.get("/hello/:name", (request, response) => response.text(`Hello, ${request.params.get("name")}!`));
 * const { url } = await server.listen(0);
 * console.log(`listening on ${url}`);
 * await server.close();
 * ```
 */
export function createServer(options: ServerOptions = {}): Server {
  return new Server(options);
}

/** An HTTP server. Use {@link createServer}. */
export class Server {
  private readonly config: ServerOptions;
  private readonly router: Router;
  private readonly layers: Layer[];
  private readonly listeners: Listener[];
  private requests: number;
  private refused: number;
  private errors: number;
  private closed: Promise<CutConnection[]> | null;

  constructor(options: ServerOptions) {
    this.config = options;
    this.router = createRouter();
    this.layers = [];
    this.listeners = [];
    this.requests = 0;
    this.refused = 0;
    this.errors = 0;
    this.closed = null;
    resolveServerOptions({ ...options, handler: () => {} }); // a wrong option fails here, not at the first connection
  }

  /** Figures since the server was made. */
  get figures(): ServerFigures {
    let connections = 0;
    for (const listener of this.listeners) connections += listener.connections;
    return { connections, requests: this.requests, refused: this.refused, errors: this.errors };
  }

  /** Adds a layer around all routes, inside those that were added before. Before {@link listen}. */
  use(layer: Layer): this {
    this.layers.push(layer);
    return this;
  }

  /**
   * Answers requests whose target matches `pattern`: `"/path/:param"` for any method, `"GET /path"` for one.
   * Layers for this route alone may stand before the handler: `handle("GET /x", [log], handler)`.
   */
  handle(pattern: string, ...route: RouteArguments): this {
    this.router.handle(pattern, ...route);
    return this;
  }

  get(path: string, ...route: RouteArguments): this {
    return this.handle(`GET ${path}`, ...route);
  }

  post(path: string, ...route: RouteArguments): this {
    return this.handle(`POST ${path}`, ...route);
  }

  put(path: string, ...route: RouteArguments): this {
    return this.handle(`PUT ${path}`, ...route);
  }

  patch(path: string, ...route: RouteArguments): this {
    return this.handle(`PATCH ${path}`, ...route);
  }

  delete(path: string, ...route: RouteArguments): this {
    return this.handle(`DELETE ${path}`, ...route);
  }

  head(path: string, ...route: RouteArguments): this {
    return this.handle(`HEAD ${path}`, ...route);
  }

  options(path: string, ...route: RouteArguments): this {
    return this.handle(`OPTIONS ${path}`, ...route);
  }

  /** Everything under `prefix` goes to another router or handler. */
  mount(prefix: string, target: Router | Handler): this {
    this.router.mount(prefix, target);
    return this;
  }

  /**
   * Listens on `8080`, `"0.0.0.0:8080"`, `"[::1]:0"`, `"unix:/run/app.sock"` …; without a host on 127.0.0.1.
   * May be called several times.
   *
   * @throws TcpError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`, `ERR_ADDRESS_FORBIDDEN`, `ERR_LISTEN`
   */
  async listen(address: Address): Promise<Listening> {
    const options = this.config;
    const { onConnectionRefused } = options;
    const engines = this.engines();
    const listener = await listen(address, {
      ...options,
      connect: (carrier: Carrier) =>
        options.http2 === false
          ? engines.http1(carrier)
          : new ProtocolSniffer(carrier, engines, options.headTimeoutMs ?? DEFAULT_SERVER_OPTIONS.headTimeoutMs),
      ...(onConnectionRefused === undefined ? {} : { onRefused: onConnectionRefused }),
    } as Parameters<typeof listen>[1]);
    this.listeners.push(listener);
    const bound = listener.address;
    if ("path" in bound) return { url: formatAddress(bound), host: "", port: 0 };
    return { url: `http://${formatAddress(bound)}`, host: bound.host, port: bound.port };
  }

  /** What makes the engines of connections: both versions call the same handler under the same limits. */
  private engines(): Engines {
    const options = this.config;
    const app = compose(this.layers, this.router.dispatch);
    const shared = {
      ...options,
      handler: (request: HttpRequest, response: HttpResponse): void | Promise<void> => {
        this.requests++;
        return app(request, response);
      },
      onError: (error: unknown, request: HttpRequest): void => {
        this.errors++;
        (options.onError ?? reportOnStderr)(error, request);
      },
      onRefused: (error: Error, status: number): void => {
        this.refused++;
        options.onRefused?.(error, status);
      },
    };
    const http1 = resolveServerOptions(shared);
    const http2 = resolveOptions({ ...shared, ...(options.http2 === false ? {} : options.http2) });
    return {
      http1: (carrier) => new Http1Connection(carrier, http1),
      http2: (carrier) => new Http2Connection(carrier, http2),
    };
  }

  /**
   * Stops: accepts nothing new, answers what is in flight with `Connection: close`, closes idle connections, and
   * drops what is still open after `graceMs` (10,000 by default). Then nothing of the server keeps the process alive.
   *
   * @returns the connections that were dropped
   */
  close(options: CloseOptions = {}): Promise<CutConnection[]> {
    this.closed ??= Promise.all(this.listeners.map((listener) => listener.close(options))).then((cut) => cut.flat());
    return this.closed;
  }
}

function reportOnStderr(error: unknown, request: HttpRequest): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`${escapeForLog(request.method)} ${escapeForLog(request.target)} failed: ${what}`);
}
