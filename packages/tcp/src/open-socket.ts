/**
 * One socket to one address, and what may be asked for as a host.
 *
 * @module
 */
import { connect as connectSocket, type Socket } from "node:net";
import type { ParsedAddress } from "./address.ts";
import { canonicalIpAddress } from "./ip-address.ts";
import { readBuffer, receiveReused } from "./reused-read.ts";

/** What is set on a socket. */
export interface SocketOptions {
  /** Small writes leave at once. Default true. */
  readonly noDelay?: boolean;
  /** TCP keep-alive probes after this time without traffic, ms; 0 for none. Default 60,000. */
  readonly keepAliveMs?: number;
  /**
   * The open connection keeps the process alive, as a socket of Node's does. Default true; false is for connections that
   * are kept for later, whose user holds the process while something is under way (`clock.hold()`).
   */
  readonly keepsProcess?: boolean;
  /** Nothing stands between the socket and the engine, neither a tunnel nor a handshake: reads go into one buffer. */
  readonly isCarriedAsIs?: boolean;
}

/** Opens a socket; tells the end of it once. @returns what closes it, without another word */
export function openSocket(
  where: ParsedAddress,
  options: SocketOptions,
  done: (error: Error | null, socket?: Socket) => void,
): () => void {
  const { noDelay = true, keepAliveMs = 60_000, keepsProcess = true, isCarriedAsIs = false } = options;
  // A runtime that knows no `onread` tells of octets by events, for which the carrier listens as well.
  const onread = { buffer: readBuffer, callback: (octets: number): boolean => receiveReused(socket, octets) };
  const socket: Socket = connectSocket({
    ...NOT_INHERITED,
    ...(isCarriedAsIs ? { onread } : {}),
    ...where,
    allowHalfOpen: true,
    noDelay,
    keepAlive: keepAliveMs > 0,
    keepAliveInitialDelay: keepAliveMs,
  });
  const onError = (error: Error): void => {
    socket.on("error", nothing);
    socket.destroy();
    done(error);
  };
  const onConnect = (): void => {
    socket.removeListener("error", onError);
    if (!keepsProcess) socket.unref();
    done(null, socket);
  };
  socket.once("error", onError).once("connect", onConnect);
  return () => {
    socket.removeListener("error", onError).removeListener("connect", onConnect);
    socket.on("error", nothing);
    socket.destroy();
  };
}

/**
 * What ends in a number is an IPv4 address and nothing else, and the system would read more forms of it than anybody who
 * looked at it before (S122). Nothing that is no name is given to a resolver (S121).
 *
 * @throws RangeError
 */
export function checkHost(host: string): void {
  if (canonicalIpAddress(host) !== null) return;
  if (NUMERIC.test(host))
    throw new RangeError(`${JSON.stringify(host)} is no host; an IPv4 address is four decimal numbers, 127.0.0.1`);
  if (host.length > MAX_NAME || NO_NAME.test(host)) throw new RangeError(`${JSON.stringify(host)} is no host`);
}

/** What the runtime would otherwise read from `Object.prototype`, and connect elsewhere by (S127). */
const NOT_INHERITED = { path: undefined, localAddress: undefined, localPort: undefined, lookup: undefined };

/** The last label is a number, as `inet_aton` reads them. */
const NUMERIC = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i;
/** Blanks, controls, and what means something in a URL. International letters pass. */
const NO_NAME = /[\x00-\x20\x7f"#%/:<>?@[\\\]^`{|}]|^\.|\.\./;
/** Characters (RFC 1035 §2.3.4, with a final dot). */
const MAX_NAME = 254;

function nothing(): void {}
