import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonError, MAX_JSON_DEPTH, parseJson } from "../../src/json.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const code = (text: string, options?: Parameters<typeof parseJson>[1]): string => {
  try {
    parseJson(text, options);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    expect((error as JsonError).status).toBe(400);
    return (error as JsonError).code;
  }
};

describe("RFC 8259 JSON", () => {
  test("reads what JSON.parse reads", () => {
    expect(parseJson(' {"a":[1,true,null,"x"]} ')).toEqual({ a: [1, true, null, "x"] });
    expect(parseJson("null")).toBeNull();
    expect(parseJson('"}]{["')).toBe("}]{[");
  });

  test.each(["", "{", "[1,]", "{'a':1}", "undefined", "NaN", '"\n"', "01", "\ufeff\ufeff1"])(
    "%j is not JSON",
    (text) => {
      expect(code(text)).toBe("ERR_JSON_SYNTAX");
    },
  );

  test("S51: the message shows nothing raw", () => {
    expect(() => parseJson("\x1b[2J\r\n")).toThrow(/^[\x20-\x7e]+$/);
  });

  test("S161: one byte order mark is skipped (§8.1)", () => {
    expect(parseJson("\ufeff[1]")).toEqual([1]);
  });

  test("S161: the last of equal names counts", () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
  });
});

describe("S161: keys that poison prototypes", () => {
  const poison = [
    '{"__proto__":{"admin":true}}',
    '{"__proto__":1}',
    '{"a":[{"b":{"__proto__":{}}}]}',
    '{"\\u005f\\u005fproto__":{}}',
    '{"__\\u0070roto__":{}}',
    '{"__proto\\u005F_":{}}',
    '{ "__proto__" \n : {} }',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"constructor":{"prototype":null}}',
    '{"\\u0063onstructor":{"proto\\u0074ype":{}}}',
  ];

  test.each(poison)("are refused: %s", (text) => {
    expect(code(text)).toBe("ERR_JSON_PROTOTYPE_KEY");
  });

  test.each(poison)("are removed when asked for: %s", (text) => {
    const value = JSON.stringify(parseJson(text, { prototypeKeys: "remove" }));
    expect(value).not.toMatch(/__proto__|constructor/);
  });

  test("removing keeps the rest", () => {
    const value = parseJson('{"a":1,"__proto__":{"x":1},"b":[{"constructor":{"prototype":{}},"c":2}]}', {
      prototypeKeys: "remove",
    });
    expect(value).toEqual({ a: 1, b: [{ c: 2 }] });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("are kept as own properties when asked for", () => {
    const value = parseJson('{"__proto__":{"admin":true}}', { prototypeKeys: "ignore" }) as object;
    expect(Object.hasOwn(value, "__proto__")).toBe(true);
    expect("admin" in value).toBe(false);
  });

  test.each([
    '{"constructor":"Jane"}',
    '{"constructor":{"name":"x"}}',
    '["__proto__"]',
    '{"a":"__proto__"}',
    '{"prototype":1}',
    '"\\u0041"',
  ])("harmless: %s", (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test("fuzz: what is accepted has no such key, however it was spelled", () => {
    const key = fc.constantFrom("__proto__", "constructor", "prototype", "a");
    const tree = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom("1", "null", '"__proto__"'),
        fc.array(tie("node"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
        fc.array(fc.tuple(key, fc.nat(10), tie("node")), { maxLength: 3 }).map((members) => {
          const written = members.map(([name, at, value]) => {
            const escaped = name.replace(name.charAt(at % name.length), (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
            return `"${at > 4 ? name : escaped}":${value}`;
          });
          return `{${written.join(",")}}`;
        }),
      ),
    })).node;
    const poisoned = (value: unknown): boolean => {
      if (typeof value !== "object" || value === null) return false;
      if (Object.hasOwn(value, "__proto__")) return true;
      const made = Object.hasOwn(value, "constructor") ? Reflect.get(value, "constructor") : null;
      if (typeof made === "object" && made !== null && Object.hasOwn(made, "prototype")) return true;
      return Object.values(value).some(poisoned);
    };
    fc.assert(
      fc.property(tree, (text) => {
        const refused = code(text) === "ERR_JSON_PROTOTYPE_KEY";
        expect(refused).toBe(poisoned(JSON.parse(text)));
        expect(poisoned(parseJson(text, { prototypeKeys: "remove" }))).toBe(false);
      }),
      { numRuns },
    );
  });
});

describe("S103: nesting", () => {
  test("is bounded before anything is built", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(code(nested(MAX_JSON_DEPTH))).toBe("");
    expect(code(nested(MAX_JSON_DEPTH + 1))).toBe("ERR_JSON_DEPTH");
    expect(code('{"a":'.repeat(500_000))).toBe("ERR_JSON_DEPTH");
    expect(code("[[1]]", { maxDepth: 1 })).toBe("ERR_JSON_DEPTH");
    expect(code("[]", { maxDepth: 0 })).toBe("ERR_JSON_DEPTH");
    expect(code("1", { maxDepth: 0 })).toBe("");
  });

  test("counts no brackets in strings", () => {
    const text = JSON.stringify(`${"[".repeat(1000)}\\"${"{".repeat(1000)}\\`);
    expect(parseJson(text)).toBe(JSON.parse(text));
  });

  test("siblings are not nested", () => {
    expect(code(`[${"[],".repeat(1000)}[]]`)).toBe("");
  });

  test("looking for keys does not recurse", () => {
    const depth = 200_000;
    const text = `${'{"constructor":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(code(text, { maxDepth: depth })).toBe("");
  });
});

describe("S161: integers that a number cannot hold", () => {
  test.each(["9007199254740993", "-9007199254740993", '{"id":12345678901234567890}', "[1,100000000000000000000000]"])(
    "%s is an error when asked for",
    (text) => {
      expect(code(text)).toBe("");
      expect(code(text, { unsafeIntegers: "error" })).toBe("ERR_JSON_UNSAFE_INTEGER");
    },
  );

  test.each([
    "9007199254740991",
    "1.00000000000000000000001",
    "1e300",
    '"12345678901234567890"',
    '{"12345678901234567890":1}',
    "-1E+21",
  ])("%s is none", (text) => {
    expect(parseJson(text, { unsafeIntegers: "error" })).toEqual(JSON.parse(text));
  });
});

describe("S100: linear", () => {
  test.each([
    ["an open string", `"${"a".repeat(MEGABYTE)}`],
    ["backslashes", `"${"\\".repeat(MEGABYTE)}`],
    ["quotes", '"'.repeat(MEGABYTE)],
    ["open brackets", "[".repeat(MEGABYTE)],
    ["digits", "1".repeat(MEGABYTE)],
    ["empty strings", `[${'"",'.repeat(MEGABYTE / 3)}""]`],
  ])("in %s", (_, text) => {
    expect(milliseconds(() => code(text, { unsafeIntegers: "error" }))).toBeLessThan(LINEAR_MS);
  });

  test("in keys to look at", () => {
    const text = `[${'{"constructor":1},'.repeat(MEGABYTE / 20)}1]`;
    const plain = milliseconds(() => JSON.parse(text));
    expect(milliseconds(() => parseJson(text))).toBeLessThan(Math.max(LINEAR_MS, 4 * plain));
  });
});
