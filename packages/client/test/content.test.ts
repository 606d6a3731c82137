import { type Client, createClient } from "@stack/client";
import { createServer } from "@stack/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "./faults/tcp-server.ts";

const server = createServer({ maxContentOctets: Number.POSITIVE_INFINITY, onError: () => {} });
let wrote = 0;
server.post("/count", async (request, response) => {
  let octets = 0;
  for await (const piece of request.content) octets += piece.length;
  response.json({ octets, trailer: request.trailers.get("x-sum") ?? null });
});
server.get("/octets/:count", (request, response) => response.send(new Uint8Array(Number(request.params.get("count")))));
server.get("/large", async (_, response) => {
  wrote = 0;
  const piece = new Uint8Array(65_536);
  for (let i = 0; i < 1_024; i++) {
    if (!response.write(piece)) await response.drained();
    wrote += piece.length;
  }
  response.trailers.append("X-Sum", "67108864");
  response.end();
});
server.post("/early", (_, response) => {
  response.status = 403;
  response.text("no");
});
server.get("/hints", (_, response) => {
  response.inform(103, { Link: "</a>; rel=preload" });
  response.text("ok");
});
let url = "";
beforeAll(async () => {
  url = (await server.listen(0)).url;
});
afterAll(async () => {
  await server.close({ graceMs: 0 });
});

describe.each(["alpn", "prior-knowledge"] as const)("version %s", (version) => {
  let client: Client;
  beforeEach(() => {
    client = createClient({ version });
  });
  afterEach(async () => {
    await client.close({ graceMs: 0 });
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  });

  test("a stream is sent at the server's pace, with its trailers", async () => {
    let made = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 256; i++) {
        made += 65_536;
        yield new Uint8Array(65_536);
      }
    }
    const uploads: number[] = [];
    const response = await client.post(`${url}/count`, {
      content: source(),
      trailers: () => ({ "X-Sum": String(made) }),
      onUploadProgress: (octets, total) => {
        expect(total).toBe(-1);
        uploads.push(octets);
      },
    });
    expect(await response.json()).toEqual({ octets: 2 ** 24, trailer: String(2 ** 24) });
    expect(uploads.at(-1)).toBe(2 ** 24);
    expect(uploads.length).toBe(256);
  });

  test.each([
    ["text", "12345"],
    ["octets of several pieces", new Uint8Array(100_000)],
    ["a Blob", new Blob(["12345"])],
  ])("RFC 9112 §7.1.2: content whose length is known has its trailers, too: %s", async (_, content) => {
    const response = await client.post(`${url}/count`, { content, trailers: () => ({ "X-Sum": "1" }) });
    const octets = typeof content === "string" ? 5 : content instanceof Blob ? content.size : content.length;
    expect(await response.json()).toEqual({ octets, trailer: "1" });
  });

  test("large octets are sent in pieces, and their progress told", async () => {
    const uploads: number[] = [];
    const content = new Uint8Array(2 ** 24);
    const onUploadProgress = (octets: number, total: number): void => {
      expect(total).toBe(content.length);
      uploads.push(octets);
    };
    const response = await client.post(`${url}/count`, { content, onUploadProgress });
    expect(await response.json()).toEqual({ octets: 2 ** 24, trailer: null });
    expect(uploads.at(-1)).toBe(2 ** 24);
    expect(uploads.length).toBeGreaterThan(10);
  });

  test("S125: a reader that does not read holds the server back", async () => {
    const response = await client.get(`${url}/large`);
    for (let before = -1; before !== wrote; ) {
      before = wrote;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(wrote).toBeLessThan(2 ** 24); // of 64 MiB; the rest is the system's buffers
    let octets = 0;
    let progress = 0;
    for await (const piece of response.stream()) {
      octets += piece.length;
      progress++;
    }
    expect(octets).toBe(2 ** 26);
    expect(progress).toBeGreaterThan(100);
    expect(response.trailers.get("x-sum")).toBe("67108864");
    expect(response.timings.end).toBeGreaterThan(response.timings.head);
  });

  test("the progress of a download is told", async () => {
    const seen: number[] = [];
    const response = await client.get(`${url}/large`, { onDownloadProgress: (octets) => seen.push(octets) });
    await response.bytes();
    expect(seen.at(-1)).toBe(2 ** 26);
  });

  test("leaving a stream early, or cancel(), frees what it held", async () => {
    const first = await client.get(`${url}/large`);
    for await (const _ of first.stream()) break;
    const second = await client.get(`${url}/large`);
    second.cancel();
    expect(client.figures.requests).toBe(0);
    expect((await client.get(`${url}/hints`)).status).toBe(200);
  });

  test("S124: more content than allowed is refused, as one value and as a stream", async () => {
    const limited = { maxContentOctets: 100_000 };
    const error = { code: "ERR_CLIENT_CONTENT_TOO_LARGE", stage: "content" };
    await expect((await client.get(`${url}/large`, limited)).bytes()).rejects.toMatchObject(error);
    const streamed = await client.get(`${url}/large`, limited);
    const read = async (): Promise<void> => {
      for await (const _ of streamed.stream()) expect(_.length).toBeLessThanOrEqual(100_000);
    };
    await expect(read()).rejects.toMatchObject(error);
  });

  test("a limit of the reader", async () => {
    const response = await client.get(`${url}/large`);
    await expect(response.bytes({ limit: 1_000 })).rejects.toMatchObject({ code: "ERR_CONTENT_TOO_LARGE" });
  });

  test("S124: one value has 64 MiB unless someone allows more", async () => {
    const announced = await client.get(`${url}/octets/67108865`);
    await expect(announced.bytes()).rejects.toMatchObject({ code: "ERR_CONTENT_TOO_LARGE", limit: 67_108_864 });
    const allowed = await client.get(`${url}/octets/67108865`);
    expect((await allowed.bytes({ limit: 67_108_865 })).length).toBe(67_108_865);
    const raised = await client.get(`${url}/octets/67108865`, { maxContentOctets: 2 ** 27 });
    expect((await raised.bytes()).length).toBe(67_108_865);
  });

  test("content is taken once, and in one value there for who asks again", async () => {
    const response = await client.get(`${url}/hints`);
    const text = await response.text();
    expect(await response.text()).toBe(text);
    expect(new TextDecoder().decode(await response.bytes())).toBe(text);
    await expect(response.content.text()).rejects.toMatchObject({ code: "ERR_CONTENT_TAKEN" });
  });

  test("an answer before the request is complete stops the request", async () => {
    let returned = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(65_536);
      } finally {
        returned = true;
      }
    }
    const response = await client.post(`${url}/early`, { content: endless() });
    expect(response.status).toBe(403);
    expect(await response.text()).toBe("no");
    while (!returned) await new Promise((resolve) => setImmediate(resolve));
    expect(client.figures.requests).toBe(0);
  });

  test("content that cannot be made fails its request, and nothing else", async () => {
    const cause = new Error("no more");
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw cause;
    }
    await expect(client.post(`${url}/count`, { content: broken() })).rejects.toMatchObject({
      code: "ERR_CLIENT_CONTENT_SOURCE",
      cause,
    });
    expect((await client.get(`${url}/hints`)).status).toBe(200);
  });

  test("informational responses are told", async () => {
    const seen: string[] = [];
    const response = await client.get(`${url}/hints`, {
      onInformational: (status, fields) => seen.push(`${status} ${fields.get("link")}`),
    });
    expect(await response.text()).toBe("ok");
    expect(seen).toEqual(["103 </a>; rel=preload"]);
  });

  test("content waits for 100 if that is asked for", async () => {
    const response = await client.post(`${url}/count`, { content: "12345", expectContinue: true });
    expect(await response.json()).toEqual({ octets: 5, trailer: null });
  });

  test("what a callback throws fails its request, and nothing else", async () => {
    const cause = new Error("mine");
    const onInformational = (): void => {
      throw cause;
    };
    await expect(client.get(`${url}/hints`, { onInformational })).rejects.toMatchObject({ cause });
    expect((await client.get(`${url}/hints`)).status).toBe(200);
  });

  test("HEAD has the length and no content", async () => {
    const response = await client.head(`${url}/hints`);
    expect(response.fields.get("content-length")).toBe("2");
    expect(await response.text()).toBe("");
  });

  test("timings go forward", async () => {
    const { timings } = await client.get(`${url}/hints`);
    expect(timings.connected).toBeGreaterThanOrEqual(timings.start);
    expect(timings.queued).toBeGreaterThanOrEqual(timings.connected);
    expect(timings.sent).toBeGreaterThanOrEqual(timings.queued);
    expect(timings.head).toBeGreaterThanOrEqual(timings.sent);
    expect(timings.secured).toBe(-1);
    expect((await client.get(`${url}/hints`)).timings.connected).toBe(-1);
  });
});

