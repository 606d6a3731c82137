import { RawClient } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Running, request, start } from "./running.ts";

let running: Running;

beforeAll(async () => {
  running = await start();
});
afterAll(() => running.stop());

const get = async (target: string) => answer(await running.exchange(request(`GET ${target}`)));
const head = async (target: string) => answer(await running.exchange(request(`HEAD ${target}`)));

describe("one value", () => {
  test("/plaintext is exactly this", async () => {
    const received = await running.exchange(request("GET /plaintext"));
    expect(received.replace(/^Date: .{29}\r\n/m, "")).toBe(
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\nConnection: close\r\n\r\nHello, World!",
    );
    expect(received).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/m);
  });

  test("/json", async () => {
    const { head, content } = await get("/json");
    expect(head).toContain("Content-Type: application/json\r\n");
    expect(content).toBe('{"message":"Hello, World!"}');
  });

  test("/hello/:name greets, percent-decoded and as UTF-8", async () => {
    expect((await get("/hello/Ada")).content).toBe("Hello, Ada!");
    const { head, content } = await get("/hello/J%C3%BCrgen%20%2F");
    expect(Buffer.from(content, "latin1").toString("utf8")).toBe("Hello, Jürgen /!");
    expect(head).toContain("Content-Type: text/plain; charset=utf-8\r\n");
  });

  test("S155: a name is text, never a page", async () => {
    const { head, content } = await get("/hello/%3Cscript%3E");
    expect(content).toBe("Hello, <script>!");
    expect(head).toContain("Content-Type: text/plain");
  });

  test("/healthz", async () => {
    const { status, head, content } = await get("/healthz");
    expect([status, content]).toEqual([200, "ok\n"]);
    expect(head).toContain("Cache-Control: no-store\r\n");
  });

  test("anything else is 404, another method 405 with Allow", async () => {
    expect((await get("/nothing")).status).toBe(404);
    const { status, head } = answer(await running.exchange(request("DELETE /plaintext")));
    expect(status).toBe(405);
    expect(head).toMatch(/^Allow: .*GET/m);
  });
});

describe("HEAD is GET without content (RFC 9110 §9.3.2)", () => {
  test.each(["/", "/plaintext", "/json", "/hello/x", "/status/404", "/healthz", "/delay/0"])("%s", async (target) => {
    const [withContent, without] = [await get(target), await head(target)];
    expect(without.content).toBe("");
    expect(without.status).toBe(withContent.status);
    const fields = (head: string) => head.replace(/^(Date|Content-Length): .*\r\n/gm, "");
    expect(fields(without.head)).toBe(fields(withContent.head));
    if (target !== "/") expect(without.head).toContain(`Content-Length: ${withContent.content.length}\r\n`);
  });

  test.each(["/stream?chunks=1048576&bytes=4096", "/events"])("%s ends at its head", async (target) => {
    const received = await running.exchange(request(`HEAD ${target}`));
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toContain("Transfer-Encoding: chunked\r\n");
    expect(received.endsWith("\r\n\r\n")).toBe(true);
  });
});

