/**
 * A TCP proxy that gives each connection a fault of its own: an end, a reset or silence, after so many octets.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What happens to a connection. */
export interface Fault {
  readonly direction: "request" | "response";
  /** Octets that still pass. */
  readonly after: number;
  /** `stall`: nothing passes any more, in either direction, and nobody is told. */
  readonly how: "end" | "reset" | "stall";
}

export class FaultyProxy {
  readonly port: number;
  /** Octets of the last connection that passed, by direction. */
  readonly passed: { request: number; response: number };
  /** Connections so far. */
  connections: number;
  /** Faults that happened. */
  faults: number;
  /** Asked for each connection. */
  plan: (index: number) => Fault | null;
  /** Told of each fault that happens. */
  onFault: () => void;
  private readonly server: Server;
  private readonly sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.server = server;
    this.sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
    this.passed = { request: 0, response: 0 };
    this.connections = 0;
    this.faults = 0;
    this.plan = () => null;
    this.onFault = () => {};
  }

  static async listen(port: number): Promise<FaultyProxy> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port, host: "127.0.0.1", noDelay: true });
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => {}).once("close", () => sockets.delete(socket));
      }
      proxy.join(near, far);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new FaultyProxy(server, sockets);
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  private join(near: Socket, far: Socket): void {
    const fault = this.plan(this.connections++);
    const { passed } = this;
    passed.request = 0;
    passed.response = 0;
    const counted = { request: 0, response: 0 };
    let over = false;
    const pass = (direction: Fault["direction"], bytes: Buffer, to: Socket): void => {
      if (over) return;
      const before = counted[direction];
      counted[direction] += bytes.length;
      passed[direction] = counted[direction];
      if (fault === null || fault.direction !== direction || counted[direction] <= fault.after) {
        to.write(bytes);
        return;
      }
      over = true;
      this.faults++;
      this.onFault();
      near.pause();
      far.pause();
      const last = bytes.subarray(0, Math.max(0, fault.after - before));
      if (fault.how === "stall") {
        to.write(last);
        return;
      }
      // What was passed arrives: only then is the connection cut.
      to.end(last, () => {
        if (fault.how === "reset") near.resetAndDestroy();
        else near.destroySoon();
        far.destroySoon();
      });
    };
    near.on("data", (bytes: Buffer) => pass("request", bytes, far));
    far.on("data", (bytes: Buffer) => pass("response", bytes, near));
    near.once("close", () => far.destroy());
    far.once("close", () => near.end());
  }
}
