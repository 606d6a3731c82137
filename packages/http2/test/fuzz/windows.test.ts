/**
 * Flow control as a property: we never send more than was granted, and what was granted to the peer always comes back.
 *
 * `FUZZ_RUNS` sets how many cases each test tries, `FUZZ_SEED` which; a failure prints its seed and the smallest case.
 */
import type { Handler } from "@stack/http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { get, post, serve } from "../served.ts";
import { data, headers, priorityUpdate, rstStream, settings, windowUpdate } from "../wire.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 100) };
const WINDOW = 65_535;
const CANCEL = 8;

/** Streams 1, 3, 5 … 15. */
const someStream = fc.nat(7).map((i) => 2 * i + 1);

type Step =
  | { readonly do: "ask"; readonly octets: number; readonly pieces: number }
  | { readonly do: "open"; readonly stream: number; readonly octets: number }
  | { readonly do: "initial"; readonly octets: number }
  | { readonly do: "prefer"; readonly stream: number; readonly value: string }
  | { readonly do: "cancel"; readonly stream: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("ask" as const), octets: fc.nat(60_000), pieces: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    do: fc.constant("open" as const),
    stream: fc.oneof(fc.constant(0), someStream),
    octets: fc.integer({ min: 64, max: 50_000 }),
  }),
  fc.record({ do: fc.constant("initial" as const), octets: fc.nat(100_000) }),
  fc.record({
    do: fc.constant("prefer" as const),
    stream: someStream,
    value: fc.constantFrom("u=0", "u=7", "i", "u=1, i"),
  }),
  fc.record({ do: fc.constant("cancel" as const), stream: someStream }),
);

/** Sends `pieces` of `octets` each. */
const sized: Handler = (request, response) => {
  const [octets = 0, pieces = 0] = request.target.slice(1).split("/").map(Number);
  for (let i = 0; i < pieces; i++) response.write(new Uint8Array(octets));
  response.end();
};

describe("fuzz: windows", () => {
  test("whatever the client grants and takes back, no octet is sent beyond it, and none is missing in the end", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const { client, carrier } = serve(sized);
        const windows = new Map<number, number>(); // what each stream was granted and has not used
        const expected = new Map<number, number>();
        const sentBefore = new Map<number, number>();
        let connection = WINDOW;
        let initial = WINDOW;
        let next = 1;
        let seen = 0;
        const account = (): void => {
          client.frames();
          let total = 0;
          for (const octets of client.reader.content.values()) total += octets;
          connection -= total - seen;
          seen = total;
          expect(connection).toBeGreaterThanOrEqual(0);
          for (const [id, granted] of windows) {
            const sent = client.octets(id);
            // A window that was lowered may be overdrawn (RFC 9113 §6.9.2); nothing is sent then.
            if (sent > (sentBefore.get(id) ?? 0)) expect(sent).toBeLessThanOrEqual(granted);
            sentBefore.set(id, sent);
          }
        };
        for (const step of steps) {
          switch (step.do) {
            case "ask":
              client.send(get(next, `/${step.octets}/${step.pieces}`));
              windows.set(next, initial);
              expected.set(next, step.octets * step.pieces);
              next += 2;
              break;
            case "open":
              if (step.stream >= next) break;
              if (step.stream === 0) connection += step.octets;
              else windows.set(step.stream, (windows.get(step.stream) ?? 0) + step.octets);
              client.send(windowUpdate(step.stream, step.octets));
              break;
            case "initial":
              for (const [id, granted] of windows) windows.set(id, granted + step.octets - initial);
              initial = step.octets;
              client.send(settings([4, initial]));
              break;
            case "prefer":
              client.send(priorityUpdate(step.stream, step.value));
              break;
            case "cancel":
              if (step.stream >= next) break;
              expected.delete(step.stream);
              client.send(rstStream(step.stream, CANCEL));
          }
          account();
        }
        // Everything is granted: everything comes.
        client.send(settings([4, 2 ** 30]), windowUpdate(0, 2 ** 30));
        client.frames();
        expect(carrier.ended).toBe(false);
        for (const [id, octets] of expected) expect([id, client.octets(id)]).toEqual([id, octets]);
      }),
      runs,
    );
  });

  const anyUpload = fc.record({
    octets: fc.array(fc.nat(16_000), { maxLength: 6 }),
    pad: fc.nat(255),
    /** What becomes of it. */
    fate: fc.constantFrom(
      "read",
      "unread",
      "answered",
      "reset",
      "stopped",
      "too large",
      "wrong length",
      "cancelled",
      "trailers",
    ),
    ends: fc.boolean(),
  });

  test("however streams end, the connection's window comes back: half of it is always there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyUpload, { maxLength: 12 }), async (uploads) => {
        const { client, carrier, connection } = serve(
          async (request, response) => {
            if (request.target === "/read" || request.target === "/trailers") await request.bytes().catch(() => {});
            if (request.target === "/stopped") for await (const _ of request) break;
            if (request.target === "/reset") response.reset();
            else if (request.target !== "/unread" && !response.ended) response.send("x");
          },
          { maxContentOctets: (request) => (request.target === "/too%20large" ? 10 : 2 ** 30) },
        );
        let credit = WINDOW;
        const take = async (): Promise<void> => {
          await client.peer.settled();
          for (const line of client.frames()) credit += Number(/^WINDOW_UPDATE 0 (\d+)$/.exec(line)?.[1] ?? 0);
        };
        let id = 1;
        for (const { octets, pad, fate, ends } of uploads) {
          const length = fate === "wrong length" ? [["content-length", "100"] as const] : [];
          client.send(post(id, `/${encodeURIComponent(fate)}`, length));
          for (const size of octets) {
            if (size + pad + 1 > credit) continue;
            // What is said on a stream that is over already counts all the same (RFC 9113 §6.9).
            client.send(data(id, "x".repeat(size), { pad: Math.min(pad, 16_383 - size) }));
            credit -= size + Math.min(pad, 16_383 - size) + 1;
            if (fate === "answered") await take();
          }
          if (fate === "cancelled") client.send(rstStream(id, 0));
          else if (fate === "trailers") client.send(headers(id, [["x", "y"]], { end: true }));
          else if (ends && credit > 0) client.send(data(id, "", { end: true }));
          await take();
          if (carrier.ended) return; // it was too much for its budget, or broke a rule: nothing is owed any more
          if (connection.streams.size > 0) client.send(rstStream(id, 0));
          await take();
          id += 2;
        }
        expect(connection.streams.size).toBe(0);
        expect(credit).toBeGreaterThanOrEqual(WINDOW - 32_768);
        expect(credit).toBeLessThanOrEqual(WINDOW);
      }),
      runs,
    );
  });
});
