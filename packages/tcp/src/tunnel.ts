/**
 * Where tunnels fit in: what asks the peer of a connected socket to pass octets on to somewhere else.
 *
 * It is a protocol like any other, an engine, that speaks first on a socket and
 * then leaves it to what travels inside: a TLS handshake, or another engine.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Carrier, Engine } from "./engine.ts";
import { SocketCarrier } from "./socket-carrier.ts";

/**
 * Makes a tunnel of a connected socket, see {@link tunnelWith}.
 *
 * `socket` is the callee's until `done` is called, at most once; whoever destroys it ends the attempt. `through` is what
 * leads through the tunnel if that is not `socket` itself, as with a proxy that is spoken to under TLS. Octets that came
 * from inside already are in it, to be read.
 */
export type Tunnel = (socket: Socket, done: (error: Error | null, through?: Socket) => void) => void;

/** How an engine that makes a tunnel tells the end of it; exactly one is called. */
export interface TunnelEnd {
  /** The tunnel is open; `rest` came from inside already, and was not used. */
  opened(carrier: Carrier, rest: Uint8Array): void;
  /** There is no tunnel. */
  refused(error: Error): void;
}

/**
 * A tunnel that an engine asks for.
 *
 * @param connect - makes the engine; it says `end.opened` or `end.refused`, and is called no more. What it throws, and the
 *   end of the connection before that, are refusals as well
 *
 * @example
 * ```ts
 * const knock = tunnelWith((carrier, end) => new Knock(carrier, end));
 * await dial("gate.example:7", (carrier) => new LineClient(carrier), { tunnel: knock });
 * ```
 */
export function tunnelWith(connect: (carrier: Carrier, end: TunnelEnd) => Engine): Tunnel {
  return (socket, done) => {
    let carried: SocketCarrier | null = null;
    let over = false;
    const refused = (error: Error): void => {
      if (over) return;
      over = true;
      done(error);
    };
    const opened = (carrier: Carrier, rest: Uint8Array): void => {
      if (over) return;
      // It answers what it cannot have read: what we still have to say would be said inside.
      if (carrier.pending > 0) {
        refused(new Error("the proxy answered before it had the whole request"));
        return;
      }
      over = true;
      const left = new LeftOver();
      carrier.handOver(left, rest);
      carried?.release();
      for (const bytes of left.pieces.reverse()) socket.unshift(bytes);
      // In a turn of its own: whoever comes next finds a socket on which nothing is under way.
      setImmediate(() => done(left.ended ? closedEarly() : null));
    };
    carried = new SocketCarrier(
      socket,
      (carrier) => connect(carrier, { opened, refused }),
      () => refused(closedEarly()),
    );
    carried.read(false);
  };
}

/** Takes what the engine before it did not use. */
class LeftOver implements Engine {
  readonly deadline: number;
  readonly pieces: Uint8Array[];
  ended: boolean;

  constructor() {
    this.deadline = Number.POSITIVE_INFINITY;
    this.pieces = [];
    this.ended = false;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.pieces.push(bytes.slice(start, end));
  }

  receiveEnd(): void {
    this.ended = true;
  }

  flush(): boolean {
    return true;
  }

  drain(): void {}
  onDeadline(): void {}
  closed(): void {}
}

function closedEarly(): Error {
  return new Error("the connection was closed before the tunnel was open");
}
