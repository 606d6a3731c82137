import { describe, expect, test } from "vitest";
import { resolveOptions } from "../src/index.ts";

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
    ["text for yes or no", untyped('{ "push": "false" }'), 'push is a boolean, not "false"'],
    ["something else than a function", untyped('{ "onRefused": 5 }'), "onRefused is a function, not 5"],
    ["one origin for several", untyped('{ "origins": "https://a" }'), 'origins is an array, not "https://a"'],
  ])("%s", (_, options, message) => {
    expect(() => resolveOptions(options)).toThrow(message);
  });
});
