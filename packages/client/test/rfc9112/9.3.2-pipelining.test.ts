import { type Client, createClient } from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";

let server: TcpServer;
let client: Client;
afterEach(async () => {
  await client.close({ graceMs: 0 });
  await server.close();
});

describe("RFC 9112 §9.3.2 Pipelining: when the connection closes before all responses came", () => {
  test("unanswered requests are sent again, one behind the other's response: what broke one does not break all", async () => {
    const targets: string[][] = [];
    server = await TcpServer.listen((socket, index) => {
      const seen: string[] = [];
      targets[index] = seen;
      let answered = 0;
      onHeads(socket, (head) => {
        seen.push(head.split(" ")[1] ?? "");
        // In the next turn, when all that was sent at once is here.
        setImmediate(() => {
          const target = seen[answered++];
          if (socket.writableEnded) return;
          if (target === "/poison") socket.end();
          else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
      });
    });
    client = createClient({ pool: { maxConnectionsPerOrigin: 1, maxPipelined: 4 } });
    await client.get(`${server.origin}/first`);
    const calls = ["/poison", "/a", "/b"].map((target) => client.get(server.origin + target));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(targets[0]).toEqual(["/first", "/poison", "/a", "/b"]);
    expect(targets[1]).toEqual(["/poison"]);
    expect(targets.slice(2).flat()).toEqual(["/a", "/b"]);
  });
});
