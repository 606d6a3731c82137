/**
 * Many requests at once over connections of which most end, are reset or fall silent, each at an octet of its own.
 *
 * The server counts what it did for each id, and at the end the two counts are compared: what the client calls done was
 * done once, what it calls unprocessed never, and what it cannot know at most once. `FUZZ_RUNS` says how many.
 */
import { ClientError, createClient } from "@stack/client";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CountingServer, WAYS, type Ways } from "./counting-server.ts";
import { type Fault, FaultyProxy } from "./faulty-proxy.ts";

/** For each way. */
const REQUESTS = Number(process.env.FUZZ_RUNS ?? 600);
/** Under way at once. */
const TOGETHER = 24;

const counting = new CountingServer();
const { server, done } = counting;
let ways: Ways;

beforeAll(async () => {
  ways = await counting.listen();
});
afterAll(() => server.close({ graceMs: 0 }));

/** Every connection has a fault, somewhere in its first octets; one of eight is silence, which takes longest. */
function faultWithin(octets: number): fc.Arbitrary<Fault> {
  const { constantFrom } = fc;
  const how = fc.oneof(
    { weight: 7, arbitrary: constantFrom("end" as const, "reset" as const) },
    { weight: 1, arbitrary: constantFrom("stall" as const) },
  );
  const direction = constantFrom("request" as const, "response" as const);
  return fc.record({ direction, after: fc.integer({ min: 0, max: octets }), how });
}

/** The octets within which a connection's fault is: a few requests, behind a handshake if there is one. */
const OCTETS = [
  ["HTTP/1.1", 1_000],
  ["HTTP/2", 6_000],
  ["HTTP/1.1 under TLS", 3_000],
  ["HTTP/2 under TLS", 8_000],
] as const;

test.each(OCTETS)(
  "the server's count is the client's, %s",
  async (name, octets) => {
    const { secure, version } = WAYS[name];
    const proxy = await FaultyProxy.listen(secure ? ways.tls : ways.plain);
    const faults = fc.sample(faultWithin(octets), 10_000);
    proxy.plan = (index) => faults[index % faults.length] ?? null;
    const client = createClient({
      version,
      tls: { ca: ways.ca },
      pool: { maxConnectionsPerOrigin: 8 },
      timeouts: { headMs: 500, contentMs: 500, tlsMs: 500, sendMs: 500 },
    });
    const origin = `${secure ? "https" : "http"}://127.0.0.1:${proxy.port}`;
    const counts = { done: 0, repeated: 0, unprocessed: 0, unknown: 0, unknownDone: 0 };
    const expected: [string, "done" | "unprocessed" | "unknown", boolean][] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < REQUESTS) {
        const id = `${next++}`;
        const get = next % 3 === 0;
        try {
          const init = get ? {} : { method: "POST", content: "0123456789" };
          const response = await client.request(`${origin}/do/${id}`, init);
          expect(await response.text()).toBe(`done ${id}`);
          expected.push([id, "done", get]);
        } catch (error) {
          if (!(error instanceof ClientError)) throw error;
          expect(error.code).toMatch(
            /^ERR_CLIENT_(DISCONNECTED|RESET|PROTOCOL|TLS|CONNECT|((HEAD|CONTENT|SEND|TLS)_TIMEOUT))$/,
          );
          expect(error.cause instanceof Error || error.code.endsWith("_TIMEOUT")).toBe(true);
          expect(error.origin).toBe(origin);
          expected.push([id, error.unprocessed ? "unprocessed" : "unknown", get]);
        }
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, worker));
    await client.close({ graceMs: 0 });
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
    await proxy.close();
    // What the server has received whole, it may do after the client has given it up.
    while (server.figures.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    let total = 0;
    for (const [id, said, get] of expected) {
      const times = counting.times(id);
      done.delete(id);
      total += times;
      counts[said]++;
      if (said === "done" && times !== 1) {
        counts.repeated += times - 1;
        // A method that is idempotent is sent again when a used connection ended without a word.
        expect([id, get, times]).toEqual([id, true, Math.min(times, 4)]);
        expect(times).toBeGreaterThan(0);
      }
      if (said === "unprocessed") expect([id, times]).toEqual([id, 0]);
      if (said === "unknown") {
        counts.unknownDone += times;
        if (!get) expect(times).toBeLessThanOrEqual(1);
      }
    }
    expect(expected.length).toBe(REQUESTS);
    expect(total).toBe(counts.done + counts.repeated + counts.unknownDone);
    expect([...done.keys()]).toEqual([]);
    // Few requests may all fit in front of the first fault, or all be lost with one connection.
    if (REQUESTS >= 400) {
      expect(proxy.faults).toBeGreaterThan(REQUESTS / 400);
      expect(counts.done).toBeGreaterThan(REQUESTS / 10);
    }
    if (process.env.FUZZ_RUNS !== undefined)
      console.info(name, { ...counts, connections: proxy.connections, faults: proxy.faults });
  },
  30_000 + REQUESTS * 20,
);