describe("/status/:code", () => {
  test.each([
    [200, "OK"],
    [299, ""],
    [404, "Not Found"],
    [500, "Internal Server Error"],
    [599, ""],
  ])("%i", async (code, reason) => {
    const { status, content } = await get(`/status/${code}`);
    expect(status).toBe(code);
    expect(content).toBe(reason === "" ? `${code}\n` : `${code} ${reason}\n`);
  });

  test.each([204, 304])("%i ends at its head (RFC 9110 §6.4.1)", async (code) => {
    const received = await running.exchange(request(`GET /status/${code}`));
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${code} [\\s\\S]*\\r\\n\\r\\n$`));
    expect(received).not.toMatch(/^(Content-Length|Transfer-Encoding|Content-Type):/im);
  });

  test("205 has content of length 0 (RFC 9110 §15.3.6)", async () => {
    const { head, content } = await get("/status/205");
    expect(content).toBe("");
    expect(head).toContain("Content-Length: 0\r\n");
  });

  test("206 says which octets it has (RFC 9110 §15.3.7.1)", async () => {
    const { head, content } = await get("/status/206");
    expect(head).toContain(`Content-Range: bytes 0-${content.length - 1}/${content.length}\r\n`);
  });

  test.each([
    [301, "Location"],
    [302, "Location"],
    [307, "Location"],
    [401, "WWW-Authenticate"],
    [405, "Allow"],
    [407, "Proxy-Authenticate"],
    [416, "Content-Range"],
    [426, "Upgrade"],
  ])("%i has %s, as RFC 9110 demands", async (code, field) => {
    expect((await get(`/status/${code}`)).head).toMatch(new RegExp(`^${field}: .+\\r$`, "m"));
  });

  test.each(["100", "101", "199", "600", "0", "-200", "2e2", "200.5", "abc", "%32%30%30%30", "00000000000200"])(
    "400: %s",
    async (code) => {
      const { status, content } = await get(`/status/${code}`);
      expect([status, content]).toEqual([400, "a final status is a whole number from 200 to 599\n"]);
    },
  );
});

describe("/delay/:ms", () => {
  test("answers when the time is over", async () => {
    const before = performance.now();
    expect((await get("/delay/60")).content).toBe("60 ms later\n");
    expect(performance.now() - before).toBeGreaterThanOrEqual(59);
    expect((await get("/delay/0")).content).toBe("0 ms later\n");
  });

  test("answers a client that has ended its side", async () => {
    const client = new RawClient(running.port).send("GET /delay/50 HTTP/1.1\r\nHost: a\r\n\r\n").end();
    await client.untilClosed();
    expect(answer(client.received).content).toBe("50 ms later\n");
    client.destroy();
  });

  test.each(["60001", "-1", "1.5", "soon", "1e3"])("400: %s", async (ms) => {
    const { status, content } = await get(`/delay/${ms}`);
    expect([status, content]).toEqual([400, "the time is a whole number from 0 to 60000 ms\n"]);
  });
});

describe("/stream", () => {
  test("10 chunks of 1 KiB unless asked otherwise", async () => {
    const received = await running.exchange(request("GET /stream"));
    expect(received.match(/^400\r$/gm)).toHaveLength(10);
    expect(received.endsWith("\r\n0\r\n\r\n")).toBe(true);
    expect(answer(received).content).toHaveLength(10_240);
  });

  test("chunks and bytes as asked, each chunk one on the wire", async () => {
    const received = await running.exchange(request("GET /stream?bytes=3&chunks=2"));
    expect(received.slice(received.indexOf("\r\n\r\n") + 4)).toBe("3\r\n01\n\r\n3\r\n01\n\r\n0\r\n\r\n");
  });

  test.each([
    ["chunks=0", "chunks is a whole number from 1 to 1048576\n"],
    ["chunks=1048577", "chunks is a whole number from 1 to 1048576\n"],
    ["chunks=", "chunks is a whole number from 1 to 1048576\n"],
    ["bytes=0", "bytes is a whole number from 1 to 1048576\n"],
    ["bytes=1048577", "bytes is a whole number from 1 to 1048576\n"],
    ["bytes=-1", "bytes is a whole number from 1 to 1048576\n"],
    ["chunks=4097&bytes=1048576", "chunks times bytes is at most 4294967296 octets\n"],
  ])("400: %s", async (query, message) => {
    const { status, content } = await get(`/stream?${query}`);
    expect([status, content]).toEqual([400, message]);
  });

  test("S91: a reader that stops holds the writer back, and the rest comes when it goes on", async () => {
    const client = new RawClient(running.port);
    client.socket.pause();
    client.send(request("GET /stream?chunks=2048&bytes=65536"));
    const before = process.memoryUsage().rss;
    // Two round trips on other connections: time in which an unbounded writer would have made all 128 MiB.
    for (let i = 0; i < 2; i++) expect((await get("/delay/50")).status).toBe(200);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576);
    let octets = 0;
    client.socket.removeAllListeners("data").on("data", (bytes: Buffer) => {
      octets += bytes.length;
    });
    client.socket.resume();
    await client.untilClosed();
    expect(octets).toBeGreaterThan(2_048 * 65_536);
    client.destroy();
  });

  test("HTTP/1.0 gets the octets without chunks, ended by the connection (RFC 9112 §6.3)", async () => {
    const received = await running.exchange("GET /stream?chunks=2&bytes=2 HTTP/1.0\r\n\r\n");
    expect(received).not.toMatch(/^Transfer-Encoding/im);
    expect(received.endsWith("\r\n\r\n0\n0\n")).toBe(true);
  });
});

describe("/echo", () => {
  const echo = async (fields: string, content: string) =>
    answer(await running.exchange(request("POST /echo", fields, content)));

  test("sends back content and its type, chunked", async () => {
    const { status, head, content } = await echo("Content-Type: text/x-own; a=b\r\nContent-Length: 5\r\n", "12345");
    expect([status, content]).toEqual([200, "12345"]);
    expect(head).toContain("Content-Type: text/x-own; a=b\r\n");
    expect(head).toContain("Transfer-Encoding: chunked\r\n");
    expect(head).toContain("X-Content-Type-Options: nosniff\r\n");
  });

  test("octets of no type are octets; none at all are answered too", async () => {
    expect((await echo("Content-Length: 3\r\n", "\x00\xff\n")).content).toBe("\x00\xff\n");
    const { status, head, content } = await echo("Content-Length: 0\r\n", "");
    expect([status, content]).toEqual([200, ""]);
    expect(head).toContain("Content-Type: application/octet-stream\r\n");
  });

  test("trailers of the request come back as trailers of the response (RFC 9110 §6.5)", async () => {
    const wire = "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nX-Sum: 5\r\nX-Sum: again\r\n\r\n";
    const { head, content, trailers } = await echo("Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", wire);
    expect(content).toBe("abcde");
    expect(trailers).toBe("X-Sum: 5\r\nX-Sum: again\r\n");
    expect(head).toContain("Trailer: X-Sum\r\n");
  });

  test("trailers come back without content too", async () => {
    const { content, trailers } = await echo("Transfer-Encoding: chunked\r\n", "0\r\nX-Sum: 0\r\n\r\n");
    expect([content, trailers]).toEqual(["", "X-Sum: 0\r\n"]);
  });

  test("what has arrived comes back before the rest is sent", async () => {
    const client = new RawClient(running.port).send(request("POST /echo", "Transfer-Encoding: chunked\r\n"));
    for (const word of ["one", "two", "three"]) {
      client.send(`${word.length}\r\n${word}\r\n`);
      await client.until(() => client.received.includes(`\r\n${word}\r\n`));
      expect(client.closed).toBe(false);
    }
    client.send("0\r\n\r\n");
    await client.untilClosed();
    expect(answer(client.received).content).toBe("onetwothree");
    client.destroy();
  });

  test("Expect: 100-continue is invited before the final head (RFC 9110 §10.1.1)", async () => {
    const client = new RawClient(running.port).send(
      request("POST /echo", "Content-Length: 2\r\nExpect: 100-continue\r\n"),
    );
    await client.until(() => client.received.includes("\r\n\r\n"));
    expect(client.received).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    await client.untilClosed();
    expect(answer(client.received.slice(25)).content).toBe("hi");
    client.destroy();
  });

  test("S94: more than allowed is 413 before any of it is read", async () => {
    const received = await running.exchange(
      request("POST /echo", "Content-Length: 1048577\r\nExpect: 100-continue\r\n"),
    );
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toContain("Connection: close\r\n");
  });

  test("a writer whose reader stops is held back, whatever it sends", async () => {
    const big = await start({ server: { maxContentOctets: Number.POSITIVE_INFINITY } });
    const client = new RawClient(big.port);
    client.socket.pause();
    client.send(request("POST /echo", `Content-Length: ${64 * 1_048_576}\r\n`));
    const piece = Buffer.alloc(1_048_576, "x");
    for (let i = 0; i < 64; i++) client.socket.write(piece);
    for (let i = 0; i < 2; i++) await big.exchange(request("GET /delay/50"));
    // The kernel's buffers hold some MiB in each direction; the rest has not left the client.
    expect(client.socket.writableLength).toBeGreaterThan(32 * 1_048_576);
    let octets = 0;
    client.socket.removeAllListeners("data").on("data", (bytes: Buffer) => {
      octets += bytes.length;
    });
    client.socket.resume();
    await client.untilClosed();
    expect(octets).toBeGreaterThan(64 * 1_048_576);
    client.destroy();
    await big.stop();
  });
});

describe("the connection", () => {
  test("keep-alive: many requests on one, answered in order when pipelined (RFC 9112 §9.3)", async () => {
    const targets = ["/plaintext", "/delay/30", "/json", "/stream?chunks=1&bytes=2", "/status/204", "/hello/last"];
    const wire = targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join("");
    const client = new RawClient(running.port).send(wire);
    await client.until(() => client.received.includes("Hello, last!"));
    const order = [
      "Hello, World!HTTP",
      "30 ms later\n",
      '{"message"',
      "2\r\n0\n\r\n0\r\n\r\n",
      "204 No Content",
      "Hello, last!",
    ];
    const places = order.map((text) => client.received.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    client.destroy();
  });

  test("an octet at a time", async () => {
    const client = new RawClient(running.port);
    for (const octet of request("POST /echo", "Content-Length: 2\r\n", "hi")) client.send(octet);
    await client.untilClosed();
    expect(answer(client.received).content).toBe("hi");
    client.destroy();
  });
});
