import { describe, expect, test } from "vitest";
import { ChunkedDecoder, RequestHeadDecoder, ResponseHeadDecoder, STRICT } from "../src/index.ts";
import { leniencyOf } from "../src/leniency.ts";

/** What JavaScript hands over, and no type has looked at. */
const untyped = (json: string) => JSON.parse(json);

const visitor = { onContent: () => {}, onTrailers: () => {} };

describe.each([
  ["a request's head", (limits: string, lenient: string) => new RequestHeadDecoder(untyped(limits), untyped(lenient))],
  [
    "a response's head",
    (limits: string, lenient: string) => new ResponseHeadDecoder(untyped(limits), untyped(lenient)),
  ],
  ["chunks", (limits: string, lenient: string) => new ChunkedDecoder(visitor, untyped(limits), untyped(lenient))],
])("a decoder of %s says what is no option", (_, make) => {
  test.each([
    ['{ "maxHeadOctet": 5 }', "{}", "maxHeadOctet is no limit; known are max"],
    ['{ "__proto__": 5 }', "{}", "__proto__ is no limit"],
    ["null", "{}", "limits are an object, not null"],
    ["5", "{}", "limits are an object, not 5"],
    ["{}", '{ "bareLF": true }', "bareLF is no leniency; known are bareLf, obsFold, "],
    ["{}", '{ "bareLf": "false" }', 'bareLf is true or false, not "false"'],
    ["{}", '{ "bareLf": 1 }', "bareLf is true or false, not 1"],
    ["{}", "null", "leniency is an object, not null"],
    ["{}", "true", "leniency is an object, not true"],
  ])("%s %s", (limits, lenient, message) => {
    expect(() => make(limits, lenient)).toThrow(TypeError);
    expect(() => make(limits, lenient)).toThrow(message);
  });
});

describe("leniency of which nothing is on is strictness itself, for which decoders remember heads", () => {
  test.each(["{}", '{ "bareLf": false, "obsFold": false }'])("%s", (json) => {
    expect(leniencyOf(untyped(json))).toBe(STRICT);
  });

  test("what a prototype says is not on (S127)", () => {
    expect(leniencyOf(Object.create({ bareLf: true }))).toBe(STRICT);
  });

  test("one rule is relaxed and no other", () => {
    expect(leniencyOf({ obsFold: true })).toEqual({ ...STRICT, obsFold: true });
  });
});
