import { Fields, HttpRequest, HttpResponse, type Incoming, type ResponseSink } from "@stack/http";
import { createServer, type Server } from "@stack/server";
import { RawClient } from "@stack/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HEARTBEAT_SAMPLES, KEPT_SAMPLES, LiveFigures, MAX_SUBSCRIBERS, type Sample } from "../src/live-figures.ts";
import { answer, request } from "./running.ts";

let server: Server;
let figures: LiveFigures;
let draining: AbortController;
let port: number;
const clients: RawClient[] = [];

beforeEach(async () => {
  draining = new AbortController();
  server = createServer();
  figures = new LiveFigures(() => server.figures, draining.signal);
  server.use(figures.measure);
  server.get("/events", figures.events);
  server.get("/work", (_, response) => response.text("done"));
  server.get("/later", async (_, response) => {
    await Promise.resolve();
    response.text("done");
  });
  port = (await server.listen(0)).port;
});
afterEach(async () => {
  draining.abort();
  for (const client of clients.splice(0)) client.destroy();
  await server.close({ graceMs: 0 });
});

function connect(): RawClient {
  const client = new RawClient(port);
  clients.push(client);
  return client;
}

async function listen(fields = ""): Promise<RawClient> {
  const client = connect().send(`GET /events HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
  await client.until(() => client.received.includes("retry: "));
  return client;
}

const samplesOf = (client: RawClient): Sample[] =>
  [...client.received.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] as string) as Sample);
const idsOf = (client: RawClient): number[] =>
  [...client.received.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));

describe("/events", () => {
  test("is a stream of events with event, id and retry, kept by no cache", async () => {
    const client = await listen();
    await client.until(() => samplesOf(client).length === 1);
    expect(client.received).toContain("Content-Type: text/event-stream\r\n");
    expect(client.received).toContain("Cache-Control: no-store\r\n");
    expect(client.received).toMatch(/\r\nretry: 2000\n\n\r\n/);
    expect(client.received).toMatch(/\nevent: figures\nid: 1\ndata: \{"uptime":.*\}\n\n/);
  });

  test("a sample comes at once, the next within about a second", async () => {
    const client = await listen();
    await client.until(() => samplesOf(client).length >= 2);
    expect(idsOf(client).slice(0, 2)).toEqual([1, 2]);
  });

  test("it tells of connections, requests, their rate and latency, errors and memory", async () => {
    const client = await listen();
    stopTimer();
    expect(
      await new Promise<string>((resolve) => {
        const other = connect().send(request("GET /work") + request("GET /work"));
        void other.untilClosed().then(() => resolve(other.received));
      }),
    ).toContain("done");
    const later = connect().send(request("GET /later"));
    await later.untilClosed();
    figures.sample();
    const last = (): Sample | undefined => samplesOf(client).find(({ requests }) => requests === 3);
    await client.until(() => last() !== undefined);
    const [first] = samplesOf(client) as [Sample];
    const second = last() as Sample;
    expect(first).toMatchObject({ requests: 1, rate: 0, p50: null, p99: null, errors: 0, refused: 0 });
    expect(second.connections).toBeGreaterThanOrEqual(1);
    expect(second.rate).toBeGreaterThan(0);
    expect(second.p50).toBeGreaterThan(0);
    expect(second.p99).toBeGreaterThanOrEqual(second.p50 as number);
    expect(second.rss).toBeGreaterThan(second.heap);
    expect(second.heap).toBeGreaterThan(1_048_576);
  });

  test("everyone gets the same samples, and samples are taken only while someone listens", async () => {
    expect(figures.sampling).toBe(false);
    const [one, two] = [await listen(), await listen()];
    expect(figures.sampling).toBe(true);
    figures.sample();
    await Promise.all([one, two].map((client) => client.until(() => idsOf(client).includes(2))));
    expect(samplesOf(one)[1]).toEqual(samplesOf(two)[1]);
    one.destroy();
    await gone(1);
    expect(figures.sampling).toBe(true);
    two.destroy();
    await gone(0);
    expect(figures.sampling).toBe(false);
  });

  test("who comes back with Last-Event-ID gets what was missed; who is new gets the last minute", async () => {
    const before = new Script();
    figures.events(before.request, before.response);
    stopTimer();
    for (let i = 0; i < KEPT_SAMPLES + 5; i++) figures.sample(); // 66 in all with the first, the last 60 are kept
    const ids = (from: number) => Array.from({ length: KEPT_SAMPLES + 6 - from + 1 }, (_, i) => from + i);
    const expected: [fields: string, ids: number[]][] = [
      ["", ids(7)],
      ["Last-Event-ID: 3\r\n", ids(7)],
      ["Last-Event-ID: 64\r\n", ids(65)],
      ["Last-Event-ID: 66\r\n", []],
      ["Last-Event-ID: 67\r\n", ids(7)],
      ["Last-Event-ID: x\r\n", ids(7)],
    ];
    for (const [fields, missed] of expected) {
      const client = await listen(fields);
      await client.until(() => idsOf(client).length >= missed.length);
      expect(idsOf(client).filter((id) => id <= KEPT_SAMPLES + 6)).toEqual(missed);
    }
  });

  test("a comment tells now and then that the stream is alive", async () => {
    const client = await listen();
    for (let i = 0; i < HEARTBEAT_SAMPLES; i++) figures.sample();
    await client.until(() => idsOf(client).length > HEARTBEAT_SAMPLES);
    expect(client.received.match(/^: up \d+ s$/gm)).toHaveLength(1);
  });

  test("a client that ends its side has its stream ended", async () => {
    const client = await listen();
    client.end();
    await client.untilClosed();
    expect(client.received.endsWith("\r\n0\r\n\r\n")).toBe(true);
    expect(figures.sampling).toBe(false);
  });

  test("when the server is about to end, the streams end, and new ones have no samples", async () => {
    const client = await listen();
    draining.abort();
    await client.until(() => client.received.endsWith("\r\n0\r\n\r\n"));
    expect(figures.sampling).toBe(false);
    const late = connect().send(request("GET /events"));
    await late.untilClosed();
    expect(answer(late.received)).toMatchObject({ status: 200, content: "" });
  });

  test("S91: who does not keep up misses samples: they are dropped, not queued", () => {
    const slow = new Script();
    figures.events(slow.request, slow.response);
    expect(slow.sent).toBe(2); // retry, the first sample
    slow.room = false;
    figures.sample(); // taken, and the last one for now
    for (let i = 0; i < 1_000; i++) figures.sample();
    expect(slow.sent).toBe(3);
    slow.room = true;
    slow.response.resume();
    return Promise.resolve().then(() => {
      figures.sample();
      expect(slow.sent).toBe(4);
    });
  });

  test(`more than ${MAX_SUBSCRIBERS} cannot listen: each costs a write a second`, () => {
    for (let i = 0; i < MAX_SUBSCRIBERS; i++) {
      const script = new Script();
      figures.events(script.request, script.response);
    }
    const script = new Script();
    figures.events(script.request, script.response);
    expect(script.response.status).toBe(503);
    expect(script.response.ended).toBe(true);
  });
});

/** From here on no samples are taken but those that the test takes. */
function stopTimer(): void {
  clearInterval(Reflect.get(figures, "timer") as NodeJS.Timeout);
}

/** Resolves when `count` connections are left; at once or when one has closed. */
async function gone(count: number): Promise<void> {
  while (server.figures.connections > count) await new Promise((resolve) => setImmediate(resolve));
}

/** A request's origin that has no content and stays for ever. */
const NOBODY: Incoming = {
  scheme: "http",
  authority: "",
  peer: { address: "", port: 0, localAddress: "", localPort: 0, secure: false, alpn: "" },
  contentLength: 0,
  contentLimit: 0,
  read: () => ({ grant() {}, stop() {} }),
  onGone() {},
};

/** A peer in place of a socket: takes what comes while it has room. */
class Script implements ResponseSink {
  sent = 0;
  room = true;
  readonly response: HttpResponse = new HttpResponse(this);
  readonly request: HttpRequest = new HttpRequest("GET", "/events", "1.1", new Fields(), NOBODY);

  sendContent(): boolean {
    this.sent++;
    return this.room;
  }
  sendInformational(): void {}
  sendWhole(): void {}
  sendHead(): void {}
  sendTrailers(): void {}
  accept(): never {
    throw new Error("no tunnel here");
  }
  push(): null {
    return null;
  }
  reset(): void {}
  attach(): void {}
}
