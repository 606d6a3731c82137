/**
 * Dialling: an engine carried by a socket that we open.
 *
 * A name is resolved and its addresses are tried as RFC 8305 says; an address or
 * a path is connected to at once. Then a tunnel is asked for and a handshake
 * made, where they are wanted, and the engine gets what comes of it.
 *
 * @module
 */
import type { Socket } from "node:net";
import { type Address, formatAddress, type ParsedAddress, parseAddress } from "./address.ts";
import { AddressMemory } from "./address-memory.ts";
import { carry } from "./carry.ts";
import {
  ATTEMPT_DELAY_MS,
  ConnectionAttempts,
  MIN_ATTEMPT_DELAY_MS,
  RESOLUTION_DELAY_MS,
  refusal,
} from "./connection-attempts.ts";
import type { DialOptions, DialStage } from "./dial-options.ts";
import { type DialTime, systemTime } from "./dial-time.ts";
import type { Carrier, Engine } from "./engine.ts";
import { attemptsError, dialError, nameError, notAllowed, TcpError } from "./errors.ts";
import { canonicalIpAddress } from "./ip-address.ts";
import { sharedNames } from "./name-cache.ts";
import { checkedAnswer, isNegative, loopbackAddresses } from "./name-resolver.ts";
import { checkHost, openSocket, type SocketOptions } from "./open-socket.ts";

/**
 * Opens a connection and gives it to the engine that `connect` makes.
 *
 * @returns the engine, connected
 * @throws {@link TcpError} `ERR_DIAL`, `ERR_DIAL_TIMEOUT`, `ERR_DIAL_ABORTED`, `ERR_DIAL_NOT_ALLOWED`, `ERR_DNS`,
 *   `ERR_DNS_NOT_FOUND`, `ERR_DNS_TIMEOUT`, `ERR_TUNNEL_OCTETS`; its `attempts` are what became of each address
 * @throws RangeError when the address is none, or a host that is neither a name nor an IP address as RFC 3986 writes it
 *   (`127.1`, `0x7f.0.0.1`); what `connect` throws, what `tunnel` and `secure` fail with
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
  return new Promise<E>((resolve, reject) => {
    const where = parseAddress(address);
    if ("host" in where) checkHost(where.host);
    new Dial(where, connect, options, resolve, reject).start();
  });
}

/** One dial, from the address to the engine. */
class Dial<E extends Engine> {
  private readonly where: ParsedAddress;
  private readonly name: string;
  private readonly connect: (carrier: Carrier) => E;
  private readonly options: DialOptions;
  private readonly resolve: (engine: E) => void;
  private readonly reject: (error: unknown) => void;
  private readonly time: DialTime;
  private attempts: ConnectionAttempts<Socket> | null;
  /** Closes what is under way. */
  private close: () => void;
  private cancelTimer: () => void;
  private cancelStageTimer: () => void;
  private readonly onAbort: () => void;
  private over: boolean;

  constructor(
    where: ParsedAddress,
    connect: (carrier: Carrier) => E,
    options: DialOptions,
    resolve: (engine: E) => void,
    reject: (error: unknown) => void,
  ) {
    this.where = where;
    this.name = formatAddress(where);
    this.connect = connect;
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
    this.time = options.time ?? systemTime;
    this.attempts = null;
    this.close = nothing;
    this.cancelTimer = nothing;
    this.cancelStageTimer = nothing;
    this.onAbort = () => this.fail(this.aborted());
    this.over = false;
  }

  start(): void {
    const { timeoutMs = 10_000, signal } = this.options;
    if (signal?.aborted === true) {
      this.reject(this.aborted());
      return;
    }
    signal?.addEventListener("abort", this.onAbort, { once: true });
    this.cancelTimer = this.time.after(timeoutMs, () => this.late(timeoutMs));
    try {
      this.open();
    } catch (error) {
      this.fail(error);
    }
  }

  // To a connected socket

  private open(): void {
    const { where } = this;
    const literal = "path" in where ? null : canonicalIpAddress(where.host);
    if ("path" in where) this.openOne(where);
    else if (literal !== null) {
      const refused = refusal(literal, this.options.allowAddress ?? anyAddress);
      if (refused === null) this.openOne({ host: literal, port: where.port });
      else this.fail(notAllowed(this.name, refused.message, { cause: refused }));
    } else this.openAny(where.host, where.port);
  }

  /** Nothing to choose from. */
  private openOne(where: ParsedAddress): void {
    this.stage("connect");
    this.close = openSocket(where, this.socketOptions(), (error, socket) => {
      if (error !== null || socket === undefined) this.fail(dialError(error ?? new Error("no socket"), this.name));
      else this.connected(socket);
    });
  }

