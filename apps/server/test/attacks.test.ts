import { ATTACKS, CANARY, RawClient, statuses } from "@stack/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { handled, Watched } from "./watched.ts";

let at: Watched;

beforeAll(async () => {
  at = await Watched.start();
});
afterAll(() => at.stop());

function connect(port = at.port): RawClient {
  const client = new RawClient(port);
  onTestFinished(() => client.destroy());
  return client;
}

/** Everything that came until the server ended the connection. */
async function exchange(wire: string, port = at.port): Promise<string> {
  const client = connect(port).send(wire);
  await client.untilClosed();
  return client.received;
}

/** A request whose answer ends with the connection. */
const alone = (line: string, fields = "", content = ""): string =>
  `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n${content}`;

/** Rows whose fault lies behind a head that is right: the handler may have been called, with that request alone. */
const BEHIND_THE_HEAD = new Set(["S6", "S10", "S11", "S12", "S13", "S14", "S15", "S27", "S30", "S39"]);

describe.each(ATTACKS)("$id: $name", ({ id, wire, status, harmless }) => {
  if (harmless === true)
    test("is answered, and the request behind it too, each by its handler", async () => {
      const client = connect().send(wire).send(CANARY);
      await client.until(() => statuses(client.received).length === 2);
      expect(status).toContain(statuses(client.received)[0]);
      expect(statuses(client.received)[1]).toBe(404);
      const requests = handled(await at.since());
      expect([requests.length, requests.includes("GET /canary")]).toEqual([2, true]);
    });
  else
    test("is refused: the right status, Connection: close, no handler, nothing behind it", async () => {
      const client = connect().send(wire).send(CANARY);
      await client.untilClosed();
      expect(statuses(client.received).length, client.received.slice(0, 300) + client.failure).toBe(1);
      expect(status).toContain(statuses(client.received)[0]);
      expect(client.received).toContain("Connection: close\r\n");
      const lines = await at.since();
      expect(handled(lines)).not.toContain("GET /canary");
      expect(handled(lines).length).toBeLessThanOrEqual(BEHIND_THE_HEAD.has(id) ? 1 : 0);
      if (handled(lines).length === 0) expect(lines).toMatchObject([{ refused: statuses(client.received)[0] }]);
    });
});

describe("more than one request can say", () => {
  test("S37: 10,000 requests at once are answered in order, and all of them", async () => {
    const wire = Array.from({ length: 10_000 }, (_, i) => `GET /hello/${i}. HTTP/1.1\r\nHost: a\r\n\r\n`).join("");
    const client = connect().send(wire);
    await client.until(() => client.received.endsWith("Hello, 9999.!"), 25_000);
    const answered = Array.from(client.received.matchAll(/Hello, (\d+)\.!/g), ([, i]) => Number(i));
    expect(answered).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    await at.since();
  });

  test("S37: from a client that sends and does not read, the server stops reading", async () => {
    const client = connect();
    client.socket.pause();
    const many = "GET /stream?chunks=1&bytes=65536 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20_000);
    for (let i = 0; i < 32; i++) client.send(many);
    const before = await at.since();
    expect(handled(before).length).toBeLessThan(2_000);
    expect(handled(await at.since()).length).toBeLessThan(2_000);
    expect(client.socket.writableLength).toBeGreaterThan(16 * 1_048_576);
  });

  test("S38: content in chunks of an octet", async () => {
    const wire = alone("POST /echo", "Transfer-Encoding: chunked\r\n", `${"1\r\nx\r\n".repeat(100_000)}0\r\n\r\n`);
    const received = await exchange(wire);
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(received.match(/x/g)?.length).toBeGreaterThanOrEqual(100_000);
  });

  test("S94: chunked content over the limit ends the connection, and nothing behind it is read", async () => {
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const fields = "Host: a\r\nTransfer-Encoding: chunked\r\n";
    const received = await exchange(
      `POST /api/todos HTTP/1.1\r\n${fields}Content-Type: application/json\r\n\r\n${chunk.repeat(17)}0\r\n\r\n${CANARY}`,
    );
    expect(statuses(received)).toEqual([413]);
    expect(received).toContain("Connection: close\r\n");
    const requests = handled(await at.since());
    expect(requests).toContain("POST /api/todos");
    expect(requests).not.toContain("GET /canary");
  });

  test("S104: no more connections than there may be; one that leaves makes room", async () => {
    const few = await Watched.start("--max-connections", "3");
    onTestFinished(() => few.stop());
    const held = [connect(few.port), connect(few.port), connect(few.port)];
    for (const client of held) {
      client.send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.until(() => client.received.endsWith("World!"));
    }
    expect(await exchange("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n", few.port)).toBe("");
    held[0]?.end();
    await held[0]?.untilClosed();
    expect(await exchange(alone("GET /plaintext"), few.port)).toContain("Hello, World!");
  });

  test("S105: connections that were dropped within a request leave nothing", async () => {
    const many = Array.from({ length: 300 }, () =>
      connect().send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"),
    );
    await Promise.all(many.map((client) => client.until(() => client.received.includes("half"))));
    for (const client of many) client.destroy();
    const figures = connect().send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    await figures.until(() => /"connections":[1-9],/.test(figures.received));
    expect((await at.since()).filter(({ complete }) => complete === false)).toHaveLength(300);
  });

  test("S106: no octet that the peer did not send, or the route does not make", async () => {
    const client = connect().send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n12345").end();
    await client.untilClosed();
    const content = client.received.slice(client.received.indexOf("\r\n\r\n") + 4);
    expect(["", "5\r\n12345\r\n"]).toContain(content.slice(0, 10));
    expect(content.length).toBeLessThanOrEqual(10);
    expect(await exchange(alone("GET /stream?chunks=3&bytes=1000"))).toMatch(
      /\r\n\r\n(?:3e8\r\n(?:[0-9A-Za-z_-]+\n)+\r\n){3}0\r\n\r\n$/,
    );
  });
});

