import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createFetch } from "@stack/client/fetch";
import { afterEach, describe, expect, test } from "vitest";
import { TcpServer } from "../faults/tcp-server.ts";

const fetch = createFetch();
const servers: TcpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function answering(wire: string): Promise<TcpServer> {
  const server = await TcpServer.answering(wire);
  servers.push(server);
  return server;
}

async function closeOf(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}

const WHOLE = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const BEGUN = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun";
const READERS = ["text", "json", "bytes", "blob", "arrayBuffer", "formData"] as const;

describe("Fetch §5.6 Fetch method: aborts", () => {
  test("before: at once, with the reason, and nothing is sent", async () => {
    const server = await answering(WHOLE);
    const reason = new RangeError("mine");
    const log: string[] = [];
    const call = fetch(server.origin, { signal: AbortSignal.abort(reason) }).catch((error: unknown) => {
      log.push("rejected");
      throw error;
    });
    Promise.resolve().then(() => log.push("next"));
    await expect(call).rejects.toBe(reason);
    expect(log).toEqual(["rejected", "next"]);
    await expect(fetch(server.origin, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(server.sockets).toHaveLength(0);
  });

  test("before the head: the connection is given up", async () => {
    const server = await TcpServer.listen((socket) => {
      socket.once("data", () => controller.abort());
      socket.once("close", closed);
    });
    servers.push(server);
    let closed = (): void => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const controller = new AbortController();
    await expect(fetch(server.origin, { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
    await gone;
  });

  test("a timeout is a TimeoutError", async () => {
    const server = await answering("");
    await expect(fetch(server.origin, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  test.each(READERS)("while %s() reads", async (reader) => {
    const server = await answering(BEGUN);
    const controller = new AbortController();
    const response = await fetch(server.origin, { signal: controller.signal });
    const read = response[reader]();
    const [socket] = server.sockets;
    controller.abort();
    await expect(read).rejects.toMatchObject({ name: "AbortError" });
    await closeOf(socket as Socket);
  });

  test.each(READERS)("before %s(): at once, though all of it is here", async (reader) => {
    const controller = new AbortController();
    const response = await fetch((await answering(WHOLE)).origin, { signal: controller.signal });
    controller.abort();
    for (const _ of ["first", "second"]) {
      const log: string[] = [];
      const read = response[reader]().catch(() => log.push("rejected"));
      Promise.resolve().then(() => log.push("next"));
      await read;
      expect(log[0]).toBe("rejected");
      await expect(response[reader]()).rejects.toMatchObject({ name: "AbortError" });
    }
  });

  test.each([WHOLE, BEGUN])("a stream, before it was read, while, and never", async (wire) => {
    const { origin } = await answering(wire);
    for (const when of ["before", "between"]) {
      const controller = new AbortController();
      const { body } = await fetch(origin, { signal: controller.signal });
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      if (when === "between" && wire === BEGUN) expect((await reader.read()).value).toHaveLength(5);
      controller.abort();
      await expect(reader.read()).rejects.toMatchObject({ name: "AbortError" });
      await expect(reader.closed).rejects.toMatchObject({ name: "AbortError" });
    }
    const controller = new AbortController();
    const response = await fetch(origin, { signal: controller.signal });
    controller.abort();
    await expect(response.body?.getReader().read()).rejects.toMatchObject({ name: "AbortError" });
  });

  test("after the end it means nothing", async () => {
    const controller = new AbortController();
    const response = await fetch((await answering(WHOLE)).origin, { signal: controller.signal });
    const chunks = [];
    for await (const chunk of response.body as ReadableStream<Uint8Array>) chunks.push(chunk);
    controller.abort();
    expect([chunks.length, response.bodyUsed]).toEqual([1, true]);
  });

  test("the request's stream is cancelled, in the same turn, with the reason", async () => {
    const { origin } = await answering("");
    for (const early of [true, false]) {
      const reasons: unknown[] = [];
      const body = new ReadableStream({
        pull: () => new Promise(() => {}),
        cancel: (reason) => void reasons.push(reason),
      });
      const controller = new AbortController();
      if (early) controller.abort();
      const call = fetch(origin, { method: "POST", body, duplex: "half", signal: controller.signal });
      controller.abort();
      expect(reasons).toEqual([controller.signal.reason]);
      await expect(call).rejects.toBe(controller.signal.reason);
    }
  });

  test("a Request is used, though it was never sent", async () => {
    const request = new Request((await answering("")).origin, {
      method: "POST",
      body: "a",
      signal: AbortSignal.abort(),
    });
    await expect(fetch(request)).rejects.toMatchObject({ name: "AbortError" });
    expect(request.bodyUsed).toBe(true);
  });

  test("a signal of many calls keeps no listeners of calls that are over", async () => {
    const { origin } = await answering(WHOLE);
    const { signal } = new AbortController();
    for (let i = 0; i < 5; i++) await (await fetch(origin, { signal })).text();
    await (await fetch(origin, { signal })).body?.cancel();
    for await (const _ of (await fetch(origin, { signal })).body as ReadableStream<Uint8Array>);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("a response that nobody reads", () => {
  test("is cancelled when nobody has it any more", async () => {
    const server = await answering("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun");
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    expect((await fetch(server.origin)).status).toBe(200);
    const closed = closeOf(server.sockets[0] as Socket);
    const timer = setInterval(gc, 20);
    await closed;
    clearInterval(timer);
  });
});
