import { type Client, ClientError, type ClientOptions, createClient } from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "./tcp-server.ts";

let client: Client;
let server: TcpServer;

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

/** One time is short: of two, on a machine with other work, the first may be over where the second is meant. */
const SHORT = {
  head: { timeouts: { headMs: 150 } },
  content: { timeouts: { contentMs: 150 } },
} as const;

/** What a GET and the reading of its content end with. */
async function outcome(options: ClientOptions = {}, method = "GET"): Promise<ClientError> {
  client = createClient(options);
  try {
    const response = await client.request(`${server.origin}/path?query=secret`, { method });
    await response.bytes();
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    expect(error.origin).toBe(server.origin);
    expect(error.message).not.toContain("secret"); // S126
    expect(error.message.startsWith(`${server.origin}: `)).toBe(true);
    return error;
  }
  throw new Error("it went well");
}

describe("a server that breaks off", () => {
  test.each([
    ["at once", "", "ERR_CLIENT_DISCONNECTED", "head"],
    ["in the status line", "HTTP/1.1 20", "ERR_CLIENT_DISCONNECTED", "head"],
    ["in a field", "HTTP/1.1 200 OK\r\nContent-Le", "ERR_CLIENT_DISCONNECTED", "head"],
    ["in the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "ERR_CLIENT_DISCONNECTED", "content"],
    [
      "in a chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      "ERR_CLIENT_DISCONNECTED",
      "content",
    ],
    [
      "before the last chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
      "ERR_CLIENT_DISCONNECTED",
      "content",
    ],
  ])("%s, by an end", async (_, wire, code, stage) => {
    server = await TcpServer.answering(wire, (socket) => socket.end());
    expect(await outcome()).toMatchObject({ code, stage });
  });

  test.each([
    ["at once", "", "head"],
    ["in the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "content"],
  ])("%s, by a reset", async (_, wire, stage) => {
    server = await TcpServer.answering(wire, (socket) => setImmediate(() => socket.resetAndDestroy()));
    const error = await outcome();
    expect(error.code).toBe("ERR_CLIENT_DISCONNECTED");
    // A reset may overtake what came before it.
    expect(["head", stage]).toContain(error.stage);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("a refused connection says so, and that nothing was processed", async () => {
    server = await TcpServer.answering("");
    await server.close();
    server = Object.assign(await TcpServer.answering(""), { origin: server.origin });
    const error = await outcome();
    expect(error).toMatchObject({ code: "ERR_CLIENT_CONNECT", stage: "connect", unprocessed: true });
    expect(error.cause).toMatchObject({ code: "ERR_DIAL" });
  });
});

describe("a server that says what it must not", () => {
  test.each([
    ["no HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "head"],
    ["a status that is none", "HTTP/1.1 2x0 OK\r\n\r\n", "head"],
    ["S34: two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", "head"],
    ["S34: a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", "head"],
    ["S36: informational responses without end", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000), "head"],
    ["a head without end", `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(100_000)}`, "head"],
    ["a field without end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(1_000_000)}`, "head"],
    [
      "an upgrade that nobody asked for",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "head",
    ],
    ["chunks that are none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnope\r\n", "content"],
  ])("%s", async (_, wire, stage) => {
    server = await TcpServer.answering(wire);
    expect(await outcome()).toMatchObject({ code: "ERR_CLIENT_PROTOCOL", stage });
  });

  test("S33: octets behind a response belong to none, and end the connection", async () => {
    server = await TcpServer.listen((socket) => {
      onHeads(socket, (_, count) =>
        socket.write(
          count === 1
            ? "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
            : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore",
        ),
      );
    });
    client = createClient();
    expect((await client.get(server.origin)).status).toBe(204);
    const second = await client.get(server.origin);
    expect(second.status).toBe(204); // the first of a new connection
    expect(server.sockets.length).toBe(2);
  });

  test("S33: content in an answer to HEAD ends the connection", async () => {
    server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    client = createClient();
    for (let i = 1; i <= 3; i++) {
      const response = await client.head(server.origin);
      expect(await response.text()).toBe("");
      expect(server.sockets.length).toBe(i);
    }
  });
});

describe("a server that stalls", () => {
  test.each([
    ["before the head", "", "ERR_CLIENT_HEAD_TIMEOUT", "head"],
    ["in the head", "HTTP/1.1 200 OK\r\nA: ", "ERR_CLIENT_HEAD_TIMEOUT", "head"],
    ["behind the head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "ERR_CLIENT_CONTENT_TIMEOUT", "content"],
    ["in the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "ERR_CLIENT_CONTENT_TIMEOUT", "content"],
    [
      "in a chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
      "ERR_CLIENT_CONTENT_TIMEOUT",
      "content",
    ],
  ] as const)("%s", async (_, wire, code, stage) => {
    server = await TcpServer.answering(wire);
    expect(await outcome(SHORT[stage])).toMatchObject({ code, stage });
  });

  test("a total time covers everything", async () => {
    server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    expect(await outcome({ timeouts: { totalMs: 600 } })).toMatchObject({
      code: "ERR_CLIENT_TOTAL_TIMEOUT",
      stage: "content",
    });
  });

  test("a time of one call counts before the client's", async () => {
    server = await TcpServer.answering("");
    client = createClient();
    const failure = client.get(server.origin, { timeouts: { headMs: 100 } });
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_HEAD_TIMEOUT" });
  });

  test("a server that takes nothing of a large request", async () => {
    server = await TcpServer.listen((socket) => socket.pause());
    client = createClient({ timeouts: { sendMs: 200 } });
    const failure = client.post(server.origin, { content: new Uint8Array(64 * 2 ** 20) });
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_SEND_TIMEOUT", stage: "head" });
  });

  test("content that nobody reads is given up in time, and frees its connection", async () => {
    server = await TcpServer.answering(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(1_000_000)}`);
    client = createClient({ pool: { maxConnectionsPerOrigin: 1 } });
    await client.get(server.origin, SHORT.content); // dropped
    const second = await client.get(server.origin);
    expect((await second.bytes()).length).toBe(1_000_000);
    expect(server.sockets.length).toBe(2);
  });
});

describe("a signal", () => {
  test.each([
    ["before the call", "", 0],
    ["before the head", "", 1],
    ["in the content", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 2],
  ])("aborts %s, and the reason is the cause", async (_, wire, when) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    server = await TcpServer.answering(wire, () => {
      if (when === 1) controller.abort(reason);
    });
    client = createClient();
    if (when === 0) controller.abort(reason);
    const call = client.get(server.origin, { signal: controller.signal });
    const failure = when === 2 ? (await call).bytes() : call;
    if (when === 2) controller.abort(reason);
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_ABORTED", cause: reason });
    expect(client.figures.requests).toBe(0);
  });

  test("leaves no listener behind", async () => {
    server = await TcpServer.answering("HTTP/1.1 204 No Content\r\n\r\n");
    client = createClient();
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>): void => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
      listeners--;
      remove(...args);
    };
    for (let i = 0; i < 10; i++) await client.get(server.origin, { signal });
    expect(listeners).toBe(0);
  });
});

describe("between requests", () => {
  test("a connection that its server has ended is not used, whatever the method", async () => {
    server = await TcpServer.listen((socket) => {
      onHeads(socket, () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    });
    client = createClient();
    for (let i = 1; i <= 5; i++) {
      expect(await (await client.post(server.origin)).text()).toBe("ok");
      while (client.figures.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.sockets.length).toBe(5);
  });

  test("a GET that meets the end of an idle connection is sent again, a POST is not", async () => {
    let heads = 0;
    server = await TcpServer.listen((socket) => {
      onHeads(socket, (_, count) => {
        heads++;
        if (count === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        else socket.end(); // it has read the request: nobody but it knows what it did
      });
    });
    client = createClient();
    await (await client.get(server.origin)).text();
    expect(await (await client.get(server.origin)).text()).toBe("ok");
    expect(heads).toBe(3);
    await expect(client.post(server.origin)).rejects.toMatchObject({ code: "ERR_CLIENT_DISCONNECTED", stage: "head" });
    expect(heads).toBe(4);
  });

  test("a GET that was sent, and whose next attempt finds nobody, is not called unprocessed", async () => {
    let heads = 0;
    server = await TcpServer.listen((socket) => {
      onHeads(socket, (_, count) => {
        heads++;
        if (count === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        else server.close(); // it has read the request, and may have done it
      });
    });
    const { origin } = server;
    client = createClient();
    await (await client.get(origin)).text();
    const failure = client.get(origin);
    await expect(failure).rejects.toMatchObject({
      code: "ERR_CLIENT_CONNECT",
      stage: "connect",
      unprocessed: false,
      origin,
    });
    await expect(failure).rejects.toThrow(`${origin}: cannot connect`);
    expect(heads).toBe(2);
    server = await TcpServer.answering("");
  });

  test("S35: nothing is sent again once an octet of an answer came", async () => {
    let heads = 0;
    server = await TcpServer.listen((socket) => {
      onHeads(socket, (_, count) => {
        heads++;
        if (count === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        else socket.end("H");
      });
    });
    client = createClient();
    await (await client.get(server.origin)).text();
    await expect(client.get(server.origin)).rejects.toMatchObject({ code: "ERR_CLIENT_DISCONNECTED" });
    expect(heads).toBe(2);
  });
});
