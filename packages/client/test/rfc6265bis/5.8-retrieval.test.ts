import { createClient } from "@stack/client";
import { createMock } from "@stack/client/mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser } from "./jar.ts";

let web: Browser;
beforeEach(() => {
  web = browser();
});
afterEach(() => web.close());

const SHOP = "https://shop.example/";
const BANK = "https://bank.example/";
const SESSIONS = ["none=1; Secure; SameSite=None", "lax=1; SameSite=Lax", "strict=1; SameSite=Strict", "silent=1"];

describe("RFC 6265bis §5.8.3 Retrieval Algorithm", () => {
  test("the longest path first, then the oldest", async () => {
    await web.get("https://shop.example/a/b", {
      setCookie: ["x=1; Path=/", "y=2", "z=3; Path=/a/b", "q=4; Path=/other"],
    });
    await web.get("https://shop.example/a/b");
    expect(web.sent().at(-1)?.[1]).toBe("z=3; y=2; x=1");
  });

  test("a Cookie field of the request's own is kept, and wins over the jar", async () => {
    await web.get(SHOP, { setCookie: ["a=jar", "b=jar"] });
    await web.get(SHOP, {}, { fields: { Cookie: "a=own; c=own" } });
    expect(web.sent().at(-1)?.[1]).toBe("a=own; c=own; b=jar");
  });

  test("what somebody put into the jar that no field can hold is left out", async () => {
    await web.jar.setCookie("a=1", SHOP);
    await web.jar.setCookie("b=\u20ac", SHOP);
    await web.get(SHOP);
    expect(web.sent()).toEqual([[SHOP, "a=1"]]);
  });
});

describe("cookies and redirects", () => {
  test("each request of a chain has its own: what the redirect sets goes on, what is another's does not", async () => {
    web.answers({
      [`${SHOP}login`]: { setCookie: ["sid=1; Path=/", "a=1; Path=/login"], location: "/home" },
      [`${SHOP}home`]: { setCookie: ["home=1"], location: `${BANK}pay` },
      [`${BANK}pay`]: { setCookie: ["bank=1"], location: `${SHOP}login/back` },
    });
    await web.get(`${SHOP}login/back`);
    await web.get(`${SHOP}login`, { setCookie: ["sid=1; Path=/", "a=1; Path=/login"], location: "/home" });
    expect(web.sent().slice(1)).toEqual([
      [`${SHOP}login`, ""],
      [`${SHOP}home`, "sid=1"],
      [`${BANK}pay`, ""],
      [`${SHOP}login/back`, "a=1; sid=1; home=1"],
    ]);
  });

  test("S107: a Cookie field of the request's own stays with its origin", async () => {
    await web.get(BANK, { setCookie: ["bank=1"] });
    await web.get(SHOP, { location: BANK }, { fields: { Cookie: "own=1" } });
    expect(web.sent().slice(1)).toEqual([
      [SHOP, "own=1"],
      [BANK, "bank=1"],
    ]);
  });
});

describe("RFC 6265bis §5.2 SameSite", () => {
  test("a request of the user's own is of the same site", async () => {
    await web.get(BANK, { setCookie: SESSIONS });
    await web.post(BANK);
    expect(web.sent().at(-1)?.[1]).toBe("none=1; lax=1; strict=1; silent=1");
  });

  test("after a redirect from another site: not Strict; with POST only None", async () => {
    await web.get(BANK, { setCookie: SESSIONS });
    await web.get(SHOP, { location: BANK });
    expect(web.sent().at(-1)).toEqual([BANK, "none=1; lax=1; silent=1"]);
    await web.post(SHOP, { location: BANK });
    expect(web.sent().at(-1)).toEqual([BANK, "none=1"]);
  });

  test("there and back again is cross-site too", async () => {
    await web.get(BANK, { setCookie: SESSIONS });
    web.answers({ [SHOP]: { location: BANK } });
    await web.post(`${BANK}out`, { location: SHOP });
    expect(web.sent().at(-1)).toEqual([BANK, "none=1"]);
  });

  test.each([
    ["a host of the same domain", "https://a.b.bank.example/", true],
    ["another port", "https://bank.example:8443/", true],
    ["http", "http://bank.example/", false],
    ["another domain below a public suffix", "https://bank.co.uk/", false],
  ])("schemeful: a redirect from %s", async (_, from, same) => {
    await web.get(BANK, { setCookie: SESSIONS });
    await web.get(from, { location: BANK });
    expect(web.sent().at(-1)?.[1].includes("strict=1")).toBe(same);
  });
});

describe("a jar of one's own", () => {
  const mock = createMock((_, response) => {
    response.fields.append("Set-Cookie", "a=1");
    response.fields.append("Set-Cookie", "b=2");
    response.text("done");
  });

  test("is told of each response that sets cookies, once, before it is given", async () => {
    const told: unknown[] = [];
    const jar = { cookiesFor: () => "", store: (...args: unknown[]) => void told.push(args) };
    const client = createClient({ connect: mock.connect, cookies: jar });
    await client.get("http://user:word@shop.example/x?y#z");
    expect(told).toEqual([["http://shop.example/x?y", ["a=1", "b=2"], { method: "GET", redirectedFrom: [] }]]);
    await client.close();
  });

  test("its failures are those of the call, and leave nothing open", async () => {
    const failing = (): never => {
      throw new Error("disk full");
    };
    const broken = createClient({ connect: mock.connect, cookies: { cookiesFor: failing, store: failing } });
    const expected = {
      name: "ClientError",
      code: "ERR_CLIENT_COOKIES",
      origin: SHOP.slice(0, -1),
      cause: { message: "disk full" },
    };
    await expect(broken.get(SHOP)).rejects.toMatchObject({ ...expected, stage: "request", unprocessed: true });
    const full = createClient({ connect: mock.connect, cookies: { cookiesFor: () => "", store: failing } });
    await expect(full.get(SHOP)).rejects.toMatchObject({ ...expected, stage: "head", unprocessed: false });
    expect([broken.figures.requests, full.figures.requests]).toEqual([0, 0]);
    const splitting = createClient({
      connect: mock.connect,
      cookies: { cookiesFor: () => "a=1\r\nX: y", store: failing },
    });
    await expect(splitting.get(SHOP)).rejects.toMatchObject({ code: "ERR_CLIENT_COOKIES", stage: "request" });
    await Promise.all([broken.close(), full.close(), splitting.close()]);
  });
});
