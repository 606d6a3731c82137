/**
 * Engines for tests of connections, and how to wait for what they do.
 *
 * @module
 */
import { connect as connectSocket, type Socket } from "node:net";
import type { ByteSink, Carrier, Engine, ParsedAddress } from "@stack/tcp";

/** Waits, turn by turn of the event loop, until something holds; the test's own timeout is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Sends back what comes, and ends when the peer does. */
export class Echo implements Engine {
  readonly carrier: Carrier;
  /** What came, as latin1. */
  received = "";
  /** Why it was closed; undefined until it is. */
  reason: Error | null | undefined;
  readonly deadline: number = Number.POSITIVE_INFINITY;
  protected output = "";
  private ends = false;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
    this.received += text;
    this.answer(text);
  }

  protected answer(text: string): void {
    this.output += text;
  }

  receiveEnd(): void {
    this.ends = true;
  }

  flush(sink: ByteSink): boolean {
    sink.writeLatin1(this.output);
    this.output = "";
    if (this.ends) sink.end();
    return true;
  }

  drain(): void {
    this.end();
  }

  onDeadline(): void {}

  closed(reason: Error | null): void {
    this.reason = reason;
  }

  end(): void {
    this.ends = true;
    this.carrier.wantFlush();
  }
}

/** Sends what it is told, and keeps what comes. */
export class Talker extends Echo {
  protected override answer(): void {}

  send(text: string): void {
    this.output += text;
    this.carrier.wantFlush();
  }
}

/** A client that sends octets as they are, without TLS. */
export class RawPeer {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  closed = false;

  constructor(address: ParsedAddress) {
    this.socket = connectSocket({ ...address, allowHalfOpen: true, noDelay: true });
    this.socket.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on("error", () => {});
    this.socket.on("end", () => this.socket.end());
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  send(wire: string | Uint8Array): this {
    this.socket.write(typeof wire === "string" ? Buffer.from(wire, "latin1") : wire);
    return this;
  }

  /** `21 3 3 0 2 2 112`: the alert that came, in decimal. */
  get alert(): string {
    return [...this.received].join(" ");
  }
}
