import { describe, expect, test } from "vitest";
import { isCacheable, isIdempotent, isSafe, METHODS } from "../../src/methods.ts";

describe("RFC 9110 §9.2 Common Method Properties", () => {
  test("§9.3: the methods of RFC 9110", () => {
    const table = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE"].map((method) => [
      method,
      isSafe(method),
      isIdempotent(method),
      isCacheable(method),
    ]);
    expect(table).toEqual([
      ["GET", true, true, true],
      ["HEAD", true, true, true],
      ["POST", false, false, true],
      ["PUT", false, true, false],
      ["DELETE", false, true, false],
      ["CONNECT", false, false, false],
      ["OPTIONS", true, true, false],
      ["TRACE", true, true, false],
    ]);
  });

  test("§9.2.2: every safe method is idempotent", () => {
    for (const [, method] of METHODS) if (method.safe) expect(method.idempotent).toBe(true);
  });

  test("§16.1: all names of the registry, in its order, each with its source", () => {
    const names = [...METHODS.keys()];
    expect(names).toHaveLength(40);
    expect(names).toEqual([...names].sort());
    for (const [, method] of METHODS) expect(method.source).toMatch(/^RFC \d+ §/);
  });

  test("§9.1: names are case-sensitive", () => {
    expect([isSafe("get"), isIdempotent("Get"), isCacheable("gET")]).toEqual([false, false, false]);
  });

  test.each(["BREW", "", "*", "GET ", "__proto__", "constructor", "toString"])(
    "S165, S99: %j is not registered, so nothing is promised",
    (method) => {
      expect([isSafe(method), isIdempotent(method), isCacheable(method)]).toEqual([false, false, false]);
    },
  );
});
