/**
 * Engines and peers for the tests of carriers.
 *
 * @module
 */
import { connect as connectSocket, type Socket } from "node:net";
import { expect } from "vitest";
import { formatAddress, type ParsedAddress } from "../src/address.ts";
import type { ByteSink, Carrier, Engine } from "../src/engine.ts";

/** Waits, turn by turn of the event loop, until something holds; the test's own timeout is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** An engine that does what its test says, and keeps what it was told. */
export class Recorder implements Engine {
  readonly carrier: Carrier;
  /** Calls in their order, without `flush`. */
  readonly calls: string[] = [];
  /** What came, as latin1. */
  received = "";
  receivedOctets = 0;
  flushes = 0;
  deadline: number = Number.POSITIVE_INFINITY;
  /** Why it was closed; undefined until it is. */
  reason: Error | null | undefined;
  /** What the next flushes write: text, or octets that are lent. */
  readonly output: (string | Uint8Array)[] = [];
  /** Ends after the output. */
  ends = false;
  /** What `write` said last; true when it was not asked. */
  room = true;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.calls.push("receive");
    this.receivedOctets += end - start;
    this.received += Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  }

  receiveEnd(): void {
    this.calls.push("receiveEnd");
  }

  flush(sink: ByteSink): boolean {
    this.flushes++;
    this.room = true;
    while (this.output.length > 0 && this.room) {
      const next = this.output.shift();
      if (typeof next === "string") sink.writeLatin1(next);
      else if (next !== undefined) this.room = sink.write(next);
    }
    if (this.output.length > 0) return false;
    if (this.ends) sink.end();
    return true;
  }

  drain(): void {
    this.calls.push("drain");
    this.end();
  }

  onDeadline(): void {
    this.calls.push("onDeadline");
    this.deadline = Number.POSITIVE_INFINITY;
  }

  closed(reason: Error | null): void {
    this.calls.push("closed");
    this.reason = reason;
  }

  send(...output: (string | Uint8Array)[]): void {
    this.output.push(...output);
    this.carrier.wantFlush();
  }

  end(): void {
    this.ends = true;
    this.carrier.wantFlush();
  }
}

/** Sends back what comes, and ends when the peer does. */
export class Echo extends Recorder {
  override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.receivedOctets += end - start;
    this.output.push(bytes.slice(start, end));
  }

  override receiveEnd(): void {
    super.receiveEnd();
    this.ends = true;
  }
}

/** The other end: a plain socket that sends octets as they are. */
export class Peer {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  octets = 0;
  /** The connection was ended by the other side. */
  ended = false;
  closed = false;
  /** The system's code when it broke, "" otherwise. */
  failure = "";

  constructor(address: ParsedAddress) {
    this.socket = connectSocket({ ...address, allowHalfOpen: true, noDelay: true });
    this.socket.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.octets += chunk.length;
    });
    this.socket.on("end", () => {
      this.ended = true;
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.failure = error.code ?? error.message;
    });
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  /** Stops taking what comes. */
  stall(): this {
    this.socket.pause();
    return this;
  }

  /** Goes on taking. */
  read(): this {
    this.socket.resume();
    return this;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  send(wire: string | Uint8Array): this {
    this.socket.write(typeof wire === "string" ? Buffer.from(wire, "latin1") : wire);
    return this;
  }

  end(): this {
    this.socket.end();
    return this;
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Fails with the address in words when something is still listening there. */
export async function nobodyListens(address: ParsedAddress): Promise<void> {
  const peer = new Peer(address);
  await until(() => peer.closed);
  expect(peer.failure, formatAddress(address)).toMatch(/^(ECONNREFUSED|ENOENT)$/);
}
