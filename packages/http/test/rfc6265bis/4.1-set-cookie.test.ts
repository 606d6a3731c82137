import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { CookieError } from "../../src/cookie.ts";
import {
  type CookieAttributes,
  formatExpiredCookie,
  formatSetCookie,
  MAX_COOKIE_OCTETS,
} from "../../src/set-cookie.ts";
import { parseSetCookie } from "../../src/set-cookie-parser.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const refused = expect.objectContaining({ code: "ERR_INVALID_COOKIE" });

describe("RFC 6265bis §4.1.1 Set-Cookie, as a server writes it", () => {
  test.each<[string, string, CookieAttributes, string]>([
    ["SID", "31d4d96e407aad42", {}, "SID=31d4d96e407aad42"],
    ["SID", "31d4", { path: "/", secure: true, httpOnly: true }, "SID=31d4; Path=/; Secure; HttpOnly"],
    ["lang", "en-US", { path: "/", domain: "site.example" }, "lang=en-US; Domain=site.example; Path=/"],
    ["lang", "en-US", { expires: 1_623_233_894 }, "lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT"],
    ["a", "", { maxAge: 0 }, "a=; Max-Age=0"],
    ["a", "b", { maxAge: -1 }, "a=b; Max-Age=-1"],
    ["a", '"b"', {}, 'a="b"'],
    ["a", '""', {}, 'a=""'],
    ["a", "b=c==", {}, "a=b=c=="],
    ["a", "b", { sameSite: "Lax" }, "a=b; SameSite=Lax"],
    ["a", "b", { sameSite: "None", secure: true, partitioned: true }, "a=b; Secure; SameSite=None; Partitioned"],
    ["a", "b", { secure: false, httpOnly: false, partitioned: false }, "a=b"],
    ["__proto__", "b", {}, "__proto__=b"],
  ])("%s=%s %j", (name, value, attributes, text) => {
    expect(formatSetCookie(name, value, attributes)).toBe(text);
  });

  test("deleting", () => {
    expect(formatExpiredCookie("sid", { path: "/" })).toBe(
      "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
    );
  });

  test.each(["", "a b", "a=b", "a;b", "a\r\nb", "é", "a,b", '"a"', "a\0"])("S48: %j is no name", (name) => {
    expect(() => formatSetCookie(name, "x")).toThrow(refused);
  });

  test.each([
    "a b",
    "a;b",
    "a,b",
    'a"b',
    '"',
    '"a',
    'a"',
    "a\\b",
    "a\r\nSet-Cookie: b=c",
    "a\0",
    "\t",
    "é",
    "\u010a",
    "\x7f",
  ])("S48: %j is no value", (value) => {
    expect(() => formatSetCookie("a", value)).toThrow(refused);
    expect(() => formatSetCookie("a", `"${value}"`)).toThrow(refused);
    expect(formatSetCookie("a", encodeURIComponent(value))).toMatch(/^a=[\x21-\x7e]+$/);
  });

  test.each<[string, object]>([
    ["an attribute in Domain", { domain: "a.example; Secure" }],
    ["CR LF in Domain", { domain: "a.example\r\nX: y" }],
    ["a leading dot in Domain", { domain: ".a.example" }],
    ["an empty label in Domain", { domain: "a..example" }],
    ["an empty Domain", { domain: "" }],
    ["a port in Domain", { domain: "a.example:80" }],
    ["an attribute in Path", { path: "/; Domain=evil.example" }],
    ["CR LF in Path", { path: "/\r\nX: y" }],
    ["a relative Path", { path: "a" }],
    ["an empty Path", { path: "" }],
    ["a Path that is not ASCII", { path: "/é" }],
    ["a Path that no user agent reads", { path: `/${"a".repeat(1024)}` }],
    ["an attribute in SameSite", { sameSite: "Lax; Domain=evil.example" }],
    ["a SameSite in lower case", { sameSite: "lax" }],
    ["a Max-Age that is no integer", { maxAge: 1.5 }],
    ["a Max-Age that is no number", { maxAge: Number.NaN }],
    ["a Max-Age that is text", { maxAge: "1; Domain=evil.example" }],
    ["SameSite=None without Secure", { sameSite: "None" }],
    ["Partitioned without Secure", { partitioned: true }],
  ])("S48: refuses %s", (_, attributes) => {
    expect(() => formatSetCookie("a", "b", attributes as CookieAttributes)).toThrow(refused);
  });

  test("an Expires that is no date is a RangeError", () => {
    expect(() => formatSetCookie("a", "b", { expires: Number.NaN })).toThrow(RangeError);
  });

  test("§5.6: what user agents drop is not written", () => {
    expect(formatSetCookie("a", "b".repeat(MAX_COOKIE_OCTETS - 1))).toHaveLength(MAX_COOKIE_OCTETS + 1);
    expect(() => formatSetCookie("a", "b".repeat(MAX_COOKIE_OCTETS))).toThrow(CookieError);
  });

  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, "domain");
    Reflect.deleteProperty(Object.prototype, "secure");
  });

  test("S49: what was planted on a prototype is no attribute", () => {
    Object.assign(Object.prototype, { domain: "evil.example\r\nX: y", secure: true });
    expect(formatSetCookie("a", "b", { path: "/" })).toBe("a=b; Path=/");
    expect(formatSetCookie("a", "b")).toBe("a=b");
    expect(formatExpiredCookie("a")).toBe("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0");
  });
});

