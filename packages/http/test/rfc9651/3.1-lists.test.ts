import { describe, expect, test } from "vitest";
import {
  MAX_INNER_LIST_ITEMS,
  MAX_ITEM_PARAMETERS,
  MAX_STRUCTURED_FIELD,
  MAX_STRUCTURED_MEMBERS,
  type Member,
  Token,
} from "../../src/structured-field.ts";
import { parseDictionary, parseItem, parseList } from "../../src/structured-field-parser.ts";
import {
  formatDictionary,
  formatItem,
  formatList,
  StructuredFieldError,
} from "../../src/structured-field-serializer.ts";
import { LINEAR_MS, milliseconds } from "../milliseconds.ts";

/** What a member is, without parameters: Inner Lists as arrays, Tokens as text. */
function plain(member: Member): unknown {
  if (member.items !== undefined) return member.items.map(plain);
  return member.value instanceof Token ? member.value.text : member.value;
}

const list = (text: string): unknown => parseList(text)?.map(plain);

describe("RFC 9651 §3.1 Lists", () => {
  test.each<[string, unknown[]]>([
    ["", []],
    ["   ", []],
    ["sugar, tea, rum", ["sugar", "tea", "rum"]],
    ["a,b ,\tc\t, d  ", ["a", "b", "c", "d"]],
    ['"a, b", 1', ["a, b", 1]],
    ["()", [[]]],
    ['("foo" "bar"), ("baz"), ("bat" "one"), ()', [["foo", "bar"], ["baz"], ["bat", "one"], []]],
    ["(  a   b  )", [["a", "b"]]],
  ])("%j is read", (text, members) => {
    expect(list(text)).toEqual(members);
  });

  test.each([
    ["a comma first", ",a"],
    ["a comma last", "a,"],
    ["a comma and spaces last", "a, "],
    ["two commas", "a,,b"],
    ["no comma", "a b"],
    ["a tab first", "\ta"],
    ["an open Inner List", "(a"],
    ["an Inner List that is never opened", "a)"],
    ["an Inner List in one", "((a))"],
    ["a comma in an Inner List", "(a, b)"],
    ["a tab in an Inner List", "(a\tb)"],
    ["no space in an Inner List", '("a""b")'],
    ["a line end", "a\r\nb"],
    ["one bad member among good ones", "a, b, é"],
  ])("a field with %s is none at all", (_, text) => {
    expect(parseList(text)).toBeNull();
  });

  test.each<[string, string]>([
    ["", ""],
    ["sugar,tea ,\trum", "sugar, tea, rum"],
    ["( a   b )", "(a b)"],
    ['("foo"; a=1;b=2);lvl=5, ("bar" "baz");lvl=1', '("foo";a=1;b=2);lvl=5, ("bar" "baz");lvl=1'],
  ])("%j is written as %j", (text, canonical) => {
    expect(formatList(parseList(text) ?? [1])).toBe(canonical);
  });

  test("values, arrays and what was parsed can be written together", () => {
    const parsed = parseList("a;x, (b c);y") ?? [];
    expect(formatList([1, [2, "b"], { value: 3, parameters: [["k", true]] }, ...parsed])).toBe(
      '1, (2 "b"), 3;k, a;x, (b c);y',
    );
    expect(formatList([{ items: [1, { value: 2, parameters: new Map([["a", 1]]) }], parameters: [["b", "c"]] }])).toBe(
      '(1 2;a=1);b="c"',
    );
    expect(formatList(new Set([1, 2]))).toBe("1, 2");
  });
});

describe("RFC 9651 §3.1.2 Parameters", () => {
  const parameters = (text: string): [string, unknown][] | undefined => {
    const item = parseItem(text);
    return item === null ? undefined : [...item.parameters];
  };

  test.each<[string, [string, unknown][]]>([
    ["1", []],
    ["1;a", [["a", true]]],
    [
      "1;a=?0;  b=2",
      [
        ["a", false],
        ["b", 2],
      ],
    ],
    ['1;a="x;y"', [["a", "x;y"]]],
    ["1;*a_b-c.d*=1", [["*a_b-c.d*", 1]]],
    [
      "1;a=1;b=2;a=3",
      [
        ["a", 3],
        ["b", 2],
      ],
    ],
    ["1;constructor=1", [["constructor", 1]]],
  ])("%s is read in order; the last of a key counts", (text, pairs) => {
    expect(parameters(text)).toEqual(pairs);
  });

  test.each(["1;", "1;;a", "1;A", "1;1a", "1;a=", "1;a =1", "1;a= 1", "1 ;a", "1;\ta", "1;a=(1)", "1;_a", "1;a=1;"])(
    "%s is refused",
    (text) => {
      expect(parseItem(text)).toBeNull();
    },
  );

  test("true is left out, false is not", () => {
    expect(
      formatItem({
        value: true,
        parameters: [
          ["a", true],
          ["b", false],
        ],
      }),
    ).toBe("?1;a;b=?0");
  });

  test.each(["", "A", "1", "a b", "a=1", "é", "-a", "a\r\n"])("S52: %j is no key", (key) => {
    expect(() => formatItem({ value: 1, parameters: [[key, 1]] })).toThrow(StructuredFieldError);
    expect(() => formatDictionary([[key, 1]])).toThrow(StructuredFieldError);
  });

  test("of what has none, nobody can give some to all others", () => {
    const none = parseItem("1")?.parameters as Map<string, number>;
    expect(() => none.set("a", 1)).toThrow("parameters that were parsed are not changed");
    expect(parseItem("2")?.parameters.size).toBe(0);
  });
});

