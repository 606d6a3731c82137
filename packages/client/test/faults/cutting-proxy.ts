/**
 * A TCP proxy that cuts: after so many octets of one direction, both sides.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Where the next connection that counts is cut. */
export interface Cut {
  readonly direction: "request" | "response";
  /** Octets that still pass. */
  readonly after: number;
  readonly how: "end" | "reset";
}

export class CuttingProxy {
  readonly origin: string;
  /** Octets that passed since {@link arm}, by direction. */
  passed: { request: number; response: number };
  private readonly server: Server;
  private readonly sockets: Set<Socket>;
  private cut: Cut | null;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.server = server;
    this.sockets = sockets;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.passed = { request: 0, response: 0 };
    this.cut = null;
  }

  static async listen(port: number): Promise<CuttingProxy> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port, host: "127.0.0.1", noDelay: true });
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => {}).once("close", () => sockets.delete(socket));
      }
      near.on("data", (bytes: Buffer) => proxy.pass("request", bytes, far, near));
      far.on("data", (bytes: Buffer) => proxy.pass("response", bytes, near, far));
      near.once("close", () => far.end());
      far.once("close", () => near.end());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new CuttingProxy(server, sockets);
    return proxy;
  }

  /** Counts anew, and cuts once the count is reached. */
  arm(cut: Cut | null): void {
    this.passed = { request: 0, response: 0 };
    this.cut = cut;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  private pass(direction: Cut["direction"], bytes: Buffer, to: Socket, from: Socket): void {
    const { cut } = this;
    const before = this.passed[direction];
    this.passed[direction] += bytes.length;
    if (cut === null || cut.direction !== direction || this.passed[direction] <= cut.after) {
      to.write(bytes);
      return;
    }
    this.cut = null;
    const near = direction === "request" ? from : to;
    const far = direction === "request" ? to : from;
    to.write(bytes.subarray(0, Math.max(0, cut.after - before)));
    near.pause();
    far.pause();
    // What was passed arrives: only then is the connection cut.
    to.end(() => {
      if (cut.how === "reset") near.resetAndDestroy();
      else near.destroySoon();
      far.destroySoon();
    });
  }
}
