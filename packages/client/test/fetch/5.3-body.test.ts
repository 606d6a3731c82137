import { gzipSync } from "node:zlib";
import { hedge, MAX_WHOLE_OCTETS } from "@stack/client";
import { createFetch } from "@stack/client/fetch";
import { createMock } from "@stack/client/mock";
import { afterEach, describe, expect, test } from "vitest";
import { TcpServer } from "../faults/tcp-server.ts";
import { failureOf } from "./failure-of.ts";

const fetch = createFetch();
const servers: TcpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function answering(content: string | Uint8Array, type = "text/plain", more = ""): Promise<string> {
  const octets = Buffer.from(content as string);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${octets.length}\r\n${more}\r\n`;
  const server = await TcpServer.answering(Buffer.concat([Buffer.from(head), octets]));
  servers.push(server);
  return server.origin;
}

const FORM = [
  '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
  '--x\r\nContent-Disposition: form-data; name="f"; filename="ü.txt"\r\nContent-Type: a/b\r\n\r\nfile\r\n',
  '--x\r\nContent-Disposition: form-data; name="g"; filename=""\r\n\r\n\r\n--x--\r\n',
].join("");

describe("Fetch §5.3 Body mixin", () => {
  test("each form of the content", async () => {
    const origin = await answering('{"a":1}', "Text/Plain; Charset=UTF-8");
    expect(await (await fetch(origin)).text()).toBe('{"a":1}');
    expect(await (await fetch(origin)).json()).toEqual({ a: 1 });
    expect(new Uint8Array(await (await fetch(origin)).arrayBuffer())).toEqual(new Uint8Array(Buffer.from('{"a":1}')));
    const bytes = await (await fetch(origin)).bytes();
    expect([bytes.constructor, bytes.buffer.byteLength]).toEqual([Uint8Array, 7]); // memory of its own
    const blob = await (await fetch(origin)).blob();
    expect([blob.type, blob.size]).toEqual(["text/plain;charset=utf-8", 7]);
  });

  test("json that is none is a SyntaxError; a byte order mark is no text", async () => {
    await expect(fetch(await answering("{")).then((response) => response.json())).rejects.toThrow(SyntaxError);
    expect(await (await fetch(await answering("\ufeffa"))).text()).toBe("a");
  });

  test("formData: multipart", async () => {
    const form = await (await fetch(await answering(FORM, "multipart/form-data; boundary=x"))).formData();
    const [f, g] = [form.get("f") as File, form.get("g") as File];
    expect([...form.keys()]).toEqual(["a", "f", "g"]);
    expect([form.get("a"), f.name, f.type, await f.text()]).toEqual(["1", "ü.txt", "a/b", "file"]);
    expect([g.name, g.type, g.size]).toEqual(["", "text/plain", 0]);
  });

  test("formData: urlencoded", async () => {
    const type = "application/x-www-form-urlencoded;charset=x";
    const form = await (await fetch(await answering("a=1+2&a=%C3%BC&b", type))).formData();
    expect([...form]).toEqual([
      ["a", "1 2"],
      ["a", "ü"],
      ["b", ""],
    ]);
  });

  test.each([
    ["of another type", "a=1", "text/plain"],
    ["of none", "a=1", ""],
    ["without boundary", FORM, "multipart/form-data"],
    ["with another boundary", FORM, "multipart/form-data; boundary=y"],
    ["that breaks off", FORM.slice(0, -8), "multipart/form-data; boundary=x"],
    ["S159: of too many parts", FORM.slice(0, 56).repeat(1_001).concat("--x--"), "multipart/form-data; boundary=x"],
  ])("formData of content %s is a TypeError", async (_, content, type) => {
    const response = await fetch(await answering(content, type));
    expect((await failureOf(response.formData())).name).toBe("TypeError");
  });

  test("read once", async () => {
    const response = await fetch(await answering("a"));
    expect([response.bodyUsed, await response.text(), response.bodyUsed]).toEqual([false, "a", true]);
    for (const again of ["text", "json", "bytes", "blob", "arrayBuffer", "formData"] as const)
      expect((await failureOf(response[again]())).name).toBe("TypeError");
    expect(() => response.clone()).toThrow(TypeError);
    expect([response.body?.locked, response.bodyUsed]).toEqual([true, true]);
  });

  test("not while someone has the stream", async () => {
    const response = await fetch(await answering("a"));
    const reader = response.body?.getReader();
    expect([response.bodyUsed, (await failureOf(response.text())).name]).toEqual([false, "TypeError"]);
    reader?.releaseLock();
    expect(await response.text()).toBe("a");
  });

  test("a stream of octets, also into memory of the reader's own", async () => {
    const response = await fetch(await answering("abc"));
    const reader = (response.body as ReadableStream).getReader({ mode: "byob" });
    const first = await reader.read(new Uint8Array(2));
    expect([Buffer.from(first.value as Uint8Array).toString(), response.bodyUsed]).toEqual(["ab", true]);
    expect(Buffer.from((await reader.read(new Uint8Array(2))).value as Uint8Array).toString()).toBe("c");
    expect((await reader.read(new Uint8Array(2))).done).toBe(true);
  });

  test("a failure is seen by who waits for the end, and by who reads", async () => {
    const broken = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nnonsense\r\n";
    const server = await TcpServer.answering(broken);
    servers.push(server);
    const reader = (await fetch(server.origin)).body?.getReader();
    expect(await failureOf(reader?.closed as Promise<unknown>)).toMatchObject({
      name: "TypeError",
      message: "terminated",
      code: "ERR_CLIENT_PROTOCOL",
    });
    expect(await failureOf((await fetch(server.origin)).text())).toMatchObject({ message: "terminated" });
  });

  test("a null body: 204, 205, 304 and HEAD", async () => {
    for (const [status, method] of [
      [204, "GET"],
      [304, "GET"],
      [200, "HEAD"],
    ] as const) {
      const server = await TcpServer.answering(`HTTP/1.1 ${status} X\r\nETag: "a"\r\n\r\n`);
      servers.push(server);
      const response = await fetch(server.origin, { method });
      expect([response.status, response.body, response.bodyUsed]).toEqual([status, null, false]);
      expect([await response.text(), (await response.clone().bytes()).length, response.bodyUsed]).toEqual([
        "",
        0,
        false,
      ]);
    }
    const server = await TcpServer.answering("HTTP/1.1 205 X\r\nContent-Length: 1\r\n\r\na");
    servers.push(server);
    expect((await fetch(server.origin)).body).toBe(null);
  });

  test("clone: each has all of it, in its own time", async () => {
    const response = await fetch(await answering("x".repeat(200_000)));
    const clone = response.clone();
    expect([response.bodyUsed, clone.bodyUsed]).toEqual([false, false]);
    expect((await clone.text()).length).toBe(200_000);
    expect([response.bodyUsed, clone.bodyUsed]).toEqual([false, true]);
    expect((await response.bytes()).length).toBe(200_000);
    expect([clone.status, clone.url, clone.headers.get("content-type")]).toEqual([200, response.url, "text/plain"]);
  });

  test("a coded body is decoded; S123: within bounds", async () => {
    const origin = await answering(gzipSync("plain"), "text/plain", "Content-Encoding: gzip\r\n");
    const response = await fetch(origin);
    expect(await response.text()).toBe("plain");
    // The head is as it came.
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(response.headers.get("content-length")).toBe(String(gzipSync("plain").length));
    const layered = createFetch({ layers: [hedge({ delayMs: 60_000 })] });
    const watched = await layered(origin, { signal: new AbortController().signal });
    expect([watched.headers.get("content-encoding"), await watched.text()]).toEqual(["gzip", "plain"]);
    await layered.close({ graceMs: 0 });
    const bomb = await answering(gzipSync(Buffer.alloc(10_000_000)), "a/b", "Content-Encoding: gzip\r\n");
    expect(await failureOf(fetch(bomb).then((response) => response.bytes()))).toMatchObject({
      message: "terminated",
      code: "ERR_CLIENT_CONTENT_TOO_LARGE",
    });
    const trusting = createFetch({ decoding: { maxRatio: Number.POSITIVE_INFINITY } });
    expect((await (await trusting(bomb)).bytes()).length).toBe(10_000_000);
    await trusting.close({ graceMs: 0 });
  });

  test("S124: no bound of its own, as in the standard; maxContentOctets holds for values and for streams", async () => {
    const octets = new Uint8Array(MAX_WHOLE_OCTETS + 1);
    const { connect } = createMock((_, response) => response.send(octets));
    const unbounded = createFetch({ connect });
    expect((await (await unbounded("http://example.com/")).bytes()).length).toBe(octets.length);
    await unbounded.close({ graceMs: 0 });
    const bounded = createFetch({ connect, maxContentOctets: MAX_WHOLE_OCTETS });
    for (const form of ["text", "bytes", "blob", "stream"] as const) {
      const response = await bounded("http://example.com/");
      const reading = form === "stream" ? new Response(response.body).arrayBuffer() : response[form]();
      expect([form, await failureOf(reading)]).toMatchObject([form, { code: "ERR_CLIENT_CONTENT_TOO_LARGE" }]);
    }
    await bounded.close({ graceMs: 0 });
  });

  test("S125: a stream that nobody reads on holds the server back", async () => {
    let made = 0;
    let ended = false;
    const mock = createMock(async (_, response) => {
      async function* octets(): AsyncGenerator<Uint8Array> {
        for (; made < 64; made++) yield new Uint8Array(65_536);
        ended = true;
      }
      await response.stream(octets());
    });
    for (const version of ["http/1.1", "prior-knowledge"] as const) {
      made = 0;
      ended = false;
      const held = createFetch({ connect: mock.connect, version });
      const response = await held("http://example.com/");
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let octets = (await reader.read()).value?.length ?? 0;
      await new Promise((resolve) => setImmediate(setImmediate, resolve));
      expect([made < 16, ended]).toEqual([true, false]); // of 64: what is under way, and no more
      for (let read = await reader.read(); !read.done; read = await reader.read()) octets += read.value.length;
      expect([octets, ended]).toEqual([64 * 65_536, true]);
      await held.close({ graceMs: 0 });
    }
  });
});
