import { describe, expect, test } from "vitest";
import { HpackEncoder } from "../../src/index.ts";
import { encode, hex } from "../wire.ts";

/** How a field is written the second time. */
function treatment(name: string, value: string, encoder: HpackEncoder = new HpackEncoder()): string {
  encode(encoder, [name, value]);
  const again = encode(encoder, [name, value]);
  if (again.length === 1) return "indexed";
  const first = again[0] as number;
  return (first & 0xf0) === 0x10 ? "never indexed" : "not indexed";
}

describe("RFC 7541 §7.1 Probing Dynamic Table State", () => {
  test.each(["authorization", "proxy-authorization", "set-cookie"])("%s is never indexed", (name) => {
    expect(treatment(name, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")).toBe("never indexed");
    expect(treatment(name, "a")).toBe("never indexed");
  });

  test("§7.1.3: a cookie is never indexed when it is short enough to be guessed", () => {
    expect(treatment("cookie", "a=1")).toBe("never indexed");
    expect(treatment("cookie", "a=01234567890123456")).toBe("never indexed"); // 19
    expect(treatment("cookie", "a=012345678901234567")).toBe("indexed"); // 20
  });

  test("§7.1.3: names of one's own, in the static table and not", () => {
    const encoder = new HpackEncoder({ neverIndexed: ["x-api-key", "location"] });
    expect(treatment("x-api-key", "secret", encoder)).toBe("never indexed");
    expect(treatment("location", "/reset?token=1", encoder)).toBe("never indexed");
    expect(treatment("x-other", "1", encoder)).toBe("indexed");
    expect(treatment("x-api-key", "secret")).toBe("indexed");
    expect(encoder.tableOctets).toBe("x-other".length + 1 + 32);
  });

  test("a never-indexed name may be an index, its value is written out each time", () => {
    expect(hex(encode(new HpackEncoder(), ["authorization", "{}"]))).toBe("1f08027b7d");
  });
});

describe("what is worth indexing", () => {
  test("what comes again", () => {
    const encoder = new HpackEncoder();
    const fields = [":status", "200", "content-type", "text/plain", "date", "Sun, 06 Nov 1994 08:49:37 GMT"];
    encode(encoder, fields);
    expect(encode(encoder, fields).length).toBe(3);
  });

  test("not what differs each time, once that is known", () => {
    const encoder = new HpackEncoder();
    for (let i = 0; i < 100; i++) encode(encoder, ["x-request-id", String(1000 + i)]);
    expect(encoder.tableOctets).toBe(3 * ("x-request-id".length + 4 + 32));
  });

  test("again when a value comes twice running", () => {
    const encoder = new HpackEncoder();
    for (let i = 0; i < 100; i++) encode(encoder, [":path", `/${i}`]);
    expect(encode(encoder, [":path", "/same"]).length).toBeGreaterThan(1);
    expect(encode(encoder, [":path", "/same"]).length).toBeGreaterThan(1);
    expect(encode(encoder, [":path", "/same"]).length).toBe(1);
  });

  test("what changes now and then is indexed each time", () => {
    const encoder = new HpackEncoder();
    for (let second = 10; second < 60; second++) {
      const fields = ["date", `Sun, 06 Nov 1994 08:49:${second} GMT`];
      encode(encoder, fields);
      expect(encode(encoder, fields).length, String(second)).toBe(1);
    }
  });

  test("a name with many values costs a bounded search: one that lies far back is written out (S98)", () => {
    const encoder = new HpackEncoder();
    const thrice = (value: string): void => {
      for (let i = 0; i < 3; i++) encode(encoder, ["x", value]); // the third time it is an index: worth indexing
    };
    for (let value = 10; value < 40; value++) thrice(String(value));
    expect(encode(encoder, ["x", "24"]).length).toBe(1); // the sixteenth from the end
    expect(encode(encoder, ["x", "23"]).length).toBeGreaterThan(1);
  });

  test("not what would push out most of the table", () => {
    const encoder = new HpackEncoder();
    encode(encoder, ["a", "1"]);
    encode(encoder, ["b", "2".repeat(3072 - 32)]);
    expect(encode(encoder, ["a", "1"]).length).toBe(1);
    encode(encoder, ["b", "2".repeat(3072 - 33)]);
    expect(encoder.tableOctets).toBe(34 + 3072);
  });
});
