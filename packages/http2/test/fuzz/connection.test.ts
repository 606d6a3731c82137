/**
 * Whatever a peer says, and however it is cut: an end with a code that RFC 9113 knows, or none; never a throw, never
 * a connection that is still busy, and the same whole as in pieces.
 *
 * `FUZZ_RUNS` sets how many cases each test tries, `FUZZ_SEED` which; a failure prints its seed and the smallest case.
 */
import { ERROR_CODE } from "@stack/http2-frames";
import type { Cut } from "@stack/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asked } from "../asked.ts";
import { type Client, connect, serve } from "../served.ts";
import {
  block,
  continuation,
  data,
  frame,
  goaway,
  headersOf,
  type Lines,
  PREFACE,
  ping,
  priority,
  priorityUpdate,
  pushPromise,
  rstStream,
  SETTINGS_ACK,
  settings,
  windowUpdate,
} from "../wire.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 1_000) };

const octets = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => String.fromCharCode(...bytes));
const id = fc.oneof({ weight: 8, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(2 ** 31 - 1) });
const uint32 = fc.oneof(fc.nat(20), fc.nat(2 ** 31 - 1), fc.nat(2 ** 32 - 1));

const field: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.constantFrom<[string, string]>(
    ["content-length", "3"],
    ["content-length", "x"],
    ["cookie", "a=b"],
    ["te", "trailers"],
    ["connection", "close"],
    ["host", "a.example"],
    ["priority", "u=0, i"],
    ["expect", "100-continue"],
    ["Upper", "x"],
    ["x", "a\r\nb"],
    [":path", "/again"],
    [":status", "200"],
  ),
  fc.tuple(octets(4), octets(6)),
);
const request: fc.Arbitrary<Lines> = fc
  .tuple(
    fc.constantFrom("GET", "POST", "HEAD", "CONNECT", ""),
    fc.constantFrom("/", "*", "", "x", "/a b"),
    fc.array(field, { maxLength: 3 }),
    fc.boolean(),
  )
  .map(
    ([method, path, fields, protocol]): Lines => [
      [":method", method],
      [":scheme", "http"],
      [":authority", "a.example"],
      [":path", path],
      ...(protocol && method === "CONNECT" ? [[":protocol", "websocket"] as const] : []),
      ...fields,
    ],
  );
const response: fc.Arbitrary<Lines> = fc
  .tuple(fc.constantFrom("200", "100", "103", "101", "204", "304", "999", "x"), fc.array(field, { maxLength: 3 }))
  .map(([status, fields]): Lines => [[":status", status], ...fields]);
const section = fc.oneof(request, response, fc.array(field, { maxLength: 3 }));
const options = fc.record({ end: fc.boolean(), open: fc.integer({ min: 0, max: 9 }).map((n) => n === 0) });

/** Frames that are right in themselves, on streams that may not be in the state for them; and some that are not. */
const anyFrame: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(id, section, options).map(([streamId, fields, how]) => headersOf(streamId, block(fields), how)),
  fc.tuple(id, octets(12), options).map(([streamId, fragment, how]) => headersOf(streamId, fragment, how)),
  fc.tuple(id, octets(20), options).map(([streamId, content, { end }]) => data(streamId, content, { end })),
  fc.tuple(id, octets(5), fc.nat(20)).map(([streamId, content, pad]) => data(streamId, content, { pad })),
  fc.tuple(id, fc.nat(15)).map(([streamId, code]) => rstStream(streamId, code)),
  fc.array(fc.tuple(fc.nat(10), uint32), { maxLength: 3 }).map((pairs) => settings(...(pairs as [number, number][]))),
  fc.constant(SETTINGS_ACK),
  fc.tuple(fc.constantFrom("12345678", "\x01234567"), fc.boolean()).map(([text, ack]) => ping(text, ack)),
  fc.tuple(id, fc.nat(15), octets(5)).map(([last, code, debug]) => goaway(last, code, debug)),
  fc.tuple(id, uint32).map(([streamId, increment]) => windowUpdate(streamId, increment)),
  fc.tuple(id, id).map(([streamId, parent]) => priority(streamId, parent)),
  fc
    .tuple(id, fc.constantFrom("u=0", "i", "", "u=9", ")("))
    .map(([streamId, value]) => priorityUpdate(streamId, value)),
  fc.tuple(id, octets(8), options).map(([streamId, fragment, { open }]) => continuation(streamId, fragment, { open })),
  fc.tuple(id, id, request).map(([streamId, promised, fields]) => pushPromise(streamId, promised, fields)),
  fc
    .tuple(fc.nat(20), fc.nat(255), id, octets(20))
    .map(([type, flags, streamId, payload]) => frame(type, flags, streamId, payload)),
);
const anyFrames = fc
  .array(fc.oneof({ weight: 20, arbitrary: anyFrame }, { weight: 1, arbitrary: octets(20) }), { maxLength: 12 })
  .map((frames) => frames.join(""));