describe("what is sent again, and what is not", () => {
  /** A server that answers the first request of a connection, and ends it with the second. */
  async function ending(): Promise<TcpServer> {
    return TcpServer.listen((socket) => {
      onHeads(socket, (_, count) => {
        if (count === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        else socket.end();
      });
    });
  }

  test("content that is made by a function is made again", async () => {
    const broken = await ending();
    const client = createClient();
    await (await client.get(broken.origin)).text();
    let made = 0;
    const response = await client.put(broken.origin, {
      content: () => {
        made++;
        return ["a"];
      },
    });
    expect(response.status).toBe(200);
    expect(made).toBe(2);
    await client.close({ graceMs: 0 });
    await broken.close();
  });

  test("content that was begun and cannot be made again is not", async () => {
    const broken = await ending();
    const client = createClient();
    await (await client.get(broken.origin)).text();
    const failure = client.put(broken.origin, { content: ["a"][Symbol.iterator]() });
    await expect(failure).rejects.toMatchObject({ code: "ERR_CLIENT_DISCONNECTED" });
    await client.close({ graceMs: 0 });
    await broken.close();
  });
});

describe("text", () => {
  const cases: [string, number[]][] = [
    ["nothing", []],
    ["ASCII", [0x61, 0x62]],
    ["two octets", [0xc3, 0xbc]],
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61]],
    ["a byte order mark alone", [0xef, 0xbb, 0xbf]],
    ["two byte order marks", [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf]],
    ["a sequence that is cut", [0x61, 0xf0, 0x9f, 0x98]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["an overlong form", [0xc0, 0xaf, 0xe0, 0x80, 0xaf]],
    ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80, 0xff]],
  ];
  test.each(cases)("is what TextDecoder makes of %s", async (_, octets) => {
    const echo = createServer();
    echo.get("/", (__, response) => response.send(new Uint8Array(octets)));
    const client = createClient();
    const response = await client.get((await echo.listen(0)).url);
    expect(await response.text()).toBe(new TextDecoder().decode(new Uint8Array(octets)));
    await client.close();
    await echo.close();
  });
});
