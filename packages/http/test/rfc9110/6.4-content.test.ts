import { describe, expect, test } from "vitest";
import { ContentTooLargeError, Fields, HttpError, PeerGoneError, ResponseStateError } from "../../src/index.ts";
import { content } from "../recorder.ts";

describe("RFC 9110 §6.4 Content, read as one value", () => {
  test("bytes are the pieces joined, and no longer the sender's memory", async () => {
    const { content: c, source } = content();
    const bytes = c.bytes();
    source.send("Wiki");
    source.send("pedia");
    source.end();
    expect(new TextDecoder().decode(await bytes)).toBe("Wikipedia");
    expect(c.octets).toBe(9);
  });
  test("nothing is asked for before someone reads, everything when someone does", () => {
    const { content: c, source } = content();
    expect(source.granted).toBe(0);
    void c.text();
    expect(source.granted).toBe(Number.POSITIVE_INFINITY);
  });
  test("text is UTF-8 across cuts, without its byte order mark", async () => {
    const { content: c, source } = content();
    const read = c.text();
    const bytes = new TextEncoder().encode("\ufeffgrüß");
    for (let i = 0; i < bytes.length; i++) source.receiver?.onContent(bytes, i, i + 1);
    source.end();
    expect(await read).toBe("grüß");
  });
  test("what was read once is there for who asks again", async () => {
    const { content: c, source } = content();
    const first = c.text();
    source.send('{"a":1}');
    source.end();
    expect(await first).toBe('{"a":1}');
    expect(await c.json()).toEqual({ a: 1 });
  });
  test("JSON that is none is 400", async () => {
    const { content: c, source } = content();
    const read = c.json();
    source.send("{");
    source.end();
    await expect(read).rejects.toSatisfy((error) => error instanceof HttpError && error.status === 400);
  });
  test("S161: JSON that would poison a prototype is 400", async () => {
    const { content: c, source } = content();
    const read = c.json();
    source.send('{"__proto__":{"admin":true}}');
    source.end();
    await expect(read).rejects.toBeInstanceOf(HttpError);
  });
  test.each([1, 48, 49, 2_048, 2_049])(
    "S126: %i octets that came at once are text, and octets in memory that shows nothing of other messages",
    async (octets) => {
      const secret = content(6);
      const kept = secret.content.text();
      secret.source.send("secret");
      secret.source.end();
      const text = "x".repeat(octets);
      const { content: c, source } = content(octets);
      const read = c.bytes();
      source.send(text);
      source.end();
      const bytes = await read;
      expect(new TextDecoder().decode(bytes)).toBe(text);
      expect(bytes.buffer.byteLength).toBe(octets);
      bytes.fill(0); // theirs to write to
      expect(await c.bytes()).toBe(bytes);
      expect(await kept).toBe("secret");
      expect(await secret.content.text()).toBe("secret");
    },
  );
  test("no content: empty at once, nothing asked for", async () => {
    const { content: c, source } = content(0);
    expect((await c.bytes()).length).toBe(0);
    expect(source.receiver).toBeNull();
  });
  test("trailers are there after the end", async () => {
    const { content: c, source } = content();
    const read = c.text();
    expect(c.trailers.size).toBe(0);
    source.end(new Fields({ Digest: "x" }));
    await read;
    expect(c.trailers.get("digest")).toBe("x");
  });
});

