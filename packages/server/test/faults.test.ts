import { RawClient } from "@stack/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createServer, type Server, type ServerOptions } from "../src/index.ts";

let server: Server;

afterEach(() => {
  vi.restoreAllMocks();
  return server.close({ graceMs: 0 });
});

/** A server whose `onRefused` is broken: what it throws goes through the engine. */
async function serve(options: ServerOptions = {}): Promise<{ bad: () => Promise<void>; good: () => Promise<string> }> {
  server = createServer({
    onRefused: () => {
      throw new TypeError("the log is broken");
    },
    ...options,
  });
  server.get("/", (_, response) => response.text("ok"));
  const { port } = await server.listen(0);
  return {
    bad: () => new RawClient(port).send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").untilClosed(),
    async good() {
      const client = new RawClient(port).send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      await client.untilClosed();
      return client.received;
    },
  };
}

describe("S102: a fault within a connection", () => {
  test("is told to onError without a request and counted; the server goes on", async () => {
    const told: unknown[] = [];
    const { bad, good } = await serve({ onError: (...what) => told.push(what) });
    await bad();
    expect(await good()).toMatch(/^HTTP\/1\.1 200 /);
    expect(told).toEqual([[new TypeError("the log is broken"), null]]);
    expect(server.figures.errors).toBe(1);
  });

  test("is on stderr when nobody else is told", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const { bad, good } = await serve();
    await bad();
    await good();
    expect(printed.mock.calls).toEqual([
      [expect.stringMatching(/^a connection failed: TypeError: the log is broken\n/)],
    ]);
  });
});
