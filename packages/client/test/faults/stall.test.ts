/**
 * Silence at every octet of request and response, in cleartext and under TLS: an error in time, and the client goes on.
 */
import { type Client, ClientError, type ClientOptions, createClient } from "@stack/client";
import { createServer } from "@stack/server";
import { Authority } from "@stack/testing/certificates";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultyProxy } from "./faulty-proxy.ts";

const done = new Map<string, number>();
const server = createServer({ onError: () => {} });
server.post("/do/:id", async (request, response) => {
  await request.bytes();
  const id = request.params.get("id") ?? "";
  done.set(id, (done.get(id) ?? 0) + 1);
  response.text(`done ${id}`);
});

let authority: Authority;
let plain: number;
let tls: number;
let ids = 0;

beforeAll(async () => {
  authority = await Authority.create();
  const certificates = await authority.issue({ names: ["127.0.0.1"] });
  plain = (await server.listen(0)).port;
  tls = (await server.listen(0, { tls: { certificates, alpn: ["h2", "http/1.1"] } })).port;
});
afterAll(() => server.close({ graceMs: 0 }));

/** Short enough for a test, long enough for a machine with other things to do. */
const LATE = 1_000;

interface Way {
  readonly secure: boolean;
  readonly version: "alpn" | "prior-knowledge" | "http/1.1";
  /** Every so many octets. */
  readonly step: number;
}

async function call(client: Client, origin: string): Promise<[string, ClientError | null]> {
  const id = `${++ids}`;
  try {
    const response = await client.post(`${origin}/do/${id}`, { content: "0123456789" });
    expect(await response.text()).toBe(`done ${id}`);
    return [id, null];
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return [id, error];
  }
}

const WAYS: Readonly<Record<string, Way>> = {
  "HTTP/1.1": { secure: false, version: "alpn", step: 1 },
  "HTTP/2": { secure: false, version: "prior-knowledge", step: 1 },
  "HTTP/1.1 under TLS": { secure: true, version: "http/1.1", step: 23 },
  "HTTP/2 under TLS": { secure: true, version: "alpn", step: 23 },
};

describe.each(Object.entries(WAYS))("silence, %s", (_, { secure, version, step }) => {
  test.each(["request", "response"] as const)(
    "at every octet of the %s",
    async (direction) => {
      const port = secure ? tls : plain;
      const options: ClientOptions = {
        version,
        tls: { ca: authority.cert },
        timeouts: { headMs: LATE, contentMs: LATE, tlsMs: LATE, sendMs: LATE },
      };
      const one = async (after: number): Promise<number> => {
        const proxy = await FaultyProxy.listen(port);
        const origin = `${secure ? "https" : "http"}://127.0.0.1:${proxy.port}`;
        proxy.plan = (index) => (index === 0 ? { direction, after, how: "stall" } : null);
        const client = createClient(options);
        const [id, error] = await call(client, origin);
        const { request, response } = proxy.passed;
        if (proxy.faults === 0) expect(error).toBe(null);
        if (error === null) expect(done.get(id)).toBe(1);
        else {
          expect(error.code).toMatch(/^ERR_CLIENT_(HEAD|CONTENT|SEND|TLS|CONNECT)_TIMEOUT$/);
          expect(error.origin).toBe(origin);
          expect(done.get(id) ?? 0).toBeLessThanOrEqual(error.unprocessed ? 0 : 1);
        }
        // The connection that fell silent gets nothing more.
        const [next, again] = await call(client, origin);
        expect(again).toBe(null);
        expect(done.get(next)).toBe(1);
        await client.close({ graceMs: 0 });
        expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
        await proxy.close();
        return direction === "request" ? request : response;
      };
      const octets = await one(Number.POSITIVE_INFINITY);
      const places = Array.from({ length: Math.ceil(octets / step) }, (__, i) => i * step);
      expect(places.length).toBeGreaterThan(20);
      await Promise.all(places.map(one));
    },
    60_000,
  );
});
