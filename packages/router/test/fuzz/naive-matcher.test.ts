import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRouter, RouteConflictError } from "../../src/index.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 1_000);

/**
 * What the router must agree with: it looks at every pattern, segment by segment, on decoded text, and keeps the one
 * that says most.
 */
function naiveMatch(patterns: readonly string[], path: string): { pattern: string; values: string[] } | 400 | null {
  const raw = path.split("/").slice(1);
  if (raw.some((segment) => /%(?![0-9A-Fa-f]{2})/.test(segment))) return 400;
  const decoded = raw.map(decode);
  const dotted = decoded.some((segment) => segment.split(/[/\\]/).some((part) => part === "." || part === ".."));
  if (dotted || raw.slice(0, -1).includes("")) return 400;

  let best: { pattern: string; rank: string; values: string[]; refused: boolean } | null = null;
  for (const pattern of patterns) {
    const found = matchOne(pattern, raw, decoded);
    // Ranks compare as texts, segment by segment.
    if (found !== null && (best === null || found.rank < best.rank)) best = { pattern, ...found };
  }
  if (best === null) return null;
  return best.refused ? 400 : { pattern: best.pattern, values: best.values };
}

/** Where and how well one pattern matches. */
function matchOne(
  pattern: string,
  raw: string[],
  decoded: string[],
): { rank: string; values: string[]; refused: boolean } | null {
  const values: string[] = [];
  let rank = "";
  let refused = false;
  const segments = pattern.split("/").slice(1);
  for (const [i, segment] of segments.entries()) {
    if (i >= raw.length) return null;
    const text = decoded[i] ?? "";
    if (segment.startsWith("*")) {
      const rest = raw.slice(i);
      refused ||= segment !== "*" && rest.some((each) => /%2f/i.test(each));
      const value = rest.map(decode).join("/");
      if (segment !== "*") values.push(value);
      return { rank: `${rank}z`, values, refused: refused || (segment !== "*" && value.includes("\ufffd")) };
    }
    if (segment.startsWith(":")) {
      const suffix = decode(/^:[a-z]+(.*)$/.exec(segment)?.[1] ?? "");
      if (!text.endsWith(suffix) || text.length <= suffix.length) return null;
      const value = text.slice(0, text.length - suffix.length);
      refused ||= value.includes("\ufffd");
      values.push(value);
      // The longer the suffix, the more it says.
      rank += String.fromCharCode(0x79 - suffix.length);
    } else {
      if (decode(segment) !== text) return null;
      rank += "0";
    }
  }
  return segments.length === raw.length ? { rank, values, refused } : null;
}

/** Percent-decoding; what is not UTF-8 becomes U+FFFD. */
function decode(text: string): string {
  const octets = [...text].map((char) => char.charCodeAt(0));
  const bytes: number[] = [];
  for (let i = 0; i < octets.length; i++) {
    if (text[i] === "%") {
      bytes.push(Number.parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(octets[i] ?? 0);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

/** Few different octets, so that patterns share beginnings and paths hit them. */
const LITERALS = ["a", "b", "ab", "aa", "abc", "a.b", ".a", "b.", "%61b", "%2F", "%25", "%C3%A9", "a%2fb", "-"];
const literal = fc.constantFrom(...LITERALS);
/** A parameter by its suffix; it is named by its place. */
const parameter = fc.constantFrom("", "", ".b", "%61", ".a.b", "%2Fb", "-").map((suffix) => `:${suffix}`);
const pattern = fc
  .tuple(
    fc.array(fc.oneof({ weight: 2, arbitrary: literal }, parameter), { maxLength: 4 }),
    fc.constantFrom("", "", "*", "*w", "a", ":"),
  )
  .map(([segments, last]) =>
    [...segments, last].map((each, i) => `/${each.replace(/^:/, `:${"nopqrs"[i]}`)}`).join(""),
  );

const segment = fc.oneof(
  { weight: 6, arbitrary: literal },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom("a", "b", ".", "%61", "%2e", "%2f", "%2F", "%25", "%5c", "%C3%A9", "%c3", "%a9", "c"), {
        maxLength: 5,
      })
      .map((pieces) => pieces.join("")),
  },
  { weight: 1, arbitrary: fc.constantFrom("", ".", "..", "%", "%2", "%zz", "%2e%2E") },
);
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join("/")}`);

describe("fuzz: any routes and any path", () => {
  test("the router agrees with a matcher that looks at every pattern", () => {
    const seen = { found: 0, refused: 0, nothing: 0 };
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 12 }),
        fc.array(path, { minLength: 1, maxLength: 8 }),
        (patterns, paths) => {
          const router = createRouter();
          const registered: string[] = [];
          for (const each of patterns) {
            try {
              router.get(each, () => {});
              registered.push(each);
            } catch (error) {
              if (!(error instanceof RouteConflictError)) throw error;
            }
          }
          for (const each of paths) {
            const expected = naiveMatch(registered, each);
            const found = router.match("GET", each);
            if (expected === 400 || expected === null) {
              seen[expected === 400 ? "refused" : "nothing"]++;
              expect(found).toBeNull();
            } else {
              seen.found++;
              expect([found?.route.path, [...(found?.params.values() ?? [])]]).toEqual([
                expected.pattern,
                expected.values,
              ]);
            }
          }
        },
      ),
      { numRuns },
    );
    // A fuzzer that finds nothing, or nothing else, proves nothing.
    expect(Math.min(seen.found, seen.refused, seen.nothing)).toBeGreaterThan(numRuns / 10);
  });

  test("order of registration and mounting make no difference", () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 10 }), path, (patterns, each) => {
        const forward = createRouter();
        const registered = patterns.filter((one) => {
          try {
            forward.get(one, () => {});
            return true;
          } catch {
            return false;
          }
        });
        const backward = createRouter();
        for (const one of [...registered].reverse()) backward.get(one, () => {});
        const expected = forward.match("GET", each);
        const reversed = backward.match("GET", each);
        expect([reversed?.route.path, reversed?.params]).toEqual([expected?.route.path, expected?.params]);
        if (each === "/") return; // the prefix itself
        const mounted = createRouter().mount("/in", forward).match("GET", `/in${each}`);
        expect(mounted?.route.path).toBe(expected === null ? undefined : `/in${expected.route.path}`);
        expect(mounted?.params).toEqual(expected?.params);
      }),
      { numRuns },
    );
  });

  test("any text is a pattern or a RoutePatternError, and any path is answered", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (pattern, path) => {
        const router = createRouter().get("/:a/*b", () => {});
        try {
          router.handle(pattern, () => {});
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^ERR_ROUTE_(PATTERN|CONFLICT)$/);
        }
        const found = router.match("GET", `/${path}`);
        expect(found === null || found.route.path.length > 0).toBe(true);
      }),
      { numRuns },
    );
  });
});
