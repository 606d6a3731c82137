import { describe, expect, test } from "vitest";
import { resolveClientOptions, resolveServerOptions } from "../src/index.ts";

const handler = (): void => {};

/** What JavaScript hands over, and no type has looked at. */
const untyped = (json: string) => JSON.parse(json);

describe("an option that is none is told when it is given, not at the first deadline", () => {
  test.each([
    ["a negative number", untyped('{ "headTimeoutMs": -1 }'), "headTimeoutMs must be 0 or more, not -1"],
    ["not a number", { lingerMs: Number.NaN }, "lingerMs must be 0 or more, not NaN"],
    [
      "text, as environment variables are",
      untyped('{ "headTimeoutMs": "5000" }'),
      'headTimeoutMs is a number, not "5000"',
    ],
    ["null", untyped('{ "lingerMs": null }'), "lingerMs is a number, not null"],
  ])("%s, to a server and to a client", (_, options, message) => {
    expect(() => resolveServerOptions({ handler, ...options })).toThrow(message);
    expect(() => resolveClientOptions(options)).toThrow(message);
  });

  test("how much content a request may have can be a function of it", () => {
    const maxContentOctets = (): number => 5;
    expect(resolveServerOptions({ handler, maxContentOctets }).maxContentOctets).toBe(maxContentOctets);
  });
});
