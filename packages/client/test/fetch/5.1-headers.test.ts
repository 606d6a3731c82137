import { fetch } from "@stack/client/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TcpServer } from "../faults/tcp-server.ts";

let server: TcpServer;
let headers: Headers;
beforeAll(async () => {
  const lines = ["X-B: 1", "set-cookie: a=1", "x-b: 2", "X-A:", "Set-Cookie: b=2, c", "Content-Length: 0"];
  server = await TcpServer.answering(`HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n`);
  ({ headers } = await fetch(server.origin));
});
afterAll(() => server.close());

describe("Fetch §5.1 Headers class: those of a response", () => {
  test("get combines, and knows nothing as null", () => {
    expect([headers.get("X-b"), headers.get("x-a"), headers.get("x-c")]).toEqual(["1, 2", "", null]);
    expect([headers.get("set-cookie"), headers.getSetCookie()]).toEqual(["a=1, b=2, c", ["a=1", "b=2, c"]]);
    expect([headers.has("X-A"), headers.has("x-c")]).toEqual([true, false]);
  });

  test("sorted and combined, but for Set-Cookie", () => {
    const sorted = [
      ["content-length", "0"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2, c"],
      ["x-a", ""],
      ["x-b", "1, 2"],
    ];
    expect([...headers]).toEqual(sorted);
    expect([...headers.entries()]).toEqual(sorted);
    expect([...headers.keys()]).toEqual(sorted.map(([name]) => name));
    expect([...headers.values()]).toEqual(sorted.map(([, value]) => value));
    const calls: unknown[] = [];
    headers.forEach(function (this: unknown, value, name, all) {
      calls.push([this, value, name, all === headers]);
    }, "this");
    expect(calls[0]).toEqual(["this", "0", "content-length", true]);
  });

  test("immutable", () => {
    for (const change of ["append", "set"] as const)
      expect(() => headers[change]("a", "b")).toThrow(
        new TypeError("the headers of a response are immutable; change a copy: new Headers(response.headers)"),
      );
    expect(() => headers.delete("x-a")).toThrow(TypeError);
  });

  test("what is no name is a TypeError", () => {
    expect(() => headers.get("a b")).toThrow(TypeError);
    expect(() => headers.has("")).toThrow(TypeError);
    expect(() => headers.forEach(null as never)).toThrow(TypeError);
  });

  test("Headers to who asks; copied, they can be changed", () => {
    expect(headers).toBeInstanceOf(Headers);
    expect(Object.prototype.toString.call(headers)).toBe("[object Headers]");
    const copy = new Headers(headers);
    copy.set("x-a", "new");
    expect([copy.get("x-a"), copy.getSetCookie(), headers.get("x-a")]).toEqual(["new", ["a=1", "b=2, c"], ""]);
  });
});
