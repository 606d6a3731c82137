import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const MIB = 2 ** 20;

interface Memory {
  readonly rss: number;
  readonly used: number;
}

let child: ChildProcess;
let port = 0;

beforeAll(async () => {
  child = fork(fileURLToPath(new URL("fixtures/memory-server.mjs", import.meta.url)), { execArgv: ["--expose-gc"] });
  ({ port } = await told<{ port: number }>());
});

afterAll(() => child.kill());

function told<T>(): Promise<T> {
  return new Promise((resolve) => child.once("message", (message) => resolve(message as T)));
}

function ask<T>(what: string): Promise<T> {
  child.send(what);
  return told<T>();
}

/** Resolves when the server's handlers have given the same count of octets in twenty answers running. */
async function untilStalled(): Promise<number> {
  let last = -1;
  for (let same = 0; same < 20; ) {
    const { given } = await ask<{ given: number }>("given");
    same = given === last && given > 0 ? same + 1 : 0;
    last = given;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return last;
}

/** A client that asks for a gigabyte, reads a little and then nothing. */
async function stalledReader(path: string): Promise<RawClient> {
  const client = new RawClient(port).send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await client.until(() => client.received.length > 100);
  client.socket.pause();
  return client;
}

describe("S91: a stalled reader behind 1 GiB grows the process by less than 1 MiB", () => {
  test.each(["/writes", "/iterable", "/web", "/value"])("%s", async (path) => {
    if (path === "/value") child.send("value");
    const warmUp = await stalledReader(path);
    await untilStalled();
    warmUp.destroy();
    const before = await ask<Memory>("memory");
    const client = await stalledReader(path);
    const given = await untilStalled();
    const after = await ask<Memory>("memory");
    client.destroy();
    if (path !== "/value") expect(given).toBeLessThan(64 * MIB); // the kernel's buffers and one window of ours
    expect(after.used - before.used).toBeLessThan(MIB);
    expect(after.rss - before.rss).toBeLessThan(MIB);
  });
});

describe("S73, S105: connections leave nothing behind", () => {
  test("10,000 connections, each with a request, opened and dropped", async () => {
    const round = async (connections: number): Promise<void> => {
      for (let done = 0; done < connections; done += 100)
        await Promise.all(
          Array.from({ length: 100 }, async (_, i) => {
            const client = new RawClient(port).send("GET /small HTTP/1.1\r\nHost: a\r\n\r\nGET /sm");
            await client.until(() => client.received.endsWith("ok"));
            if (i % 2 === 0) client.socket.resetAndDestroy();
            else client.destroy();
          }),
        );
      for (;;) if ((await ask<{ connections: number }>("given")).connections === 0) return;
    };
    await round(2_000);
    const before = await ask<Memory>("memory");
    await round(10_000);
    const after = await ask<Memory>("memory");
    expect(after.used - before.used).toBeLessThan(MIB);
  }, 120_000);
});
