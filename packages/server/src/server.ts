/**
 * The server: engines joined to sockets, routes to handlers.
 *
 * @module
 */
import {
  type Carrier,
  compose,
  type Engine,
  escapeForLog,
  type Handler,
  type HttpRequest,
  type HttpResponse,
  type Layer,
} from "@stack/http";
import { DEFAULT_SERVER_OPTIONS, ServerConnection as Http1Connection, resolveServerOptions } from "@stack/http1";
import { ServerConnection as Http2Connection, resolveOptions } from "@stack/http2";
import { createRouter, type RouteArguments, type Router } from "@stack/router";
import {
  type Address,
  type CloseOptions,
  type CutConnection,
  formatAddress,
  type Listener,
  type ListenOptions,
  listen,
  TcpError,
} from "@stack/tcp";
import { createServerTls, type ListenTlsOptions, listenTls, ServerTls, type ServerTlsOptions } from "@stack/tls";
import { failureText } from "./failure-text.ts";
import { checkListening, checkOptions } from "./known-options.ts";
import type { Listening, ServerFigures, ServerListenOptions, ServerOptions } from "./options.ts";
import { type Engines, ProtocolSniffer } from "./protocol-sniffer.ts";

/**
 * Makes a server. Register routes and layers, then {@link Server.listen}.
 *
 * @throws TypeError for an option that a server does not have; RangeError for a number that is none
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

/**
 * An HTTP server. Use {@link createServer}.
 *
 * @example
 * ```ts
 * const server = createServer({ maxContentOctets: 10_000_000 });
 * server.use((inner) => (request, response) => {
 *   response.fields.set("Server", "example");
 *   return inner(request, response);
 * });
 * server.get("/figures", (_, response) => response.json(server.figures));
 * const { url } = await server.listen("127.0.0.1:0");
 * const cut = await server.close({ graceMs: 5_000 }); // who was still being answered then
 * ```
 */
export class Server {
  private readonly config: ServerOptions;
  private readonly router: Router;
  private readonly layers: Layer[];
  /** The routes with the layers around them. */
  private app: Handler;
  private readonly listeners: Listener[];
  private readonly contexts: ServerTls[];
  private requests: number;
  private refused: number;
  private errors: number;
  private closed: Promise<CutConnection[]> | null;

  constructor(options: ServerOptions) {
    this.config = options;
    this.router = createRouter();
    this.layers = [];
    this.app = this.router.dispatch;
    this.listeners = [];
    this.contexts = [];
    this.requests = 0;
    this.refused = 0;
    this.errors = 0;
    this.closed = null;
    checkOptions(options); // a wrong one fails here, not at the first connection
  }

  /** Figures since the server was made. */
  get figures(): ServerFigures {
    let connections = 0;
    for (const listener of this.listeners) connections += listener.connections;
    return { connections, requests: this.requests, refused: this.refused, errors: this.errors };
  }

