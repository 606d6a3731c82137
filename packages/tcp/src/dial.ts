/**
 * Dialling: an engine carried by a socket that we open.
 *
 * @module
 */
import { connect as connectSocket, type Socket } from "node:net";
import { type Address, formatAddress, parseAddress } from "./address.ts";
import type { Carrier, Engine } from "./engine.ts";
import { dialError, TcpError } from "./errors.ts";
import type { Secure } from "./secure.ts";
import { SocketCarrier } from "./socket-carrier.ts";
import { MAX_TIMER_MS } from "./timer-wheel.ts";

/** How to dial. */
export interface DialOptions {
  /** How long the connection may take, {@link secure} included, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal;
  /** Small writes leave at once. Default true. */
  readonly noDelay?: boolean;
  /** TCP keep-alive probes after this time without traffic, ms; 0 for none. Default 60,000. */
  readonly keepAliveMs?: number;
  /** Makes a handshake before the engine is made. Default: none. */
  readonly secure?: Secure;
}

/**
 * Opens a connection and gives it to the engine that `connect` makes.
 *
 * @returns the engine, connected
 * @throws {@link TcpError} `ERR_DIAL`, `ERR_DIAL_TIMEOUT`, `ERR_DIAL_ABORTED`; RangeError when the address is none;
 *   what `connect` throws, what `secure` fails with
 *
 * @example
 * ```ts
 * const client = await dial("localhost:8080", (carrier) => new LineClient(carrier), { timeoutMs: 2_000 });
 * ```
 */
export function dial<E extends Engine>(
  address: Address,
  connect: (carrier: Carrier) => E,
  options: DialOptions = {},
): Promise<E> {
  const { timeoutMs = 10_000, signal, noDelay = true, keepAliveMs = 60_000, secure } = options;
  return new Promise<E>((resolve, reject) => {
    const where = parseAddress(address);
    const name = formatAddress(where);
    if (signal?.aborted === true) {
      reject(new TcpError("ERR_DIAL_ABORTED", `dialling ${name} was aborted`, { cause: signal.reason }));
      return;
    }
    const socket = connectSocket({
      ...where,
      allowHalfOpen: true,
      noDelay,
      keepAlive: keepAliveMs > 0,
      keepAliveInitialDelay: keepAliveMs,
    });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.removeListener("error", onFailure);
    };
    const give = (error: Error): void => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onFailure = (error: Error): void => give(dialError(error, name));
    const onAbort = (): void =>
      give(new TcpError("ERR_DIAL_ABORTED", `dialling ${name} was aborted`, { cause: signal?.reason }));
    const timer = setTimeout(
      () => give(new TcpError("ERR_DIAL_TIMEOUT", `${name} did not answer within ${timeoutMs} ms`)),
      Math.min(timeoutMs, MAX_TIMER_MS),
    );
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.once("error", onFailure);
    const open = (carried: Socket): void => {
      settle();
      try {
        resolve(carry(carried, connect));
      } catch (error) {
        carried.destroy();
        reject(error);
      }
    };
    socket.once("connect", () => {
      if (secure === undefined) {
        open(socket);
        return;
      }
      // From here on it is the handshake that fails.
      socket.removeListener("error", onFailure);
      socket.on("error", () => {});
      try {
        secure(socket, (error, secured) => {
          if (error !== null) give(error);
          else if (secured !== undefined && !socket.destroyed) open(secured);
        });
      } catch (error) {
        give(error as Error);
      }
    });
  });
}

/**
 * Carries an engine over a socket that is already open, a TLS socket for example.
 *
 * The socket must not have been read from, and is the engine's from now on.
 *
 * @param onClosed - called when the socket is closed, after the engine's `closed`
 * @returns the engine
 * @throws what `connect` throws; the socket is then still the caller's
 *
 * @example
 * ```ts
 * const socket = connectTls({ port: 443, host: "localhost", ALPNProtocols: ["h2"], allowHalfOpen: true });
 * socket.once("secureConnect", () => carry(socket, (carrier) => new Http2Client(carrier)));
 * ```
 */
export function carry<E extends Engine>(socket: Socket, connect: (carrier: Carrier) => E, onClosed?: () => void): E {
  let engine: E | null = null;
  const carrier = new SocketCarrier(
    socket,
    (made) => {
      engine = connect(made);
      return engine;
    },
    onClosed === undefined ? null : () => onClosed(),
  );
  carrier.read(false);
  // It broke before it came to us: its events are over.
  if (socket.destroyed) setImmediate(() => carrier.finish());
  return engine as unknown as E;
}
