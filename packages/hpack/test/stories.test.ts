/**
 * Real field sections, as three other encoders wrote them and as ours does.
 */

import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder } from "../src/index.ts";
import { flat, stories } from "./vectors.ts";
import { decode, encode, octets } from "./wire.ts";

const LIMITS = { maxFieldSectionOctets: 1 << 20, maxFields: 1000 };

describe.skipIf(stories.length === 0)("HPACK stories", () => {
  test("all of them are here", () => {
    expect(stories.length).toBeGreaterThanOrEqual(72);
  });

  test.each(stories)("$name is decoded, and encoded and decoded again", ({ cases }) => {
    const theirs = new HpackDecoder(LIMITS);
    const encoder = new HpackEncoder({ maxTableOctets: 1 << 20 });
    const ours = new HpackDecoder(LIMITS);
    for (const { wire, headers, header_table_size } of cases) {
      const fields = flat(headers);
      if (typeof header_table_size === "number") {
        for (const decoder of [theirs, ours]) decoder.setMaxTableOctets(header_table_size);
        encoder.setPeerTableOctets(header_table_size);
      }
      expect(decode(octets(wire), theirs)).toEqual(fields);
      expect(theirs.tooLarge).toBe(false);
      expect(decode(encode(encoder, fields), ours)).toEqual(fields);
      expect(ours.tableOctets).toBe(encoder.tableOctets);
    }
  });
});
