import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leastGrowth, MeasuredServer } from "./measured-server.ts";

const MIB = 2 ** 20;

let server: MeasuredServer;

beforeAll(async () => {
  server = await MeasuredServer.start();
});

afterAll(() => server.stop());

/** A client that asks for a gigabyte, reads a little and then nothing. */
async function stalledReader(path: string): Promise<RawClient> {
  const client = new RawClient(server.port).send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await client.until(() => client.received.length > 100);
  client.socket.pause();
  return client;
}

describe("S91: a stalled reader behind 1 GiB grows the process by less than 1 MiB", () => {
  test.each(["/writes", "/iterable", "/web", "/value"])("%s", async (path) => {
    if (path === "/value") server.tell("value");
    const warmUp = await stalledReader(path);
    await server.stalled();
    warmUp.destroy();
    const { rss, used } = await leastGrowth({ rss: MIB, used: MIB }, async () => {
      const before = await server.memory();
      const client = await stalledReader(path);
      const given = await server.stalled();
      const after = await server.memory();
      client.destroy();
      if (path !== "/value") expect(given).toBeLessThan(64 * MIB); // the kernel's buffers and one window of ours
      return { rss: after.rss - before.rss, used: after.used - before.used };
    });
    expect(used).toBeLessThan(MIB);
    expect(rss).toBeLessThan(MIB);
  });
});

describe("S73, S105: connections leave nothing behind", () => {
  test("10,000 connections, each with a request, opened and dropped", async () => {
    const round = async (connections: number): Promise<void> => {
      for (let done = 0; done < connections; done += 100)
        await Promise.all(
          Array.from({ length: 100 }, async (_, i) => {
            const client = new RawClient(server.port).send("GET /small HTTP/1.1\r\nHost: a\r\n\r\nGET /sm");
            await client.until(() => client.received.endsWith("ok"));
            if (i % 2 === 0) client.socket.resetAndDestroy();
            else client.destroy();
          }),
        );
      for (;;) if ((await server.connections()) === 0) return;
    };
    await round(2_000);
    const { used } = await leastGrowth({ used: MIB }, async () => {
      const before = await server.memory();
      await round(10_000);
      const after = await server.memory();
      return { rss: after.rss - before.rss, used: after.used - before.used };
    });
    expect(used).toBeLessThan(MIB);
  }, 120_000);
});
