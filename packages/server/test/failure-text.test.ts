import { HttpError } from "@stack/http";
import { RawClient } from "@stack/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createServer, failureText } from "../src/index.ts";

const HOSTILE = "\x1b[2J\u202e\r\x07\x00";

describe("S51: failures as text", () => {
  test("a stack keeps its lines; what is not visible is escaped", () => {
    const text = failureText(new Error(`no such user ${HOSTILE}`));
    expect(text).toMatch(/^Error: no such user \\x1b\[2J\\u\{202e\}\\r\\x07\\x00\n {4}at /);
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
  });

  test("causes are told of, escaped too; one that names itself ends", () => {
    const cause = new Error(`octets ${HOSTILE}`);
    const text = failureText(new HttpError(502, "ERR_UPSTREAM", "upstream failed", { cause }));
    expect(text).toMatch(/^HttpError: upstream failed\n[\s\S]*\ncaused by Error: octets \\x1b\[2J/);
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    cause.cause = cause;
    expect(failureText(cause).match(/caused by/g)).toHaveLength(4);
  });

  test.each<[unknown, string]>([
    ["text \x1b", "text \\x1b"],
    [undefined, "undefined"],
    [Object.create(null), "a value that cannot be shown"],
  ])("what is no error: %s", (thrown, text) => {
    expect(failureText(thrown)).toBe(text);
  });

  test("the server's own report on stderr is such a text, and the peer learns nothing of it (S126)", async () => {
    const lines: string[] = [];
    const told = vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
    onTestFinished(() => told.mockRestore());
    const server = createServer();
    onTestFinished(async () => void (await server.close({ graceMs: 0 })));
    server.get("/:name", (request) => {
      const cause = new Error(`asked for ${request.params.get("name")}`);
      throw new HttpError(503, "ERR_X", "not now", { cause });
    });
    const { port } = await server.listen(0);
    const client = new RawClient(port).send("GET /%1B%5B2J HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.untilClosed();
    client.destroy();
    expect(client.received).toMatch(/^HTTP\/1\.1 503 /);
    expect(client.received).not.toContain("asked for");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^GET \/%1B%5B2J failed: HttpError: not now\n[\s\S]*caused by Error: asked for \\x1b\[2J\n/,
    );
    expect(lines[0]).toMatch(/^[\x20-\x7e\n]+$/);
  });
});

describe("whose failure it is", () => {
  test.each([
    ["before its response's head", false],
    ["behind it", true],
  ])("a handler that fails only because its peer broke off, %s, is not reported and not counted", async (_, begins) => {
    const reported: unknown[] = [];
    const refused: string[] = [];
    const server = createServer({
      onError: (error) => reported.push(error),
      onRefused: (error) => refused.push((error as Error & { code: string }).code),
    });
    onTestFinished(async () => void (await server.close({ graceMs: 0 })));
    const failed: unknown[] = [];
    server.post("/", async (request, response) => {
      if (begins) response.write("begun");
      await request.text().catch((error) => {
        failed.push(error);
        throw error;
      });
    });
    server.get("/broken", () => {
      throw new TypeError("ours");
    });
    const { port } = await server.listen(0);
    for (const end of ["half", "5\r\nhelloXX"]) {
      const framing = end === "half" ? "Content-Length: 9" : "Transfer-Encoding: chunked";
      const client = new RawClient(port).send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${end}`).end();
      await client.untilClosed();
      client.destroy();
    }
    expect([failed.length, reported, server.figures.errors]).toEqual([2, [], 0]);
    expect(refused).toEqual(["ERR_HTTP1_INCOMPLETE", expect.stringMatching(/^ERR_HTTP1_/)]);
    const client = new RawClient(port).send("GET /broken HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.untilClosed();
    client.destroy();
    expect([reported.length, server.figures.errors]).toEqual([1, 1]);
  });
});
