import type { ContentSource } from "@stack/http";
import { describe, expect, test } from "vitest";
import { get, ok, serve } from "../served.ts";

describe("back-pressure: a response", () => {
  test("a producer waits at 64 KiB and goes on when the kernel has taken everything", async () => {
    let written = 0;
    const { peer, carrier } = serve(async (_, response) => {
      response.fields.set("Content-Length", "200000");
      while (written < 200_000) {
        written += 10_000;
        if (!response.write("x".repeat(10_000))) await response.drained();
      }
      response.end();
    });
    carrier.stall();
    peer.send(get("/"));
    const steps: number[] = [];
    while (!carrier.engine.idle) {
      await peer.settled();
      steps.push(written);
      carrier.take(carrier.pending);
    }
    expect(steps).toEqual([70_000, 140_000, 200_000]);
    carrier.take();
    expect(peer.received.length).toBe(200_000 + peer.received.indexOf("\r\n\r\n") + 4);
  });

  test("a producer that was told to wait by a kernel that then took everything at once is resumed", async () => {
    const { peer } = serve(async (_, response) => {
      for (let i = 0; i < 50; i++) if (!response.write("x".repeat(50_000))) await response.drained();
      response.end();
    });
    peer.send(get("/"));
    await peer.settled();
    expect(peer.received.endsWith("\r\n0\r\n\r\n")).toBe(true);
  });

  test("a response whose reader went away stops its source", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(10_000);
      } finally {
        closed = true;
      }
    }
    const { peer, carrier, errors } = serve((_, response) => response.stream(source()));
    carrier.stall();
    peer.send(get("/"));
    await peer.settled();
    peer.reset();
    await peer.settled();
    expect([closed, errors]).toEqual([true, []]);
  });
});

describe("back-pressure: a request's content", () => {
  const post = "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\n";

  test.each([1, 3, Number.MAX_SAFE_INTEGER])(
    "of many chunks in one read a reader gets those that it has credit for, cut at %d",
    async (cut) => {
      let source: ContentSource | undefined;
      let read = "";
      const { peer } = serve(
        (request, response) => {
          source = request.content.forward({
            onContent: (bytes, start, end) => void (read += Buffer.from(bytes.subarray(start, end)).toString()),
            onEnd: () => response.send("all"),
            onError: () => {},
          });
        },
        { cut },
      );
      const chunks = Array.from("abcdef", (octet) => `1\r\n${octet}\r\n`).join("");
      peer.send(`POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
      expect(read).toBe("");
      for (const expected of ["a", "ab", "abcd", "abcdef"]) {
        source?.grant(expected.length - read.length);
        await peer.settled();
        expect(read).toBe(expected);
      }
      source?.grant(1);
      await peer.settled();
      peer.expectText(ok("all"));
    },
  );

  test("content that nobody asks for is not read: one read is held, the rest stays outside", () => {
    const { peer, carrier } = serve(() => {});
    peer.send(post);
    for (let i = 0; i < 10; i++) peer.send("x".repeat(60_000));
    expect([carrier.paused, carrier.unread]).toEqual([true, 540_000]);
  });

  test("content is read at the pace of its reader", async () => {
    const gates: (() => void)[] = [];
    let octets = 0;
    const { peer, carrier } = serve(async (request, response) => {
      for await (const chunk of request) {
        octets += chunk.length;
        await new Promise<void>((resolve) => gates.push(resolve));
      }
      response.send(`${octets}`);
    });
    peer.send(post);
    for (let i = 0; i < 20; i++) peer.send("x".repeat(50_000));
    await peer.settled();
    expect(octets).toBeLessThanOrEqual(65_536);
    expect(carrier.unread).toBeGreaterThanOrEqual(850_000);
    while (gates.length > 0) {
      gates.shift()?.();
      await peer.settled();
    }
    peer.expectText(ok("1000000"));
    expect([carrier.paused, carrier.unread]).toEqual([false, 0]);
  });

  test("a request behind content that waits is read when the content is", async () => {
    const { peer } = serve(async (request, response) => {
      await Promise.resolve();
      response.send(`${(await request.bytes()).length} ${request.target}`);
    });
    peer.send(`POST /1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\n\r\nWiki${get("/2")}`);
    await peer.settled();
    peer.expectText(ok("4 /1") + ok("0 /2"));
  });
});
