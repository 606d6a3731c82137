/**
 * The routes of the reference server, and nothing else: what answers them is in
 * the files beside this one, what carries them in `@stack/server`.
 *
 * @module
 */
import type { Handler, Layer } from "@stack/http";
import { createServer, type Server, type ServerOptions } from "@stack/server";
import { delay, health, hello, json, plaintext, status } from "./answers.ts";
import { LiveFigures } from "./live-figures.ts";
import { createPage, type ListedRoute } from "./page.ts";
import { echo, stream } from "./streams.ts";
import { tile } from "./tile.ts";
import { todoRoutes } from "./todos.ts";

/** What the app is told when it is made. */
export interface AppOptions {
  /** Aborts when the server is to end: streams of events end then, and `/healthz` answers 503. */
  readonly draining: AbortSignal;
  /** Around all routes, the first is the outermost. Default: none. */
  readonly layers?: readonly Layer[];
  /** Nobody vouches for the certificate of the TLS port: the page says so in its curl lines. Default: false. */
  readonly selfSigned?: boolean;
  readonly server?: ServerOptions;
}

/** A route, and how it is told of on the page. */
interface AppRoute extends ListedRoute {
  readonly handler: Handler;
}

/**
 * Makes the reference server, ready to listen.
 *
 * @example
 * ```ts
 * const server = createApp({ draining: new AbortController().signal });
 * const { url } = await server.listen(0);
 * ```
 */
export function createApp({ draining, layers = [], selfSigned = false, server: options }: AppOptions): Server {
  const server = createServer(options);
  const figures = new LiveFigures(() => server.figures, draining);
  const routes = [...ROUTES, ...liveRoutes(figures, draining)];
  for (const layer of layers) server.use(layer);
  server.use(figures.measure);
  server.get("/", createPage([...routes, ...TODO_LINES], selfSigned));
  for (const { method, path, handler } of routes) server.handle(`${method} ${path}`, handler);
  for (const [pattern, handler] of todoRoutes()) server.handle(pattern, handler);
  return server;
}

const ROUTES: readonly AppRoute[] = [
  {
    method: "GET",
    path: "/plaintext",
    about: "“Hello, World!” as text: the answer that benchmarks ask for.",
    curl: "curl -i BASE/plaintext",
    example: "/plaintext",
    handler: plaintext,
  },
  {
    method: "GET",
    path: "/json",
    about: "The same as JSON.",
    curl: "curl -i BASE/json",
    example: "/json",
    handler: json,
  },
  {
    method: "GET",
    path: "/hello/:name",
    about: "Greets whoever the path names.",
    curl: "curl BASE/hello/Ada",
    example: "/hello/Ada",
    handler: hello,
  },
  {
    method: "POST",
    path: "/echo",
    about: "Sends back what arrives, as it arrives: content, its type, and trailers.",
    curl: "curl -d 'any content' BASE/echo",
    example: null,
    handler: echo,
  },
  {
    method: "GET",
    path: "/stream",
    about: "Chunks, as many and as large as you ask for, 4 GiB at most, as fast as you read.",
    curl: "curl 'BASE/stream?chunks=3&bytes=64'",
    example: "/stream?chunks=10&bytes=1024",
    handler: stream,
  },
  {
    method: "GET",
    path: "/delay/:ms",
    about: "Answers after the time given, up to a minute.",
    curl: "curl BASE/delay/1500",
    example: "/delay/1500",
    handler: delay,
  },
  {
    method: "GET",
    path: "/status/:code",
    about: "Answers with the status given, 200 to 599, and with the fields that go with it.",
    curl: "curl -i BASE/status/418",
    example: "/status/418",
    handler: status,
  },
  {
    method: "GET",
    path: "/tile/:n",
    about: "One of the hundred tiles above; it waits as many ms as asked for, a second at most.",
    curl: "curl -i 'BASE/tile/42?ms=50'",
    example: "/tile/42",
    handler: tile,
  },
];

/** How the page tells of `/api/todos`, where more methods answer than it has room for. */
const TODO_LINES: readonly ListedRoute[] = [
  {
    method: "GET",
    path: "/api/todos",
    about: "To-dos in memory; each is at its own path, with PUT, PATCH and DELETE, and an ETag for If-Match.",
    curl: "curl -i BASE/api/todos",
    example: "/api/todos",
  },
  {
    method: "POST",
    path: "/api/todos",
    about: "Makes one, and says where it is.",
    curl: `curl -i --json '{"title":"read RFC 9110"}' BASE/api/todos`,
    example: null,
  },
];

function liveRoutes(figures: LiveFigures, draining: AbortSignal): AppRoute[] {
  return [
    {
      method: "GET",
      path: "/events",
      about: "The live figures, one sample a second, as server-sent events.",
      curl: "curl -N BASE/events",
      example: "/events",
      handler: figures.events,
    },
    {
      method: "GET",
      path: "/healthz",
      about: "Says “ok”, and 503 once the server is about to end.",
      curl: "curl -i BASE/healthz",
      example: "/healthz",
      handler: health(draining),
    },
  ];
}
