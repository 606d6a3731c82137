/**
 * SOCKS version 5, the client's side (RFC 1928), with user name and password (RFC 1929).
 *
 * Names are given to the proxy as they are, and resolved there. Of the commands
 * only CONNECT is asked for: no BIND, no UDP.
 *
 * @module
 */
import type { ByteSink, Carrier, Engine } from "./engine.ts";
import { parseIpAddress, unmapped } from "./ip-address.ts";
import { type Tunnel, type TunnelEnd, tunnelWith } from "./tunnel.ts";

/** Where the proxy shall connect to. */
export interface Socks5Target {
  /** A name, which the proxy resolves, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** How to speak to a SOCKS5 proxy. */
export interface Socks5Options {
  /** 1 to 255 octets of UTF-8 (RFC 1929 §2). Sent in the clear, and only if the proxy asks for it. */
  readonly username?: string;
  /** 1 to 255 octets of UTF-8. */
  readonly password?: string;
  /** How long the proxy may take for all of it, its own connecting included, ms. Default 10,000. */
  readonly timeoutMs?: number;
}

/** The codes of {@link Socks5Error}; the README says when each happens and what to do. */
export type Socks5ErrorCode =
  | "ERR_SOCKS5_AUTHENTICATION"
  | "ERR_SOCKS5_PROTOCOL"
  | "ERR_SOCKS5_REFUSED"
  | "ERR_SOCKS5_TIMEOUT";

/** A SOCKS5 proxy that makes no tunnel. Holds neither user name nor password (S126). */
export class Socks5Error extends Error {
  override readonly name = "Socks5Error";
  /** Stable, documented, safe to switch on. */
  readonly code: Socks5ErrorCode;
  /** The proxy's reply (RFC 1928 §6), 1 to 255; 0 when there was none. */
  readonly reply: number;

  constructor(code: Socks5ErrorCode, message: string, reply = 0) {
    super(message);
    this.code = code;
    this.reply = reply;
  }
}

/**
 * A tunnel through a SOCKS5 proxy, for the option `tunnel` of `dial`.
 *
 * @throws TypeError when the name, user name or password cannot be said in SOCKS5; RangeError when the port is none
 *
 * @example
 * ```ts
 * const tunnel = socks5({ host: "example.com", port: 7 }, { username: "me", password: "secret" });
 * await dial("proxy.example:1080", (carrier) => new LineClient(carrier), { tunnel });
 * ```
 */
export function socks5(target: Socks5Target, options: Socks5Options = {}): Tunnel {
  const request = encodeRequest(target);
  const login = encodeLogin(options);
  const timeoutMs = options.timeoutMs ?? 10_000;
  return tunnelWith((carrier, end) => new Socks5Engine(carrier, end, request, login, timeoutMs));
}

// What is awaited of the proxy.
const METHOD = 0;
const LOGIN = 1;
const REPLY = 2;
const OVER = 3;

class Socks5Engine implements Engine {
  deadline: number;
  private readonly carrier: Carrier;
  private readonly end: TunnelEnd;
  private readonly request: Uint8Array;
  private readonly login: Uint8Array | null;
  private readonly timeoutMs: number;
  private awaits: number;
  private output: Uint8Array | null;
  /** What came of the message at hand. */
  private readonly input: Uint8Array;
  private length: number;

  constructor(carrier: Carrier, end: TunnelEnd, request: Uint8Array, login: Uint8Array | null, timeoutMs: number) {
    this.deadline = carrier.now + timeoutMs;
    this.carrier = carrier;
    this.end = end;
    this.request = request;
    this.login = login;
    this.timeoutMs = timeoutMs;
    this.awaits = METHOD;
    // RFC 1928 §3: the methods that we can do.
    this.output = login === null ? Uint8Array.of(5, 1, NO_LOGIN) : Uint8Array.of(5, 2, NO_LOGIN, BY_PASSWORD);
    this.input = new Uint8Array(MAX_MESSAGE);
    this.length = 0;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    for (let at = start; at < end && this.awaits !== OVER; at++) {
      // Octet by octet: a message is 2 to 262 octets, and what follows the last is not ours.
      this.input[this.length++] = bytes[at] as number;
      if (!this.isComplete()) continue;
      this.length = 0;
      if (this.awaits === METHOD) this.methodChosen();
      else if (this.awaits === LOGIN) this.loggedIn();
      else this.replied(bytes.slice(at + 1, end));
    }
  }

  receiveEnd(): void {
    this.fail(
      "ERR_SOCKS5_PROTOCOL",
      "the proxy ended the connection before the tunnel was open; is it a SOCKS5 proxy?",
    );
  }

  flush(sink: ByteSink): boolean {
    const { output } = this;
    this.output = null;
    if (output !== null) sink.write(output);
    return true;
  }

  drain(): void {}

  onDeadline(): void {
    this.fail("ERR_SOCKS5_TIMEOUT", `the proxy did not open the tunnel within ${this.timeoutMs} ms`);
  }

  closed(reason: Error | null): void {
    const why = reason === null ? "" : ` (${reason.message})`;
    this.fail("ERR_SOCKS5_PROTOCOL", `the connection to the proxy was closed before the tunnel was open${why}`);
  }

