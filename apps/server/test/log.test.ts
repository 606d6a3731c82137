import { PassThrough } from "node:stream";
import { HttpError, PeerGoneError } from "@stack/http";
import { RawClient } from "@stack/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Log } from "../src/access-log.ts";
import { JSON_LINES, type LogLines, prettyLines, type RequestEntry, readableOctets } from "../src/log-lines.ts";
import { type Running, request, start } from "./running.ts";

const ENTRY: RequestEntry = {
  method: "GET",
  path: "/a",
  status: 200,
  octets: 5,
  complete: true,
  ms: 1.23456,
  peer: "127.0.0.1:5",
};
const TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

describe("JSON lines", () => {
  test("a request", () => {
    expect(JSON_LINES.request(ENTRY)).toMatch(
      new RegExp(
        `^\\{"time":"${TIME}","method":"GET","path":"/a","status":200,"octets":5,"ms":1.235,"peer":"127.0.0.1:5"\\}$`,
      ),
    );
    expect(JSON.parse(JSON_LINES.request({ ...ENTRY, octets: null, complete: false }))).toMatchObject({
      complete: false,
    });
    expect(JSON_LINES.request({ ...ENTRY, octets: null })).not.toContain("octets");
  });

  test("S51: what a peer sent is exact, in ASCII and on one line", () => {
    const hostile = '/\r\n{"status":200}\u001b[2J\u009b\u202e"\\';
    const line = JSON_LINES.request({ ...ENTRY, method: hostile, path: hostile });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toMatchObject({ method: hostile, path: hostile });
  });

  test("a target of kilobytes is cut", () => {
    expect(JSON_LINES.request({ ...ENTRY, path: "/".repeat(100_000) }).length).toBeLessThan(4_500);
  });

  test("refusals, failures and notes", () => {
    expect(JSON.parse(JSON_LINES.refused(Object.assign(new Error("why"), { code: "ERR_X" }), 400))).toMatchObject({
      refused: 400,
      code: "ERR_X",
      message: "why",
    });
    expect(JSON.parse(JSON_LINES.failed(new Error("oh"), "GET", "/a"))).toMatchObject({
      failed: expect.stringContaining("Error: oh"),
      method: "GET",
      path: "/a",
    });
    expect(JSON.parse(JSON_LINES.failed("oh", "GET", "/a"))).toMatchObject({ failed: "oh", code: "" });
    expect(JSON.parse(JSON_LINES.note("hello"))).toMatchObject({ note: "hello" });
  });
});

describe("pretty lines", () => {
  const plain = prettyLines(false);

  test("a request", () => {
    expect(plain.request(ENTRY)).toMatch(/^\d\d:\d\d:\d\d\.\d{3} 200 GET {2}\/a 5 B 1\.23 ms 127\.0\.0\.1:5$/);
    expect(plain.request({ ...ENTRY, octets: 2_000_000, ms: 1_234.5, complete: false })).toMatch(
      / 200 cut GET {2}\/a 1\.9 MiB 1235 ms /,
    );
    expect(plain.request({ ...ENTRY, status: 0, octets: null, complete: false })).toMatch(/ cut GET {2}\/a 1\.23 ms /);
  });

  test("colour only when asked for", () => {
    for (const status of [200, 304, 404, 500]) {
      expect(prettyLines(true).request({ ...ENTRY, status })).toContain("\u001b[");
      expect(plain.request({ ...ENTRY, status })).not.toContain("\u001b");
    }
  });

  test.each<[string, (lines: LogLines, hostile: string) => string]>([
    ["method", (lines, hostile) => lines.request({ ...ENTRY, method: hostile })],
    ["path", (lines, hostile) => lines.request({ ...ENTRY, path: hostile })],
    ["refusal", (lines, hostile) => lines.refused(new Error(hostile), 400)],
    ["note", (lines, hostile) => lines.note(hostile)],
    ["failed path", (lines, hostile) => lines.failed("x", "GET", hostile)],
  ])("S51: hostile %s is escaped, on one line", (_, line) => {
    expect(line(plain, "/\r\nforged\u001b[2J\u202e")).toMatch(/^[\x20-\x7e]+$/);
  });

  test("S51: a stack keeps its lines and loses its controls", () => {
    const error = new Error("x");
    error.stack = "Error: x\u001b[2J\n    at a\r\n    at b";
    expect(plain.failed(error, "GET", "/")).toMatch(/^[\x20-\x7e\n]+$/);
    expect(plain.failed(error, "GET", "/").split("\n")).toHaveLength(3);
  });

  test("S51: what a failure was caused by is told of in both forms, escaped", () => {
    const error = new HttpError(502, "ERR_UPSTREAM", "upstream failed", { cause: new Error("octets \u001b[2J\u202e") });
    expect(plain.failed(error, "GET", "/")).toMatch(
      /failed GET \/: HttpError: upstream[\s\S]*\ncaused by Error: octets \\x1b\[2J/,
    );
    const line = JSON_LINES.failed(error, "GET", "/");
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toMatchObject({
      code: "ERR_UPSTREAM",
      cause: expect.stringMatching(/^Error: octets \u001b/),
    });
    for (const lines of [plain, JSON_LINES])
      expect(lines.failed(Object.create(null), "GET", "/")).toContain("cannot be shown");
  });

  test.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_024, "1.0 KiB"],
    [15_000, "15 KiB"],
    [1_073_741_824, "1.0 GiB"],
    [5_000 * 1_024 ** 4, "5000 TiB"],
  ])("%i octets are %s", (octets, text) => {
    expect(readableOctets(octets)).toBe(text);
  });
});

