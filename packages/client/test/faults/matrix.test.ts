/**
 * Nothing lost and nothing doubled: a proxy cuts at every octet of request and response.
 *
 * The server counts what it did for each id. What the client says must agree:
 * a success was done exactly once, what it calls unprocessed not at all, and
 * everything else at most once. A method that is idempotent may be done twice,
 * if an idle connection ended: that is what idempotent means.
 */
import { type Client, ClientError, createClient } from "@stack/client";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CountingServer } from "./counting-server.ts";
import { type Cut, CuttingProxy } from "./cutting-proxy.ts";

const CONTENT = "0123456789";
const VERSIONS = ["alpn", "prior-knowledge"] as const;
const counting = new CountingServer();
const { server } = counting;

let proxy: CuttingProxy;
let ids = 0;

beforeAll(async () => {
  proxy = await CuttingProxy.listen((await server.listen(0)).port);
});
afterAll(async () => {
  await proxy.close();
  await server.close({ graceMs: 0 });
});

/** Counts of one matrix. */
interface Counts {
  succeeded: number;
  unprocessed: number;
  unknown: number;
}

/** One request under a cut; what the client says and what the server did have to agree. */
async function tryOnce(client: Client, method: "GET" | "POST", cut: Cut | null, counts: Counts): Promise<void> {
  const id = `${++ids}`;
  proxy.arm(cut);
  let failure: ClientError | null = null;
  try {
    const init = method === "POST" ? { content: CONTENT } : {};
    const response = await client.request(`${proxy.origin}/do/${id}`, {
      method,
      ...init,
      timeouts: { totalMs: 5_000 },
    });
    const text = await response.text();
    expect(text).toBe(`done ${id}`);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    failure = error;
  }
  if (failure === null) {
    counts.succeeded++;
    if (method === "POST") expect(counting.times(id)).toBe(1);
    else expect([1, 2]).toContain(counting.times(id));
    return;
  }
  expect(failure.code).toMatch(/^ERR_CLIENT_(DISCONNECTED|RESET|PROTOCOL)$/);
  expect(failure.cause).toBeInstanceOf(Error);
  expect(failure.origin).toBe(proxy.origin);
  // What the server received whole it may do after we have given up.
  if (failure.unprocessed) counts.unprocessed++;
  else counts.unknown++;
  late.push([id, failure.unprocessed ? 0 : method === "GET" ? 2 : 1]);
}

/** Ids, and how often they may have been done at most; looked at when all is quiet. */
const late: [string, number][] = [];

function settle(): void {
  for (const [id, most] of late.splice(0)) expect(counting.times(id)).toBeLessThanOrEqual(most);
}

describe.each(VERSIONS)("every octet, version %s", (version) => {
  describe.each(["a new connection", "a used connection"])("%s", (which) => {
    test.each(["request", "response"] as const)(
      "cut in the %s",
      async (direction) => {
        const counts: Counts = { succeeded: 0, unprocessed: 0, unknown: 0 };
        const used = which === "a used connection";
        for (const how of ["end", "reset"] as const)
          for (const method of ["POST", "GET"] as const) {
            let octets = 1;
            for (let after = 0; after <= octets; after++) {
              const client = createClient({ version });
              if (used) await tryOnce(client, "GET", null, counts);
              await tryOnce(client, method, { direction, after, how }, counts);
              if (after === 0) {
                // As many octets as the request or its response has, when nothing cuts it.
                const whole = createClient({ version });
                if (used) await tryOnce(whole, "GET", null, counts);
                await tryOnce(whole, method, null, counts);
                octets = proxy.passed[direction];
                await whole.close({ graceMs: 0 });
              }
              // The connection is as whole as before, or replaced: the next request is answered.
              await tryOnce(client, "POST", null, counts);
              await client.close({ graceMs: 0 });
              expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
            }
          }
        settle();
        expect(counts.succeeded).toBeGreaterThan(0);
        if (process.env.FUZZ_RUNS !== undefined) console.info("every octet", version, which, direction, counts);
      },
      60_000,
    );
  });
});

/** A soak sets it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);

const cuts = fc.option(
  fc.record({
    direction: fc.constantFrom("request" as const, "response" as const),
    after: fc.integer({ min: 0, max: 400 }),
    how: fc.constantFrom("end" as const, "reset" as const),
  }),
  { freq: 2 },
);

test.each(VERSIONS)(
  "many requests with faults on one client, version %s",
  async (version) => {
    const counts: Counts = { succeeded: 0, unprocessed: 0, unknown: 0 };
    const client = createClient({ version });
    const request = fc.tuple(fc.constantFrom("GET" as const, "POST" as const), cuts);
    await fc.assert(
      fc.asyncProperty(request, ([method, cut]) => tryOnce(client, method, cut, counts)),
      { numRuns: Math.ceil(RUNS / 2), endOnFailure: true },
    );
    settle();
    expect(counts.succeeded).toBeGreaterThan(RUNS / 8);
    if (process.env.FUZZ_RUNS !== undefined) console.info("one after the other", version, counts);
    await client.close({ graceMs: 0 });
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
  },
  60_000 + RUNS * 20,
);
