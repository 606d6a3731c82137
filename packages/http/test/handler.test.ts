import { describe, expect, test } from "vitest";
import { compose } from "../src/index.ts";

describe("compose is told at once of what is no layer and no handler", () => {
  const wrong = JSON.parse("{}");

  test("a layer, by its place", () => {
    expect(() => compose([(inner) => inner, wrong], () => {})).toThrow(
      new TypeError("layer 2 of 2 is no function; a layer takes the handler within it and returns a handler"),
    );
  });

  test("a handler", () => {
    expect(() => compose([], wrong)).toThrow(
      new TypeError("the handler is no function; a handler takes a request and a response"),
    );
  });
});
