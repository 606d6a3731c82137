import { toughCookieJar } from "@stack/client/tough-cookie";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser } from "./jar.ts";

/** Seconds. */
const DAY = 86_400;

let web: Browser;
beforeEach(() => {
  web = browser();
});
afterEach(() => web.close());

/** What `to` gets after `from` has answered with these Set-Cookie lines. */
async function after(from: string, setCookie: readonly string[], to: string): Promise<string> {
  await web.get(from, { setCookie });
  await web.get(to);
  return web.sent().at(-1)?.[1] ?? "";
}

describe("RFC 6265bis §5.7 Storage Model", () => {
  test.each([
    ["for this host only", "a=1", "https://shop.example.com/", "a=1"],
    ["not for another", "a=1", "https://example.com/", ""],
    ["a parent domain", "a=1; Domain=example.com", "https://other.example.com/", "a=1"],
    ["a leading dot means nothing", "a=1; Domain=.example.com", "https://example.com/", "a=1"],
    ["not a domain of others", "a=1; Domain=other.example.com", "https://other.example.com/", ""],
    ["not a text that ends alike", "a=1; Domain=xample.com", "https://xample.com/", ""],
    ["a Domain that is not ASCII", "a=1; Domain=ex\u00e4mple.com", "https://shop.example.com/", ""],
  ])("domains: %s", async (_, setCookie, to, cookie) => {
    expect(await after("https://shop.example.com/", [setCookie], to)).toBe(cookie);
  });

  test.each([
    ["/a/b", "/a/c", true],
    ["/a/b", "/a", true],
    ["/a/b", "/ab", false],
    ["/a", "/b", true],
    ["/caf%C3%A9/a", "/caf%C3%A9/b", true],
    ["/%ff/a", "/%ff/b", true],
  ])("§5.1.4: without Path it is for the directory: set at %s, sent to %s: %s", async (from, to, sent) => {
    expect(await after(`https://example.com${from}`, ["a=1"], `https://example.com${to}`)).toBe(sent ? "a=1" : "");
  });

  test.each([
    ["com", "https://evil.com/", "https://shop.com/"],
    [".com", "https://evil.com/", "https://shop.com/"],
    ["com.", "https://evil.com./", "https://shop.com./"],
    ["co.uk", "https://evil.co.uk/", "https://shop.co.uk/"],
    ["github.io", "https://evil.github.io/", "https://shop.github.io/"],
    ["kawasaki.jp", "https://a.b.kawasaki.jp/", "https://c.d.kawasaki.jp/"],
    ["local", "https://evil.local/", "https://shop.local/"],
  ])("S131: no cookie for the public suffix %s", async (domain, from, to) => {
    expect(await after(from, [`a=1; Domain=${domain}`], to)).toBe("");
    await web.get(from);
    expect(web.sent().at(-1)).toEqual([from, ""]);
  });

  test("S131: a host that is a public suffix sets cookies for itself only", async () => {
    expect(await after("https://github.io/", ["a=1; Domain=github.io"], "https://github.io/")).toBe("a=1");
    await web.get("https://shop.github.io/");
    expect(web.sent().at(-1)?.[1]).toBe("");
  });

  test("S131: an address is no domain", async () => {
    expect(await after("http://10.0.0.1/", ["a=1; Domain=0.0.1", "b=2; Domain=10.0.0.1"], "http://10.0.0.1/")).toBe(
      "b=2",
    );
    expect(await after("http://[::1]/", ["a=1"], "http://[::1]/")).toBe("a=1");
    await web.get("http://11.0.0.1/");
    expect(web.sent().at(-1)?.[1]).toBe("");
  });

  test.each([
    ["__Host- with Domain", "__Host-a=1; Secure; Path=/; Domain=example.com"],
    ["__Host- without Secure", "__Host-a=1; Path=/"],
    ["__Host- without Path=/", "__Host-a=1; Secure"],
    ["__Host- in other case", "__hOST-a=1; Secure; Path=/; Domain=example.com"],
    ["__Secure- without Secure", "__Secure-a=1"],
    ["__SECURE- in other case", "__SECURE-a=1"],
    ["a prefix in the value of a cookie without name", "=__Host-a=1; Secure; Path=/"],
    ["a cookie without name whose value has one", "=a=1"],
  ])("S131: %s is dropped", async (_, setCookie) => {
    const url = "https://example.com/app/";
    expect(await after(url, [setCookie, "b=2"], url)).toBe("b=2");
  });

  test("S131: what its prefix promises is kept", async () => {
    const setCookie = ["__Host-a=1; Secure; Path=/", "__Secure-b=2; Secure; Domain=example.com"];
    expect(await after("https://example.com/app/", setCookie, "https://example.com/app/")).toBe(
      "__Secure-b=2; __Host-a=1",
    );
    await web.get("https://shop.example.com/app/");
    expect(web.sent().at(-1)?.[1]).toBe("__Secure-b=2");
  });

  test("S131: http sets no Secure cookie, and gets none", async () => {
    expect(await after("http://example.com/", ["a=1; Secure"], "https://example.com/")).toBe("");
    expect(await after("https://example.com/", ["a=1; Secure"], "http://example.com/")).toBe("");
  });

  test.each([
    ["the same cookie", "https://example.com/", "sid=good; Secure", "http://example.com/", "sid=evil"],
    ["by its end", "https://example.com/", "sid=good; Secure", "http://example.com/", "sid=; Max-Age=0"],
    [
      "of a parent",
      "https://example.com/",
      "sid=good; Secure; Domain=example.com",
      "http://a.example.com/",
      "sid=evil",
    ],
    [
      "of a host below",
      "https://a.example.com/",
      "sid=good; Secure",
      "http://b.example.com/",
      "sid=evil; Domain=example.com",
    ],
    [
      "by a longer path",
      "https://example.com/",
      "sid=good; Secure; Path=/",
      "http://example.com/",
      "sid=evil; Path=/app",
    ],
    [
      "by an encoded path",
      "https://example.com/app/",
      "sid=good; Secure; Path=/app",
      "http://example.com/%61pp/x",
      "sid=evil",
    ],
  ])("S131: an insecure origin lays nothing over a Secure cookie: %s", async (_, from, good, insecure, evil) => {
    await web.get(from, { setCookie: [good] });
    await web.get(insecure, { setCookie: [evil, "other=1; Path=/"] });
    for (const url of [from, "https://a.example.com/app/x", "https://example.com/app/x"]) await web.get(url);
    expect(web.sent().join()).not.toContain("evil");
    expect(web.sent()[2]?.[1]).toContain("sid=good");
  });

  test("S131: a secure origin overwrites; a path above is no shadow", async () => {
    const url = "https://example.com/app/";
    expect(await after(url, ["a=1; Secure", "a=2; Secure", "b=1; Secure; Path=/app"], url)).toBe("a=2; b=1");
    await web.get("http://example.com/app/", { setCookie: ["b=2; Path=/"] });
    await web.get(url);
    expect(web.sent().at(-1)?.[1]).toBe("a=2; b=1; b=2");
  });

  test.each([
    ["Max-Age of 1,000 days", `Max-Age=${1_000 * DAY}`],
    ["Expires in 9999", "Expires=Fri, 31 Dec 9999 23:59:59 GMT"],
    ["Max-Age=9007199254740993", "Max-Age=9007199254740993"],
    ["Max-Age with 300 digits", `Max-Age=${"9".repeat(300)}`],
  ])("S131: %s is 400 days", async (_, attribute) => {
    const before = Date.now();
    expect(await after("https://example.com/", [`a=1; ${attribute}`], "https://example.com/")).toBe("a=1");
    const [cookie] = await web.jar.store.getAllCookies();
    const days = ((cookie?.expiryTime() ?? 0) - before) / 1_000 / DAY;
    expect(days).toBeGreaterThan(399.9);
    expect(days).toBeLessThan(400.1);
  });

  test.each([
    ["Max-Age=0", "Max-Age=0"],
    ["a negative Max-Age of 300 digits", `Max-Age=-${"9".repeat(300)}`],
    ["Expires in 1970", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
  ])("S131: %s deletes, and leaves nothing behind", async (_, attribute) => {
    expect(await after("https://example.com/", ["a=1", `a=; ${attribute}`], "https://example.com/")).toBe("");
    expect(await web.jar.store.getAllCookies()).toEqual([]);
  });

  test("S131: a Max-Age that is none lasts as long as the jar", async () => {
    for (const value of ["1e3", "0x10", "NaN", "Infinity", ""])
      expect(await after("https://example.com/", [`a=${value}; Max-Age=${value}`], "https://example.com/")).toBe(
        `a=${value}`,
      );
    expect((await web.jar.store.getAllCookies())[0]?.expiryTime()).toBe(Number.POSITIVE_INFINITY);
  });

  test("S131: prototype keys are names, paths and hosts like any other", async () => {
    const url = "http://__proto__/__proto__/constructor";
    const setCookie = ["__proto__=1; Path=/__proto__", "constructor=2; Domain=__proto__", "toString=3"];
    expect(await after(url, setCookie, url)).toBe("__proto__=1; constructor=2; toString=3");
    expect(await after("https://example.com/", ["a=1; Domain=__proto__"], "https://example.com/")).toBe("");
    const planted = {} as Readonly<Record<string, unknown>>;
    expect([planted["1"], planted["/__proto__"], planted["__proto__=1"], Object.keys(Object.prototype)]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });
});

describe("RFC 6265bis §6.1 Limits", () => {
  test("S131: a host has a number of cookies that is bounded; Secure ones go last", async () => {
    const bounded = browser({ maxPerHost: 3 });
    await bounded.get("https://example.com/", { setCookie: ["sid=1; Secure"] });
    await bounded.get("http://example.com/", { setCookie: ["a=1", "b=1", "c=1", "d=1"] });
    await bounded.get("https://example.com/");
    expect(bounded.sent().at(-1)?.[1]).toBe("sid=1; c=1; d=1");
    await bounded.close();
  });

  test("S131: so has the jar", async () => {
    const bounded = browser({ maxCookies: 10 });
    for (let i = 0; i < 30; i++) await bounded.get(`https://h${i}.example.com/`, { setCookie: ["a=1", "b=1"] });
    const all = await bounded.jar.store.getAllCookies();
    expect(all.length).toBeLessThanOrEqual(12); // counted again when ten were added
    expect(all.at(-1)?.domain).toBe("h29.example.com");
    await bounded.close();
  });

  test("a bound that is none is a RangeError", () => {
    expect(() => toughCookieJar(undefined, { maxPerHost: 0 })).toThrow(RangeError);
    expect(() => toughCookieJar(undefined, { maxCookies: Number.NaN })).toThrow(RangeError);
  });
});
