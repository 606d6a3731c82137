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
    ["a function", { lingerMs: (() => 5) as never }, "lingerMs is a number, not function"],
    ["a bigint", { lingerMs: 5n as never }, "lingerMs is a number, not 5"],
    [
      "a limit that is misspelled",
      untyped('{ "head": { "maxHeadOctet": 5 } }'),
      "maxHeadOctet is no limit; known are ",
    ],
    ["a limit of text", untyped('{ "head": { "maxFields": "5" } }'), "maxFields must be a whole number"],
    ["limits that are none", untyped('{ "head": null }'), "limits are an object, not null"],
    ["text for limits", untyped('{ "head": "5" }'), 'head is an object, not "5"'],
    ["a leniency that is misspelled", untyped('{ "lenient": { "bareLF": true } }'), "bareLF is no leniency"],
    ["text for yes or no", untyped('{ "lenient": { "bareLf": "false" } }'), 'bareLf is true or false, not "false"'],
  ])("%s, to a server and to a client", (_, options, message) => {
    expect(() => resolveServerOptions({ handler, ...options })).toThrow(message);
    expect(() => resolveClientOptions(options)).toThrow(message);
  });

  test("something else than a function, to be told of something", () => {
    expect(() => resolveServerOptions({ handler, ...untyped('{ "onRefused": 5 }') })).toThrow(
      "onRefused is a function, not 5",
    );
    expect(() => resolveServerOptions({ handler, ...untyped('{ "onExpectContinue": "no" }') })).toThrow(
      'onExpectContinue is a function, not "no"',
    );
    expect(() => resolveClientOptions(untyped('{ "onIdle": {} }'))).toThrow("onIdle is a function, not {}");
  });

  test("how much content a request may have can be a function of it", () => {
    const maxContentOctets = (): number => 5;
    expect(resolveServerOptions({ handler, maxContentOctets }).maxContentOctets).toBe(maxContentOctets);
  });
});