describe("what comes back", () => {
  test("S42, S52: line ends in a path come back as content only", async () => {
    const received = await exchange(alone("GET /hello/a%0d%0aX-Evil:%201%0d%0a%0d%0a<b>"));
    const [head, content] = received.split(/\r\n\r\n([\s\S]*)/);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).not.toContain("Evil");
    expect(head).toContain("Content-Type: text/plain");
    expect(content).toBe("Hello, a\r\nX-Evil: 1\r\n\r\n<b>!");
  });

  test("S42: characters that a cut to one octet turns into line ends (U+010D, U+010A)", async () => {
    const received = await exchange(alone("GET /hello/%C4%8D%C4%8AX-Evil:1"));
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(received.slice(0, received.indexOf("\r\n\r\n"))).not.toContain("Evil");
    expect(received.endsWith("Hello, \xc4\x8d\xc4\x8aX-Evil:1!")).toBe(true);
  });

  test("S44: a trailer with a control is refused, not sent back", async () => {
    const wire =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-A: a\rX-Evil: 1\r\n\r\n";
    const received = await exchange(wire + CANARY);
    expect(received).not.toContain("Evil");
    expect(handled(await at.since())).not.toContain("GET /canary");
  });

  test.each(["1\\n\\ndata: evil", "%0A%0Adata: evil", "9".repeat(5_000), "__proto__"])(
    "S50: Last-Event-ID: %s injects no event",
    async (id) => {
      const client = connect().send(`GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: ${id}\r\n\r\n`);
      await client.until(() => client.received.includes("data: {"));
      expect(client.received).not.toContain("evil");
      client.destroy();
    },
  );

  test("S51: whatever a request says, the log is one ASCII line for it", async () => {
    const before = at.program.stdout.length;
    await exchange(alone('GET /hello/%1b%5b2J%0a{"path":"/forged"}'));
    await exchange(alone("G\x1b[2JT /"));
    await exchange(alone("FOO /\x1b[31m%0a"));
    await exchange(alone("GET /plaintext", "X-\x1b: \r\n"));
    const lines = (await at.since()).filter(({ path }) => path !== "/events"); // of those before
    expect(lines).toHaveLength(4);
    expect(handled(lines)).toEqual(['GET /hello/%1b%5b2J%0a{"path":"/forged"}']);
    expect(at.program.stdout.slice(before)).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe("what a parser could choke on", () => {
  test("S96: more parameters than a query may have", async () => {
    expect(await exchange(alone(`GET /stream?${"a&".repeat(3_000)}`))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(alone(`GET /stream?${"a[a]".repeat(500)}=1&chunks=1&bytes=1`))).toMatch(/^HTTP\/1\.1 200 /);
  });

  const LONG = 15_000;
  const AT_ONCE_MS = 2_000;
  test.each([
    ["Accept", "*/*;q=0.1,".repeat(LONG / 10)],
    ["Accept-Encoding", `gzip${" ".repeat(LONG)}x`],
    ["Cookie", "a=b; ".repeat(LONG / 5)],
    ["Connection", "a,".repeat(LONG / 2)],
    ["TE", `${"trailers;".repeat(LONG / 9)}`],
    ["Content-Type", `application/json;${" a=b;".repeat(LONG / 5)}`],
    ["If-None-Match", `"a" ,`.repeat(LONG / 5)],
    ["If-Match", `W/"${"\\".repeat(LONG)}"`],
    ["Expect", `100-continue${" ".repeat(LONG)}x`],
    ["User-Agent", `(${"(".repeat(LONG)}`],
    ["Last-Event-ID", "0".repeat(LONG)],
    ["Upgrade", "a/1, ".repeat(LONG / 5)],
  ])("S97, S100: 15,000 octets of %s are answered at once", async (name, value) => {
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3 && shortest >= AT_ONCE_MS; i++) {
      const start = performance.now();
      const received = await exchange(alone("GET /api/todos", `${name}: ${value}\r\n`));
      expect(received).toMatch(/^HTTP\/1\.1 (?:200|4\d\d) /);
      shortest = Math.min(shortest, performance.now() - start);
      await at.since();
    }
    expect(shortest).toBeLessThan(AT_ONCE_MS); // an expression that backtracks would take minutes
  });

  test("S98: names that collide, and names that are integers", async () => {
    const fields = Array.from({ length: 90 }, (_, i) => `${4_294_967_294 - i}: ${i}\r\n`).join("");
    expect(await exchange(alone("GET /plaintext", fields))).toMatch(/^HTTP\/1\.1 200 /);
    const query = Array.from({ length: 900 }, (_, i) => `${i}=1`).join("&");
    expect(await exchange(alone(`GET /stream?${query}&chunks=1&bytes=1`))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
    "S99: %s as any name",
    async (name) => {
      const fields = `${name}: x\r\nCookie: ${name}=1\r\nX: 1\r\n`;
      expect(await exchange(alone(`GET /hello/${name}?${name}=1&${name}[${name}]=2`, fields))).toMatch(
        new RegExp(`^HTTP/1\\.1 200 [\\s\\S]*Hello, ${name}!$`),
      );
      expect(await exchange(alone(`GET /${name}`))).toMatch(/^HTTP\/1\.1 404 /);
      expect(await exchange(alone(`GET /status/${name}`))).toMatch(/^HTTP\/1\.1 400 /);
      await at.since();
    },
  );

  const post = (content: string, type = "application/json"): string =>
    alone("POST /api/todos", `Content-Type: ${type}\r\nContent-Length: ${content.length}\r\n`, content);

  test.each([
    ["S103", "depth", "[".repeat(8_000), 400],
    ["S103", "depth of objects", '{"a":'.repeat(1_500), 400],
    ["S161", "a prototype", '{"title":"x","__proto__":{"done":true}}', 400],
    ["S161", "the same, escaped", '{"title":"x","__pr\\u006fto__":{"done":true}}', 400],
    ["S161", "a byte order mark, which is read over (RFC 8259 §8.1)", '\xef\xbb\xbf{"title":"x"}', 201],
    ["S161", "a number too large", '{"title":9007199254740993}', 422],
    ["S161", "a key twice: the last counts, for validator and store alike", '{"title":5,"title":"x"}', 201],
  ])("%s: JSON with %s", async (_, __, content, status) => {
    const received = await exchange(post(content));
    expect(statuses(received)).toEqual([status]);
    await at.since();
  });

  test.each([
    ["application/json", 201],
    ["APPLICATION/JSON", 201],
    ["application/json;", 201],
    ["application/json ;charset=utf-8", 201],
    ["application/json\t", 201],
    ["application/jsonx", 415],
    ["application/json/", 415],
    [";application/json", 415],
    ["text/plain;application/json", 415],
    ["application\\json", 415],
  ])("S160: Content-Type %j", async (type, status) => {
    expect(statuses(await exchange(post('{"title":"x"}', type)))).toEqual([status]);
    await at.since();
  });

  test("S160: Content-Type twice", async () => {
    const twice = "Content-Type: text/plain\r\nContent-Type: application/json\r\nContent-Length: 13\r\n";
    expect(statuses(await exchange(alone("POST /api/todos", twice, '{"title":"x"}')))).toEqual([415]);
  });
});

describe("slow peers, with times that are short", () => {
  let patient: Watched;
  let brisk: Watched;
  beforeAll(async () => {
    // Short, and time for what these peers do say to leave a process that has to share its core.
    const times = ["--head-timeout", "1000", "--idle-timeout", "1000", "--content-timeout", "1000"];
    patient = await Watched.start(...times, "--request-timeout", "2500");
    brisk = await Watched.start("--min-rate", "100000/1");
  });
  afterAll(async () => {
    await patient.stop();
    await brisk.stop();
  });

  /** An octet every 50 ms for as long as the connection is there. */
  function dribble(client: RawClient, octet: string): void {
    const timer = setInterval(() => client.send(octet), 50);
    onTestFinished(() => clearInterval(timer));
    client.socket.once("close", () => clearInterval(timer));
    void client.untilClosed().finally(() => clearInterval(timer));
  }

  async function refused(client: RawClient, answered: readonly number[], on = patient): Promise<void> {
    await client.until(() => statuses(client.received).length === answered.length || client.closed);
    client.send(`\r\n\r\n${CANARY}`);
    await client.untilClosed();
    expect(statuses(client.received)).toEqual(answered);
    expect(client.received).toContain("Connection: close\r\n");
    expect(handled(await on.since())).not.toContain("GET /canary");
  }

  test("S88: a head that never ends: 408, from the connection's first moment", async () => {
    await refused(connect(patient.port).send("GET /plaintext HTTP/1.1\r\nHost: a\r\n"), [408]);
  });

  test("S88: a head an octet at a time: the time is not begun anew", async () => {
    const client = connect(patient.port).send("GET /plaintext HTTP/1.1\r\nHost: a\r\nX: ");
    dribble(client, "y");
    await refused(client, [408]);
  });

  test("S88: the head of the next request on a connection has the same time", async () => {
    const client = connect(patient.port).send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(() => client.received.endsWith("World!"));
    client.send("GET /canary HTTP/1.1\r\nHo");
    await refused(client, [200, 408]);
  });

  test("S88: a connection that says nothing is closed, without a word", async () => {
    const client = connect(patient.port);
    await client.untilClosed();
    expect(client.received).toBe("");
  });

  test("S88: one that has been idle for its time too", async () => {
    const client = connect(patient.port).send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
    await client.until(() => client.received.endsWith("World!"));
    await client.untilClosed();
    expect(statuses(client.received)).toEqual([200]);
  });

  const half = "POST /api/todos HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{";
  test("S89: half a request", async () => {
    await refused(connect(patient.port).send(half), [408]);
  });

  test("S89: content that comes, but has no end: the whole request has a time too", async () => {
    const client = connect(patient.port).send(half);
    dribble(client, " ");
    await refused(client, [408]);
  });

  test("S90: content that comes too slowly", async () => {
    const client = connect(brisk.port).send(half);
    dribble(client, " ");
    await refused(client, [408], brisk);
  });

  test("S91: a response that is read too slowly is cut, and is told of", async () => {
    const client = connect(brisk.port);
    client.socket.pause();
    client.send("GET /stream?chunks=4096&bytes=65536 HTTP/1.1\r\nHost: a\r\n\r\n");
    await brisk.program.says(/^\{.*"path":"\/stream".*"complete":false\}$/m);
    expect(await brisk.since()).toContainEqual(expect.objectContaining({ path: "/stream", complete: false }));
  });
});
