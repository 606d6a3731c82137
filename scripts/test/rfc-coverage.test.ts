import { describe, expect, test } from "vitest";
import { citationOfPath, citations, page, read } from "../rfc-coverage.mjs";

describe("citations in a title", () => {
  test.each([
    ["RFC 9112 §7.1 Chunked Transfer Coding", ["RFC 9112 §7.1 Chunked Transfer Coding"]],
    ["RFC 9112 §9.3 Persistence, client", ["RFC 9112 §9.3 Persistence"]],
    ["RFC 9112 §9.3, Appendix C.2.2: how long", ["RFC 9112 §9.3", "RFC 9112 §C.2.2"]],
    ["RFC 9110 §15.3.5, §15.4.5: 204 and 304", ["RFC 9110 §15.3.5", "RFC 9110 §15.4.5"]],
    ["RFC 9112 §9.5, RFC 9110 §9.2.2: what is known", ["RFC 9112 §9.5", "RFC 9110 §9.2.2"]],
    ["RFC 6265bis §5.4 Cookie Name Prefixes", ["RFC 6265bis §5.4 Cookie Name Prefixes"]],
    ["WHATWG HTML §9.2 Server-sent events", ["WHATWG HTML §9.2 Server-sent events"]],
    ["a length is digits (RFC 9110 §8.6)", ["RFC 9110 §8.6"]],
    ["nothing is cited", []],
  ])("%s", (title, expected) => {
    const found = citations(title).map(({ document, section, title }) => `${document} §${section} ${title}`.trim());
    expect(found).toEqual(expected);
  });

  test("a file whose titles cite nothing counts for its name", () => {
    expect(citationOfPath("packages/a/test/rfc9112/7.1-chunked.test.ts")).toEqual([
      { document: "RFC 9112", section: "7.1", title: "" },
    ]);
    expect(citationOfPath("packages/a/test/rfc9112/encoding.test.ts")).toEqual([]);
  });
});

describe("the page", () => {
  const file = "packages/a/test/rfc9112/7.1-chunked.test.ts";

  test("rows are sorted as numbers, and link to the test", () => {
    const text = page([read(file, 'describe("RFC 9112 §9.10 B", f); describe("RFC 9112 §9.3 A", f);')]);
    expect(
      text.indexOf("| §9.3 | A | [a/7.1-chunked](../packages/a/test/rfc9112/7.1-chunked.test.ts) |"),
    ).toBeGreaterThan(0);
    expect(text.indexOf("§9.3")).toBeLessThan(text.indexOf("§9.10"));
  });

  test("attacks are read from titles, tables and lists", () => {
    const source =
      'test("S10, S11: in a title", f); test.each([["S12", "in a table"]])("x", f); refused("S13", "in a list");';
    expect(read(file, source).attacks).toEqual(
      expect.arrayContaining([
        { id: "S10", what: "in a title" },
        { id: "S11", what: "in a title" },
        { id: "S12", what: "in a table" },
        { id: "S13", what: "in a list" },
      ]),
    );
  });

  test("a title that is complete is shown rather than one with a placeholder", () => {
    const text = page([read(file, 'test.each(a)("S10: rejects %s", f); test("S10: no wrap | ever", f);')]);
    expect(text).toContain("| S10 | no wrap \\| ever |");
    expect(page([read(file, 'test.each(a)("S10: rejects %s", f);')])).toContain("| S10 | rejects … |");
  });
});