  private isComplete(): boolean {
    const { input, length } = this;
    if (this.awaits !== REPLY) return length === 2;
    if (length < 5) return false;
    // RFC 1928 §6: the address that the proxy connects from is as long as its type says.
    const octets = { [IPV4]: 4, [NAME]: 1 + (input[4] as number), [IPV6]: 16 }[input[3] as number] ?? 0;
    return length === 4 + octets + 2 || octets === 0;
  }

  /** RFC 1928 §3. */
  private methodChosen(): void {
    const [version, method] = this.input;
    if (version !== 5) this.garbage();
    else if (method === NO_LOGIN) this.ask();
    else if (method === BY_PASSWORD && this.login !== null) {
      this.awaits = LOGIN;
      this.say(this.login);
    } else {
      const message =
        this.login === null
          ? "the proxy wants a user name and a password; give them"
          : "the proxy takes neither user name and password nor nobody's; it is set up for another way";
      if (method === NO_METHOD || method === BY_PASSWORD) this.fail("ERR_SOCKS5_AUTHENTICATION", message);
      else this.garbage();
    }
  }

  /** RFC 1929 §2. */
  private loggedIn(): void {
    const [version, status] = this.input;
    if (version !== 1) this.garbage();
    else if (status === 0) this.ask();
    else this.fail("ERR_SOCKS5_AUTHENTICATION", "the proxy refused the user name or the password; correct them");
  }

  /** RFC 1928 §6. */
  private replied(rest: Uint8Array): void {
    const [version, reply = 0, , type = 0] = this.input;
    if (version !== 5) this.garbage();
    else if (reply !== 0) {
      const why = REPLIES[reply] ?? `reply ${reply}`;
      this.fail("ERR_SOCKS5_REFUSED", `the proxy made no connection: ${why}`, reply);
    } else if (type !== IPV4 && type !== NAME && type !== IPV6) this.garbage();
    else {
      this.over();
      this.end.opened(this.carrier, rest);
    }
  }

  private ask(): void {
    this.awaits = REPLY;
    this.say(this.request);
  }

  private say(bytes: Uint8Array): void {
    this.output = bytes;
    this.carrier.wantFlush();
  }

  private garbage(): void {
    this.fail("ERR_SOCKS5_PROTOCOL", "the proxy does not speak SOCKS5; is the port right?");
  }

  private fail(code: Socks5ErrorCode, message: string, reply = 0): void {
    if (this.awaits === OVER) return;
    this.over();
    this.end.refused(new Socks5Error(code, message, reply));
  }

  private over(): void {
    this.awaits = OVER;
    this.deadline = Number.POSITIVE_INFINITY;
    this.output = null;
  }
}

/** VER, CMD, RSV, ATYP, DST.ADDR, DST.PORT (RFC 1928 §4). */
function encodeRequest({ host, port }: Socks5Target): Uint8Array {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new RangeError(`a port to connect to is 1 to 65535, not ${port}`);
  const address = parseIpAddress(host);
  if (address !== null && address.zone === "") {
    const { octets } = unmapped(address);
    return Uint8Array.of(5, CONNECT, 0, octets.length === 4 ? IPV4 : IPV6, ...octets, port >> 8, port & 0xff);
  }
  if (host.length > MAX_STRING || !HOST_NAME.test(host))
    throw new TypeError(`${JSON.stringify(host)} is no host name; write international names as xn--…`);
  const name = new TextEncoder().encode(host);
  return Uint8Array.of(5, CONNECT, 0, NAME, name.length, ...name, port >> 8, port & 0xff);
}

/** VER, ULEN, UNAME, PLEN, PASSWD (RFC 1929 §2). */
function encodeLogin({ username, password }: Socks5Options): Uint8Array | null {
  if (username === undefined && password === undefined) return null;
  const name = new TextEncoder().encode(username ?? "");
  const word = new TextEncoder().encode(password ?? "");
  for (const part of [name, word])
    if (part.length === 0 || part.length > MAX_STRING)
      throw new TypeError(`user name and password for SOCKS5 are 1 to ${MAX_STRING} octets each; give both`);
  return Uint8Array.of(1, name.length, ...name, word.length, ...word);
}

/** What the replies say (RFC 1928 §6). */
const REPLIES: Readonly<Record<number, string>> = {
  1: "general failure",
  2: "its rules do not allow it",
  3: "the network is unreachable",
  4: "the host is unreachable, or its name unknown",
  5: "the connection was refused",
  6: "it took too long",
  7: "it does not do CONNECT",
  8: "it does not know this kind of address",
};

// METHOD (RFC 1928 §3), CMD (§4), ATYP (§5).
const NO_LOGIN = 0x00;
const BY_PASSWORD = 0x02;
const NO_METHOD = 0xff;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** What one octet of length can say. */
const MAX_STRING = 255;
/** The longest reply: a name of 255 octets. */
const MAX_MESSAGE = 4 + 1 + 255 + 2;
/** What a proxy's resolver is given: no blanks, no controls, nothing that means something in a URL. */
const HOST_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?$/;
