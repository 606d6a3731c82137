/**
 * The examples of RFC 7541 Appendix C.
 */

import { describe, expect, test } from "vitest";
import { HpackDecoder, HpackEncoder } from "../../src/index.ts";
import { encodeInteger } from "../../src/integer.ts";
import { appendixC, flat } from "../vectors.ts";
import { decode, encode, hex } from "../wire.ts";

describe.skipIf(appendixC === null)("RFC 7541 Appendix C Examples", () => {
  const { integers, cases } = appendixC ?? { integers: [], cases: [] };

  const contexts = [...new Set(cases.map(({ context }) => context))].map(
    (context) => [context, cases.filter((block) => block.context === context)] as const,
  );

  test("all of them are here", () => {
    expect([integers.length, cases.length]).toEqual([3, 16]);
  });

  test.each(integers)("C.1: $value with a prefix of $prefix bits is $bytes", ({ value, prefix, bytes }) => {
    const out = new Uint8Array(8);
    expect(hex(out.subarray(0, encodeInteger(value, 0, 2 ** prefix - 1, out, 0)))).toBe(bytes);
  });

  test.each(contexts)("%s, decoded in order", (_, blocks) => {
    const decoder = new HpackDecoder({ maxTableOctets: blocks[0]?.dynamic_table_size ?? 0 });
    for (const { wire, headers, section } of blocks) expect(decode(wire, decoder), section).toEqual(flat(headers));
  });

  test.each(contexts)("%s, encoded by us and decoded again", (_, blocks) => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    for (const { headers, section } of blocks) {
      expect(decode(encode(encoder, flat(headers)), decoder), section).toEqual(flat(headers));
    }
  });

  test("C.4: our encoder writes the very octets", () => {
    const encoder = new HpackEncoder();
    const blocks = cases.filter(({ context }) => context === "C.4");
    // C.5 and C.6 index fields that we do not index before they come twice, such as location.
    expect(blocks.map(({ headers }) => hex(encode(encoder, flat(headers))))).toEqual(blocks.map(({ wire }) => wire));
  });
});
