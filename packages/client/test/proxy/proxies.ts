/**
 * Proxies for tests: one that does its work and keeps what it was told, and one whose every octet a test decides.
 *
 * @module
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface TestProxy {
  readonly url: string;
  readonly port: number;
  /** The heads that came, in their order. */
  readonly heads: string[];
  /** Connections that are open. */
  readonly open: Set<Socket>;
}

/**
 * CONNECT, and nothing else; every host is 127.0.0.1.
 *
 * @param cut - replies octet by octet, each in a write of its own
 */
export function connectProxy(reply = "HTTP/1.1 200 Connection established\r\n\r\n", cut = false): Promise<TestProxy> {
  return listening((socket, head, rest) => {
    const port = Number(/^CONNECT \S+:(\d+) HTTP\/1\.1\r\n/.exec(head)?.[1] ?? 0);
    const target = connect({ port, host: "127.0.0.1" }, async () => {
      for (const piece of cut ? reply : [reply]) {
        socket.write(piece);
        if (cut) await new Promise((resolve) => setImmediate(resolve));
      }
      target.write(rest);
      socket.pipe(target).pipe(socket);
    });
    target.on("error", () => socket.destroy());
    socket.on("close", () => target.destroy());
  });
}

/** Says `reply` to whatever comes, and then nothing; closes if `closes`. */
export function scriptedProxy(reply: string, closes = false): Promise<TestProxy> {
  return listening((socket) => {
    socket.write(Buffer.from(reply, "latin1"));
    if (closes) socket.end();
  });
}

async function listening(onHead: (socket: Socket, head: string, rest: Buffer) => void): Promise<TestProxy> {
  const heads: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    let input = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      input = Buffer.concat([input, chunk]);
      const end = input.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.removeListener("data", onData);
      const head = input.toString("latin1", 0, end + 4);
      heads.push(head);
      onHead(socket, head, input.subarray(end + 4));
    };
    socket.on("data", onData);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, port, heads, open };
}

/** Waits, turn by turn of the event loop; the test's own timeout is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
