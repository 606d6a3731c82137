import { type Client, type ClientError, type ClientOptions, createClient } from "@stack/client";
import { createMock, type Mock, type MockFault } from "@stack/client/mock";
import { afterEach, describe, expect, test } from "vitest";

let client: Client;
let mock: Mock;

function open(options: ClientOptions = {}): Client {
  mock = createMock(async (request, response) => {
    const content = await request.text();
    response.text(`${request.method} ${request.target} ${content}`);
  });
  client = createClient({ connect: mock.connect, ...options });
  return client;
}

afterEach(async () => {
  await client.close({ graceMs: 0 });
  expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
});

describe("real engines on both sides", () => {
  test.each([
    ["http://api.example/a?b", {}, "1.1"],
    ["http://api.example/a?b", { version: "prior-knowledge" }, "2"],
    ["https://api.example/a?b", {}, "2"],
    ["https://api.example/a?b", { version: "http/1.1" }, "1.1"],
  ] as const)("%s %o: HTTP/%s", async (url, options, version) => {
    open(options);
    const response = await client.post(url, { content: "hello", fields: { "X-Y": "z" } });
    expect(response.version).toBe(version);
    expect(await response.text()).toBe("POST /a?b hello");
    await client.get(url);
    expect(mock.connections).toBe(1);
    expect(mock.requests).toMatchObject([
      { method: "POST", url, target: "/a?b", version, connection: 1 },
      { method: "GET", url, connection: 1 },
    ]);
    expect(mock.requests[0]?.fields.get("x-y")).toBe("z");
  });

  test("more content than a window", async () => {
    mock = createMock(async (request, response) => response.send(await request.bytes()));
    client = createClient({ connect: mock.connect, version: "prior-knowledge" });
    const content = new Uint8Array(1_000_000).fill(7);
    const response = await client.post("http://api.example/echo/x", { content });
    // Not by toEqual, which takes seconds for a million octets.
    expect(Buffer.compare(await response.bytes(), content)).toBe(0);
  });

  test("a handler that fails is told, and answers 500", async () => {
    const errors: unknown[] = [];
    mock = createMock(
      () => {
        throw new Error("broken");
      },
      { onError: (error) => errors.push(error) },
    );
    client = createClient({ connect: mock.connect });
    expect((await client.get("http://api.example/")).status).toBe(500);
    expect(errors).toMatchObject([{ message: "broken" }]);
  });
});

describe.each(["http/1.1", "prior-knowledge"] as const)("faults, version %s", (version) => {
  test.each<[string, MockFault, string, string]>([
    ["reset", { kind: "reset" }, "ERR_CLIENT_DISCONNECTED", "head"],
    ["cut at once", { kind: "cut", after: 0 }, "ERR_CLIENT_DISCONNECTED", "head"],
    ["cut in the head", { kind: "cut", after: 10 }, "ERR_CLIENT_DISCONNECTED", "head"],
    ["stall", { kind: "stall" }, "ERR_CLIENT_HEAD_TIMEOUT", "head"],
    ["stall in the head", { kind: "stall", after: 10 }, "ERR_CLIENT_HEAD_TIMEOUT", "head"],
    ["garbage", { kind: "garbage", octets: "SSH-2.0-x\r\n\r\n" }, "ERR_CLIENT_PROTOCOL", "head"],
  ])("%s", async (_, fault, code, stage) => {
    open({ version });
    mock.fail(fault);
    // What is too short for a frame may be met by its end first.
    const codes =
      version === "prior-knowledge" && fault.kind === "garbage" ? [code, "ERR_CLIENT_DISCONNECTED"] : [code];
    const error: unknown = await client
      .post("http://api.example/", { content: "a", ...(fault.kind === "stall" ? { timeouts: { headMs: 100 } } : {}) })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ stage });
    expect(codes).toContain((error as ClientError).code);
    expect(mock.requests.length).toBe(1);
    // An HTTP/2 connection that is silent stays silent for the next stream.
    if (version === "prior-knowledge" && "after" in fault && fault.kind === "stall") return;
    expect(await (await client.post("http://api.example/", { content: "b" })).text()).toBe("POST / b");
  });

  test("refuse", async () => {
    open({ version });
    mock.refuse(1);
    await expect(client.get("http://api.example/")).rejects.toMatchObject({
      code: "ERR_CLIENT_CONNECT",
      unprocessed: true,
    });
    expect((await client.get("http://api.example/")).status).toBe(200);
    expect(mock.connections).toBe(1);
  });

  test("delay, until the test says so", async () => {
    open({ version });
    let go = (): void => {};
    mock.fail({
      kind: "delay",
      until: new Promise<void>((resolve) => {
        go = resolve;
      }),
    });
    const first = client.get("http://api.example/first");
    expect(await (await client.get("http://api.example/second")).text()).toBe("GET /second ");
    go();
    expect(await (await first).text()).toBe("GET /first ");
  });

  test("a cut in the content", async () => {
    mock = createMock((_, response) => response.text("x".repeat(10_000)));
    client = createClient({ connect: mock.connect, version });
    mock.fail({ kind: "cut", after: 5_000 });
    const response = await client.get("http://api.example/");
    await expect(response.text()).rejects.toMatchObject({ code: "ERR_CLIENT_DISCONNECTED", stage: "content" });
  });
});

describe("which requests", () => {
  test("the next few, or those that fit, in the order of asking", async () => {
    open();
    mock.fail({ kind: "reset" }, { when: (request) => request.target === "/b", times: 2 });
    const outcomes: string[] = [];
    for (const path of ["/a", "/b", "/b", "/b", "/a"])
      outcomes.push(
        await client.post(`http://api.example${path}`).then(
          (response) => String(response.status),
          () => "failed",
        ),
      );
    expect(outcomes).toEqual(["200", "failed", "failed", "200", "200"]);
  });

  test("reset forgets", async () => {
    open();
    mock.fail({ kind: "reset" }).refuse(3).reset();
    expect((await client.post("http://api.example/")).status).toBe(200);
  });

  test.each([-1, Number.NaN])("%s is no number of times", (times) => {
    open();
    expect(() => mock.fail({ kind: "reset" }, { times })).toThrow(RangeError);
    expect(() => mock.fail({ kind: "cut", after: times })).toThrow(RangeError);
    expect(() => mock.refuse(times)).toThrow(RangeError);
  });
});
