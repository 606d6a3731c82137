import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatLinks, type Link, MAX_LINK_PARAMETERS, MAX_LINKS, parseLinks } from "../../src/link.ts";
import { anyText } from "../any-text.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const link = (target: string, relations: string[], ...parameters: [string, string][]): Link => ({
  target,
  relations,
  parameters,
});

describe("RFC 8288 §3 Link", () => {
  test.each<[Link[], string]>([
    [[link("/style.css", ["preload"], ["as", "style"])], "</style.css>; rel=preload; as=style"],
    [[link("/", ["next", "prefetch"])], '</>; rel="next prefetch"'],
    [[link("a", ["x"]), link("b", ["y"])], "<a>; rel=x, <b>; rel=y"],
    [[link("/", ["http://example.net/foo"])], '</>; rel="http://example.net/foo"'],
    [[link("/", ["x"], ["title", "a, b; c"])], '</>; rel=x; title="a, b; c"'],
    [[link("/", ["x"], ["title", "nächste"])], "</>; rel=x; title*=UTF-8''n%C3%A4chste"],
    [[link("/café b?q=<a>#é", ["x"])], "</caf%C3%A9%20b?q=%3Ca%3E#%C3%A9>; rel=x"],
    [[link("", ["self"])], "<>; rel=self"],
    [[], ""],
  ])("writes %j", (links, text) => {
    expect(formatLinks(links)).toBe(text);
  });

  test("S52: nothing in a link is another link or field", () => {
    expect(formatLinks([link("/>; rel=evil, <x\r\nX: y", ["a"])])).toBe(
      "</%3E;%20rel=evil,%20%3Cx%0D%0AX:%20y>; rel=a",
    );
    expect(formatLinks([link("/", ["a"], ["t", '">, <x'])])).toBe('</>; rel=a; t="\\">, <x"');
    for (const bad of [
      link("/", []),
      link("/", [""]),
      link("/", ["a b"]),
      link("/", ['a"']),
      link("/", ["a\r\n"]),
      link("/", ["a"], ["t t", "x"]),
      link("/", ["a"], ["", "x"]),
      link("/", ["a"], ["rel", "x"]),
      link("/", ["a"], ["REL", "x"]),
      link("/", ["a"], ["t", "x\r\nX: y"]),
      link("/", ["a"], ["t", "é\r\nX: y"]),
    ])
      expect(() => formatLinks([bad])).toThrow(TypeError);
  });

  test.each<[string, Link[]]>([
    [
      '<http://example.com/TheBook/chapter2>; rel="previous"; title="previous chapter"',
      [link("http://example.com/TheBook/chapter2", ["previous"], ["title", "previous chapter"])],
    ],
    ['</>; rel="http://example.net/foo"', [link("/", ["http://example.net/foo"])]],
    ['</terms>; rel="copyright"; anchor="#foo"', [link("/terms", ["copyright"], ["anchor", "#foo"])]],
    [
      "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, </TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
      [
        link("/TheBook/chapter2", ["previous"], ["title", "letztes Kapitel"]),
        link("/TheBook/chapter4", ["next"], ["title", "nächstes Kapitel"]),
      ],
    ],
    [
      '<http://example.org/>; rel="start http://example.net/relation/other"',
      [link("http://example.org/", ["start", "http://example.net/relation/other"])],
    ],
    [
      '<https://example.org/>; rel="start", <https://example.org/index>; rel="index"',
      [link("https://example.org/", ["start"]), link("https://example.org/index", ["index"])],
    ],
    ["<a,b;c>;rel=x", [link("a,b;c", ["x"])]],
    ["<a>;REL=Next", [link("a", ["next"])]],
    ["<a>; rel = next ; crossorigin ; as = font", [link("a", ["next"], ["crossorigin", ""], ["as", "font"])]],
    ["<a>; rel=next; rel=prev", [link("a", ["next"])]],
    [
      "<a>; rel=x; title=one; title=two; hreflang=de; hreflang=en",
      [link("a", ["x"], ["title", "one"], ["hreflang", "de"], ["hreflang", "en"])],
    ],
    ["<a>; rel=x; title=plain; title*=UTF-8''ext", [link("a", ["x"], ["title", "ext"])]],
    ["<a>; rel=x; title=plain; title*=bad", [link("a", ["x"], ["title", "plain"])]],
    ["<a>; rel=http://x/y", [link("a", ["http://x/y"])]],
    [", ,<a>;rel=x,, <b>;rel=y,", [link("a", ["x"]), link("b", ["y"])]],
    ["<a>;;;rel=x;", [link("a", ["x"])]],
    ["<a>", []],
    ["<a>; rel=", []],
    ['<a>; rel=""', []],
    ["<a>; rel=x, b; rel=y, <c>; rel=z", [link("a", ["x"])]],
    ["<a", []],
    ["a; rel=x", []],
    ["", []],
    ['<a>; rel=x; t="open, <b>; rel=y', [link("a", ["x"])]],
    ["<a>; rel=x; __proto__=y", [link("a", ["x"], ["__proto__", "y"])]],
  ])("reads %s", (text, links) => {
    expect(parseLinks(text)).toEqual(links);
  });

  test("links and parameters are counted", () => {
    expect(parseLinks("<a>;rel=x,".repeat(MAX_LINKS + 1))).toHaveLength(MAX_LINKS);
    expect(parseLinks(`<a>;rel=x${";y=z".repeat(1000)}`)[0]?.parameters).toHaveLength(MAX_LINK_PARAMETERS - 1);
  });

  test("fuzz: what is written is read back", () => {
    const name = fc.stringMatching(/^[a-z]{1,4}$/).filter((text) => !["rel", "type"].includes(text));
    const value = anyText;
    const any = fc.record({
      target: fc.stringMatching(/^[a-z0-9/?#%&;,=]{0,8}$/),
      relations: fc.array(fc.stringMatching(/^[a-z][a-z0-9.-]{0,4}$/), { minLength: 1, maxLength: 3 }),
      parameters: fc.array(fc.tuple(name, value), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), (links) => {
        let text: string;
        try {
          text = formatLinks(links);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(text).toMatch(/^[\t\x20-\x7e]*$/);
        const read = parseLinks(text).map(({ relations, parameters }) => [relations, parameters.length]);
        expect(read).toEqual(links.map(({ relations, parameters }) => [relations, parameters.length]));
      }),
      { numRuns },
    );
  });

  test("fuzz: no text throws", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "a",
      ";",
      "rel",
      "=",
      "x",
      ",",
      '"',
      "\\",
      " ",
      "*",
      "UTF-8''",
      "%",
      "title",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        for (const read of parseLinks(pieces.join(""))) expect(read.relations.length).toBeGreaterThan(0);
      }),
      { numRuns },
    );
  });

  test.each([
    ["open angles", "<".repeat(MEGABYTE)],
    ["angles", "<>".repeat(MEGABYTE / 2)],
    ["commas", ",".repeat(MEGABYTE)],
    ["semicolons", `<a>${";".repeat(MEGABYTE)}`],
    ["parameters", `<a>${";b=c".repeat(MEGABYTE / 4)}`],
    ["an open quote", `<a>;b="${"\\".repeat(MEGABYTE)}`],
    ["spaces", `<a>;b=${" ".repeat(MEGABYTE)}x`],
    ["spaces in a value", `<a>;b=x${" ".repeat(MEGABYTE)}x`],
    ["links", "<a>;rel=b,".repeat(MEGABYTE / 10)],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parseLinks(text))).toBeLessThan(LINEAR_MS);
  });
});
