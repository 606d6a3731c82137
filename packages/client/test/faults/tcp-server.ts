/**
 * A server of octets: says what the test says, when it says so.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A server on a free port, and what came to it. */
export class TcpServer {
  readonly origin: string;
  /** Sockets in the order in which they came. */
  readonly sockets: Socket[];
  private readonly server: Server;

  private constructor(server: Server, sockets: Socket[]) {
    this.server = server;
    this.sockets = sockets;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** `talk` is called with each connection. */
  static async listen(talk: (socket: Socket, index: number) => void): Promise<TcpServer> {
    const sockets: Socket[] = [];
    const server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => {
      socket.on("error", () => {});
      sockets.push(socket);
      talk(socket, sockets.length - 1);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TcpServer(server, sockets);
  }

  /** Answers every request head with `wire`; what `then` does comes after it. */
  static answering(wire: string | Uint8Array, then: (socket: Socket) => void = () => {}): Promise<TcpServer> {
    return TcpServer.listen((socket) => {
      onHeads(socket, () => {
        socket.write(wire);
        then(socket);
      });
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }
}

/** Calls `answer` for each request head that comes; content is not expected. */
export function onHeads(socket: Socket, answer: (head: string, count: number) => void): void {
  let text = "";
  let count = 0;
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
      const head = text.slice(0, end + 4);
      text = text.slice(end + 4);
      answer(head, ++count);
    }
  });
}
