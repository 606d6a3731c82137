/**
 * An engine on a socket whose writes are counted, and the plain socket at its other end.
 *
 * @module
 */
import { createServer, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { carry } from "../src/carry.ts";
import type { Carrier, Engine } from "../src/engine.ts";
import { until } from "./engines.ts";

/** Keeps the octets of each write that is given to the system. */
export class CountingSocket extends Socket {
  readonly writes: number[] = [];
  private several = false; // some runtimes make one `_write` of a `_writev`

  override _write(chunk: Uint8Array, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (chunk.length > 0 && !this.several) this.writes.push(chunk.length);
    super._write(chunk, encoding, callback);
  }

  override _writev(
    chunks: { chunk: Uint8Array; encoding: BufferEncoding }[],
    callback: (error?: Error | null) => void,
  ): void {
    const octets = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0);
    if (octets > 0) this.writes.push(octets);
    this.several = true;
    super._writev?.(chunks, callback);
    this.several = false;
  }
}

export interface Carried<E extends Engine> {
  readonly engine: E;
  readonly socket: CountingSocket;
  readonly peer: Socket;
  /** What the peer has read. */
  readonly chunks: Buffer[];
  text(): string;
}

/** The peer reads, unless the test pauses it. */
export async function carried<E extends Engine>(make: (carrier: Carrier) => E): Promise<Carried<E>> {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(socket)).listen(0, "127.0.0.1");
  await until(() => server.listening);
  const socket = new CountingSocket({ allowHalfOpen: true });
  let engine: E | undefined;
  socket.connect((server.address() as { port: number }).port, "127.0.0.1", () => {
    engine = carry(socket, make);
  });
  await until(() => engine !== undefined && accepted.length === 1);
  const peer = accepted[0] as Socket;
  const chunks: Buffer[] = [];
  peer.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
  onTestFinished(() => {
    socket.destroy();
    peer.destroy();
    server.close();
  });
  return { engine: engine as E, socket, peer, chunks, text: () => Buffer.concat(chunks).toString("latin1") };
}
