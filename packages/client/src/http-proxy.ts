/**
 * Tunnels through HTTP proxies: CONNECT (RFC 9110 §9.3.6).
 *
 * The request is one of our own HTTP/1.1 client, with its strictness; the reply
 * is bounded, and whatever it is, there is no second try on the connection: no
 * loop of 407 (S114).
 *
 * @module
 */
import { type Carrier, Fields, type ResponseReceiver } from "@stack/http";
import { ClientConnection, type ResolvedClientOptions, resolveClientOptions } from "@stack/http1";
import { HeadSyntaxError } from "@stack/http1-parser";
import { type Tunnel, type TunnelEnd, tunnelWith } from "@stack/tcp";

/** The codes of {@link HttpProxyError}; the README says when each happens and what to do. */
export type HttpProxyErrorCode =
  | "ERR_HTTP_PROXY_AUTHENTICATION"
  | "ERR_HTTP_PROXY_PROTOCOL"
  | "ERR_HTTP_PROXY_REFUSED"
  | "ERR_HTTP_PROXY_TIMEOUT";

/** An HTTP proxy that makes no tunnel. Holds neither credentials nor what the proxy said beside its status (S126). */
export class HttpProxyError extends Error {
  override readonly name = "HttpProxyError";
  /** Stable, documented, safe to switch on. */
  readonly code: HttpProxyErrorCode;
  /** What the proxy answered, or 0. */
  readonly status: number;

  constructor(code: HttpProxyErrorCode, message: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status ?? 0;
  }
}

/** What the proxy shall connect to. */
export interface HttpTunnelTarget {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Asks an HTTP proxy for a tunnel.
 *
 * @param authorization - for Proxy-Authorization, or ""
 * @param timeoutMs - how long the proxy may take to answer, its own connecting included
 *
 * @example
 * ```ts
 * const tunnel = httpTunnel({ host: "example.com", port: 443 }, "", 10_000);
 * await dial("proxy.example:3128", (carrier) => new LineClient(carrier), { tunnel });
 * ```
 */
export function httpTunnel(target: HttpTunnelTarget, authorization: string, timeoutMs: number): Tunnel {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  const authority = `${host}:${target.port}`;
  const options: ResolvedClientOptions = resolveClientOptions({
    headTimeoutMs: timeoutMs,
    sendTimeoutMs: timeoutMs,
    maxInformational: MAX_INFORMATIONAL,
    head: { maxHeadOctets: MAX_REPLY_OCTETS },
    maxHeldOctets: MAX_EARLY_OCTETS,
  });
  return tunnelWith((carrier, end) => {
    const connection = new ClientConnection(carrier, options);
    const fields = new Fields([["Host", authority]]);
    if (authorization !== "") fields.set("Proxy-Authorization", authorization);
    connection.request({ method: "CONNECT", target: authority, fields }, new ConnectReply(end, timeoutMs));
    return connection;
  });
}

/** What the proxy answers. */
class ConnectReply implements ResponseReceiver {
  private readonly end: TunnelEnd;
  private readonly timeoutMs: number;

  constructor(end: TunnelEnd, timeoutMs: number) {
    this.end = end;
    this.timeoutMs = timeoutMs;
  }

  onUpgrade(_status: number, _fields: Fields, carrier: Carrier): void {
    this.end.opened(carrier, NOTHING);
  }

  onHead(status: number): void {
    if (status === 407) {
      const message = "the proxy wants other credentials (407); give http://user:password@host:port as its URL";
      this.end.refused(new HttpProxyError("ERR_HTTP_PROXY_AUTHENTICATION", message, { status }));
    } else {
      const message = `the proxy made no tunnel: it answered ${status}; may it connect there?`;
      this.end.refused(new HttpProxyError("ERR_HTTP_PROXY_REFUSED", message, { status }));
    }
  }

  onError(cause: Error): void {
    const { code } = cause as { code?: unknown };
    if (code === "ERR_HTTP1_HEAD_TIMEOUT" || code === "ERR_HTTP1_TOO_SLOW") {
      const message = `the proxy did not answer within ${this.timeoutMs} ms; is it alive?`;
      this.end.refused(new HttpProxyError("ERR_HTTP_PROXY_TIMEOUT", message, { cause }));
    } else {
      const what = cause instanceof HeadSyntaxError ? "what the proxy said is not HTTP" : cause.message;
      const message = `the proxy made no tunnel: ${what}; is it an HTTP proxy, and the port right?`;
      this.end.refused(new HttpProxyError("ERR_HTTP_PROXY_PROTOCOL", message, { cause }));
    }
  }

  onInformational(): void {}
  onContent(): void {}
  onEnd(): void {}
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Octets of the reply's head; a proxy has little to say (S114). */
const MAX_REPLY_OCTETS = 16_384;
/** Informational replies before the final one (S36). */
const MAX_INFORMATIONAL = 4;
/** Octets behind the reply; TLS has none, and a cleartext server has no more than a greeting. */
const MAX_EARLY_OCTETS = 65_536;
