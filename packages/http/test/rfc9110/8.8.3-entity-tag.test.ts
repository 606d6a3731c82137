import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatEntityTag,
  isEntityTag,
  MAX_ENTITY_TAGS,
  matchesStrongly,
  matchesWeakly,
  parseEntityTags,
} from "../../src/entity-tag.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 9110 §8.8.3 ETag", () => {
  test.each(['"xyzzy"', 'W/"xyzzy"', '""', '"a\\"', '"a,b"', '"\x80\xff"', '"W/"'])("%j is an entity tag", (text) => {
    expect(isEntityTag(text)).toBe(true);
  });

  test.each([
    "",
    "xyzzy",
    '"',
    'w/"x"',
    'W"x"',
    'W/ "x"',
    '"a b"',
    '"a"b',
    ' "a"',
    '"a\t"',
    '"\0"',
    '"\x7f"',
    '"\u0100"',
    "*",
    "W/",
  ])("%j is none", (text) => {
    expect(isEntityTag(text)).toBe(false);
  });

  test("§8.8.3.2: the table of comparisons", () => {
    const table = [
      ['W/"1"', 'W/"1"'],
      ['W/"1"', 'W/"2"'],
      ['W/"1"', '"1"'],
      ['"1"', '"1"'],
    ].map(([a, b]) => [matchesStrongly(a as string, b as string), matchesWeakly(a as string, b as string)]);
    expect(table).toEqual([
      [false, true],
      [false, false],
      [false, true],
      [true, true],
    ]);
  });

  test("what is no entity tag matches nothing, not even itself", () => {
    expect([matchesStrongly("1", "1"), matchesWeakly("1", "1"), matchesWeakly('w/"1"', 'w/"1"')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("writes", () => {
    expect([formatEntityTag("33a6"), formatEntityTag("33a6", true), formatEntityTag("")]).toEqual([
      '"33a6"',
      'W/"33a6"',
      '""',
    ]);
    for (const opaque of ['a"b', "a b", "a\r\nX: y", "\0", "é\u0100", "\u010a"])
      expect(() => formatEntityTag(opaque)).toThrow(TypeError);
  });

  test.each<[string, string[] | null]>([
    ['"a"', ['"a"']],
    ['"a", W/"b,c" ,"d"', ['"a"', 'W/"b,c"', '"d"']],
    [', ,"a",,', ['"a"']],
    ['"a\\", "b"', ['"a\\"', '"b"']], // a backslash escapes nothing
    ["", []],
    ['"a" "b"', null],
    ['"a', null],
    ['"a", b', null],
    ["*", null],
    ['"a", *', null],
  ])("a list: %j", (text, tags) => {
    expect(parseEntityTags(text)).toEqual(tags);
  });

  test("S156: entity tags are counted", () => {
    expect(parseEntityTags('"a",'.repeat(MAX_ENTITY_TAGS))).toHaveLength(MAX_ENTITY_TAGS);
    expect(parseEntityTags('"a",'.repeat(MAX_ENTITY_TAGS + 1))).toBeNull();
  });

  test("fuzz: what is written is read back", () => {
    const tag = fc
      .tuple(fc.stringMatching(/^[!#-~\x80-\xff]{0,6}$/), fc.boolean())
      .map(([opaque, weak]) => formatEntityTag(opaque, weak));
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 5 }), fc.constantFrom(",", ", ", " ,\t"), (tags, comma) => {
        expect(parseEntityTags(tags.join(comma))).toEqual(tags);
        for (const each of tags) expect(matchesWeakly(each, each)).toBe(true);
      }),
      { numRuns },
    );
  });

  test.each([
    ["commas", ",".repeat(MEGABYTE)],
    ["quotes", '"'.repeat(MEGABYTE)],
    ["an open quote", `"${"a".repeat(MEGABYTE)}`],
    ["spaces", `"a"${" ".repeat(MEGABYTE)}x`],
    ["tags", '"a",'.repeat(MEGABYTE / 4)],
  ])("S100, S156: linear in %s", (_, text) => {
    expect(milliseconds(() => parseEntityTags(text))).toBeLessThan(LINEAR_MS);
  });
});
