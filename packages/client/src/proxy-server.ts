/**
 * A proxy, as a URL names it.
 *
 * @module
 */

/** How a proxy is spoken to. */
export type ProxyScheme = "http" | "https" | "socks5";

/** A proxy. What it shows of itself holds no credentials (S126). */
export class ProxyServer {
  /** `https`: HTTP under TLS to the proxy itself. */
  readonly scheme: ProxyScheme;
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `http://proxy.example:3128`, without credentials. */
  readonly name: string;
  private readonly user: string;
  private readonly secret: string;

  constructor(scheme: ProxyScheme, host: string, port: number, username: string, password: string) {
    this.scheme = scheme;
    this.host = host;
    this.port = port;
    this.name = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
    this.user = username;
    this.secret = password;
    // Whoever prints or serialises it sees neither.
    for (const hidden of ["user", "secret"]) Object.defineProperty(this, hidden, { enumerable: false });
  }

  /** For Proxy-Authorization (RFC 7617 §2), or "". */
  get authorization(): string {
    if (this.user === "" && this.secret === "") return "";
    return `Basic ${Buffer.from(`${this.user}:${this.secret}`).toString("base64")}`;
  }

  /** For SOCKS5 (RFC 1929); null for none. */
  get login(): { readonly username: string; readonly password: string } | null {
    return this.user === "" && this.secret === "" ? null : { username: this.user, password: this.secret };
  }

  /** What tells it from every other proxy, credentials included (S113). */
  get key(): string {
    return `${this.name} ${this.authorization}`;
  }
}

/**
 * Reads the URL of a proxy: `http://`, `https://`, `socks5://` or `socks5h://`, with or without `user:password@`; without a
 * scheme it is http, and without a port 1080, or 443 for https, as in curl. SOCKS5 proxies get names as they are, so
 * `socks5` and `socks5h` are the same.
 *
 * @throws TypeError when it is none of these. The message does not show it: there may be a password in it (S126)
 *
 * @example
 * ```ts
 * parseProxy("http://me:secret@proxy.example:3128").name; // "http://proxy.example:3128"
 * ```
 */
export function parseProxy(url: string | URL): ProxyServer {
  const text = String(url).trim();
  const whole = text.includes("://") ? text : `http://${text}`;
  const scheme = SCHEMES[whole.slice(0, whole.indexOf("://")).toLowerCase()];
  if (scheme === undefined) throw new TypeError("a proxy is http://, https:// or socks5://host:port");
  let parsed: URL;
  try {
    // As https: hosts are read as everywhere else, and not as text that nobody knows.
    parsed = new URL(`https${whole.slice(whole.indexOf("://"))}`);
  } catch {
    throw new TypeError("the proxy's URL cannot be read; give http://user:password@host:port");
  }
  const { hostname, username, password } = parsed;
  if (parsed.pathname !== "/" || parsed.search !== "" || parsed.hash !== "")
    throw new TypeError("the proxy's URL has a path; give http://host:port, and encode what is special in a password");
  // The parser leaves out the port of https even when it was written.
  const port = /:(\d{1,5})\/?$/.exec(whole.slice(whole.lastIndexOf("@") + 1))?.[1] ?? (scheme === "https" ? 443 : 1080);
  if (Number(port) === 0) throw new TypeError("the proxy's port is 1 to 65535");
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return new ProxyServer(scheme, host, Number(port), decode(username), decode(password));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const SCHEMES: Readonly<Record<string, ProxyScheme>> = Object.assign(Object.create(null), {
  http: "http",
  https: "https",
  socks5: "socks5",
  socks5h: "socks5",
});
