import { inspect } from "node:util";
import { createFetch, FetchResponse, fetch as shared } from "@stack/client/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TcpServer } from "../faults/tcp-server.ts";
import { failureOf } from "./failure-of.ts";

let server: TcpServer;
const fetch = createFetch();
beforeAll(async () => {
  server = await TcpServer.answering("HTTP/1.1 201 Made\r\nX-A: 1\r\nContent-Length: 1\r\n\r\na");
});
afterAll(async () => {
  await fetch.close({ graceMs: 0 });
  await server.close();
});

describe("Fetch §5.5 Response class", () => {
  test("what it says of itself", async () => {
    const response = await fetch(`${server.origin}/path?a=b#c`);
    const { type, url, redirected, status, ok, statusText } = response;
    expect({ type, url, redirected, status, ok, statusText }).toEqual({
      type: "basic",
      url: `${server.origin}/path?a=b`,
      redirected: false,
      status: 201,
      ok: true,
      statusText: "Made",
    });
  });

  test("a Response to who asks, and ours to who looks", async () => {
    const response = await fetch(server.origin);
    expect(response).toBeInstanceOf(Response);
    expect(response).toBeInstanceOf(FetchResponse);
    expect(Object.prototype.toString.call(response)).toBe("[object Response]");
    expect(inspect(response)).toMatch(/^Response \{\s+status: 201,[\s\S]*'x-a': '1'/);
    expect(response.headers).toBe(response.headers);
  });

  test("it has no members of its own, to JSON either", async () => {
    const response = await fetch(server.origin);
    expect(JSON.stringify({ response, headers: response.headers })).toBe('{"response":{},"headers":{}}');
  });

  test("the header list of a null body status is whole, when the content would be coded", async () => {
    const reset = await TcpServer.answering(
      "HTTP/1.1 205 Reset\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    );
    const response = await fetch(reset.origin);
    expect([response.body, response.headers.get("content-encoding")]).toEqual([null, "gzip"]);
    await reset.close();
  });

  test("a Response of the runtime can be made of it", async () => {
    const response = await fetch(server.origin);
    const copy = new Response(response.body, response);
    expect([copy.status, copy.statusText, copy.headers.get("x-a"), await copy.text()]).toEqual([201, "Made", "1", "a"]);
    expect(response.bodyUsed).toBe(true);
  });

  test("it takes the place of the runtime's own fetch", async () => {
    expect([shared.name, shared.length, fetch.name, fetch.length]).toEqual(["fetch", 1, "fetch", 1]);
    const places: (typeof globalThis.fetch)[] = [fetch, shared];
    for (const place of places) expect(await (await place(server.origin)).text()).toBe("a");
  });
});

describe("Fetch §5.6 Fetch method: failures", () => {
  test("nobody there: the error of the client is the cause", async () => {
    expect(await failureOf(fetch("http://127.0.0.1:1024/"))).toMatchObject({
      name: "TypeError",
      message: "fetch failed",
      code: "ERR_CLIENT_CONNECT",
    });
  });

  test("a fetch that was closed", async () => {
    const closed = createFetch();
    await closed(server.origin).then((response) => response.text());
    await closed.close();
    expect(await failureOf(closed(server.origin))).toMatchObject({ code: "ERR_CLIENT_CLOSED" });
    expect(await failureOf(closed(`${server.origin}/`))).toMatchObject({ code: "ERR_CLIENT_CLOSED" }); // known by now
  });

  test("options that are none", () => {
    expect(() => createFetch({ baseUrl: "http://127.0.0.1/" } as never)).toThrow(TypeError);
    expect(() => createFetch({ timeouts: { headMs: -1 } })).toThrow(RangeError);
  });
});