describe("RFC 6265bis §4.1.3 Cookie Name Prefixes", () => {
  const host = { secure: true, path: "/" };
  test.each<[string, CookieAttributes]>([
    ["__Secure-a", { secure: true }],
    ["__Secure-a", { secure: true, domain: "a.example", path: "/x" }],
    ["__Host-a", host],
    ["__Http-a", { secure: true, httpOnly: true }],
    ["__Host-Http-a", { ...host, httpOnly: true }],
    ["__Hosta", {}],
    ["x__Host-a", {}],
  ])("%s with %j", (name, attributes) => {
    expect(formatSetCookie(name, "b", attributes)).toMatch(/=b/);
  });

  test.each<[string, CookieAttributes]>([
    ["__Secure-a", {}],
    ["__Secure-a", { secure: false }],
    ["__secure-a", {}],
    ["__SECURE-a", {}],
    ["__Host-a", { path: "/" }],
    ["__Host-a", { secure: true }],
    ["__Host-a", { secure: true, path: "/x" }],
    ["__Host-a", { ...host, domain: "a.example" }],
    ["__host-a", { secure: true }],
    ["__HOST-a", { path: "/" }],
    ["__Http-a", { secure: true }],
    ["__http-a", { httpOnly: true }],
    ["__Host-Http-a", host],
    ["__Host-Http-a", { secure: true, httpOnly: true, path: "/x" }],
  ])("S131: %s with %j is refused, in any case", (name, attributes) => {
    expect(() => formatSetCookie(name, "b", attributes)).toThrow(refused);
  });
});

describe("what a server writes, a client reads", () => {
  test("fuzz", () => {
    const attributes = fc.record(
      {
        maxAge: fc.integer({ min: -10, max: 40_000_000 }),
        expires: fc.integer({ min: 0, max: 4_000_000_000 }),
        domain: fc.constantFrom("a.example", "x-1.a.example"),
        path: fc.stringMatching(/^\/[!-:<-~]{0,8}$/),
        secure: fc.boolean(),
        httpOnly: fc.boolean(),
        sameSite: fc.constantFrom<("Strict" | "Lax" | "None")[]>("Strict", "Lax", "None"),
        partitioned: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const name = fc.stringMatching(/^(__Host-|__secure-)?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,6}$/);
    const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,8}$/);
    const now = 1_767_225_600;
    fc.assert(
      fc.property(name, value, attributes, (name, value, given) => {
        let text: string;
        try {
          text = formatSetCookie(name, value, given);
        } catch (error) {
          expect(error).toBeInstanceOf(CookieError);
          return;
        }
        const latest = now + 34_560_000;
        const age =
          given.maxAge === undefined ? undefined : given.maxAge <= 0 ? 0 : Math.min(now + given.maxAge, latest);
        const expires = given.expires === undefined ? null : Math.min(given.expires, latest);
        expect(parseSetCookie(text, now)).toEqual({
          name,
          value,
          expires: age ?? expires,
          domain: given.domain ?? null,
          path: given.path ?? null,
          secure: given.secure ?? false,
          httpOnly: given.httpOnly ?? false,
          sameSite: given.sameSite ?? null,
          partitioned: given.partitioned ?? false,
        });
      }),
      { numRuns },
    );
  });
});