  /** Adds a layer around all routes, inside those that were added before. */
  use(layer: Layer): this {
    this.app = compose([...this.layers, layer], this.router.dispatch); // first: it may be none
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
   * May be called several times: cleartext on one port, TLS on another.
   *
   * @param options - `tls`: certificates, or a `ServerTls` of `@stack/tls`; ALPN then chooses HTTP/2 or HTTP/1.1
   * @throws TcpError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`, `ERR_ADDRESS_FORBIDDEN`, `ERR_LISTEN`,
   *   `ERR_SERVER_CLOSED` after {@link close}
   * @throws TlsError for certificates and keys that cannot be used; TypeError for an option that is none
   */
  async listen(address: Address, options: ServerListenOptions = {}): Promise<Listening> {
    checkListening(options);
    const { tls } = options;
    if (this.closed !== null) throw serverClosed();
    const listener =
      tls === undefined ? await listen(address, this.cleartext()) : await listenTls(address, this.secured(tls));
    if (this.closed !== null) {
      await listener.close({ graceMs: 0 }); // nobody else would: `close` was there first
      this.closeContexts();
      throw serverClosed();
    }
    this.listeners.push(listener);
    const bound = listener.address;
    if ("path" in bound) return { url: formatAddress(bound), host: "", port: 0 };
    return {
      url: `${tls === undefined ? "http" : "https"}://${formatAddress(bound)}`,
      host: bound.host,
      port: bound.port,
    };
  }

  /** Without TLS the first octets tell the version. */
  private cleartext(): ListenOptions {
    const engines = this.engines();
    const { http2, headTimeoutMs = DEFAULT_SERVER_OPTIONS.headTimeoutMs } = this.config;
    return this.listening((carrier) =>
      http2 === false ? engines.http1(carrier, carrier.now) : new ProtocolSniffer(carrier, engines, headTimeoutMs),
    );
  }

  /** With TLS the handshake has told it, before the first octet (RFC 7301). */
  private secured(tls: ServerTls | ServerTlsOptions): ListenTlsOptions {
    const engines = this.engines();
    const context =
      tls instanceof ServerTls
        ? tls
        : createServerTls({ alpn: this.config.http2 === false ? HTTP1_ONLY : BOTH, ...tls });
    if (context !== tls) this.contexts.push(context);
    return {
      ...this.listening((carrier) =>
        carrier.peer.alpn === "h2" ? engines.http2(carrier) : engines.http1(carrier, carrier.now),
      ),
      tls: context,
    };
  }

  private listening(connect: (carrier: Carrier) => Engine): ListenOptions {
    const {
      onConnectionRefused,
      maxConnections,
      maxConnectionsPerAddress,
      backlog,
      noDelay,
      keepAliveMs,
      reuseReads,
      reusePort,
    } = this.config;
    return {
      connect,
      ...(onConnectionRefused === undefined ? {} : { onRefused: onConnectionRefused }),
      ...(maxConnections === undefined ? {} : { maxConnections }),
      ...(maxConnectionsPerAddress === undefined ? {} : { maxConnectionsPerAddress }),
      ...(backlog === undefined ? {} : { backlog }),
      ...(noDelay === undefined ? {} : { noDelay }),
      ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
      ...(reuseReads === undefined ? {} : { reuseReads }),
      ...(reusePort === undefined ? {} : { reusePort }),
    };
  }

  /** What makes the engines of connections: both versions call the same handler under the same limits. */
  private engines(): Engines {
    const options = this.config;
    const shared = {
      ...options,
      handler: (request: HttpRequest, response: HttpResponse): void | Promise<void> => {
        this.requests++;
        return this.app(request, response);
      },
      onError: (error: unknown, request: HttpRequest | null): void => {
        if (request !== null && isPeersDoing(error, request)) return;
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
      http1: (carrier, openedAt) => new Http1Connection(carrier, http1, openedAt),
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
    this.closed ??= Promise.all(this.listeners.map((listener) => listener.close(options))).then((cut) => {
      this.closeContexts();
      return cut.flat();
    });
    return this.closed;
  }

  private closeContexts(): void {
    for (const context of this.contexts) context.close();
  }
}

/**
 * Whether a handler failed with nothing but the reason for which its exchange was ended: content that broke off, came too
 * slowly or broke the protocol, a response that nobody took. That was told to `onRefused`; a peer that does it a thousand
 * times a second must not fill the log of failures (S51).
 */
function isPeersDoing(error: unknown, { signal }: HttpRequest): boolean {
  return signal.aborted && signal.reason === error;
}

function serverClosed(): TcpError {
  return new TcpError("ERR_SERVER_CLOSED", "the server was closed; make another to listen again");
}

function reportOnStderr(error: unknown, request: HttpRequest | null): void {
  const where = request === null ? "a connection" : `${escapeForLog(request.method)} ${escapeForLog(request.target)}`;
  console.error(`${where} failed: ${failureText(error)}`);
}

const BOTH: readonly string[] = ["h2", "http/1.1"];
const HTTP1_ONLY: readonly string[] = ["http/1.1"];
