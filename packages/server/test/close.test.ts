import { RawClient } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { createServer } from "../src/index.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

describe("close", () => {
  test("answers what is in flight with Connection: close, closes idle connections, cuts nothing", async () => {
    const server = createServer();
    let answer = (): void => {};
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    server.get("/", (_, response) => {
      answer = () => response.text("in time");
      begun();
    });
    server.get("/idle", (_, response) => response.text("ok"));
    const { port } = await server.listen(0);
    const idle = new RawClient(port).send("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n");
    await idle.until(() => idle.received.endsWith("ok"));
    const busy = new RawClient(port).send(GET);
    await started;
    const closing = server.close({ graceMs: 10_000 });
    await idle.untilClosed();
    expect(busy.closed).toBe(false);
    answer();
    await busy.untilClosed();
    expect(busy.received).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close\r\n[\s\S]*in time$/);
    idle.end();
    busy.end();
    expect(await closing).toEqual([]);
  });
  test("accepts nothing new", async () => {
    const server = createServer();
    const { port } = await server.listen(0);
    await server.close();
    const late = new RawClient(port).send(GET);
    await late.untilClosed();
    expect(late.failure).toBe("ECONNREFUSED");
  });
  test("gives up at the deadline and says what it cut", async () => {
    const server = createServer();
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let aborted = false;
    server.get("/", (request) => {
      request.signal.addEventListener("abort", () => {
        aborted = true;
      });
      begun();
    });
    const { port } = await server.listen(0);
    const client = new RawClient(port).send(GET);
    await started;
    const { localPort } = client.socket;
    expect(await server.close({ graceMs: 50 })).toEqual([{ address: "127.0.0.1", port: localPort }]);
    await client.untilClosed();
    expect(client.failure).toBe("ECONNRESET");
    expect(aborted).toBe(true);
  });
  test("can be asked twice", async () => {
    const server = createServer();
    await server.listen(0);
    expect(await Promise.all([server.close(), server.close()])).toEqual([[], []]);
  });
  test("a server that was closed does not listen again, nor one that is closed while it begins to", async () => {
    const server = createServer();
    const listening = server.listen(0);
    const closing = server.close();
    await expect(listening).rejects.toMatchObject({ code: "ERR_SERVER_CLOSED" });
    expect(await closing).toEqual([]);
    await expect(server.listen(0)).rejects.toMatchObject({ code: "ERR_SERVER_CLOSED" });
    await expect(server.listen(0, { tls: { certificates: [] } })).rejects.toMatchObject({ code: "ERR_SERVER_CLOSED" });
  });
  test("a layer that is added when the server listens already is around what is answered from then on", async () => {
    const server = createServer().get("/", (_, response) => response.text("ok"));
    const { port } = await server.listen(0);
    const answered = async (): Promise<string> => {
      const client = new RawClient(port).send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      await client.untilClosed();
      client.end();
      return client.received;
    };
    expect(await answered()).not.toContain("X-Layer");
    server.use((inner) => (request, response) => {
      response.fields.set("X-Layer", "yes");
      return inner(request, response);
    });
    expect(await answered()).toContain("X-Layer: yes");
    await server.close();
  });
  test("a wrong option fails when the server is made", () => {
    expect(() => createServer({ headTimeoutMs: -1 })).toThrow(RangeError);
  });
  test("a taken port is a clear error", async () => {
    const server = createServer();
    const { port } = await server.listen(0);
    await expect(createServer().listen(port)).rejects.toMatchObject({ code: "ERR_ADDRESS_IN_USE" });
    await server.close();
  });
  test("the signal of a request aborts when its client goes away", async () => {
    const server = createServer();
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const gone = new Promise<unknown>((resolve) => {
      server.get("/", (request) => {
        request.signal.addEventListener("abort", () => resolve(request.signal.reason));
        begun();
      });
    });
    const { port } = await server.listen(0);
    const client = new RawClient(port).send(GET);
    await started;
    client.socket.resetAndDestroy();
    expect(await gone).toMatchObject({ code: "ERR_PEER_GONE" });
    await server.close({ graceMs: 0 });
  });
});