describe("the log of a running server", () => {
  let running: Running;
  let log: Log;
  const out = { text: "" };
  const err = { text: "" };

  afterEach(() => running.stop());

  async function begin(): Promise<void> {
    out.text = "";
    err.text = "";
    const stream = (into: { text: string }) =>
      new PassThrough().setEncoding("utf8").on("data", (text) => (into.text += text));
    log = new Log(JSON_LINES, stream(out), stream(err));
    running = await start({
      layers: [log.layer],
      server: { onRefused: (error, status) => log.refused(error, status), onError: (error, r) => log.failed(error, r) },
    });
    const { server } = running;
    server.get("/fails", () => {
      throw new Error("secret");
    });
    server.get("/rejects", async () => {
      throw new HttpError(418, "ERR_TEAPOT", "short and stout");
    });
    server.get("/forgets", async () => {});
    server.get("/breaks", async (_, response) => {
      response.write("half");
      throw new Error("broke");
    });
    server.get("/resets", (_, response) => {
      response.write("half");
      response.reset();
    });
  }

  const lines = async (): Promise<Record<string, unknown>[]> => {
    await log.close();
    return out.text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  test.each([
    ["GET /plaintext", "", { method: "GET", path: "/plaintext", status: 200, octets: 13 }],
    ["HEAD /plaintext", "", { method: "HEAD", status: 200, octets: 0 }],
    ["GET /hello/J%C3%BCrgen?secret=1", "", { path: "/hello/J%C3%BCrgen", octets: 15 }],
    ["GET /stream?chunks=3&bytes=100", "", { status: 200, octets: 300 }],
    ["GET /status/204", "", { status: 204, octets: 0 }],
    ["GET /nothing", "", { status: 404 }],
    ["GET /status/999", "", { status: 400 }],
    ["GET /fails", "", { status: 500 }],
    ["GET /rejects", "", { status: 418 }],
    ["GET /forgets", "", { status: 500 }],
    ["GET /breaks", "", { status: 200, octets: 4, complete: false }],
    ["GET /resets", "", { status: 200, octets: 4, complete: false }],
    ["POST /echo", "3\r\nabc\r\n0\r\nX: y\r\n\r\n", { status: 200, octets: 3 }],
  ])("one line for %s", async (line, content, expected) => {
    await begin();
    await running.exchange(request(line, content === "" ? "" : "Transfer-Encoding: chunked\r\n", content));
    const written = await lines();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject(expected);
    expect(written[0]?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(written[0]?.ms).toBeGreaterThanOrEqual(0);
  });

  test("trailers pass through the log", async () => {
    await begin();
    const received = await running.exchange(
      request("POST /echo", "Transfer-Encoding: chunked\r\n", "0\r\nX-Sum: 1\r\n\r\n"),
    );
    expect(received.endsWith("0\r\nX-Sum: 1\r\n\r\n")).toBe(true);
  });

  test("back-pressure passes through the log", async () => {
    await begin();
    const client = new RawClient(running.port);
    client.socket.pause();
    client.send(request("GET /stream?chunks=512&bytes=65536"));
    await running.exchange(request("GET /delay/50"));
    expect((await lines()).map(({ path }) => path)).toEqual(["/delay/50"]);
    client.socket.resume();
    await client.untilClosed();
    expect((await lines()).at(-1)).toMatchObject({ path: "/stream", octets: 512 * 65_536, status: 200 });
    client.destroy();
  });

  test("a stream of events is told of when it ends", async () => {
    await begin();
    const client = new RawClient(running.port).send(request("GET /events"));
    await client.until(() => client.received.includes("figures"));
    expect(await lines()).toEqual([]);
    client.end();
    await client.untilClosed();
    expect((await lines())[0]).toMatchObject({ path: "/events", status: 200 });
  });

  test("failures go to the other stream with their stack, and the peer learns nothing of them", async () => {
    await begin();
    const received = await running.exchange(request("GET /fails"));
    expect(received).not.toContain("secret");
    await log.close();
    expect(JSON.parse(err.text)).toMatchObject({
      failed: expect.stringContaining("Error: secret\n    at "),
      path: "/fails",
    });
  });

  test("a peer that goes away is no failure", async () => {
    await begin();
    const client = new RawClient(running.port);
    client.socket.pause();
    client.send(request("GET /stream?chunks=4096&bytes=65536"));
    await running.exchange(request("GET /delay/20"));
    client.socket.resetAndDestroy();
    while (!out.text.includes("/stream")) await running.exchange(request("GET /delay/5"));
    const line = (await lines()).find(({ path }) => path === "/stream");
    expect(line).toMatchObject({ status: 200, complete: false });
    expect(err.text).toBe("");
    expect(new PeerGoneError().code).toBe("ERR_PEER_GONE");
  });

  test("S51: a request that no handler saw is told of too, escaped", async () => {
    await begin();
    await running.exchange("GET /\u001b[2J HTTP/1.1\r\nHost: a\r\n\r\n");
    const [line] = await lines();
    expect(line).toMatchObject({ refused: 400 });
    expect(out.text).toMatch(/^[\x20-\x7e]+\n$/);
  });
});
