/**
 * Structured fields: what is written is read back as it was, and whatever is
 * read is written in a form that is read as the same.
 *
 * `FUZZ_RUNS` sets how many cases each test tries, `FUZZ_SEED` which.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BareItem, Decimal, DisplayString, type Item, type Member, Token } from "../../src/structured-field.ts";
import { parseDictionary, parseItem, parseList } from "../../src/structured-field-parser.ts";
import { formatDictionary, formatItem, formatList } from "../../src/structured-field-serializer.ts";
import { anyText } from "../any-text.ts";

const runs = { numRuns: Number(process.env.FUZZ_RUNS ?? 1_000) };

const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,4}$/);
const bareItem: fc.Arbitrary<BareItem> = fc.oneof(
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => new Decimal(n / 1_000 + 0)),
  fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }).map((n) => new Decimal(n / 1_000 + 0)),
  fc.stringMatching(/^[ -~]{0,8}$/),
  fc.stringMatching(/^[A-Za-z*][\w!#$%&'*+.^`|~:/-]{0,6}$/).map((text) => new Token(text)),
  fc.uint8Array({ maxLength: 8 }),
  fc.boolean(),
  fc.integer({ min: -62_135_596_800, max: 253_402_214_400 }).map((seconds) => new Date(seconds * 1_000)),
  anyText.map((text) => new DisplayString(text)),
);
const parameters = fc.uniqueArray(fc.tuple(key, bareItem), { maxLength: 3, selector: ([name]) => name });
const item: fc.Arbitrary<Item> = fc.record({ value: bareItem, parameters: parameters.map((pairs) => new Map(pairs)) });
const member: fc.Arbitrary<Member> = fc.oneof(
  item,
  fc.record({ items: fc.array(item, { maxLength: 3 }), parameters: parameters.map((pairs) => new Map(pairs)) }),
);
const dictionary = fc
  .uniqueArray(fc.tuple(key, member), { maxLength: 4, selector: ([name]) => name })
  .map((pairs) => new Map(pairs));

/** Pieces of fields, good and bad. */
const piece = fc.oneof(
  fc.constantFrom(...'()=,;:?@%"\\ \t*-.', "a", "u=1", "?1", "?0", '"', ":aGk=:", "%c3", '%"', "@1", "1.5", "-0", "\0"),
  fc.string({ unit: "binary", maxLength: 2 }),
  fc.oneof(item.map(formatItem), fc.array(member, { maxLength: 2 }).map(formatList), dictionary.map(formatDictionary)),
);
const anyField = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("fuzz: structured fields", () => {
  test("what is written is printable ASCII and is read back", () => {
    fc.assert(
      fc.property(item, fc.array(member, { maxLength: 4 }), dictionary, (one, list, dict) => {
        const texts = [formatItem(one), formatList(list), formatDictionary(dict)] as const;
        for (const text of texts) expect(text).toMatch(/^[ -~]*$/);
        expect(parseItem(texts[0])).toEqual(one);
        expect(parseList(texts[1])).toEqual(list);
        const read = parseDictionary(texts[2]);
        expect(read).toEqual(dict);
        expect([...(read ?? [])].map(([name]) => name)).toEqual([...dict.keys()]);
      }),
      runs,
    );
  });

  test("any text is read or refused; what is read is written and read as the same", () => {
    fc.assert(
      fc.property(anyField, (text) => {
        const one = parseItem(text);
        if (one !== null) expect(parseItem(formatItem(one))).toEqual(one);
        const list = parseList(text);
        if (list !== null) expect(parseList(formatList(list))).toEqual(list);
        const dict = parseDictionary(text);
        if (dict !== null) expect(parseDictionary(formatDictionary(dict))).toEqual(dict);
        if (one !== null) expect(list, "an Item is a List of one").toEqual([one]);
      }),
      runs,
    );
  });

  test("any numbers are written rounded, or refused", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -2e12, max: 2e12 }), (number) => {
        let text: string;
        try {
          text = formatItem(new Decimal(number));
        } catch {
          expect(Math.abs(number)).toBeGreaterThan(999_999_999_999.999);
          return;
        }
        const read = parseItem(text)?.value as Decimal;
        expect(Math.abs(read.number - number)).toBeLessThanOrEqual(0.000_5 + Math.abs(number) * Number.EPSILON);
      }),
      runs,
    );
  });
});