describe("S94: content is bounded however it is read", () => {
  test("announced too large: refused before an octet is asked for", async () => {
    const { content: c, source } = content(101, 100);
    await expect(c.bytes()).rejects.toBeInstanceOf(ContentTooLargeError);
    expect(source).toMatchObject({ stopped: true });
  });
  test.each(["bytes", "text", "json"] as const)("%s without an announced length", async (method) => {
    const { content: c, source } = content(-1, 10);
    const read = c[method]();
    source.send("0123456789");
    source.send("x");
    await expect(read).rejects.toMatchObject({ code: "ERR_CONTENT_TOO_LARGE", status: 413, limit: 10 });
    expect(source.stopped).toBe(true);
  });
  test("as a stream", async () => {
    const { content: c, source } = content(-1, 10);
    const iterator = c[Symbol.asyncIterator]();
    source.send("01234567890");
    await expect(iterator.next()).rejects.toBeInstanceOf(ContentTooLargeError);
  });
  test("as a web stream", async () => {
    const { content: c, source } = content(-1, 10);
    const reader = c.readable().getReader();
    source.send("01234567890");
    await expect(reader.read()).rejects.toBeInstanceOf(ContentTooLargeError);
  });
  test("a reader can lower the limit and not raise it", async () => {
    const low = content(-1, 100);
    const lowered = low.content.bytes({ limit: 2 });
    low.source.send("abc");
    await expect(lowered).rejects.toMatchObject({ limit: 2 });
    const high = content(-1, 100);
    const raised = high.content.bytes({ limit: 1e9 });
    high.source.send("x".repeat(101));
    await expect(raised).rejects.toMatchObject({ limit: 100 });
  });
  test("S94: a promise of a megabyte reserves no megabyte", () => {
    const { content: c, source } = content(1_048_576);
    void c.bytes();
    source.send("x");
    expect((c as unknown as { buffer: Uint8Array }).buffer.length).toBeLessThanOrEqual(4_096);
  });
  test("S38: 10^5 pieces of one octet are one piece of memory, in linear time", async () => {
    const { content: c, source } = content();
    const read = c.bytes();
    const memories = new Set<unknown>(); // each is copied to the next
    for (let i = 0; i < 100_000; i++) {
      source.receiver?.onContent(Uint8Array.of(120), 0, 1);
      memories.add(Reflect.get(c, "buffer"));
    }
    source.end();
    const bytes = await read;
    expect(bytes.length).toBe(100_000);
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(262_144);
    expect(memories.size).toBeGreaterThan(1);
    expect(memories.size).toBeLessThan(20);
  });
});

describe("content as a stream", () => {
  test("credit is given ahead by a window, and back as the consumer goes on", async () => {
    const { content: c, source } = content();
    const iterator = c.stream()[Symbol.asyncIterator]();
    expect(source.granted).toBe(65_536);
    source.send("abc");
    expect((await iterator.next()).value?.length).toBe(3);
    expect(source.granted).toBe(65_539);
  });
  test("pieces that came while the consumer was busy are one piece", async () => {
    const { content: c, source } = content();
    const iterator = c[Symbol.asyncIterator]();
    source.send("ab");
    source.send("cd");
    source.end();
    expect(new TextDecoder().decode((await iterator.next()).value)).toBe("abcd");
    expect((await iterator.next()).done).toBe(true);
  });
  test("whoever asks before something came gets an answer, in order", async () => {
    const { content: c, source } = content();
    const iterator = c.stream()[Symbol.asyncIterator]();
    const first = iterator.next();
    const second = iterator.next();
    const third = iterator.next();
    source.send("one");
    expect((await first).value).toEqual(new TextEncoder().encode("one"));
    source.end();
    expect(await Promise.all([second, third])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });
  test("a consumer that leaves stops the sender", async () => {
    const { content: c, source } = content();
    source.contentLength = -1;
    const leaving = (async () => {
      for await (const _ of c) break;
    })();
    source.send("x");
    await leaving;
    expect(source.stopped).toBe(true);
  });
  test("a web stream that is cancelled stops the sender", async () => {
    const { content: c, source } = content();
    await c.readable().cancel();
    expect(source.stopped).toBe(true);
  });
  test("a peer that goes away is an error, not an end", async () => {
    const { content: c, source } = content();
    const next = c[Symbol.asyncIterator]().next();
    source.leave(new PeerGoneError());
    await expect(next).rejects.toBeInstanceOf(PeerGoneError);
  });
  test("content is taken once", async () => {
    const { content: c } = content();
    c.stream();
    expect(() => c.stream()).toThrow(ResponseStateError);
    await expect(c.bytes()).rejects.toMatchObject({ code: "ERR_CONTENT_TAKEN" });
    expect(() => c.forward({ onContent() {}, onEnd() {}, onError() {} })).toThrow(ResponseStateError);
  });
});
