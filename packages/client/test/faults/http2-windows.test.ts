/** RFC 9113 §5.2: what nobody reads fills the windows of its stream and its connection; others are served all the same. */
import { type Client, createClient } from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { data, headers, ping } from "../../../http2/test/wire.ts";
import { type FramePeer, http2Server } from "./http2-server.ts";
import type { TcpServer } from "./tcp-server.ts";

let client: Client;
let server: TcpServer;

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

/** The stream of a HEADERS line, or 0. */
function streamOf(line: string): number {
  return Number(/^HEADERS (\d+)/.exec(line)?.[1] ?? 0);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A server that sends responses of so many octets as far as the client's windows go, no further.
 *
 * @param onFull - a connection's window is used up, and its client has got all of it
 */
async function keepingWindows(
  sizes: Readonly<Record<string, number>>,
  onFull: () => void = () => {},
): Promise<TcpServer> {
  const windows = new Map<FramePeer, Map<number, number>>();
  let fills = 0;
  let asked = "";
  const owed: { peer: FramePeer; id: number; octets: number }[] = [];
  const windowOf = (peer: FramePeer, id: number): number => windows.get(peer)?.get(id) ?? 65_535;
  const open = (peer: FramePeer, id: number, octets: number): void => {
    const ofPeer = windows.get(peer) ?? new Map<number, number>();
    windows.set(peer, ofPeer.set(id, windowOf(peer, id) + octets));
  };
  return http2Server((line, peer) => {
    const [, id = "", octets = ""] = /^WINDOW_UPDATE (\d+) (\d+)/.exec(line) ?? [];
    if (id !== "") open(peer, Number(id), Number(octets));
    if (line === `PING "${asked}" ACK` && windowOf(peer, 0) === 0) onFull();
    const path = /:path=(\S+)/.exec(line)?.[1];
    if (path !== undefined) {
      peer.say(headers(streamOf(line), [[":status", "200"]]));
      owed.push({ peer, id: streamOf(line), octets: sizes[path] ?? 0 });
    }
    for (const one of owed)
      while (one.octets > 0) {
        const most = Math.min(one.octets, 16_384, windowOf(one.peer, 0), windowOf(one.peer, one.id));
        if (most <= 0) break;
        one.octets -= most;
        open(one.peer, 0, -most);
        open(one.peer, one.id, -most);
        one.peer.say(data(one.id, "x".repeat(most), { end: one.octets === 0 }));
        if (windowOf(one.peer, 0) > 0) continue;
        asked = `${++fills}`.padStart(8, "0");
        one.peer.say(ping(asked));
      }
  });
}

describe("windows", () => {
  test("a response that nobody reads keeps no other on its connection from its reader", async () => {
    server = await keepingWindows({ "/large": 1_000_000, "/small": 100_000 });
    client = createClient({ version: "prior-knowledge" });
    const unread = await Promise.all([1, 2, 3].map(() => client.get(`${server.origin}/large`)));
    const small = await client.get(`${server.origin}/small`);
    expect((await small.bytes()).length).toBe(100_000);
    expect(server.sockets.length).toBe(1);
    for (const response of unread) expect((await response.bytes()).length).toBe(1_000_000);
  });

  test("where a connection's window is used up, another connection is opened", async () => {
    let full = false;
    server = await keepingWindows({ "/large": 1_000_000, "/small": 2 }, () => {
      full = true;
    });
    client = createClient({ version: "prior-knowledge", http2: { maxHeldOctets: 0 } });
    const large = await client.get(`${server.origin}/large`);
    await until(() => full);
    expect(await (await client.get(`${server.origin}/small`)).text()).toBe("xx");
    expect(server.sockets.length).toBe(2);
    expect((await large.bytes()).length).toBe(1_000_000);
  });
});
