/**
 * A server in memory for tests of what uses a client: our own engines on both sides, no socket, no port, and faults
 * when they are asked for.
 *
 * @module
 */
import type { Carrier, Engine, Fields, Handler, HttpRequest, HttpVersion } from "@stack/http";
import { ServerConnection as Http1Connection, resolveServerOptions } from "@stack/http1";
import { ServerConnection as Http2Connection, resolveOptions } from "@stack/http2";
import { joinInMemory } from "@stack/tcp";
import type { Connect, ConnectTarget } from "./connector.ts";
import { DisguisedCarrier, FaultyEngine, mockReset } from "./mock-engine.ts";

/** What goes wrong with a request. Octets are those of its connection, counted from when the request's head was read. */
export type MockFault =
  /** The connection is reset, after `after` octets. Default 0. */
  | { readonly kind: "reset"; readonly after?: number }
  /** The connection ends after `after` octets, in good order for TCP and not for HTTP. */
  | { readonly kind: "cut"; readonly after: number }
  /** Nothing more comes: with `after` on the connection, without it for this request alone, which no handler sees. */
  | { readonly kind: "stall"; readonly after?: number }
  /** The handler is called after `ms`, or when the promise is fulfilled. */
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "delay"; readonly until: Promise<unknown> }
  /** These octets come instead of a response, and then the end. Text is sent as Latin-1. */
  | { readonly kind: "garbage"; readonly octets: string | Uint8Array };

/** Which requests a fault is for. */
export interface MockFaultOptions {
  /** How many requests meet it. Default 1; `Infinity` for ever. */
  readonly times?: number;
  /** Only requests that this is true of. Default: any. */
  readonly when?: (request: MockRequest) => boolean;
}

/** How a mock serves. */
export interface MockOptions {
  /** What ALPN chooses for https. Default "h2", where the client allows it. */
  readonly alpn?: "h2" | "http/1.1";
  /** Told of handlers that fail. Default: nothing is told, the response is 500. */
  readonly onError?: (error: unknown) => void;
}

/** A request that came, as its head said it. */
export interface MockRequest {
  readonly method: string;
  /** `https://example.com/path?query` */
  readonly url: string;
  /** Path and query. */
  readonly target: string;
  readonly version: HttpVersion;
  /** A copy. */
  readonly fields: Fields;
  /** Counted from 1: requests with the same number shared a connection. */
  readonly connection: number;
}

/**
 * Makes a server in memory.
 *
 * @param handler - answers, for every host and port; with a router, `router.dispatch`
 *
 * @example
 * ```ts
 * import { createClient } from "@stack/client";
 * import { createMock } from "@stack/client/mock";
 *
 * const mock = createMock((_, response) => response.text("hello"));
 * const client = createClient({ connect: mock.connect });
 * mock.fail({ kind: "reset" });
 * await client.post("http://api.example/", { content: "a" }).catch((error) => console.log(error.code));
 * console.log(mock.requests.length); // 1
 * await client.close();
 * ```
 */
export function createMock(handler: Handler, options: MockOptions = {}): Mock {
  return new Mock(handler, options);
}

/**
 * A server in memory. Use {@link createMock}.
 *
 * @example
 * ```ts
 * const mock = createMock((_, response) => response.text("in stock"));
 * const client = createClient({ connect: mock.connect });
 * mock.fail({ kind: "cut", after: 10 }, { times: 2 });
 * mock.requests.length; // 0
 * ```
 */
export class Mock {
  /** For `createClient({ connect })`. */
  readonly connect: Connect;
  /** What came, in order, with those that met a fault. */
  readonly requests: MockRequest[];
  private readonly handler: Handler;
  private readonly options: MockOptions;
  private faults: ArmedFault[];
  private refusals: number;
  private opened: number;

  constructor(handler: Handler, options: MockOptions) {
    this.connect = (target, makeEngine, context) => this.open(target, makeEngine, context.signal);
    this.requests = [];
    this.handler = handler;
    this.options = options;
    this.faults = [];
    this.refusals = 0;
    this.opened = 0;
  }

