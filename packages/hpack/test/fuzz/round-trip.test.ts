import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder } from "../../src/index.ts";
import { decode, encode } from "../wire.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 200);

const ALL_OCTETS = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet));

const name = fc.oneof(
  fc.constantFrom(":path", ":status", "content-type", "date", "cookie", "authorization", "x-request-id", "x-a"),
  fc.integer({ min: 0, max: 60 }).map((i) => `x-${i}`),
  fc.string({ unit: fc.constantFrom(...ALL_OCTETS), maxLength: 20 }),
);
const value = fc.oneof(
  fc.constantFrom("", "/", "200", "GET", "application/json", "a=1; b=2; c=3; d=4; e=5"),
  fc.integer({ min: 0, max: 1000 }).map(String),
  fc.string({ unit: fc.constantFrom(...ALL_OCTETS), maxLength: 300 }),
);
const fields = fc.array(fc.tuple(name, value), { maxLength: 20 }).map((pairs) => pairs.flat());

/** One step of a connection: the decoder's side may change the table, then a block is sent. */
const step = fc.record({
  sizes: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.oneof(fc.nat(200), fc.nat(8192)), { minLength: 1, maxLength: 3 }) },
  ),
  fields,
  mark: fc.nat(40),
});

describe("what is encoded is decoded", () => {
  test("with tables of any size that change at any time", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(8192), (steps, own) => {
        const encoder = new HpackEncoder({ maxTableOctets: own });
        const decoder = new HpackDecoder({ maxFieldSectionOctets: 1e6, maxFields: 1000 });
        for (const { sizes, fields, mark } of steps) {
          for (const octets of sizes) {
            encoder.setPeerTableOctets(octets);
            decoder.setMaxTableOctets(octets);
          }
          const marks = mark % 2 === 0 && mark < fields.length ? [mark] : [];
          expect(decode(encode(encoder, fields, marks), decoder)).toEqual(fields);
          for (const at of marks) expect(decoder.neverIndexed).toContain(at);
          expect(decoder.tableOctets).toBe(encoder.tableOctets);
          expect(encoder.tableOctets).toBeLessThanOrEqual(own);
        }
      }),
      { numRuns },
    );
  });

  test("over one long connection the two tables stay in step", () => {
    const encoder = new HpackEncoder({ maxTableOctets: 16_384 });
    const decoder = new HpackDecoder({ maxTableOctets: 16_384 });
    encoder.setPeerTableOctets(16_384);
    let seed = 1;
    const random = (bound: number): number => (seed = (Math.imul(seed, 48_271) >>> 0) % 0x7fff_ffff) % bound;
    for (let i = 0; i < 20_000; i++) {
      const list: string[] = [];
      for (let n = random(8); n >= 0; n--) list.push(`x-${random(40)}`, "v".repeat(random(20)) + random(30));
      expect(decode(encode(encoder, list), decoder).join()).toBe(list.join());
      expect(decoder.tableOctets).toBe(encoder.tableOctets);
    }
    expect(decoder.tableOctets).toBeGreaterThan(15_000);
  });
});
