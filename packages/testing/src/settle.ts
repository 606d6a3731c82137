/**
 * The wire between two carriers: moves octets until both sides are quiet.
 *
 * With a latency or a bandwidth the octets take their time, which is virtual:
 * the clock is advanced to the next arrival and tells afterwards how long it took.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type Cut, pieceOf } from "./cut.ts";
import type { MemoryCarrier } from "./memory-carrier.ts";

/** What a wire does to the octets. */
export interface Wire {
  /** How each delivery is cut; 1 is octet by octet. Default: as it was written. */
  readonly cut?: Cut;
  /** Time that an octet is under way, ms. */
  readonly latencyMs?: number;
  readonly octetsPerSecond?: number;
  /** Steps, about one for each piece, after which the two count as never at rest. Default 250,000. */
  readonly maxSteps?: number;
}

/**
 * Moves octets and ends between `a` and `b` until there is nothing to move.
 *
 * @returns whether anything was
 * @throws Error when the two never come to rest
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const server = new MemoryCarrier((carrier) => new ServerConnection(carrier, options), { clock });
 * const client = new MemoryCarrier((carrier) => new ClientConnection(carrier), { clock });
 * client.engine.request({ method: "GET", target: "/", fields }, receiver);
 * settle(client, server, 1);
 * ```
 */
export function settle(a: MemoryCarrier, b: MemoryCarrier, wire: Cut | Wire = {}): boolean {
  const options = typeof wire === "object" ? wire : { cut: wire };
  const directions = [new Direction(a, b, options), new Direction(b, a, options)];
  const { maxSteps = 250_000 } = options;
  let moved = false;
  for (let steps = 0; steps < maxSteps; steps++) {
    let quiet = true;
    for (const carrier of [a, b]) if (carrier.turn()) quiet = false;
    for (const direction of directions) if (direction.step()) quiet = false;
    if (!quiet) {
      moved = true;
      continue;
    }
    const arrival = Math.min(...directions.map((direction) => direction.arrival));
    if (arrival === Number.POSITIVE_INFINITY) return moved;
    for (const clock of new Set([a.clock, b.clock])) clock.advance(Math.max(0, arrival - clock.now));
  }
  throw new Error("the two carriers never come to rest: one of them always has something to write");
}

/** {@link settle}, with promises given their turn in between. Waits for no timer and no I/O. */
export async function settled(a: MemoryCarrier, b: MemoryCarrier, wire: Cut | Wire = {}): Promise<void> {
  settle(a, b, wire);
  do await setImmediate();
  while (settle(a, b, wire));
}

/** A connection that the peer has reset. */
export function connectionReset(): Error {
  return Object.assign(new Error("the peer reset the connection"), { code: "ECONNRESET" });
}

/** Octets under way; `null` is the end. */
interface Flight {
  readonly bytes: Uint8Array | null;
  readonly arrival: number;
}

class Direction {
  private readonly from: MemoryCarrier;
  private readonly to: MemoryCarrier;
  private readonly wire: Wire;
  private readonly flights: Flight[];
  private free: number;

  constructor(from: MemoryCarrier, to: MemoryCarrier, wire: Wire) {
    this.from = from;
    this.to = to;
    this.wire = wire;
    this.flights = [];
    this.free = 0;
  }

  /** When the next octets arrive, ms; `Infinity` if none are under way. */
  get arrival(): number {
    return this.flights[0]?.arrival ?? Number.POSITIVE_INFINITY;
  }

  /** Sends what is there, delivers one piece that has arrived. */
  step(): boolean {
    const { from, to } = this;
    if (from.closedWith instanceof Error && !to.isClosed && this.flights.length === 0) {
      to.lose(connectionReset());
      return true;
    }
    const sent = this.send();
    if (this.arrival > from.now) return sent;
    const { bytes } = this.flights.shift() as Flight;
    if (bytes === null) {
      to.deliverEnd();
      return true;
    }
    from.acknowledge(bytes.length);
    // Who sends to a socket that is gone is told so.
    if (to.isClosed) from.lose(connectionReset());
    else to.deliver(bytes);
    return true;
  }

  private send(): boolean {
    const { from, to, wire } = this;
    // What the other side does not read stays in the sender's kernel, and holds the sender up when that is full.
    if (to.paused || to.unread > 0) return false;
    let sent = false;
    for (let bytes = from.read(); bytes !== null; bytes = from.read()) {
      for (let at = 0; at < bytes.length; ) {
        const length = pieceOf(bytes.length - at, wire.cut);
        this.launch(bytes.subarray(at, at + length), length);
        at += length;
      }
      sent = true;
    }
    if (from.readEnd()) {
      this.launch(null, 0);
      sent = true;
    }
    return sent;
  }

  private launch(bytes: Uint8Array | null, octets: number): void {
    const { latencyMs = 0, octetsPerSecond = Number.POSITIVE_INFINITY } = this.wire;
    this.free = Math.max(this.free, this.from.now) + (octets * 1000) / octetsPerSecond;
    this.flights.push({ bytes, arrival: Math.ceil(this.free + latencyMs) });
  }
}
