/**
 * Proxies by the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl reads them.
 *
 * @module
 */
import { type ProxiedHost, parseNoProxy } from "./no-proxy.ts";
import { type ProxyServer, parseProxy } from "./proxy-server.ts";

/** The variables of an environment, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a request goes, as far as it decides about its proxy. */
export interface ProxyTarget extends ProxiedHost {
  readonly scheme: "http" | "https";
}

/** The proxy for a target, or null for none. */
export type ChooseProxy = (target: ProxyTarget) => ProxyServer | null;

/**
 * Reads the environment once. `http_proxy`, `https_proxy` and `no_proxy` count before the same in capitals, `all_proxy`
 * counts where the scheme has none, an empty variable is none.
 *
 * Where there is a `REQUEST_METHOD` this is a CGI program, and `HTTP_PROXY` the `Proxy` field of whoever sent the request:
 * it is ignored (S112), and on Windows, where names have no case, `http_proxy` with it.
 *
 * @throws TypeError when a variable holds no proxy; the message names the variable, and does not show what it holds
 *
 * @example
 * ```ts
 * const choose = proxiesFromEnvironment(process.env);
 * choose({ scheme: "https", host: "example.com", port: 443 })?.name;
 * ```
 */
export function proxiesFromEnvironment(
  environment: Environment,
  windows: boolean = process.platform === "win32",
): ChooseProxy {
  const isCgi = variable(environment, "REQUEST_METHOD") !== null;
  const all = proxyOf(environment, "all_proxy") ?? proxyOf(environment, "ALL_PROXY");
  const http =
    (isCgi && windows ? null : proxyOf(environment, "http_proxy")) ??
    (isCgi ? null : proxyOf(environment, "HTTP_PROXY")) ??
    all;
  const https = proxyOf(environment, "https_proxy") ?? proxyOf(environment, "HTTPS_PROXY") ?? all;
  const isDirect = parseNoProxy(variable(environment, "no_proxy") ?? variable(environment, "NO_PROXY") ?? "");
  return (target) => (isDirect(target) ? null : target.scheme === "https" ? https : http);
}

function proxyOf(environment: Environment, name: string): ProxyServer | null {
  const value = variable(environment, name);
  if (value === null) return null;
  try {
    return parseProxy(value);
  } catch (error) {
    throw new TypeError(`${name}: ${(error as Error).message}`);
  }
}

/** Own variables only (S127). */
function variable(environment: Environment, name: string): string | null {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === undefined || value.trim() === "" ? null : value;
}
