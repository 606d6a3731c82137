export type { CircuitState } from "./circuit.ts";
export {
  type CircuitBreakerOptions,
  type CircuitChange,
  CircuitOpenError,
  circuitBreaker,
  FAILURE_STATUSES,
} from "./circuit-breaker.ts";
export { Client, type ClientFigures, createClient, type MethodInit } from "./client.ts";
export { type ClientOptions, DEFAULT_POOL, DEFAULT_TIMEOUTS, type PoolOptions } from "./client-options.ts";
export type { VersionChoice } from "./connection-key.ts";
export {
  type Connect,
  type ConnectContext,
  type ConnectorOptions,
  type ConnectStage,
  type ConnectTarget,
  createConnector,
} from "./connector.ts";
export { type CookieContext, type CookieJar, cookies } from "./cookies.ts";
export { decode } from "./decode.ts";
export { ClientError, type ClientErrorCode, type ClientStage } from "./errors.ts";
export type { ForwardOptions } from "./forward.ts";
export { type HedgeOptions, hedge } from "./hedge.ts";
export { HttpProxyError, type HttpProxyErrorCode, type HttpTunnelTarget, httpTunnel } from "./http-proxy.ts";
export type { LayerClock } from "./layer-clock.ts";
export type { LayerOptions } from "./layers.ts";
export { type ProxiedHost, parseNoProxy } from "./no-proxy.ts";
export { type ChooseProxy, type Environment, type ProxyTarget, proxiesFromEnvironment } from "./proxy-env.ts";
export type { ProxyOptions } from "./proxy-route.ts";
export { type ProxyScheme, ProxyServer, parseProxy } from "./proxy-server.ts";
export { MAX_REDIRECTS, type RedirectOptions, redirects } from "./redirects.ts";
export { type ContentInit, RequestContent, type StreamedContentOptions } from "./request-content.ts";
export type {
  Progress,
  RedirectMode,
  RequestInit,
  RequestOptions,
  ResolvedRequestOptions,
  Timeouts,
} from "./request-options.ts";
export { Origin, RequestUrl } from "./request-url.ts";
export { ClientResponse, MAX_WHOLE_OCTETS, type ResponseOrigin } from "./response.ts";
export { RETRY_STATUSES, type RetryOptions, retry } from "./retry.ts";
export { type ClientLayer, ClientRequest, type RequestChanges, type Send } from "./send.ts";
export { Timings } from "./timings.ts";
