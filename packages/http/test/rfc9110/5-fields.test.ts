import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FieldError, Fields, sameName } from "../../src/index.ts";
import { milliseconds } from "../milliseconds.ts";

describe("RFC 9110 §5.1 Field Names", () => {
  test("compare without case, and are kept as they were written", () => {
    const fields = new Fields([["X-Trace-ID", "1"]]);
    expect(fields.get("x-trace-id")).toBe("1");
    expect(fields.has("X-TRACE-ID")).toBe(true);
    expect([...fields.names()]).toEqual(["X-Trace-ID"]);
  });
  test("only letters have a case: '@' and '`' differ though they are 0x20 apart", () => {
    expect(sameName("a^", "a~")).toBe(false);
    expect(sameName("@", "`")).toBe(false);
    expect(sameName("[", "{")).toBe(false);
    expect(sameName("aZ", "Az")).toBe(true);
  });
  test.each(["", " ", "a b", "a:", "ä", "a\r\n", "a\0", "(a)"])("S23: refuses the name %j", (name) => {
    expect(() => new Fields().append(name, "v")).toThrow(FieldError);
    expect(() => new Fields().set(name, "v")).toThrow(FieldError);
  });
});

describe("RFC 9110 §5.3 Field Order", () => {
  test("lines of one field are combined in order with a comma; the order of all lines is kept", () => {
    const fields = new Fields([
      ["Accept", "a"],
      ["Host", "h"],
      ["accept", "b"],
    ]);
    expect(fields.get("Accept")).toBe("a, b");
    expect(fields.getAll("accept")).toEqual(["a", "b"]);
    expect([...fields]).toEqual([
      ["Accept", "a"],
      ["Host", "h"],
      ["accept", "b"],
    ]);
    expect(fields.size).toBe(3);
  });
  test("Set-Cookie is never combined", () => {
    const fields = new Fields({ "Set-Cookie": ["a=1", "b=2"] });
    expect(fields.get("set-cookie")).toBe("a=1");
    expect(fields.getAll("set-cookie")).toEqual(["a=1", "b=2"]);
  });
  test("set replaces all lines at the place of the first; delete removes all", () => {
    const fields = new Fields([
      ["a", "1"],
      ["b", "2"],
      ["A", "3"],
      ["c", "4"],
      ["a", "5"],
    ]);
    fields.set("A", "x");
    expect([...fields]).toEqual([
      ["A", "x"],
      ["b", "2"],
      ["c", "4"],
    ]);
    expect(fields.delete("B")).toBe(true);
    expect(fields.delete("B")).toBe(false);
    expect(fields.toJSON()).toEqual([
      ["A", "x"],
      ["c", "4"],
    ]);
  });
});

describe("RFC 9110 §5.5 Field Values", () => {
  test.each(["a\r\nX: y", "a\n", "a\r", "a\0b", "a\x7f", "a\x01"])("S42: refuses the value %j", (value) => {
    expect(() => new Fields().append("X", value)).toThrow(FieldError);
    expect(() => new Fields({ X: value })).toThrow(FieldError);
  });
  test("S42: refuses characters that latin1 would cut down to CR or LF", () => {
    expect(() => new Fields().set("X", "\u010a")).toThrow(/above U\+00FF/);
    expect(() => new Fields().set("X", "\u0d0a")).toThrow(FieldError);
  });
  test("the error has a stable code", () => {
    expect(() => new Fields().set("X", "\n")).toThrow(expect.objectContaining({ code: "ERR_INVALID_FIELD" }));
  });
  test("HTAB, obs-text and the empty value are values", () => {
    expect(
      new Fields([
        ["X", "a\tb\xff"],
        ["Y", ""],
      ]).get("x"),
    ).toBe("a\tb\xff");
  });
});

describe("fields and objects", () => {
  test("S99: __proto__ and constructor are names like any other", () => {
    const fields = new Fields([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
    expect(fields.get("__proto__")).toBe("1");
    expect(fields.get("constructor")).toBe("2");
    expect(fields.get("toString")).toBeUndefined();
    expect(({} as Record<string, unknown>)["1"]).toBeUndefined();
  });
  test("S49: what stands on Object.prototype is not a field", () => {
    Object.defineProperty(Object.prototype, "X-Planted", {
      value: "a\r\n",
      enumerable: true,
      configurable: true,
      writable: true,
    });
    try {
      expect([...new Fields({ A: "1" })]).toEqual([["A", "1"]]);
    } finally {
      delete (Object.prototype as Record<string, unknown>)["X-Planted"];
    }
  });
  test("a clone shares nothing; fields are made of fields", () => {
    const one = new Fields({ a: "1" });
    const two = one.clone().append("b", "2");
    expect(one.size).toBe(1);
    expect([...new Fields(two)]).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });
  test("S98: 10^5 lines are read in linear time", () => {
    const run = (): void => {
      const fields = new Fields();
      for (let i = 0; i < 100_000; i++) fields.append("x", "y");
      expect(fields.getAll("x").length).toBe(100_000);
      expect(fields.delete("x")).toBe(true);
    };
    expect(milliseconds(run, 500)).toBeLessThan(500);
  });
  test("any sequence of changes gives what a naive list gives", () => {
    const name = fc.constantFrom("a", "A", "b", "c");
    const step = fc.oneof(
      fc.tuple(fc.constant("append"), name, fc.string({ unit: fc.constantFrom("x", "y") })),
      fc.tuple(fc.constant("set"), name, fc.constant("z")),
      fc.tuple(fc.constant("delete"), name, fc.constant("")),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const fields = new Fields();
        let naive: [string, string][] = [];
        for (const [what, key, value] of steps) {
          const lower = key.toLowerCase();
          if (what === "append") naive.push([key, value]);
          const first = naive.findIndex(([n]) => n.toLowerCase() === lower);
          if (what === "set" && first >= 0)
            naive = naive.flatMap((line, i) =>
              i === first ? [[key, value] as [string, string]] : line[0].toLowerCase() === lower ? [] : [line],
            );
          else if (what === "set") naive.push([key, value]);
          if (what === "delete") naive = naive.filter(([n]) => n.toLowerCase() !== lower);
          if (what === "append") fields.append(key, value);
          else if (what === "set") fields.set(key, value);
          else fields.delete(key);
        }
        expect([...fields]).toEqual(naive);
      }),
    );
  });
});