  /** Connections that were opened. */
  get connections(): number {
    return this.opened;
  }

  /**
   * The next request meets a fault, or the next few of those that `when` chooses. Of several faults that fit, the first
   * that was asked for is met.
   * @throws RangeError for a number that is negative
   */
  fail(fault: MockFault, options: MockFaultOptions = {}): this {
    const { times = 1, when = () => true } = options;
    count("times", times);
    if ("after" in fault && fault.after !== undefined) count("after", fault.after);
    this.faults.push({ fault, when, left: times });
    return this;
  }

  /** The next connections are refused. @throws RangeError for a number that is negative */
  refuse(times = 1): this {
    count("times", times);
    this.refusals = times;
    return this;
  }

  /** Forgets faults that nobody has met, and all requests. */
  reset(): void {
    this.faults = [];
    this.refusals = 0;
    this.requests.length = 0;
  }

  private async open(
    target: ConnectTarget,
    makeEngine: (carrier: Carrier) => Engine,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    if (this.refusals > 0) {
      this.refusals--;
      throw Object.assign(new Error("the mock refuses this connection"), { code: "ECONNREFUSED" });
    }
    const number = ++this.opened;
    const secure = target.scheme === "https";
    const { alpn = "h2" } = this.options;
    const chosen = target.version === "http/1.1" ? "http/1.1" : target.version === "prior-knowledge" ? "h2" : alpn;
    const http2 = target.version === "prior-knowledge" || (secure && chosen === "h2");
    const disguise = (carrier: Carrier): Carrier => (secure ? new DisguisedCarrier(carrier, chosen) : carrier);
    joinInMemory(
      (carrier) => makeEngine(disguise(carrier)),
      (carrier) => {
        const engine: FaultyEngine = new FaultyEngine(disguise(carrier), (below) => {
          const handler: Handler = (request, response) => this.serve(engine, number, request, response);
          const { onError = () => {} } = this.options;
          const options = { handler, onError: (error: unknown) => onError(error), maxContentOctets: MAX_CONTENT };
          return http2
            ? new Http2Connection(below, resolveOptions(options))
            : new Http1Connection(below, resolveServerOptions(options));
        });
        return engine;
      },
    );
  }

  private async serve(engine: FaultyEngine, connection: number, ...args: Parameters<Handler>): Promise<void> {
    const [request] = args;
    const seen = recorded(request, connection);
    this.requests.push(seen);
    const fault = this.faultFor(seen);
    switch (fault?.kind) {
      case "reset":
        engine.cut(fault.after ?? 0, "reset");
        break;
      case "cut":
        engine.cut(fault.after, "end");
        break;
      case "garbage":
        engine.replace(typeof fault.octets === "string" ? Buffer.from(fault.octets, "latin1") : fault.octets);
        break;
      case "stall":
        if (fault.after === undefined) return gone(request);
        engine.cut(fault.after, "stall");
        break;
      case "delay":
        await ("until" in fault ? fault.until : new Promise((resolve) => setTimeout(resolve, fault.ms)));
        break;
      default:
    }
    await this.handler(...args);
  }

  private faultFor(request: MockRequest): MockFault | null {
    for (const armed of this.faults) {
      if (armed.left === 0 || !armed.when(request)) continue;
      armed.left--;
      return armed.fault;
    }
    return null;
  }
}

interface ArmedFault {
  readonly fault: MockFault;
  readonly when: (request: MockRequest) => boolean;
  left: number;
}

/** Content of a request to a mock, octets: a test may send much, and the default of a server is for strangers. */
const MAX_CONTENT = 67_108_864;

function recorded(request: HttpRequest, connection: number): MockRequest {
  const { method, target, version, scheme, authority } = request;
  const url = `${scheme}://${authority}${target}`;
  return { method, url, target, version, fields: request.fields.clone(), connection };
}

/** Until nobody waits for an answer any more. */
async function gone(request: HttpRequest): Promise<void> {
  const { signal } = request;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  throw mockReset();
}

function count(name: string, value: number): void {
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${value}`);
}
