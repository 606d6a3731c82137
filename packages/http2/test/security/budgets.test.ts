import type { Handler } from "@stack/http";
import { describe, expect, test } from "vitest";
import { get, post, type Served, type ServedOptions, serve } from "../served.ts";
import {
  block,
  continuation,
  data,
  frame,
  headersOf,
  ping,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  windowUpdate,
} from "../wire.ts";

const CANCEL = 8;

/** Sends frames, one read each, until the server has ended the connection; how many it took. */
function flood(served: Served, frames: (i: number) => string): number {
  for (let i = 0; i < 5_000; i++) {
    served.client.send(frames(i));
    if (served.carrier.ended) return i + 1;
  }
  return Number.POSITIVE_INFINITY;
}

function lastFrame({ client }: Served): string {
  return client.frames().at(-1) ?? "";
}

const waits: Handler = () => {};

describe("work for nothing is charged, and who asks for too much of it is told ENHANCE_YOUR_CALM", () => {
  const served = (handler: Handler = waits, options: ServedOptions = {}): Served => serve(handler, options);

  test("S54: streams that are opened and reset: 200, then the connection ends", () => {
    const at = served();
    expect(flood(at, (i) => get(2 * i + 1) + rstStream(2 * i + 1, CANCEL))).toBe(201);
    expect(at.requests).toHaveLength(201);
    expect([at.connection.streams.size, at.refused]).toEqual([0, ["ERR_HTTP2_CONNECTION 0"]]);
  });

  test("S54: the handler that answers at once is no way round: the reset comes in the same read", () => {
    const at = served((_, response) => response.send("x"));
    expect(flood(at, (i) => get(2 * i + 1) + rstStream(2 * i + 1, CANCEL))).toBe(201);
  });

  test("S54: all in one read: no more handlers are called than the budget has", () => {
    const at = served();
    at.client.send(Array.from({ length: 10_000 }, (_, i) => get(2 * i + 1) + rstStream(2 * i + 1, CANCEL)).join(""));
    expect(lastFrame(at)).toMatch(/^GOAWAY \d+ ENHANCE_YOUR_CALM$/);
    expect(at.requests).toHaveLength(201);
  });

  test.each<[string, (id: number) => string]>([
    ["a WINDOW_UPDATE of 0", (id) => post(id) + windowUpdate(id, 0)],
    ["a window over 2^31-1", (id) => post(id) + windowUpdate(id, 2 ** 31 - 1)],
    ["DATA behind END_STREAM", (id) => get(id) + data(id, "x")],
    ["more content than was announced", (id) => post(id, "/", [["content-length", "1"]]) + data(id, "xx")],
    ["a PRIORITY frame of the wrong size", (id) => `${post(id)}\0\0\x04\x02\0${uint32(id)}\0\0\0\0`],
    ["a malformed request", (id) => headersOf(id, block([[":method", "GET"]]), { end: true })],
  ])("S55: the client makes us reset, by %s", (_, wire) => {
    const at = served();
    expect(flood(at, (i) => wire(2 * i + 1))).toBe(201);
    expect(at.connection.streams.size).toBe(0);
  });

  test("S55, S60: streams over the concurrency limit, refused one by one", () => {
    const at = served(waits, { maxConcurrentStreams: 10 });
    expect(flood(at, (i) => get(2 * i + 1))).toBe(211);
    expect(at.requests).toHaveLength(10);
  });

  test("S60: resets that the client does not read are bounded: 20,000 octets at most wait", () => {
    const at = served();
    at.carrier.stall();
    let most = 0;
    for (let i = 0; i < 1_000; i++) {
      at.client.send(headersOf(2 * i + 1, block([[":method", "GET"]]), { end: true }));
      most = Math.max(most, at.carrier.pending);
    }
    expect(most).toBeLessThan(20_000);
    expect(at.connection.streams.size).toBe(0);
  });

  test("S57: windows that are opened octet by octet", () => {
    const at = serve((_, response) => response.send("x".repeat(100_000)), {}, [4, 0]);
    at.client.send(get(1)).frames();
    expect(flood(at, () => windowUpdate(1, 1))).toBeLessThan(1_100);
    expect(lastFrame(at)).toBe("GOAWAY 1 ENHANCE_YOUR_CALM");
  });

  test.each<[string, (i: number) => string]>([
    ["PRIORITY", (i) => priority(2 * i + 1)],
    ["PRIORITY of one stream", () => priority(1, 3)],
    ["PRIORITY_UPDATE", (i) => priorityUpdate(1, `u=${i % 8}`)],
    ["PRIORITY_UPDATE of streams that are not there", (i) => priorityUpdate(2 * (i % 99) + 3, "u=0, i")],
  ])("S59: a storm of %s", (_, wire) => {
    const at = served();
    at.client.send(get(1)).frames();
    expect(flood(at, wire)).toBe(1_001);
  });

  test.each<[string, (i: number) => string]>([
    ["DATA", (i) => (i === 0 ? post(1) : data(1, ""))],
    ["DATA, all padding", (i) => (i === 0 ? post(1) : data(1, "", { pad: 100 }))],
    ["RST_STREAM on streams that are closed", (i) => (i === 0 ? get(1) : rstStream(1, CANCEL))],
    ["WINDOW_UPDATE on such", (i) => (i === 0 ? get(1) + rstStream(1, CANCEL) : windowUpdate(1, 1))],
    ["ALTSVC, which servers send", () => frame(10, 0, 0, "\0\0")],
    ["acknowledgements of PINGs that nobody sent", () => ping("\0\0\0\0\0\0\0\0", true)],
    ["of the one that measures the path", () => ping("\x01\0\0\0\0\0\0\0", true)],
    ["of the one behind a GOAWAY", () => ping("\x02\0\0\0\0\0\0\0", true)],
  ])("S64, S87: frames that carry nothing: %s", (_, wire) => {
    const frames = flood(served(), wire);
    expect([frames > 1_000, frames < 1_005]).toEqual([true, true]);
  });

  test("S56, S64: a field block of CONTINUATION frames, empty or not: 8, then it ends, and nothing was decoded", () => {
    for (const piece of ["", "\0\x01a\x01b"]) {
      const at = served();
      at.client.send(headersOf(1, block([[":method", "GET"]]), { open: true }));
      expect(flood(at, () => continuation(1, piece, { open: true }))).toBe(9);
      expect([lastFrame(at), at.requests]).toEqual(["GOAWAY 0 ENHANCE_YOUR_CALM", []]);
    }
  });

  test("S56: one that is larger than 32 KiB", () => {
    const at = served();
    at.client.send(headersOf(1, "", { open: true }));
    expect(flood(at, () => continuation(1, "x".repeat(10_000), { open: true }))).toBe(4);
  });

  test("S56: one that is not completed in the time for a head", () => {
    const at = served();
    at.client.send(headersOf(1, block([[":method", "GET"]]), { open: true })).frames();
    for (let i = 0; i < 5; i++) {
      at.client.send(continuation(1, "", { open: true }));
      at.clock.advance(3_900);
    }
    expect(at.carrier.ended).toBe(false);
    at.clock.advance(501);
    expect(lastFrame(at)).toBe("GOAWAY 0 ENHANCE_YOUR_CALM");
  });

  test("S77: streams that were reset before their turn leave nothing: no queue of them", () => {
    const at = served();
    for (let i = 0; i < 190; i++) at.client.send(get(2 * i + 1) + rstStream(2 * i + 1, CANCEL));
    expect([at.connection.streams.size, at.carrier.ended]).toEqual([0, false]);
    at.client.send(get(401));
    expect(at.connection.streams.size).toBe(1);
  });

  test("S61: a change of the window's size, again and again, costs the streams that are open and no more", () => {
    const at = served();
    at.client.send(get(1));
    expect(flood(at, (i) => settings([4, i % 2 === 0 ? 0 : 65_535]))).toBeLessThanOrEqual(1_003);
  });
});

