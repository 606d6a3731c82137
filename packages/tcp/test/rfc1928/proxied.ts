/**
 * A proxy whose every octet a test decides.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface ScriptedProxy {
  readonly port: number;
  /** What came so far, in hex, by connection. */
  readonly received: string[];
  /** Connections that are open. */
  readonly open: Set<Socket>;
}

/**
 * Listens on loopback. For each message that is expected, in hex, it waits until so many octets have come, and answers.
 *
 * @param script - pairs of what comes and what is answered, in hex
 * @param cut - answers octet by octet, each in a write of its own
 */
export async function scriptedProxy(script: readonly [string, string][], cut = false): Promise<ScriptedProxy> {
  const received: string[] = [];
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const index = received.push("") - 1;
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    let step = 0;
    let expected = 0;
    socket.on("data", (chunk: Buffer) => {
      received[index] += chunk.toString("hex");
      for (;;) {
        const [comes, answer] = script[step] ?? [null, ""];
        if (comes === null || (received[index] as string).length < expected + comes.length) break;
        expected += comes.length;
        step++;
        void say(socket, Buffer.from(answer, "hex"), cut);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, received, open };
}

async function say(socket: Socket, bytes: Buffer, cut: boolean): Promise<void> {
  if (!cut) {
    socket.write(bytes);
    return;
  }
  for (const octet of bytes) {
    socket.write(Buffer.of(octet));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
