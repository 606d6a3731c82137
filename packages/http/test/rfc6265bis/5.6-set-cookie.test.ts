import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_COOKIE_AGE } from "../../src/set-cookie.ts";
import { MAX_COOKIE_ATTRIBUTES, parseSetCookie, type SetCookie } from "../../src/set-cookie-parser.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);
const NOW = 1_767_225_600;
const plain: SetCookie = {
  name: "a",
  value: "b",
  expires: null,
  domain: null,
  path: null,
  secure: false,
  httpOnly: false,
  sameSite: null,
  partitioned: false,
};
const parse = (text: string): SetCookie | null => parseSetCookie(text, NOW);

describe("RFC 6265bis §5.6 Set-Cookie, as a user agent reads it", () => {
  test.each<[string, Partial<SetCookie>]>([
    ["a=b", {}],
    [" a = b ", {}],
    ["a=b;", {}],
    ["a=b; ; ;x=y", {}],
    ["a=b=c", { value: "b=c" }],
    ["a=", { value: "" }],
    ["=b", { name: "" }],
    ["b", { name: "" }],
    ['a="b"', { value: '"b"' }],
    ["a=b; SECURE;hTTPoNLY", { secure: true, httpOnly: true }],
    ["a=b; Secure=false", { secure: true }],
    ["a=b; Partitioned; Secure", { partitioned: true, secure: true }],
    ["a=b; Domain=Example.COM", { domain: "example.com" }],
    ["a=b; Domain=.example.com", { domain: "example.com" }],
    ["a=b; Domain=..example.com", { domain: ".example.com" }],
    ["a=b; Domain=x; Domain=", {}],
    ["a=b; Path=/x", { path: "/x" }],
    ["a=b; Path=x", {}],
    ["a=b; Path=/x; Path=", {}],
    ["a=b; SameSite=strict", { sameSite: "Strict" }],
    ["a=b; SameSite=NONE", { sameSite: "None" }],
    ["a=b; SameSite=Lax; SameSite=bogus", {}],
    ["a=b; Max-Age=60", { expires: NOW + 60 }],
    ["a=b; Max-Age=0", { expires: 0 }],
    ["a=b; Max-Age=-1", { expires: 0 }],
    ["a=b; Max-Age=1; Max-Age=x", { expires: NOW + 1 }],
    ["a=b; Max-Age=", {}],
    ["a=b; Max-Age=+1", {}],
    ["a=b; Max-Age=1.5", {}],
    ["a=b; Max-Age=1e3", {}],
    ["a=b; Max-Age=--1", {}],
    ["a=b; Expires=Thu, 01 Jan 2026 00:00:05 GMT", { expires: NOW + 5 }],
    ["a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", { expires: 0 }],
    ["a=b; Expires=Thu, 01 Jan 1960 00:00:00 GMT", { expires: 0 }],
    ["a=b; Expires=never", {}],
    ["a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", { expires: NOW + 60 }],
    ["a=b\t; Secure", { secure: true }],
  ])("%j", (text, expected) => {
    expect(parse(text)).toEqual({ ...plain, ...expected });
  });

  test.each(["", "=", ";", " ; Secure", "a=b\0", "a=b\x07; Secure", "a=b; Path=/\x7f", "a=b\r\nX: y", "a\n=b"])(
    "%j is ignored",
    (text) => {
      expect(parse(text)).toBeNull();
    },
  );

  test("S131: §5.5: nothing is kept for more than 400 days, and no number overflows", () => {
    const latest = { ...plain, expires: NOW + MAX_COOKIE_AGE };
    expect(parse("a=b; Max-Age=34560001")).toEqual(latest);
    expect(parse(`a=b; Max-Age=${"9".repeat(400)}`)).toEqual(latest);
    expect(parse("a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT")).toEqual(latest);
    expect(parse(`a=b; Max-Age=-${"9".repeat(400)}`)).toEqual({ ...plain, expires: 0 });
  });

  test("name and value are at most 4,096 octets, an attribute's value at most 1,024", () => {
    expect(parse(`a=${"b".repeat(4095)}`)).not.toBeNull();
    expect(parse(`a=${"b".repeat(4096)}`)).toBeNull();
    expect(parse(`a=b; Path=/${"x".repeat(1023)}`)?.path).toHaveLength(1024);
    expect(parse(`a=b; Path=/${"x".repeat(1024)}`)?.path).toBeNull();
  });

  test("attributes are counted", () => {
    expect(parse(`a=b${";x".repeat(MAX_COOKIE_ATTRIBUTES)}`)).toEqual(plain);
    expect(parse(`a=b${";x".repeat(MAX_COOKIE_ATTRIBUTES + 1)}`)).toBeNull();
  });

  test("S99: a cookie or attribute may have any name", () => {
    expect(parse("__proto__=b; __proto__=c; constructor")).toEqual({ ...plain, name: "__proto__" });
  });
});

describe("RFC 6265bis §5.4 Cookie Name Prefixes", () => {
  test.each([
    ["__Secure-a=b; Secure", true],
    ["__Secure-a=b", false],
    ["__SECURE-a=b", false],
    ["__Host-a=b; Secure; Path=/", true],
    ["__Host-a=b; Secure", false],
    ["__Host-a=b; Path=/", false],
    ["__Host-a=b; Secure; Path=/x", false],
    ["__Host-a=b; Secure; Path=/; Domain=a.example", false],
    ["__Host-a=b; Secure; Path=/; Domain=", true],
    ["__hOsT-a=b; Secure", false],
    ["__Http-a=b; Secure", false],
    ["__Http-a=b; Secure; HttpOnly", true],
    ["__Host-Http-a=b; Secure; Path=/", false],
    ["=__Host-a=b; Secure; Path=/", false], // a server would take it for __Host-a
    ["=__secure-a", false],
    ["__Host-a", false],
    ["=x__Host-a", true],
  ])("S131: %j: %s", (text, accepted) => {
    expect(parse(text) !== null).toBe(accepted);
  });
});

describe("any line", () => {
  test("fuzz: gives a cookie or null", () => {
    const piece = fc.constantFrom(
      "a",
      "=",
      ";",
      " ",
      "Max-Age=",
      "Expires=",
      "9",
      "Path=/",
      "Domain=",
      ".",
      "\0",
      "\t",
      "__Host-",
      "Secure",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const cookie = parse(pieces.join(""));
        if (cookie === null) return;
        expect(cookie.name + cookie.value).not.toMatch(/[;\0]/);
        expect(cookie.expires === null || (cookie.expires >= 0 && cookie.expires <= NOW + MAX_COOKIE_AGE)).toBe(true);
        expect(cookie.path === null || cookie.path.startsWith("/")).toBe(true);
      }),
      { numRuns },
    );
  });

  test.each([
    ["semicolons", `a=b${";".repeat(MEGABYTE)}`],
    ["equals signs", `a=b;${"=".repeat(MEGABYTE)}`],
    ["spaces", `a=b;${" ".repeat(MEGABYTE)}x`],
    ["attributes", `a=b${";Expires=1".repeat(MEGABYTE / 10)}`],
    ["digits", `a=b;Max-Age=${"9".repeat(MEGABYTE)}`],
    ["one value", `a=${"b".repeat(MEGABYTE)}`],
  ])("S100: linear in %s", (_, text) => {
    expect(milliseconds(() => parse(text))).toBeLessThan(LINEAR_MS);
  });
});
