import { spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, start } from "./running.ts";

const missing = spawnSync("curl", ["--version"]).error !== undefined;
// STACK_REQUIRE_PEERS=1: what is missing fails instead of being skipped.
const skipped = missing && process.env.STACK_REQUIRE_PEERS !== "1";

describe.skipIf(skipped)(`curl as a client${missing ? " (curl is missing: apt-get install curl)" : ""}`, () => {
  let running: Running;

  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.stop());

  interface Told {
    code: number | null;
    /** The content, as latin1. */
    content: string;
    /** Lines that were sent, received, and said by curl itself (-v). */
    sent: string[];
    received: string[];
    said: string[];
  }

  /** `curl -v`; targets are completed, other arguments are passed on. */
  function curl(argv: readonly string[], input = ""): Promise<Told> {
    const completed = argv.map((argument) =>
      argument.startsWith("/") ? `http://127.0.0.1:${running.port}${argument}` : argument,
    );
    const child = spawn("curl", ["-sv", "--noproxy", "*", "--max-time", "20", ...completed]);
    child.stdin.end(input);
    let content = "";
    let told = "";
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      content += text;
    });
    child.stderr.setEncoding("latin1").on("data", (text: string) => {
      told += text;
    });
    const marked = (mark: string) =>
      told
        .split("\n")
        .filter((line) => line.startsWith(`${mark} `))
        .map((line) => line.slice(2).replace(/\r$/, ""));
    return new Promise((resolve, reject) => {
      child.on("error", reject).on("close", (code) => {
        resolve({ code, content, sent: marked(">"), received: marked("<"), said: marked("*") });
      });
    });
  }

  test.each([
    ["/", "HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8"],
    ["/plaintext", "HTTP/1.1 200 OK", "Content-Length: 13"],
    ["/json", "HTTP/1.1 200 OK", "Content-Type: application/json"],
    ["/hello/Ada", "HTTP/1.1 200 OK", "Content-Length: 11"],
    ["/stream", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked"],
    ["/delay/10", "HTTP/1.1 200 OK", "Content-Length: 12"],
    ["/status/204", "HTTP/1.1 204 No Content", null],
    ["/status/503", "HTTP/1.1 503 Service Unavailable", "Content-Type: text/plain; charset=utf-8"],
    ["/healthz", "HTTP/1.1 200 OK", "Cache-Control: no-store"],
    ["/nothing", "HTTP/1.1 404 Not Found", "Content-Type: text/plain; charset=utf-8"],
  ])("curl -v %s", async (target, line, field) => {
    const { code, received, said } = await curl([target]);
    expect(code).toBe(0);
    expect(received[0]).toBe(line);
    if (field !== null) expect(received).toContain(field);
    expect(received.filter((other) => other.startsWith("Date: "))).toHaveLength(1);
    expect(received.filter((other) => other.startsWith("Connection:"))).toEqual([]);
    expect(said.join("\n")).toMatch(/left intact/);
  });

  test.each(["/", "/plaintext", "/stream", "/events", "/status/404"])(
    "curl -I %s: a head, and the connection stays",
    async (target) => {
      const { code, sent, said } = await curl(["-I", target]);
      expect(code).toBe(0);
      expect(sent[0]).toMatch(/^HEAD /);
      expect(said.join("\n")).toMatch(/left intact/);
    },
  );

  test("chunks, as they are on the wire (--raw)", async () => {
    const { content } = await curl(["--raw", "/stream?chunks=2&bytes=4"]);
    expect(content).toBe("4\r\n012\n\r\n4\r\n012\n\r\n0\r\n\r\n");
  });

  test("content echoed, with a length and chunked", async () => {
    expect(await curl(["-d", "a=b", "/echo"])).toMatchObject({ code: 0, content: "a=b" });
    const text = "line\n".repeat(50_000);
    const chunked = await curl(["-T", "-", "-X", "POST", "/echo"], text);
    expect(chunked.sent).toContain("Transfer-Encoding: chunked");
    expect(chunked.content).toBe(text);
  });

  test("Expect: 100-continue is answered before the content is sent", async () => {
    const { code, content, received } = await curl([
      "-H",
      "Expect: 100-continue",
      "--expect100-timeout",
      "15",
      "-d",
      "hi",
      "/echo",
    ]);
    expect([code, content]).toEqual([0, "hi"]);
    expect(received.filter((line) => line.startsWith("HTTP/"))).toEqual(["HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"]);
  });

  test("S94: 413 instead of 100, and none of the content is sent", async () => {
    const content = "x".repeat(1_048_577);
    const { received } = await curl(
      ["-H", "Expect: 100-continue", "--expect100-timeout", "15", "--data-binary", "@-", "/echo"],
      content,
    );
    expect(received[0]).toBe("HTTP/1.1 413 Content Too Large");
    expect(received).toContain("Connection: close");
  });

  test("keep-alive: several targets on one connection", async () => {
    const before = running.server.figures;
    const { content, said } = await curl([
      "/plaintext",
      "/stream?chunks=1&bytes=1",
      "/status/304",
      "/delay/1",
      "/json",
    ]);
    expect(content).toBe('Hello, World!\n1 ms later\n{"message":"Hello, World!"}');
    expect(said.filter((line) => /^Re-using existing/.test(line))).toHaveLength(4);
    expect(running.server.figures.requests - before.requests).toBe(5);
  });

  test("Connection: close is answered with the same, and done", async () => {
    const { received, said } = await curl(["-H", "Connection: close", "/plaintext"]);
    expect(received).toContain("Connection: close");
    expect(said.join("\n")).toMatch(/Closing connection/i);
  });

  test("HTTP/1.0 (-0)", async () => {
    const { code, content, received } = await curl(["-0", "/stream?chunks=2&bytes=2"]);
    expect([code, content]).toEqual([0, "0\n0\n"]);
    expect(received.join("\n")).not.toMatch(/chunked/);
  });

  test("a method that is not allowed, and OPTIONS", async () => {
    const refused = await curl(["-X", "DELETE", "/plaintext"]);
    expect(refused.received[0]).toBe("HTTP/1.1 405 Method Not Allowed");
    expect(refused.received.join("\n")).toMatch(/^Allow: .*GET/m);
    const options = await curl(["-X", "OPTIONS", "/echo"]);
    expect(options.received[0]).toBe("HTTP/1.1 204 No Content");
    expect(options.received.join("\n")).toMatch(/^Allow: .*POST/m);
  });

  test("events as they come (-N)", async () => {
    const { content } = await curl(["-N", "--max-time", "2", "/events"]);
    expect(content).toMatch(/^retry: 2000\n\nevent: figures\nid: 1\ndata: \{.*\}\n\n/);
    expect(content.match(/^id: /gm)?.length).toBeGreaterThanOrEqual(2);
  });

  test("1 GiB, at curl's pace", async () => {
    const { content } = await curl(["-o/dev/null", "-w", "%{size_download}", "/stream?chunks=16384&bytes=65536"]);
    expect(content).toBe("1073741824");
  });
});
