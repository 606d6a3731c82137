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
    ["/tile/42", "HTTP/1.1 200 OK", "Content-Type: image/svg+xml"],
    ["/api/todos", "HTTP/1.1 200 OK", "Content-Type: application/json"],
    ["/api/todos/1", "HTTP/1.1 404 Not Found", "Content-Type: application/problem+json"],
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

  test.each(["/", "/plaintext", "/stream", "/events", "/status/404", "/tile/0", "/api/todos"])(
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

  test("a to-do, made, changed on a condition, and deleted", async () => {
    const json = ["-H", "Content-Type: application/json"];
    const made = await curl([...json, "-d", '{"title":"read"}', "/api/todos"]);
    expect(made.received[0]).toBe("HTTP/1.1 201 Created");
    const field = (name: string) => made.received.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const at = field("Location") as string;
    const matching = ["-H", `If-Match: ${field("ETag")}`];
    const changed = await curl([...json, ...matching, "-X", "PATCH", "-d", '{"done":true}', at]);
    expect(JSON.parse(changed.content)).toMatchObject({ title: "read", done: true });
    const late = await curl([...json, ...matching, "-X", "PATCH", "-d", '{"done":false}', at]);
    expect(late.received[0]).toBe("HTTP/1.1 412 Precondition Failed");
    expect((await curl(["-X", "DELETE", at])).received[0]).toBe("HTTP/1.1 204 No Content");
  });

  test.each([
    ["/plaintext", "HTTP/2 200 ", "content-length: 13"],
    ["/stream", "HTTP/2 200 ", "content-type: text/plain"],
    ["/status/204", "HTTP/2 204 ", null],
    ["/api/todos", "HTTP/2 200 ", "content-type: application/json"],
  ])("curl -v --http2-prior-knowledge %s", async (target, line, field) => {
    const { code, received } = await curl(["--http2-prior-knowledge", target]);
    expect([code, received[0]]).toEqual([0, line]);
    if (field !== null) expect(received).toContain(field);
    expect(received.join("\n")).not.toMatch(/^(?:connection|transfer-encoding):/im); // RFC 9113 §8.2.2
  });

  test("events as they come (-N)", async () => {
    // The second comes after about a second; later, where the machine has other work.
    for (const seconds of ["2", "15"]) {
      const { content } = await curl(["-N", "--max-time", seconds, "/events"]);
      expect(content).toMatch(/^retry: 2000\n\nevent: figures\nid: \d+\ndata: \{.*\}\n\n/);
      if ((content.match(/^id: /gm)?.length ?? 0) >= 2) return;
    }
    expect.fail("one event in 15 s");
  });

  test("1 GiB, at curl's pace", async () => {
    const { content } = await curl(["-o/dev/null", "-w", "%{size_download}", "/stream?chunks=16384&bytes=65536"]);
    expect(content).toBe("1073741824");
  });
});

const noNc = spawnSync("nc", ["-h"]).error !== undefined;

describe.skipIf(noNc && process.env.STACK_REQUIRE_PEERS !== "1")(
  `pipelining by hand with nc${noNc ? " (nc is missing: apt-get install netcat-openbsd)" : ""}`,
  () => {
    let running: Running;
    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running?.stop());

    test("requests in one go are answered in order; the last says close", async () => {
      const child = spawn("nc", ["127.0.0.1", `${running.port}`]);
      const targets = ["/hello/1", "/delay/50", "/status/204", "/stream?chunks=1&bytes=2"];
      const wire = targets.map((target, i) => {
        const close = i === targets.length - 1 ? "Connection: close\r\n" : "";
        return `GET ${target} HTTP/1.1\r\nHost: a\r\n${close}\r\n`;
      });
      child.stdin.write(wire.join(""));
      let received = "";
      await new Promise<void>((resolve, reject) => {
        child.on("error", reject);
        child.stdout.setEncoding("latin1").on("data", (text: string) => {
          received += text;
          if (received.endsWith("\r\n0\r\n\r\n")) resolve();
        });
      });
      child.kill();
      expect(received.replaceAll(/Date: .*\r\n/g, "")).toBe(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n\r\nHello, 1!" +
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\n\r\n50 ms later\n" +
          "HTTP/1.1 204 No Content\r\n\r\n" +
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
          "2\r\n0\n\r\n0\r\n\r\n",
      );
    });
  },
);
