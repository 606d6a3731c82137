import { type Client, type ClientError, createClient } from "@stack/client";
import { afterEach, describe, expect, test } from "vitest";
import { data, goaway, headers, pushPromise, rstStream, settings, windowUpdate } from "../../../http2/test/wire.ts";
import { type FramePeer, http2Server } from "./http2-server.ts";
import type { TcpServer } from "./tcp-server.ts";

let client: Client;
let server: TcpServer;

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  await server.close();
});

const NO_ERROR = 0;
const REFUSED_STREAM = 7;
const ENHANCE_YOUR_CALM = 11;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;

/** The stream of a HEADERS line, or 0. */
function streamOf(line: string): number {
  return Number(/^HEADERS (\d+)/.exec(line)?.[1] ?? 0);
}

/** Answers each request head. */
function answering(answer: (id: number, peer: FramePeer, line: string) => void): Promise<TcpServer> {
  return http2Server((line, peer) => {
    const id = streamOf(line);
    if (id > 0) answer(id, peer, line);
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const OK = (id: number): string => headers(id, [[":status", "200"]]) + data(id, "ok", { end: true });

describe("RFC 9113 §8.1: a response that is whole before its request is", () => {
  test("instead of 100: the stream is reset, and not left half open", async () => {
    const lines: string[] = [];
    server = await http2Server((line, peer) => {
      lines.push(line);
      const id = streamOf(line);
      if (id > 0) peer.say(headers(id, [[":status", "403"]], { end: true }));
    });
    client = createClient({ version: "prior-knowledge" });
    const response = await client.post(server.origin, { content: "x", expectContinue: true });
    expect(response.status).toBe(403);
    await until(() => lines.includes("RST_STREAM 1 CANCEL"));
    expect(lines.filter((line) => line.startsWith("DATA"))).toEqual([]);
  });

  test("and RST_STREAM with NO_ERROR behind it: it is whole, and the request's content is asked for no more", async () => {
    let stopped = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          yield "x";
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        stopped = true;
      }
    }
    // More than is taken before a reader asks.
    const piece = "y".repeat(16_383);
    server = await answering((id, peer) => {
      peer.say(headers(id, [[":status", "200"]]) + data(id, piece).repeat(4));
      setTimeout(
        () => peer.say(data(id, piece).repeat(3) + data(id, "end", { end: true }) + rstStream(id, NO_ERROR)),
        50,
      );
    });
    client = createClient({ version: "prior-knowledge" });
    const response = await client.post(server.origin, { content: endless() });
    await until(() => stopped);
    const text = await response.text();
    expect(text.length).toBe(7 * piece.length + 3);
  });
});

describe("what the server has not acted on is sent again, once", () => {
  test.each(["REFUSED_STREAM", "GOAWAY"])("%s, of a POST", async (how) => {
    const seen: string[] = [];
    server = await answering((id, peer, line) => {
      seen.push(`${peer.index} ${/:method=\S+/.exec(line)?.[0]}`);
      if (seen.length > 1) peer.say(OK(id));
      else peer.say(how === "GOAWAY" ? goaway(0, NO_ERROR) : rstStream(id, REFUSED_STREAM));
    });
    client = createClient({ version: "prior-knowledge" });
    expect(await (await client.post(server.origin, { content: "x" })).text()).toBe("ok");
    expect(seen).toEqual(["0 :method=POST", how === "GOAWAY" ? "1 :method=POST" : "0 :method=POST"]);
  });

  test.each([
    ["GOAWAY in good order", 16, () => goaway(0, NO_ERROR)],
    ["GOAWAY with a complaint", 4, () => goaway(0, ENHANCE_YOUR_CALM)],
    ["REFUSED_STREAM", 4, (id: number) => rstStream(id, REFUSED_STREAM)],
  ])(
    "%s, whatever comes: %d attempts and no more, and an error that says that nothing was done",
    async (_, most, says) => {
      let attempts = 0;
      server = await answering((id, peer) => {
        attempts++;
        peer.say(says(id));
      });
      client = createClient({ version: "prior-knowledge" });
      await expect(client.post(server.origin, { content: "x" })).rejects.toMatchObject({ unprocessed: true });
      expect(attempts).toBe(most);
    },
  );

  test.each([
    ["GOAWAY that names its stream, and an end", (id: number) => goaway(id, NO_ERROR)],
    ["RST_STREAM CANCEL", (id: number) => rstStream(id, 8)],
    ["RST_STREAM NO_ERROR", (id: number) => rstStream(id, NO_ERROR)],
    [
      "a refusal behind an informational response",
      (id: number) => headers(id, [[":status", "103"]]) + rstStream(id, 8),
    ],
  ])("not %s", async (_, wire) => {
    let seen = 0;
    server = await answering((id, peer) => {
      seen++;
      peer.say(wire(id));
      peer.socket.end();
    });
    client = createClient({ version: "prior-knowledge" });
    await expect(client.get(server.origin)).rejects.toMatchObject({ stage: "head", unprocessed: false });
    expect(seen).toBe(1);
  });

  test("S35: not behind a head, whatever the server says then: no two responses are glued", async () => {
    let seen = 0;
    server = await answering((id, peer) => {
      seen++;
      peer.say(headers(id, [[":status", "200"]]) + data(id, "half") + rstStream(id, REFUSED_STREAM));
    });
    client = createClient({ version: "prior-knowledge" });
    const failure = client.get(server.origin).then((response) => response.text());
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_RESET", stage: "content" });
    expect(seen).toBe(1);
  });

  test("not without end", async () => {
    let seen = 0;
    server = await answering((id, peer) => {
      seen++;
      peer.say(rstStream(id, REFUSED_STREAM));
    });
    client = createClient({ version: "prior-knowledge" });
    const failure = client.post(server.origin, { content: "x" });
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_RESET", unprocessed: true });
    expect(seen).toBe(4);
  });
});

describe("what a server must not say is its fault, and named so", () => {
  test.each<[string, (id: number) => string]>([
    [
      "S80: content shorter than its length",
      (id) =>
        headers(id, [
          [":status", "200"],
          ["content-length", "5"],
        ]) + data(id, "ab", { end: true }),
    ],
    [
      "S80: content longer than its length",
      (id) =>
        headers(id, [
          [":status", "200"],
          ["content-length", "1"],
        ]) + data(id, "ab", { end: true }),
    ],
    ["content before the head", (id) => data(id, "evil")],
    ["S36: informational responses without end", (id) => headers(id, [[":status", "103"]]).repeat(100)],
    ["an informational response that ends", (id) => headers(id, [[":status", "103"]], { end: true })],
    ["101", (id) => headers(id, [[":status", "101"]])],
    ["no status", (id) => headers(id, [["a", "b"]], { end: true })],
    [
      "S34: two lengths",
      (id) =>
        headers(id, [
          [":status", "200"],
          ["content-length", "1"],
          ["content-length", "2"],
        ]),
    ],
    [
      "a field of one connection",
      (id) =>
        headers(id, [
          [":status", "200"],
          ["transfer-encoding", "chunked"],
        ]),
    ],
    [
      "a name in capitals",
      (id) =>
        headers(id, [
          [":status", "200"],
          ["A", "b"],
        ]),
    ],
    [
      "S42: a line end in a value",
      (id) =>
        headers(id, [
          [":status", "200"],
          ["a", "b\r\nc: d"],
        ]),
    ],
    [
      "pseudo-header fields in trailers",
      (id) => headers(id, [[":status", "200"]]) + headers(id, [[":status", "200"]], { end: true }),
    ],
    ["trailers that end nothing", (id) => headers(id, [[":status", "200"]]) + headers(id, [["a", "b"]])],
    ["S84: PUSH_PROMISE", (id) => pushPromise(id, 2, [[":method", "GET"]])],
    ["SETTINGS that are none", () => settings([INITIAL_WINDOW_SIZE, 2 ** 31])],
    ["a window beyond 2^31-1", () => windowUpdate(0, 2 ** 31 - 1)],
    ["no HTTP/2 at all", () => "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"],
  ])("%s", async (_, wire) => {
    server = await answering((id, peer) => peer.say(wire(id)));
    client = createClient({ version: "prior-knowledge" });
    const failure = client.get(server.origin).then((response) => response.bytes());
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_PROTOCOL", origin: server.origin });
  });
});

test.each([
  ["204", [[":status", "204"]], "GET"],
  ["304", [[":status", "304"]], "GET"],
  ["HEAD", [[":status", "200"]], "HEAD"],
] as const)("S33: content to %s reaches nobody", async (_, head, method) => {
  server = await answering((id, peer) => {
    peer.say(headers(id, head) + data(id, "evil", { end: true }));
  });
  client = createClient({ version: "prior-knowledge" });
  for (let i = 0; i < 2; i++) expect(await (await client.request(server.origin, { method })).text()).toBe("");
});

describe("streams", () => {
  test("a server that allows none any more gets no further request on the connection", async () => {
    server = await answering((id, peer) => {
      peer.say(OK(id));
      if (peer.index === 0) peer.say(settings([MAX_CONCURRENT_STREAMS, 0]));
    });
    client = createClient({ version: "prior-knowledge" });
    for (let i = 0; i < 5; i++) expect(await (await client.get(server.origin)).text()).toBe("ok");
    expect(server.sockets.length).toBe(2);
  });

  test("a server that never allows one: each request has its time, and connections are not opened without end", async () => {
    server = await http2Server(() => {}, [MAX_CONCURRENT_STREAMS, 0]);
    client = createClient({ version: "prior-knowledge", timeouts: { queueMs: 300, headMs: 300 } });
    const codes = async (): Promise<string[]> =>
      Promise.all(
        Array.from({ length: 20 }, () =>
          client.get(server.origin).then(
            () => "",
            (error: ClientError) => error.stage,
          ),
        ),
      );
    for (const stage of [...(await codes()), ...(await codes())]) expect(["head", "queue"]).toContain(stage);
    expect(server.sockets.length).toBeLessThan(10);
  });
});
