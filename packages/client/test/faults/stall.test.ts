/**
 * Silence in the middle of requests and responses, in cleartext and under TLS: who gives up knows what was done, and the
 * client goes on over another connection.
 */
import { type Client, ClientError, createClient, type MethodInit } from "@stack/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CountingServer, WAYS, type Ways } from "./counting-server.ts";
import { FaultyProxy } from "./faulty-proxy.ts";

const counting = new CountingServer();
let ways: Ways;
let ids = 0;

beforeAll(async () => {
  ways = await counting.listen();
});
afterAll(() => counting.server.close({ graceMs: 0 }));

const RUNS = Number(process.env.FUZZ_RUNS ?? 24);
/** Places at which each way is tried, spread over its octets: each takes a while. All of them in a soak of a million cases. */
const PLACES = RUNS < 10_000 ? Math.min(RUNS, 200) : RUNS;
/** Clients at once, of each way: not so many that their handshakes alone keep a busy machine from being in time. */
const TOGETHER = 12;
/** How long a connection is silent before its request is given up, ms: well above what the client takes for nothing. */
const SILENT = 1_500;

async function call(client: Client, origin: string, init: MethodInit = {}): Promise<[string, ClientError | null]> {
  const id = `${++ids}`;
  try {
    const response = await client.post(`${origin}/do/${id}`, { content: "0123456789", ...init });
    expect(await response.text()).toBe(`done ${id}`);
    return [id, null];
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return [id, error];
  }
}

describe.concurrent.each(Object.entries(WAYS))("silence, %s", (_, { secure, version }) => {
  test.concurrent.each(["request", "response"] as const)(
    "at octets of the %s",
    async (direction) => {
      const port = secure ? ways.tls : ways.plain;
      const one = async (after: number): Promise<number> => {
        const proxy = await FaultyProxy.listen(port);
        const origin = `${secure ? "https" : "http"}://127.0.0.1:${proxy.port}`;
        proxy.plan = (index) => (index === 0 ? { direction, after, how: "stall" } : null);
        const controller = new AbortController();
        proxy.onFault = () => setTimeout(() => controller.abort(), SILENT);
        const client = createClient({ version, tls: { ca: ways.ca } });
        const [id, error] = await call(client, origin, { signal: controller.signal });
        const { request, response } = proxy.passed;
        if (error === null) expect(counting.times(id)).toBe(1);
        else {
          expect(proxy.faults).toBe(1);
          expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", origin });
          expect(counting.times(id)).toBeLessThanOrEqual(error.unprocessed ? 0 : 1);
        }
        // The connection that fell silent gets nothing more; of a silence behind the last octet nobody knows at first.
        if (error === null) await call(client, origin, { timeouts: { headMs: SILENT } });
        const [next, again] = await call(client, origin);
        expect(again).toBe(null);
        expect(counting.times(next)).toBe(1);
        await client.close({ graceMs: 0 });
        expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
        await proxy.close();
        return direction === "request" ? request : response;
      };
      const octets = await one(Number.POSITIVE_INFINITY);
      const step = Math.max(1, octets / PLACES);
      const places = Array.from({ length: Math.floor(octets / step) }, (__, i) =>
        Math.floor((i + Math.random()) * step),
      );
      expect(places.length).toBeGreaterThanOrEqual(Math.floor(Math.min(PLACES, octets) * 0.8));
      for (let at = 0; at < places.length; at += TOGETHER) await Promise.all(places.slice(at, at + TOGETHER).map(one));
    },
    30_000 + PLACES * 200,
  );
});
