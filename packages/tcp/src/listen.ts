/**
 * Listening: accepted sockets become carriers of engines.
 *
 * The listener keeps its own registry of connections, for caps, for draining and
 * for the report of what was cut; `net.Server` is only asked to accept.
 *
 * @module
 */
import { lstatSync, unlinkSync } from "node:fs";
import { connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { type Address, type ParsedAddress, parseAddress } from "./address.ts";
import { addressBlock } from "./address-block.ts";
import { listenError, TcpError, warn } from "./errors.ts";
import { type CloseOptions, checkGrace, checkListenOptions, type ListenOptions } from "./listen-options.ts";
import { canReuseReadBuffer } from "./reused-read.ts";
import type { Secure } from "./secure.ts";
import { SocketCarrier } from "./socket-carrier.ts";
import { canonicalAddress } from "./socket-peer.ts";
import { MAX_TIMER_MS } from "./timer-wheel.ts";

/** What {@link Listener.close} had to cut. */
export interface CutConnection {
  readonly address: string;
  readonly port: number;
}

/** A socket that listens, and the connections that it accepted. */
export class Listener {
  /** Where it listens; the port is the one that the system chose when 0 was asked for. */
  readonly address: ParsedAddress;
  private readonly server: Server;
  private readonly registry: Set<SocketCarrier>;
  /** Accepted, and not carried before their handshake is complete. */
  private readonly halfOpen: Set<Socket>;
  private readonly perAddress: Map<string, number>;
  private closing: Promise<CutConnection[]> | null;
  private whenEmpty: (() => void) | null;

  /** Use {@link listen}. */
  constructor(server: Server, address: ParsedAddress, options: ListenOptions, reuse: boolean) {
    this.address = address;
    this.server = server;
    this.registry = new Set();
    this.halfOpen = new Set();
    this.perAddress = new Map();
    this.closing = null;
    this.whenEmpty = null;
    server.on("connection", (socket: Socket) => this.accept(socket, options, reuse));
  }

  /** Connections that are open now, handshakes included. */
  get connections(): number {
    return this.registry.size + this.halfOpen.size;
  }

  /**
   * Stops accepting, lets every engine finish, and after `graceMs` drops what is still open. Resolves when all sockets
   * are closed; a second call gives the promise of the first.
   *
   * @returns the connections that were dropped; empty when all ended in good order
   * @throws RangeError when `graceMs` is no number, or negative; nothing is closed then
   */
  close(options: CloseOptions = {}): Promise<CutConnection[]> {
    checkGrace(options);
    this.closing ??= this.drain(options.graceMs ?? 10_000);
    return this.closing;
  }

  private async drain(graceMs: number): Promise<CutConnection[]> {
    this.server.close();
    if ("path" in this.address) removeSocketFile(this.address.path);
    for (const socket of [...this.halfOpen]) socket.destroy();
    for (const carrier of [...this.registry]) carrier.drain();
    if (this.connections > 0)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(graceMs, MAX_TIMER_MS));
        this.whenEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    const cut: CutConnection[] = [];
    for (const carrier of [...this.registry]) {
      // One that has said its last and only waits for the peer's end loses nothing.
      if (!carrier.isEnded) cut.push({ address: carrier.peer.address, port: carrier.peer.port });
      carrier.abort(
        carrier.isEnded
          ? null
          : new TcpError("ERR_SERVER_CLOSED", "the server closed before the exchange was complete"),
      );
    }
    if (this.connections > 0)
      await new Promise<void>((resolve) => {
        this.whenEmpty = resolve;
      });
    return cut;
  }

  private accept(socket: Socket, options: ListenOptions, reuse: boolean): void {
    const { maxConnections = DEFAULT_MAX_CONNECTIONS, maxConnectionsPerAddress = Number.POSITIVE_INFINITY } = options;
    const address =
      maxConnectionsPerAddress === Number.POSITIVE_INFINITY ? "" : addressBlock(socket.remoteAddress ?? "");
    const ofAddress = this.perAddress.get(address) ?? 0;
    if (this.closing !== null) {
      socket.destroy();
      return;
    }
    if (this.connections >= maxConnections || ofAddress >= maxConnectionsPerAddress) {
      this.refuse(socket, options);
      return;
    }
    // The peers of a Unix socket have no address: no bound for one of them can hold.
    if (address !== "") this.perAddress.set(address, ofAddress + 1);
    if (options.secure === undefined) this.carry(socket, address, options, reuse);
    else this.secure(socket, address, options, options.secure);
  }

  private secure(accepted: Socket, address: string, options: ListenOptions, secure: Secure): void {
    this.halfOpen.add(accepted);
    accepted.on("error", ignore); // a reset before the handshake listens must not kill the process (S102)
    accepted.once("close", () => {
      if (this.halfOpen.delete(accepted)) this.leave(address);
    });
    try {
      secure(accepted, (error, secured) => {
        if (error !== null || secured === undefined) accepted.destroy();
        else if (!accepted.destroyed && this.halfOpen.delete(accepted)) this.carry(secured, address, options, false);
      });
    } catch (error) {
      warn(error);
      accepted.destroy();
    }
  }

  private carry(socket: Socket, address: string, options: ListenOptions, reuse: boolean): void {
    let carrier: SocketCarrier | null = null;
    try {
      carrier = new SocketCarrier(socket, options.connect, (gone) => {
        this.registry.delete(gone);
        this.leave(address);
      });
      this.registry.add(carrier);
      carrier.read(reuse);
    } catch (error) {
      // `connect` threw: there is no engine to tell, and nothing but this connection to lose (S102).
      warn(error);
      socket.destroy();
      if (carrier === null) this.leave(address);
    }
  }

  /** Gives the connection's place back. */
  private leave(address: string): void {
    const count = this.perAddress.get(address);
    if (count !== undefined && count > 1) this.perAddress.set(address, count - 1);
    else this.perAddress.delete(address);
    if (this.connections === 0) this.whenEmpty?.();
  }

  private refuse(socket: Socket, options: ListenOptions): void {
    const address = canonicalAddress(socket.remoteAddress ?? "");
    socket.destroy();
    try {
      options.onRefused?.(address);
    } catch (error) {
      warn(error);
    }
  }
}

