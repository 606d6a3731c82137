/**
 * Reads of all sockets into one reused buffer.
 *
 * `net.connect` offers `onread` in public; an accepted socket gets it only by being wrapped anew around its
 * handle. That is done here and nowhere else, and only where a round trip over
 * loopback has proved that it works: on some runtimes such a socket loses
 * octets without an error. Elsewhere, and for TLS, `data` events are used.
 *
 * @module
 */
import { connect, createServer, type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { SocketCarrier } from "./socket-carrier.ts";

/** Octets of the one buffer that every read goes into. */
export const READ_OCTETS = 65_536;

const buffer = Buffer.allocUnsafeSlow(READ_OCTETS);

/** An accepted socket as Node keeps it: the handle is what a new socket can be made around. */
interface HandleOwner {
  readonly _handle: unknown;
}

interface WrapOptions extends SocketConstructorOpts {
  handle: unknown;
  onread: OnReadOpts;
}

/** Where reads of a socket are to go; set after the socket was made, before its first octet. */
export interface ReadTarget {
  carrier: Pick<SocketCarrier, "receive"> | null;
}

/**
 * Makes a socket around the handle of `accepted`, which must not have read yet
 * (`pauseOnConnect`) and is forgotten: it never closes, so whoever counts
 * connections counts the result.
 */
export function reuseReadBuffer(accepted: Socket, target: ReadTarget): Socket {
  const options: WrapOptions = {
    handle: (accepted as unknown as HandleOwner)._handle,
    allowHalfOpen: true,
    onread: {
      buffer,
      callback: (octets: number) => {
        target.carrier?.receive(buffer, 0, octets);
        return true;
      },
    },
  };
  return new Socket(options);
}

/** Reads by events, for every runtime and for TLS. */
export function readByEvents(socket: Socket, target: ReadTarget): void {
  socket.on("data", (chunk: Buffer) => target.carrier?.receive(chunk, 0, chunk.length));
}

let proof: Promise<boolean> | null = null;

/** Whether accepted sockets can be wrapped here: proved once per process, in a few ms. */
export function canReuseReadBuffer(): Promise<boolean> {
  proof ??= prove();
  return proof;
}

const PROOF_OCTETS = 200_000; // more than the buffer and more than one read
const PROOF_TIMEOUT_MS = 500;

/** A loopback round trip through a wrapped socket: every octet arrives, its answer leaves, both ends are seen. */
function prove(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    let wrapped: Socket | null = null;
    let client: Socket | null = null;
    const decide = (works: boolean): void => {
      clearTimeout(timer);
      wrapped?.destroy();
      client?.destroy();
      server.close();
      resolve(works);
    };
    const timer = setTimeout(() => decide(false), PROOF_TIMEOUT_MS);
    server.once("error", () => decide(false));
    server.once("connection", (accepted: Socket) => {
      try {
        let octets = 0;
        let sum = 0;
        const target: ReadTarget = {
          carrier: {
            receive(bytes, start, end) {
              for (let i = start; i < end; i++) sum = (sum + (bytes[i] as number) * (octets++ % 251)) % 1_000_003;
            },
          },
        };
        wrapped = reuseReadBuffer(accepted, target);
        wrapped.once("error", () => decide(false));
        wrapped.once("end", () => wrapped?.end(`${octets} ${sum}`, "latin1"));
      } catch {
        decide(false);
      }
    });
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        decide(false);
        return;
      }
      const content = Buffer.alloc(PROOF_OCTETS, "stack");
      let expected = 0;
      for (let i = 0; i < content.length; i++) expected = (expected + (content[i] as number) * (i % 251)) % 1_000_003;
      let answer = "";
      client = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
      client.once("error", () => decide(false));
      client.on("data", (chunk: Buffer) => {
        answer += chunk.toString("latin1");
      });
      client.once("end", () => decide(answer === `${PROOF_OCTETS} ${expected}`));
      client.end(content);
    });
  });
}