describe("honest clients are not punished", () => {
  test("S54: 100 streams a second that are cancelled while they are answered, for a minute", () => {
    const at = serve((_, response) => void response.write("message"));
    for (let tenth = 0, id = 1; tenth < 600; tenth++) {
      for (let i = 0; i < 10; i++, id += 2) {
        at.client.send(get(id)).frames();
        at.client.send(rstStream(id, CANCEL));
      }
      at.clock.advance(100); // 100 streams a second: ten in each tenth
    }
    expect([at.carrier.ended, at.connection.streams.size, at.requests.length]).toEqual([false, 0, 6_000]);
  });

  test("S54: ten a second that are cancelled before there is an answer, for ten minutes", () => {
    const at = serve(waits);
    for (let i = 0; i < 6_000; i++) {
      at.client.send(get(2 * i + 1) + rstStream(2 * i + 1, CANCEL));
      at.clock.advance(100);
    }
    expect([at.carrier.ended, at.requests.length]).toEqual([false, 6_000]);
  });

  test("S54: a page that is left: 100 requests cancelled at once, now and then, among others that are answered", () => {
    const at = serve((request, response) => {
      if (request.target === "/answered") response.send("x");
    });
    for (let page = 0, id = 1; page < 100; page++) {
      const first = id;
      for (let i = 0; i < 100; i++, id += 2) at.client.send(get(id, "/left"));
      for (let i = first; i < id; i += 2) at.client.send(rstStream(i, CANCEL));
      for (let i = 0; i < 20; i++, id += 2) at.client.send(get(id, "/answered")).frames();
      at.clock.advance(5_000);
    }
    expect(at.carrier.ended).toBe(false);
  });

  test("resets that say NO_ERROR cost nothing", () => {
    const at = serve(waits);
    for (let i = 0; i < 1_000; i++) at.client.send(post(2 * i + 1) + rstStream(2 * i + 1, 0));
    expect(at.carrier.ended).toBe(false);
  });
});

function uint32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