/** Cuts that are the same each time. */
const anyCut: fc.Arbitrary<Cut> = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
  .map((lengths) => {
    let i = 0;
    return () => lengths[i++ % lengths.length] as number;
  });

/** What was said to the peer, but for what depends on how much comes in one read: windows that are given back, 100. */
function said(peer: Client): string[] {
  return peer.frames().filter((line) => !/^WINDOW_UPDATE|:status=100$/.test(line));
}

/** A server that reads all content and never answers, with whatever a client says. */
function server(wire: string, cut?: Cut): unknown {
  const log: string[] = [];
  const served = serve(
    (request) => {
      const target = `${request.method} ${request.target}`;
      request.signal.addEventListener("abort", () => log.push(`${target} aborted`));
      request.content
        .forward({
          onContent: (bytes, start, end) =>
            log.push(`${target} ${Buffer.from(bytes.subarray(start, end)).toString("latin1")}`),
          onEnd: (trailers) => log.push(`${target} end ${JSON.stringify(trailers)}`),
          onError: (error) => log.push(`${target} ${(error as { code?: string }).code}`),
        })
        .grant(Number.POSITIVE_INFINITY);
    },
    cut === undefined ? {} : { cut },
  );
  served.client.send(wire);
  const { carrier, connection, client } = served;
  return ended({
    carrier,
    client,
    log,
    open: connection.streams.size,
    requests: served.requests,
    refused: served.refused,
  });
}

/** A client with three requests under way, one with content to send, with whatever a server says. */
function client(wire: string, cut?: Cut): unknown {
  const { server: peer, carrier, connection, ask } = asked(cut === undefined ? {} : { cut });
  const answers = [
    ask("/first"),
    ask("/second", { method: "POST", contentLength: 10 }),
    ask("/third", { method: "HEAD" }),
  ];
  answers[1]?.send("01234", false);
  peer.frames(); // they have left
  peer.send(wire);
  const log = answers.map(({ events, content }) => [...events, content]);
  return ended({ carrier, client: peer, log, open: connection.streams.size });
}

function ended<T extends { client: Client; carrier: { ended: boolean } }>({
  client: peer,
  carrier,
  ...rest
}: T): unknown {
  const lines = said(peer);
  const last = lines.at(-1) ?? "";
  // An end has a code; without an end there is none but NO_ERROR.
  if (carrier.ended) expect(CODES.has(last.split(" ")[2] ?? "")).toBe(true);
  return { ...rest, ended: carrier.ended, lines };
}

const CODES: ReadonlySet<string> = new Set(Object.keys(ERROR_CODE));

/** Parts of content that came in several reads are one. */
function joined(log: unknown): unknown {
  return JSON.parse(JSON.stringify(log));
}

describe("fuzz: a server", () => {
  test("any octets before there is a preface", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          octets(60),
          octets(60).map((rest) => PREFACE + rest),
        ),
        anyCut,
        (wire, cut) => {
          for (const how of [undefined, cut]) {
            const { client: peer, carrier, clock, requests } = connect(() => {}, how === undefined ? {} : { cut: how });
            peer.send(wire);
            clock.advance(200_000); // every time runs out
            expect([carrier.isClosed || carrier.ended, requests]).toEqual([true, []]);
            peer.frames();
          }
        },
      ),
      runs,
    );
  });

  test("any frames: it ends with a code or goes on, the same whole as cut", () => {
    fc.assert(
      fc.property(anyFrames, anyCut, (wire, cut) => {
        expect(joined(server(wire, cut))).toEqual(joined(server(wire)));
      }),
      runs,
    );
  });
});

describe("fuzz: a client", () => {
  test("any frames: it ends with a code or goes on, the same whole as cut", () => {
    fc.assert(
      fc.property(anyFrames, anyCut, (wire, cut) => {
        expect(joined(client(wire, cut))).toEqual(joined(client(wire)));
      }),
      runs,
    );
  });

  test("whatever came: when the connection is gone each request has exactly one end", () => {
    fc.assert(
      fc.property(anyFrames, (wire) => {
        const { server: peer, ask } = asked();
        const answers = [ask("/first"), ask("/second", { method: "POST", contentLength: 10 }), ask("/third")];
        peer.send(wire);
        peer.peer.reset();
        for (const { events } of answers)
          expect(events.filter((event) => /^(end|ERR_|upgrade)/.test(event))).toHaveLength(1);
      }),
      runs,
    );
  });
});
