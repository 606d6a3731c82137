/**
 * Which proxy a request goes through, and how.
 *
 * https travels in a tunnel, so that the proxy sees none of it. http is
 * forwarded by HTTP proxies, which then see all of it (RFC 9112 §3.2.2), unless
 * it is HTTP/2 or the address of its server is to be judged: a proxy that
 * forwards resolves names by itself.
 *
 * @module
 */
import { Fields } from "@stack/http";
import { type Address, lookupHost, type Secure, socks5, type Tunnel } from "@stack/tcp";
import { ClientTls, type ClientTlsOptions, createClientTls } from "@stack/tls";
import { identity } from "./connection-key.ts";
import type { ConnectContext, ConnectTarget, DialChoices } from "./connector.ts";
import { httpTunnel } from "./http-proxy.ts";
import { type ChooseProxy, proxiesFromEnvironment } from "./proxy-env.ts";
import { type ProxyServer, parseProxy } from "./proxy-server.ts";

/** A proxy, and whom to trust when it is spoken to under TLS. */
export interface ProxyOptions {
  /** `http://`, `https://` or `socks5://user:password@host:port`, or `"env"` for the environment's. */
  readonly url: string | URL;
  /** For proxies of `https://`. Default: the public authorities. */
  readonly tls?: ClientTls | ClientTlsOptions;
}

/** The way of a request through a proxy. */
export interface ProxyRoute {
  readonly server: ProxyServer;
  /** The request itself is given to the proxy, and no tunnel asked for. */
  readonly forwards: boolean;
  /** What tells this way from all others (S113). */
  readonly key: string;
}

/** How `dial` gets there. */
export interface ProxiedDial {
  readonly address: Address;
  readonly tunnel?: Tunnel;
  /** To the proxy, where there is no tunnel. */
  readonly secure?: Secure;
}

/** The proxies of a client. */
export class ProxyRoutes {
  private readonly choose: ChooseProxy;
  private readonly choices: DialChoices;
  private readonly tlsOptions: ClientTls | ClientTlsOptions | undefined;
  private madeTls: ClientTls | null;

  /** @throws TypeError when the URL, or a variable of the environment, names no proxy */
  constructor(options: ProxyOptions, choices: DialChoices) {
    if (options.url === "env") this.choose = proxiesFromEnvironment(process.env);
    else {
      const server = parseProxy(options.url);
      this.choose = () => server;
    }
    this.choices = choices;
    this.tlsOptions = options.tls;
    this.madeTls = null;
  }

  /** The way to a target, or null when it is reached without a proxy. */
  routeTo(target: ConnectTarget): ProxyRoute | null {
    const server = this.choose(target);
    if (server === null) return null;
    const forwards =
      target.scheme === "http" &&
      server.scheme !== "socks5" &&
      target.version !== "prior-knowledge" &&
      this.choices.allowAddress === undefined;
    const trust = server.scheme === "https" ? identity(this.tls) : 0;
    return { server, forwards, key: `${forwards ? "forward" : "tunnel"} ${trust} ${server.key}` };
  }

  /**
   * How to dial. The proxy gets the name; if addresses are to be judged it gets one that was, so that it connects to
   * that and no other (S120).
   */
  async dialling(route: ProxyRoute, target: ConnectTarget, context: ConnectContext): Promise<ProxiedDial> {
    const { server, forwards } = route;
    const address: Address = { host: server.host, port: server.port };
    const toProxy = server.scheme === "https" ? this.tls.secure(server.host, server.name) : null;
    if (forwards) return toProxy === null ? { address } : { address, secure: toProxy };
    const asked = { host: await this.judged(target.host, context), port: target.port };
    const tunnel =
      server.scheme === "socks5"
        ? socks5(asked, { ...server.login, timeoutMs: context.connectMs })
        : httpTunnel(asked, server.authorization, context.connectMs);
    return { address, tunnel: toProxy === null ? tunnel : underTls(toProxy, tunnel) };
  }

  private async judged(host: string, context: ConnectContext): Promise<string> {
    const { allowAddress, resolver } = this.choices;
    if (allowAddress === undefined) return host;
    context.onStage("dns");
    const choices = resolver === undefined ? { allowAddress } : { allowAddress, resolver };
    const [address = host] = await lookupHost(host, { ...choices, timeoutMs: context.dnsMs, signal: context.signal });
    return address;
  }

  /** HTTP/1.1 only: CONNECT is not asked for over HTTP/2. */
  private get tls(): ClientTls {
    this.madeTls ??=
      this.tlsOptions instanceof ClientTls
        ? this.tlsOptions
        : createClientTls({ alpn: ["http/1.1"], ...this.tlsOptions });
    return this.madeTls;
  }
}

/** The fields of a request that is given to a proxy. */
export function forwardedFields(fields: Fields, authorization: string): Fields {
  return authorization === "" ? fields : Fields.adopt([...fields.lines(), "Proxy-Authorization", authorization]);
}

/** A tunnel through a proxy that is spoken to under TLS. */
function underTls(secure: Secure, tunnel: Tunnel): Tunnel {
  return (socket, done) =>
    secure(socket, (error, secured) => {
      if (error !== null || secured === undefined) done(error ?? new Error("the handshake gave no socket"));
      else tunnel(secured, (refused) => done(refused, secured));
    });
}