/** Connections at once, unless said otherwise (S104). */
export const DEFAULT_MAX_CONNECTIONS = 32_768;

/**
 * Listens on an address; each connection gets an engine from `options.connect`.
 *
 * The file of a Unix socket that outlived its process is replaced; any other file is left alone.
 *
 * @throws {@link TcpError} `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`, `ERR_ADDRESS_FORBIDDEN`, `ERR_LISTEN`;
 *   RangeError when the address is none; as {@link checkListenOptions} for options
 *
 * @example
 * ```ts
 * const listener = await listen("[::1]:0", { connect: (carrier) => new Echo(carrier), maxConnectionsPerAddress: 100 });
 * console.log(formatAddress(listener.address)); // "[::1]:40123"
 * process.once("SIGTERM", () => listener.close({ graceMs: 5_000 }));
 * ```
 */
export async function listen(address: Address, options: ListenOptions): Promise<Listener> {
  const wanted = parseAddress(address);
  checkListenOptions(options);
  const reuse = options.reuseReads !== "never" && (await canReuseReadBuffer());
  const server = createServer({
    pauseOnConnect: true,
    allowHalfOpen: true,
    noDelay: options.noDelay ?? true,
    keepAlive: (options.keepAliveMs ?? 60_000) > 0,
    keepAliveInitialDelay: options.keepAliveMs ?? 60_000,
  });
  await bind(server, wanted, options);
  const bound = server.address();
  const actual = bound !== null && typeof bound === "object" ? { host: bound.address, port: bound.port } : wanted;
  return new Listener(server, actual, options, reuse);
}

async function bind(server: Server, address: ParsedAddress, options: ListenOptions): Promise<void> {
  try {
    await tryBind(server, address, options);
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    if (!("path" in address) || failure.code !== "EADDRINUSE" || !(await isLeftBehind(address.path)))
      throw listenError(failure, address);
    removeSocketFile(address.path);
    await tryBind(server, address, options).catch((again: NodeJS.ErrnoException) => {
      throw listenError(again, address);
    });
  }
}

function tryBind(server: Server, address: ParsedAddress, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    server.once("error", fail);
    const reusePort = options.reusePort === true ? { reusePort: true } : {};
    server.listen({ ...address, ...reusePort, backlog: options.backlog ?? 1_024 }, () => {
      server.removeListener("error", fail);
      // An accept that fails (no descriptors left) must not kill the process; the next may succeed (S190).
      server.on("error", () => {});
      resolve();
    });
  });
}

/**
 * Whether the file is a Unix socket that outlived its process, and so is ours to replace. Nothing else is removed: not a
 * file of another kind, and not a socket that is busy or closed to us.
 */
function isLeftBehind(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!isSocketFile(path)) {
      resolve(false);
      return;
    }
    const probe = connectSocket({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

function isSocketFile(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false; // abstract, or gone meanwhile
  }
}

function ignore(): void {}

function removeSocketFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or abstract: nothing to remove.
  }
}
