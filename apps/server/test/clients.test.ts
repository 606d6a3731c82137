import { Agent, request as nodeRequest } from "node:http";
import { Readable } from "node:stream";
import { Client, Pool } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, start } from "./running.ts";

let running: Running;

beforeAll(async () => {
  running = await start();
});
afterAll(() => running.stop());

interface Seen {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  content: string;
  trailers: Record<string, string | undefined>;
}

function viaNode(
  agent: Agent,
  method: string,
  path: string,
  content?: Readable,
  headers: Record<string, string> = {},
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sent = nodeRequest({ port: running.port, agent, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("error", reject).on("end", () => {
        const { statusCode = 0, headers, trailers } = response;
        resolve({ status: statusCode, headers, content: text, trailers });
      });
    });
    sent.on("error", reject);
    if (content === undefined) sent.end();
    else content.pipe(sent);
  });
}

describe("node:http as a client", () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterAll(() => agent.destroy());

  test("every route, on one connection", async () => {
    const before = running.server.figures.connections;
    const get = async (path: string, method = "GET") => viaNode(agent, method, path);
    expect(await get("/plaintext")).toMatchObject({ status: 200, content: "Hello, World!" });
    expect(await get("/json")).toMatchObject({
      content: '{"message":"Hello, World!"}',
      headers: { "content-type": "application/json" },
    });
    expect((await get("/hello/J%C3%BCrgen")).content).toBe("Hello, Jürgen!");
    expect((await get("/stream?chunks=100&bytes=5000")).content).toHaveLength(500_000);
    expect((await get("/delay/5")).content).toBe("5 ms later\n");
    expect(await get("/status/204")).toMatchObject({ status: 204, content: "" });
    expect(await get("/status/304")).toMatchObject({ status: 304, content: "" });
    expect(await get("/status/503")).toMatchObject({ status: 503 });
    expect(await get("/healthz")).toMatchObject({ status: 200, content: "ok\n" });
    expect(await get("/plaintext", "HEAD")).toMatchObject({
      status: 200,
      content: "",
      headers: { "content-length": "13" },
    });
    expect((await get("/")).content).toContain("</html>");
    expect(running.server.figures.connections).toBe(before + 1);
  });

  test("content both ways, chunked, with trailers", async () => {
    const pieces = Array.from({ length: 100 }, (_, i) => `${i} `.repeat(500));
    const echoed = await new Promise<Seen>((resolve, reject) => {
      const headers = { trailer: "x-sum", "content-type": "text/plain" };
      const sent = nodeRequest({ port: running.port, agent, method: "POST", path: "/echo", headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            content: text,
            trailers: response.trailers,
          });
        });
      });
      sent.on("error", reject);
      sent.addTrailers({ "x-sum": "42" });
      for (const piece of pieces) sent.write(piece);
      sent.end();
    });
    expect(echoed.content).toBe(pieces.join(""));
    expect(echoed.headers["content-type"]).toBe("text/plain");
    expect(echoed.trailers).toEqual({ "x-sum": "42" });
  });

  test("Expect: 100-continue", async () => {
    const content = await new Promise<string>((resolve, reject) => {
      const headers = { expect: "100-continue", "content-length": "2" };
      const sent = nodeRequest({ port: running.port, agent, method: "POST", path: "/echo", headers }, (response) => {
        response.setEncoding("utf8").once("data", resolve);
      });
      sent.on("error", reject).on("continue", () => sent.end("hi"));
      sent.flushHeaders();
    });
    expect(content).toBe("hi");
  });
});

describe("undici as a client", () => {
  test("every route, pipelined on one connection", async () => {
    const client = new Client(`http://127.0.0.1:${running.port}`, { pipelining: 10 });
    const paths = [
      "/plaintext",
      "/json",
      "/hello/x",
      "/delay/10",
      "/stream?chunks=3&bytes=10",
      "/status/404",
      "/healthz",
    ];
    const answers = await Promise.all(
      paths.map(async (path) => {
        const { statusCode, body } = await client.request({ method: "GET", path });
        return [statusCode, await body.text()];
      }),
    );
    expect(answers).toEqual([
      [200, "Hello, World!"],
      [200, '{"message":"Hello, World!"}'],
      [200, "Hello, x!"],
      [200, "10 ms later\n"],
      [200, "012345678\n".repeat(3)],
      [404, "404 Not Found\n"],
      [200, "ok\n"],
    ]);
    await client.close();
  });

  test("a stream echoed, as large as is allowed", async () => {
    const client = new Client(`http://127.0.0.1:${running.port}`);
    const piece = Buffer.alloc(65_536, "x");
    const { statusCode, body } = await client.request({
      method: "POST",
      path: "/echo",
      body: Readable.from(Array.from({ length: 16 }, () => piece)),
    });
    expect(statusCode).toBe(200);
    expect((await body.arrayBuffer()).byteLength).toBe(1_048_576);
    await client.close();
  });

  test("a thousand requests on eight connections", async () => {
    const pool = new Pool(`http://127.0.0.1:${running.port}`, { connections: 8, pipelining: 4 });
    const before = running.server.figures.requests;
    const contents = await Promise.all(
      Array.from({ length: 1_000 }, async (_, i) => {
        const { body } = await pool.request({ method: "GET", path: `/hello/${i}` });
        return body.text();
      }),
    );
    expect(contents.every((content, i) => content === `Hello, ${i}!`)).toBe(true);
    expect(running.server.figures.requests - before).toBe(1_000);
    await pool.close();
  });
});
