/**
 * Reads of all sockets into one reused buffer.
 *
 * `net.connect` offers `onread` in public, but an accepted socket is made by
 * `net.Server`, which does not. It is switched over after the fact: the two
 * properties in which a socket keeps its `onread` are found on a specimen, by
 * what they hold, and set on the accepted socket before its first octet. That
 * is done here and nowhere else, and only where a round trip over loopback has
 * proved that it works; elsewhere, and for TLS, `data` events are used.
 *
 * Making a second socket around the handle does the same without touching
 * properties, but costs 1.2 KiB for each connection and loses octets without
 * an error on some runtimes (docs/decisions/0003).
 *
 * @module
 */
import { connect, createServer, type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { CarriedSocket } from "./socket-carrier.ts";

/** Octets of the one buffer that every read goes into. */
export const READ_OCTETS = 65_536;

/** No Buffer: of one, `slice` is a view, and what an engine holds by it would become another connection's octets. */
const buffer = new Uint8Array(READ_OCTETS);

/** The buffer, for sockets that are made with `onread`: those that we open. */
export const readBuffer: Uint8Array = buffer;

/** What such a socket calls: {@link readBuffer} holds octets for its carrier. */
export function receiveReused(socket: Socket, octets: number): boolean {
  (socket as CarriedSocket).carrier.receive(buffer, 0, octets);
  return true;
}

/** What an accepted socket has inside. */
interface SocketInside {
  [field: symbol]: unknown;
  readonly _handle: { useUserBuffer(buffer: Uint8Array): void };
}

/** Node calls it on the socket: `this` tells whose octets they are. */
function onRead(this: Socket, octets: number): boolean {
  (this as CarriedSocket).carrier.receive(buffer, 0, octets);
  return true;
}

/** The properties in which a socket keeps the buffer and the callback of `onread`; empty where it keeps none. */
function onReadFields(): symbol[] {
  const options: SocketConstructorOpts & { onread: OnReadOpts } = { onread: { buffer, callback: onRead } };
  const specimen = new Socket(options);
  const inside = specimen as unknown as SocketInside;
  const holding = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(specimen).find((field) => inside[field] === value);
  const fields = [holding(buffer), holding(onRead)];
  specimen.destroy();
  return fields.filter((field) => field !== undefined);
}

let fields: symbol[] | null = null;

/**
 * Switches an accepted socket to the reused buffer. It must be paused
 * (`pauseOnConnect`) and not have read; resume it afterwards.
 */
export function reuseReadBuffer(accepted: Socket): void {
  fields ??= onReadFields();
  const [bufferField, callbackField] = fields;
  if (bufferField === undefined || callbackField === undefined)
    throw new TypeError("this runtime keeps onread elsewhere");
  const inside = accepted as unknown as SocketInside;
  inside[bufferField] = buffer;
  inside[callbackField] = onRead;
  inside._handle.useUserBuffer(buffer);
}

/** Reads by events, for every runtime and for TLS. */
export function readByEvents(socket: Socket): void {
  socket.on("data", onData);
}

/** The end of {@link readByEvents}. */
export function readByEventsNoMore(socket: Socket): void {
  socket.removeListener("data", onData);
}

function onData(this: Socket, chunk: Buffer): void {
  const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
  (this as CarriedSocket).carrier.receive(bytes, 0, bytes.length);
}

let proof: Promise<boolean> | null = null;

/** Whether accepted sockets can be switched over here: proved once per process, in a few ms. */
export function canReuseReadBuffer(): Promise<boolean> {
  proof ??= prove();
  return proof;
}

const PROOF_OCTETS = 200_000; // more than the buffer and more than one read
const PROOF_TIMEOUT_MS = 2_000; // what a busy machine takes to start says nothing of what it can do

/** A loopback round trip through such a socket: every octet arrives, its answer leaves, both ends are seen. */
function prove(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    let switched: Socket | null = null;
    let client: Socket | null = null;
    const decide = (works: boolean): void => {
      clearTimeout(timer);
      switched?.destroy();
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
        const witness: Pick<CarriedSocket["carrier"], "receive"> = {
          receive(bytes, start, end) {
            for (let i = start; i < end; i++) sum = (sum + (bytes[i] as number) * (octets++ % 251)) % 1_000_003;
          },
        };
        switched = Object.assign(accepted, { carrier: witness });
        reuseReadBuffer(accepted);
        accepted.once("error", () => decide(false));
        accepted.once("end", () => accepted.end(`${octets} ${sum}`, "latin1"));
        accepted.resume();
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
