import { type Client, createClient, type PoolOptions } from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { data, goaway, headers } from "../../../http2/test/wire.ts";
import { http2Server } from "./http2-server.ts";
import type { TcpServer } from "./tcp-server.ts";

let client: Client;
let server: TcpServer;

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

const NO_ERROR = 0;

/** Answers with the number of the connection; what asks for `/long` is answered and does not end. `leaves`: with GOAWAY. */
async function servers(leaves: boolean): Promise<{ server: TcpServer; long: () => void }> {
  let end = (): void => {};
  const made = await http2Server((line, peer) => {
    const id = Number(/^HEADERS (\d+)/.exec(line)?.[1] ?? 0);
    if (id === 0) return;
    peer.say(headers(id, [[":status", "200"]]));
    if (!line.includes(":path=/long")) peer.say(data(id, `${peer.index}`, { end: true }));
    else {
      end = () => peer.say(data(id, "the end", { end: true }));
      if (leaves) peer.say(goaway(id, NO_ERROR));
    }
  });
  return { server: made, long: () => end() };
}

function poolOf(pool: PoolOptions): Client {
  return createClient({ version: "prior-knowledge", pool: { maxConnectionsPerOrigin: 1, ...pool } });
}

async function text(path: string): Promise<string> {
  return (await client.get(`${server.origin}${path}`)).text();
}

describe("a connection that takes no further request holds nobody's place, however long its last one takes", () => {
  test("RFC 9113 §6.8: the server has said GOAWAY", async () => {
    const made = await servers(true);
    server = made.server;
    client = poolOf({});
    const long = await client.get(`${server.origin}/long`);
    expect(await text("/")).toBe("1");
    made.long();
    expect(await long.text()).toBe("the end");
  });

  test("and says it while others wait", async () => {
    const made = await servers(true);
    server = made.server;
    client = poolOf({ maxStreams: 1 });
    const long = client.get(`${server.origin}/long`);
    expect(await Promise.all([text("/"), text("/")])).toEqual(["1", "1"]);
    made.long();
    expect(await (await long).text()).toBe("the end");
  });

  test("pool.maxRequests, while others wait", async () => {
    const made = await servers(false);
    server = made.server;
    client = poolOf({ maxStreams: 2, maxRequests: 3 });
    const long = client.get(`${server.origin}/long`);
    expect(await Promise.all(Array.from({ length: 4 }, () => text("/")))).toEqual(["0", "0", "1", "1"]);
    made.long();
    expect(await (await long).text()).toBe("the end");
  });
});