  private openAny(host: string, port: number): void {
    const { allowAddress = anyAddress, attemptDelayMs = ATTEMPT_DELAY_MS, dnsTimeoutMs } = this.options;
    const attempts = new ConnectionAttempts<Socket>({
      open: (address, done) => openSocket({ host: address, port }, this.socketOptions(), done),
      allow: allowAddress,
      time: this.time,
      memory,
      attemptDelayMs: Math.max(attemptDelayMs, MIN_ATTEMPT_DELAY_MS),
      resolutionDelayMs: RESOLUTION_DELAY_MS,
      onFirst: () => this.stage("connect"),
      onConnected: (socket) => this.connected(socket),
      onFailed: (failed, error) =>
        this.fail(
          failed.length > 0
            ? attemptsError(failed, this.name)
            : nameError(host, error, error === null || isNegative(error)),
        ),
    });
    this.attempts = attempts;
    this.close = () => attempts.stop();
    const loopback = loopbackAddresses(host);
    if (loopback !== null) {
      attempts.add({ family: 0, addresses: loopback, ttlMs: -1, error: null });
      return;
    }
    this.stage("dns");
    if (dnsTimeoutMs !== undefined)
      this.cancelStageTimer = this.time.after(dnsTimeoutMs, () =>
        this.fail(new TcpError("ERR_DNS_TIMEOUT", `the addresses of ${host} were not known within ${dnsTimeoutMs} ms`)),
      );
    // Whoever resolves may tell us in this turn, or when we have long given up.
    (this.options.resolver ?? sharedNames).resolve(host, (answer) => {
      if (!this.over) attempts.add(checkedAnswer(answer));
    });
  }

  private socketOptions(): SocketOptions {
    const { tunnel, secure } = this.options;
    return { ...this.options, isCarriedAsIs: tunnel === undefined && secure === undefined };
  }

  // From the socket to the engine

  private connected(socket: Socket): void {
    this.cancelStageTimer();
    this.attempts = null;
    // From here on it is the tunnel or the handshake that fails, and says so.
    socket.on("error", nothing);
    this.close = () => socket.destroy();
    const { tunnel } = this.options;
    if (tunnel === undefined) {
      this.secure(socket);
      return;
    }
    this.stage("tunnel");
    this.attempt(() =>
      tunnel(socket, (error, through = socket) => {
        if (this.over) return;
        if (error !== null) this.fail(error);
        else {
          if (through !== socket) through.on("error", nothing);
          this.secure(through);
        }
      }),
    );
  }

  private secure(socket: Socket): void {
    const { secure } = this.options;
    if (secure === undefined) {
      this.carry(socket);
      return;
    }
    // S115: who is to speak TLS waits for us; what came before is somebody else's, and would be taken for the server's.
    if (socket.readableLength > 0) {
      const message = `octets came from ${this.name} before the handshake; the tunnel cannot be trusted`;
      this.fail(new TcpError("ERR_TUNNEL_OCTETS", message));
      return;
    }
    this.stage("secure");
    this.attempt(() =>
      secure(socket, (error, secured) => {
        if (this.over) return;
        if (error !== null) this.fail(error);
        else if (secured !== undefined && !socket.destroyed) this.carry(secured);
      }),
    );
  }

  private carry(socket: Socket): void {
    this.settle();
    socket.removeListener("error", nothing);
    try {
      this.resolve(carry(socket, this.connect));
    } catch (error) {
      socket.on("error", nothing);
      socket.destroy();
      this.reject(error);
    }
  }

  // The end

  private stage(stage: DialStage): void {
    const { connectTimeoutMs, onStage } = this.options;
    this.cancelStageTimer();
    this.cancelStageTimer =
      stage === "connect" && connectTimeoutMs !== undefined
        ? this.time.after(connectTimeoutMs, () => this.late(connectTimeoutMs))
        : nothing;
    onStage?.(stage);
  }

  private attempt(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.fail(error);
    }
  }

  private late(ms: number): void {
    const attempts = this.attempts?.report ?? [];
    const tried = attempts.map(({ address, error }) => `${address}${error === null ? "" : ` (${error.message})`}`);
    const list = tried.length === 0 ? "" : `; tried ${tried.join(", ")}`;
    this.fail(new TcpError("ERR_DIAL_TIMEOUT", `${this.name} did not answer within ${ms} ms${list}`, { attempts }));
  }

  private aborted(): TcpError {
    return new TcpError("ERR_DIAL_ABORTED", `dialling ${this.name} was aborted`, {
      cause: this.options.signal?.reason,
    });
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.settle();
    this.close();
    this.reject(error);
  }

  private settle(): void {
    this.over = true;
    this.cancelTimer();
    this.cancelStageTimer();
    this.options.signal?.removeEventListener("abort", this.onAbort);
  }
}

/** Shared by all dials. */
const memory: AddressMemory = new AddressMemory();

function anyAddress(): boolean {
  return true;
}

function nothing(): void {}
