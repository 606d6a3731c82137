import { createFetch, type FetchInit, fetch as shared } from "@stack/client/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";
import { failureOf } from "./failure-of.ts";

let server: TcpServer;
const heads: string[] = [];
const fetch = createFetch();
beforeAll(async () => {
  server = await TcpServer.listen((socket) =>
    onHeads(socket, (head) => {
      if (head.includes(" HTTP/1.1\r\n")) heads.push(head); // and no content
      socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }),
  );
});
afterAll(async () => {
  await fetch.close({ graceMs: 0 });
  await server.close();
});

/** The field lines that were sent. */
async function sent(init: FetchInit): Promise<string[]> {
  await fetch(server.origin, init);
  return (heads.at(-1) as string).trimEnd().split("\r\n");
}

describe("Fetch §5.4 Request class: what a call is made of", () => {
  test("the head of a call that says nothing", async () => {
    const [first, ...lines] = await sent({});
    expect(first).toBe("GET / HTTP/1.1");
    expect(lines.map((line) => line.replace(/:\d+$/, ""))).toEqual([
      "Host: 127.0.0.1",
      "Accept: */*",
      "Accept-Language: *",
      "User-Agent: stack",
      expect.stringMatching(/^Accept-Encoding: gzip, deflate, br/),
    ]);
  });

  test("what is said is not said again; a fetch of one's own has fields of its own", async () => {
    const lines = await sent({ headers: { accept: "a/b", "user-agent": "me" } });
    expect(lines.filter((line) => /^(?:accept|user-agent):/i.test(line))).toEqual(["accept: a/b", "user-agent: me"]);
    const own = createFetch({ fields: { "User-Agent": "mine", "X-Key": "1" } });
    await own(server.origin);
    expect(heads.at(-1)).toMatch(/\r\nUser-Agent: mine\r\nX-Key: 1\r\n/);
    await own.close({ graceMs: 0 });
  });

  test("§5.1 cookies of several lines are one line, joined as RFC 6265 §4.2.1 joins them", async () => {
    const lines = await sent({
      headers: [
        ["Cookie", "a=1"],
        ["cookie", "b=2"],
      ],
    });
    expect(lines.filter((line) => /^cookie/i.test(line))).toEqual(["Cookie: a=1; b=2"]);
  });

  test("§2.2.2 Proxy-Authorization is forbidden: not sent, and no failure", async () => {
    const lines = await sent({ headers: { "Proxy-Authorization": "Basic eA==", "X-A": "1" } });
    expect(lines.filter((line) => /^(?:proxy|x-a)/i.test(line))).toEqual(["X-A: 1"]);
  });

  test("headers of one name are one; white space around them is not theirs", async () => {
    const lines = await sent({
      headers: [
        ["X-A", " 1\t"],
        ["x-a", "2"],
        ["X-B", ""],
      ],
    });
    expect(lines.filter((line) => line.startsWith("X-"))).toEqual(["X-A: 1, 2", "X-B: "]);
  });

  test("what the transport decides cannot be said", async () => {
    const given = {
      Connection: "close",
      "Content-Length": "9",
      "Transfer-Encoding": "chunked",
      Expect: "x",
      TE: "x",
      Host: "x",
    };
    const lines = await sent({ headers: given });
    expect(lines.filter((line) => /^host:/i.test(line))).toEqual([expect.stringMatching(/^Host: 127\.0\.0\.1:/)]);
    expect(lines.some((line) => /^(?:connection|content-length|transfer-encoding|expect|te):/i.test(line))).toBe(false);
  });

  test.each([
    ["get", "GET"],
    ["pOsT", "POST"],
    ["patch", "patch"],
    ["Chicken", "Chicken"],
  ])("method %s is sent as %s", async (method, as) => {
    expect((await sent({ method }))[0]).toBe(`${as} / HTTP/1.1`);
  });

  test.each<[string, FetchInit]>([
    ["a method that is forbidden", { method: "TRACE" }],
    ["a method that is none", { method: "A B" }],
    ["content with GET", { body: "a" }],
    ["content with HEAD", { method: "HEAD", body: "a" }],
    ["a stream without duplex", { method: "POST", body: new Blob([]).stream() }],
    ["a header's name", { headers: { "a b": "c" } }],
    ["a header's value", { headers: { a: "b\r\nc: d" } }],
    ["a header beyond Latin-1", { headers: { a: "\u0100" } }],
    ["a header that is no pair", { headers: [["a"]] }],
    ["headers that are none", { headers: "a" as never }],
    ["headers that are null", { headers: null as never }],
    ["redirect", { redirect: "maybe" }],
    ["mode", { mode: "navigate" }],
    ["mode no-cors and the method", { mode: "no-cors", method: "PUT" }],
    ["credentials", { credentials: "x" }],
    ["cache", { cache: "x" }],
    ["only-if-cached", { cache: "only-if-cached" }],
    ["priority", { priority: "x" }],
    ["referrer", { referrer: "http://:0:0" }],
    ["referrerPolicy", { referrerPolicy: "x" }],
    ["duplex", { duplex: "full" }],
    ["window", { window: {} as never }],
    ["signal", { signal: {} as never }],
  ])("a TypeError, before anything is sent: %s", async (_, init) => {
    const before = heads.length;
    // It comes before an abort, too.
    expect((await failureOf(fetch(server.origin, { signal: AbortSignal.abort(), ...init }))).name).toBe("TypeError");
    expect(heads).toHaveLength(before);
  });

  test.each(["x", 1, true])("a TypeError: %j in the place of init", async (init) => {
    expect((await failureOf(fetch(server.origin, init as never))).name).toBe("TypeError");
  });

  test.each<[string, FetchInit, string[]]>([
    ["no-cache", {}, ["Cache-Control: max-age=0"]],
    ["no-cache", { headers: { "cache-control": "a" } }, ["cache-control: a"]],
    ["no-store", {}, ["Pragma: no-cache", "Cache-Control: no-cache"]],
    ["reload", { headers: { Pragma: "a" } }, ["Pragma: a", "Cache-Control: no-cache"]],
    ["default", {}, []],
    ["force-cache", { headers: { "If-Match": "*" } }, []],
    ["default", { headers: { "If-Match": "*" } }, ["Pragma: no-cache", "Cache-Control: no-cache"]],
  ])("§4.6 cache %s, %j: caches on the way are told %j", async (cache, init, told) => {
    const lines = await sent({ cache, ...init });
    expect(lines.filter((line) => /^(?:cache-control|pragma):/i.test(line))).toEqual(told);
  });

  test.each(["/relative", "http://", "http://u:p@127.0.0.1/", "http://u@127.0.0.1/"])(
    "a TypeError: the URL %s",
    async (url) => {
      expect((await failureOf(fetch(url))).name).toBe("TypeError");
      expect((await failureOf(shared(url))).message).not.toContain("u:p"); // S126
    },
  );

  test("S127: what is planted on Object.prototype is no option, what a class has is", async () => {
    Object.defineProperty(Object.prototype, "method", { value: "DELETE", configurable: true, writable: true });
    Object.defineProperty(Object.prototype, "body", { value: "planted", configurable: true, writable: true });
    try {
      expect((await sent({}))[0]).toBe("GET / HTTP/1.1");
      expect((await sent({ headers: {} }))[0]).toBe("GET / HTTP/1.1");
    } finally {
      Reflect.deleteProperty(Object.prototype, "method");
      Reflect.deleteProperty(Object.prototype, "body");
    }
    class Init {
      get method(): string {
        return "PUT";
      }
    }
    expect((await sent(new Init()))[0]).toBe("PUT / HTTP/1.1");
  });

  test("a Request is taken: its body is used", async () => {
    const request = new Request(server.origin, { method: "PUT", body: "abc", headers: { "X-A": "1" } });
    await fetch(request);
    expect(request.bodyUsed).toBe(true);
    expect(heads.at(-1)).toMatch(/^PUT [\s\S]*\r\nx-a: 1\r\n[\s\S]*\r\nContent-Length: 3\r\n/i);
    expect((await failureOf(fetch(request))).name).toBe("TypeError");
  });

  test("the length of a Request's body is told when it is there at once", async () => {
    const form = new FormData();
    form.append("file", new Blob(["x".repeat(1_000)]), "a.txt");
    await fetch(new Request(server.origin, { method: "POST", body: form }));
    expect(heads.at(-1)).toMatch(/\r\nContent-Length: \d+\r\n/i);
    const body = new Blob(["x".repeat(200_000)]);
    await fetch(new Request(server.origin, { method: "POST", body })).catch(() => {}); // it is not read to its end
    expect(heads.at(-1)).toMatch(/\r\nTransfer-Encoding: chunked\r\n/i);
  });
});