describe("RFC 9651 §3.2 Dictionaries", () => {
  const dictionary = (text: string): [string, unknown][] | undefined => {
    const members = parseDictionary(text);
    return members === null ? undefined : [...members].map(([key, member]) => [key, plain(member)]);
  };

  test.each<[string, [string, unknown][]]>([
    ["", []],
    [
      "u=1, i",
      [
        ["u", 1],
        ["i", true],
      ],
    ],
    [
      "a=?0, b, c; foo=bar",
      [
        ["a", false],
        ["b", true],
        ["c", true],
      ],
    ],
    [
      "rating=2, feelings=(joy sadness)",
      [
        ["rating", 2],
        ["feelings", ["joy", "sadness"]],
      ],
    ],
    [
      "a=1,b=2 ,\tc=3",
      [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ],
    ],
    [
      "a=1, b=2, a=3",
      [
        ["a", 3],
        ["b", 2],
      ],
    ],
  ])("%j is read in order; the last of a key counts", (text, members) => {
    expect(dictionary(text)).toEqual(members);
  });

  test.each([
    "a=",
    "=1",
    "a=1,",
    ",a=1",
    "a =1",
    "a= 1",
    "A=1",
    "1=1",
    "a=1 b=2",
    "a=1;, b",
    "a=1, b=é",
    "\ta",
    '"a"=1',
  ])("%j is none at all", (text) => {
    expect(parseDictionary(text)).toBeNull();
  });

  test.each([
    ["a=1,b=?1, c=?0", "a=1, b, c=?0"],
    ["b=?1;x=1", "b;x=1"],
    ["a=(1 2);x, b=3;y=?0", "a=(1 2);x, b=3;y=?0"],
    ['a="?1"', 'a="?1"'],
  ])("%j is written as %j", (text, canonical) => {
    expect(formatDictionary(parseDictionary(text) ?? [])).toBe(canonical);
  });

  test("a map, pairs and an object's entries can be written", () => {
    expect(formatDictionary(Object.entries({ u: 1, i: true, l: ["a", "b"] }))).toBe('u=1, i, l=("a" "b")');
    expect(formatDictionary([])).toBe("");
  });
});

describe("RFC 9651 §3: as much as a parser must support, and no more", () => {
  const repeated = (count: number, one: (n: number) => string, between: string): string =>
    Array.from({ length: count }, (_, n) => one(n)).join(between);

  test.each<[string, number, (count: number) => unknown]>([
    ["members of a List", MAX_STRUCTURED_MEMBERS, (count) => parseList(repeated(count, () => "a", ","))],
    [
      "members of a Dictionary",
      MAX_STRUCTURED_MEMBERS,
      (count) => parseDictionary(repeated(count, (n) => `a${n}`, ",")),
    ],
    ["Items of an Inner List", MAX_INNER_LIST_ITEMS, (count) => parseList(`(${repeated(count, () => "a", " ")})`)],
    ["parameters", MAX_ITEM_PARAMETERS, (count) => parseItem(`a;${repeated(count, (n) => `b${n}`, ";")}`)],
  ])("S100: %s", (_, most, parse) => {
    expect(parse(most)).not.toBeNull();
    expect(parse(most + 1)).toBeNull();
  });

  test("keys of 64 and more, Strings of 1,024, Tokens of 512 characters, Byte Sequences of 16,384 octets", () => {
    expect(parseDictionary(`${"k".repeat(1_000)}=1`)?.size).toBe(1);
    expect(parseItem(`"${"s".repeat(2_000)}"`)?.value).toHaveLength(2_000);
    expect(parseItem("t".repeat(1_000))?.value).toEqual(new Token("t".repeat(1_000)));
    expect(parseItem(`:${"AAAA".repeat(10_000)}:`)?.value).toHaveLength(30_000);
  });

  test("S100: a longer field is not read", () => {
    const most = `"${"a".repeat(MAX_STRUCTURED_FIELD - 2)}"`;
    for (const parse of [parseItem, parseList]) {
      expect(parse(most)).not.toBeNull();
      expect(parse(`${most} `)).toBeNull();
    }
    expect(parseDictionary(`a=${most.slice(2)}`)).toBeNull();
    expect(parseDictionary(`a="${most.slice(3)}`)?.size).toBe(1);
    expect(parseDictionary(`a="${most.slice(3)} `)).toBeNull();
  });

  test.each<[string, (text: string) => unknown, string, string, string]>([
    ["commas", parseList, "", ",", ""],
    ["spaces", parseList, "a", " ", "b"],
    ["parentheses", parseList, "", "(", ""],
    ["Items", parseList, "", `(${"a ".repeat(256)}),`, ""],
    ["members", parseList, "", "a,", "a"],
    ["members of one key", parseDictionary, "", "a,", "a"],
    ["parameters of one key", parseItem, "1", ";a", ""],
    ["semicolons", parseItem, "1", ";", ""],
    ["spaces before a key", parseItem, "1;", " ", "a"],
    ["digits", parseItem, "", "1", ""],
    ["places", parseItem, "1.", "1", ""],
    ["escapes", parseItem, '"', "\\\\", '"'],
    ["a String that is open", parseItem, '"', "a", ""],
    ["a Token", parseItem, "", "a:/", ""],
    ["Base64", parseItem, ":", "AAAA", ":"],
    ["Base64 that is open", parseItem, ":", "A", ""],
    ["colons", parseList, "", ":", ""],
    ["triplets", parseItem, '%"', "%c3%bc", '"'],
    ["percent signs", parseItem, '%"', "%", '"'],
  ])("S100: linear in %s", (_, parse, before, unit, after) => {
    const text = before + unit.repeat((MAX_STRUCTURED_FIELD - before.length - after.length) / unit.length) + after;
    expect(milliseconds(() => parse(text))).toBeLessThan(LINEAR_MS);
  });
});
