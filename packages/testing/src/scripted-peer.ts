/**
 * A peer that says exactly what the test says, octet for octet.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { type Cut, octetsOf, pieceOf } from "./cut.ts";
import type { MemoryCarrier } from "./memory-carrier.ts";
import { connectionReset } from "./settle.ts";

/**
 * The other end of one carried engine, with the wire as text: each code unit is an octet.
 *
 * @example
 * ```ts
 * const peer = new ScriptedPeer(new MemoryCarrier((carrier) => new ServerConnection(carrier, options)));
 * peer.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
 * peer.expectText("HTTP/1.1 204 No Content\r\n\r\n");
 * peer.end();
 * peer.closed; // true
 * ```
 */
export class ScriptedPeer {
  readonly carrier: MemoryCarrier;
  private readonly cut: Cut | undefined;
  private readonly pieces: Buffer[];
  private text: string;
  private expected: number;
  private sawEnd: boolean;

  /** @param cut - how everything that is sent is cut; 1 is octet by octet */
  constructor(carrier: MemoryCarrier, cut?: Cut) {
    this.carrier = carrier;
    this.cut = cut;
    this.pieces = [];
    this.text = "";
    this.expected = 0;
    this.sawEnd = false;
  }

  /** Sends octets. They wait while the engine does not read. */
  send(wire: string | Uint8Array): this {
    const bytes = octetsOf(wire);
    for (let at = 0; at < bytes.length; ) {
      const length = pieceOf(bytes.length - at, this.cut);
      this.carrier.deliver(bytes.subarray(at, at + length));
      at += length;
    }
    this.collect();
    return this;
  }

  /** Ends this side; the other may still send. */
  end(): this {
    this.carrier.deliverEnd();
    this.collect();
    return this;
  }

  /** Drops the connection, as a process that dies. */
  reset(): this {
    this.carrier.lose(connectionReset());
    return this;
  }

  /** Lets the engine end its turn, and reads what it wrote. */
  turn(): this {
    this.collect();
    return this;
  }

  /** All that has come. */
  get received(): string {
    this.collect();
    return this.text;
  }

  /** What has come since it was last asked for. */
  takeText(): string {
    const { received } = this;
    const text = received.slice(this.expected);
    this.expected = received.length;
    return text;
  }

  /** Requires that exactly `wire` has come since the last call. */
  expectText(wire: string): this {
    strictEqual(this.takeText(), wire);
    return this;
  }

  /** The engine has ended its side, and its end has come. */
  get ended(): boolean {
    this.collect();
    return this.sawEnd;
  }

  /** The connection is gone, in both directions. */
  get closed(): boolean {
    this.collect();
    return this.carrier.isClosed;
  }

  /** Lets promises run until the engine is quiet. */
  async settled(): Promise<this> {
    do {
      this.collect();
      await this.carrier.settled();
    } while (this.collect());
    return this;
  }

  /** Reads what the kernel took; true when there was something. */
  private collect(): boolean {
    const { carrier, pieces } = this;
    let turns = 0;
    let worked = true;
    while (worked) {
      worked = carrier.turn();
      for (let bytes = carrier.read(); bytes !== null; bytes = carrier.read()) {
        pieces.push(Buffer.from(bytes));
        carrier.acknowledge(bytes.length);
        worked = true;
      }
      if (++turns > MAX_TURNS) throw new Error("the engine has something to write in every turn");
    }
    if (carrier.readEnd()) this.sawEnd = true;
    if (pieces.length === 0) return false;
    this.text += Buffer.concat(pieces).toString("latin1");
    pieces.length = 0;
    return true;
  }
}

/** Turns after which an engine counts as one that never rests. */
const MAX_TURNS = 100_000;
