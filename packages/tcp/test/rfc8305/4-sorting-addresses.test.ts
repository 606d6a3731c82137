import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressMemory } from "../../src/address-memory.ts";
import { selectAddresses } from "../../src/address-selection.ts";

const sorted = (text: string, memory = new AddressMemory(), now = 0): string =>
  selectAddresses(text.split(" "), memory, now).join(" ");

describe("RFC 8305 §4 Sorting Addresses", () => {
  test.each([
    [
      "the families take turns",
      "2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2",
      "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2",
    ],
    ["the first address's family is the first", "192.0.2.1 192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2"],
    [
      "what is left of one family comes behind",
      "2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3",
      "2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3",
    ],
    [
      "one family stays in the resolver's order (RFC 6724)",
      "192.0.2.3 192.0.2.1 192.0.2.2",
      "192.0.2.3 192.0.2.1 192.0.2.2",
    ],
    ["twice the same is once", "192.0.2.1 2001:db8::1 192.0.2.1", "192.0.2.1 2001:db8::1"],
  ])("%s", (_, given, expected) => {
    expect(sorted(given)).toBe(expected);
  });

  test("no address is lost or made", () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.nat({ max: 0xffff }).map((n) => `2001:db8::${(n + 1).toString(16)}`),
    );
    fc.assert(
      fc.property(fc.array(address), fc.array(address), (addresses, failing) => {
        const memory = new AddressMemory();
        for (const one of failing) memory.failed(one, 0);
        const all = selectAddresses(addresses, memory, 0);
        expect([...all].sort()).toEqual([...new Set(addresses)].sort());
      }),
    );
  });
});

describe("what was met before (RFC 8305 §4, history)", () => {
  const both = "2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2";

  test("the family that was connected to last goes first; within it the order stays, so that load is shared", () => {
    const memory = new AddressMemory();
    memory.connected("2001:db8::1", 100);
    memory.connected("192.0.2.2", 200);
    expect(sorted(both, memory, 300)).toBe("192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::2");
  });

  test("for ten minutes", () => {
    const memory = new AddressMemory();
    memory.connected("192.0.2.2", 0);
    expect(sorted(both, memory, 599_999)).toMatch(/^192/);
    expect(sorted(both, memory, 600_000)).toMatch(/^2001/);
  });

  test("what failed goes last, for half a minute", () => {
    const memory = new AddressMemory();
    memory.failed("2001:db8::1", 0);
    expect(sorted(both, memory, 29_999)).toBe("2001:db8::2 192.0.2.1 192.0.2.2 2001:db8::1");
    expect(sorted(both, memory, 30_000)).toMatch(/^2001:db8::1 /);
  });

  test("what failed and was connected to since is as good as any", () => {
    const memory = new AddressMemory();
    memory.failed("2001:db8::1", 0);
    memory.connected("2001:db8::1", 10);
    expect(sorted(both, memory, 20)).toMatch(/^2001:db8::1 /);
  });

  test("the memory is bounded: what was told of longest ago is forgotten", () => {
    const memory = new AddressMemory(2);
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"]) memory.failed(address, 0);
    expect(memory.size).toBe(2);
    expect(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => memory.hasFailed(address, 1))).toEqual([
      true,
      false,
      true,
    ]);
  });
});
