import { HttpError, type Layer } from "@stack/http";
import { RawClient, statuses } from "@stack/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createServer, type Server, type ServerOptions } from "../src/index.ts";

let server: Server;

afterEach(() => server.close({ graceMs: 0 }));

async function start(
  setUp: (server: Server) => void,
  options: ServerOptions = {},
): Promise<(wire: string) => Promise<string>> {
  server = createServer({ onError: () => {}, ...options });
  setUp(server);
  const { port } = await server.listen(0);
  return async (wire) => {
    const client = new RawClient(port).send(wire);
    await client.untilClosed();
    client.destroy();
    return client.received;
  };
}

const request = (line: string, fields = "", content = ""): string =>
  `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n${content}`;

const named =
  (name: string): Layer =>
  (inner) =>
  (r, response) => {
    response.fields.append("X-Layer", name);
    return inner(r, response);
  };

describe("routes", () => {
  test.each(["get", "post", "put", "patch", "delete", "options"] as const)(
    "%s answers its method, others are 405 with Allow",
    async (method) => {
      const send = await start((s) => s[method]("/x", (_, response) => response.text("here")));
      expect(await send(request(`${method.toUpperCase()} /x`))).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhere$/);
      const other = method === "put" ? "POST" : "PUT";
      expect(await send(request(`${other} /x`, "Content-Length: 0\r\n"))).toMatch(
        new RegExp(String.raw`^HTTP/1\.1 405 [\s\S]*Allow: [^\r]*${method.toUpperCase()}`),
      );
    },
  );
  test("parameters, and HEAD from GET without content", async () => {
    const send = await start((s) =>
      s.get("/hello/:name", (r, response) => response.text(`Hello, ${r.params.get("name")}!`)),
    );
    expect(await send(request("GET /hello/J%C3%BCrgen"))).toContain(
      `Hello, ${Buffer.from("Jürgen").toString("latin1")}!`,
    );
    const head = await send(request("HEAD /hello/x"));
    expect(head).toContain("Content-Length: 9\r\n");
    expect(head.endsWith("\r\n\r\n")).toBe(true);
  });
  test("layers wrap every route, the first outermost", async () => {
    const send = await start((s) => {
      s.use(named("one"));
      s.use(named("two"));
      s.get("/", (_, response) => response.text("ok"));
    });
    expect(await send(request("GET /"))).toContain("X-Layer: one\r\nX-Layer: two\r\n");
    expect(await send(request("GET /nowhere"))).toMatch(/^HTTP\/1\.1 404 [\s\S]*X-Layer: one/);
  });
  test("a handler that throws is 500, reported, and the server stays up", async () => {
    const reported: unknown[] = [];
    const send = await start(
      (s) => {
        s.get("/throw", () => {
          throw new Error("secret");
        });
        s.get("/reject", async () => {
          throw new Error("secret");
        });
        s.get("/nothing", async () => {});
        s.get("/teapot", () => {
          throw new HttpError(418, "ERR_TEAPOT", "short and stout");
        });
      },
      { onError: (error) => reported.push(error) },
    );
    for (const path of ["/throw", "/reject", "/nothing"]) {
      const answer = await send(request(`GET ${path}`));
      expect(answer).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
      expect(answer).not.toContain("secret");
    }
    expect(reported).toHaveLength(3);
    expect(await send(request("GET /teapot"))).toMatch(/^HTTP\/1\.1 418 [\s\S]*short and stout/);
    expect(server.figures).toMatchObject({ errors: 3, requests: 4 });
  });
});

describe("content", () => {
  const echo = (s: Server): unknown => s.post("/echo", (r, response) => response.stream(r.content));
  test("streams both ways, chunked when its length is not known", async () => {
    const send = await start(echo);
    expect(await send(request("POST /echo", "Content-Length: 5\r\n", "hello"))).toMatch(
      /Transfer-Encoding: chunked\r\n[\s\S]*\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/,
    );
  });
  test("S94: over the limit is 413, announced or not, and the connection ends", async () => {
    const send = await start((s) => s.post("/", async (r, response) => response.send(await r.bytes())), {
      maxContentOctets: 10,
    });
    expect(await send(request("POST /", "Content-Length: 10\r\n", "0123456789"))).toMatch(/^HTTP\/1\.1 200/);
    expect(await send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*Connection: close/,
    );
    expect(
      await send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close/);
  });
  test("the limit can depend on the request's head", async () => {
    const send = await start(
      (s) => s.post("/:what", async (r, response) => response.text(String((await r.bytes()).length))),
      {
        maxContentOctets: (r) => (r.path === "/large" ? 1_000 : 1),
      },
    );
    expect(await send(request("POST /large", "Content-Length: 3\r\n", "abc"))).toMatch(/^HTTP\/1\.1 200/);
    expect(await send(request("POST /small", "Content-Length: 3\r\n", "abc"))).toMatch(/^HTTP\/1\.1 413/);
  });
  test("RFC 9110 §10.1.1: 100 is sent when the handler reads, and not when it refuses", async () => {
    const send = await start((s) => {
      s.post("/read", async (r, response) => response.send(await r.bytes()));
      s.post("/refuse", (_, response) => {
        response.status = 403;
        response.text("no");
      });
    });
    const client = new RawClient((await server.listen(0)).port).send(
      "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
    );
    await client.until(() => client.received === "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    await client.until(() => client.received.endsWith("\r\n\r\nok"));
    client.destroy();
    expect(statuses(await send(request("POST /refuse", "Content-Length: 2\r\nExpect: 100-continue\r\n")))).toEqual([
      403,
    ]);
  });
  test("a hook can refuse announced content before the handler is called", async () => {
    let called = false;
    const send = await start(
      (s) =>
        s.post("/", () => {
          called = true;
        }),
      { onExpectContinue: () => 417 },
    );
    expect(await send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 417 [\s\S]*Connection: close/,
    );
    expect(called).toBe(false);
  });
});
