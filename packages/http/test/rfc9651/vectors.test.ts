/** The 1,591 cases of parsing and the 544 of serialising that httpwg keeps for all implementations. */
import { describe, expect, test } from "vitest";
import type { Item, Member } from "../../src/structured-field.ts";
import { parseDictionary, parseItem, parseList } from "../../src/structured-field-parser.ts";
import {
  formatDictionary,
  formatItem,
  formatList,
  StructuredFieldError,
} from "../../src/structured-field-serializer.ts";
import { expectedOf, PARSING, SERIALISING, type Vector } from "./vectors.ts";

const parsers = { item: parseItem, list: parseList, dictionary: parseDictionary };

function format(type: Vector["header_type"], value: unknown): string {
  if (type === "item") return formatItem(value as Item);
  return type === "list" ? formatList(value as Member[]) : formatDictionary(value as Map<string, Member>);
}

describe.skipIf(PARSING.length === 0)("RFC 9651 §4.2 Parsing Structured Fields: httpwg's cases", () => {
  test("all of them are here", () => {
    expect([PARSING.length, SERIALISING.length]).toEqual([1_591, 544]);
  });

  for (const file of new Set(PARSING.map((vector) => vector.file)))
    describe(file, () => {
      test.each(PARSING.filter((vector) => vector.file === file))("$name", (vector) => {
        const text = (vector.raw ?? []).join(", ");
        const value = parsers[vector.header_type](text);
        if (vector.must_fail === true) expect(value).toBeNull();
        else if (value !== null || vector.can_fail !== true) {
          // toEqual takes any two maps with equal entries for equal: their order is compared by what is written.
          expect(value).toEqual(expectedOf(vector));
          const canonical = (vector.canonical ?? vector.raw ?? []).join(", ");
          expect(format(vector.header_type, value)).toBe(canonical);
        }
      });
    });
});

describe.skipIf(SERIALISING.length === 0)("RFC 9651 §4.1 Serializing Structured Fields: httpwg's cases", () => {
  for (const file of new Set(SERIALISING.map((vector) => vector.file)))
    describe(file, () => {
      test.each(SERIALISING.filter((vector) => vector.file === file))("$name", (vector) => {
        const value = expectedOf(vector);
        if (vector.must_fail === true) expect(() => format(vector.header_type, value)).toThrow(StructuredFieldError);
        else expect(format(vector.header_type, value)).toBe((vector.canonical ?? []).join(", "));
      });
    });
});
