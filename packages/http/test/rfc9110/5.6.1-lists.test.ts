import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listElements, listHasToken, MAX_LIST_ELEMENTS } from "../../src/lists.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 9110 §5.6.1 Lists", () => {
  test.each([
    ["foo,bar", ["foo", "bar"]],
    ["foo ,bar,", ["foo", "bar"]],
    ["foo , ,bar,charlie", ["foo", "bar", "charlie"]],
    ["", []],
    [",", []],
    [",   ,", []],
    ["\t a\t,\tb ", ["a", "b"]],
    ['a="x, y";b, c', ['a="x, y";b', "c"]],
    ['"a\\",b", c', ['"a\\",b"', "c"]],
    ["a b, c", ["a b", "c"]],
    ["\u00a0a\u00a0,b", ["\u00a0a\u00a0", "b"]],
  ])("%j", (text, elements) => {
    expect(listElements(text)).toEqual(elements);
  });

  test.each(['a, "b', '"', 'a, "b\\"', '"a\r\n", b'])("%j has a malformed quoted string", (text) => {
    expect(listElements(text)).toBeNull();
  });

  test("elements are counted, empty ones too", () => {
    expect(listElements("a,".repeat(MAX_LIST_ELEMENTS - 1))).toHaveLength(MAX_LIST_ELEMENTS - 1);
    expect(listElements("a,".repeat(MAX_LIST_ELEMENTS))).toBeNull();
    expect(listElements(",".repeat(MAX_LIST_ELEMENTS))).toBeNull();
    expect(listElements("a,b,c", 2)).toBeNull();
    expect(listElements("a,b", 2)).toEqual(["a", "b"]);
  });

  test.each([
    ["close", true],
    ["Close", true],
    ["keep-alive, CLOSE", true],
    [" ,\tclose\t, x", true],
    ["", false],
    ["closed", false],
    ["not-close", false],
    ["close;x", false],
    ["close x", false],
    ['"close"', false],
    ['x="a, close, b"', false],
    ['x="a, close', false],
    ["\x0bclose", false],
  ])("listHasToken(%j, close) is %s", (text, has) => {
    expect(listHasToken(text, "close")).toBe(has);
  });

  test("fuzz: joined elements are split again, and listHasToken agrees", () => {
    const element = fc.oneof(
      fc.stringMatching(/^[a-z]{1,3}$/),
      fc.constantFrom('"a, b"', 'x="\\",\\\\"', "a;q=1", "Abc"),
    );
    const comma = fc.constantFrom(",", ", ", " ,", ",,", ", ,\t");
    fc.assert(
      fc.property(fc.array(element, { maxLength: 6 }), comma, (elements, separator) => {
        const text = elements.join(separator);
        expect(listElements(text)).toEqual(elements);
        const tokens = elements.map((each) => each.toLowerCase());
        for (const token of ["abc", "a", "b"]) expect(listHasToken(text, token)).toBe(tokens.includes(token));
      }),
      { numRuns },
    );
  });

  test.each([
    ["commas", ",".repeat(MEGABYTE)],
    ["quotes", '"'.repeat(MEGABYTE)],
    ["an open quote", `"${"a,".repeat(MEGABYTE / 2)}`],
    ["whitespace", " ".repeat(MEGABYTE)],
    ["whitespace between commas", " ,".repeat(MEGABYTE / 2)],
    ["one element", "a".repeat(MEGABYTE)],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => listElements(text, MEGABYTE))).toBeLessThan(LINEAR_MS);
    expect(milliseconds(() => listHasToken(text, "close"))).toBeLessThan(LINEAR_MS);
  });
});
