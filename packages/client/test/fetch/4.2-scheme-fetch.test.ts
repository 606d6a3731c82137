import { fetch } from "@stack/client/fetch";
import { describe, expect, test } from "vitest";
import { failureOf } from "./failure-of.ts";

async function seen(url: string, init?: { method?: string; headers?: Record<string, string> }): Promise<unknown> {
  const response = await fetch(url, init);
  return [response.status, response.headers.get("content-type"), await response.text()];
}

describe("Fetch §4.2 Scheme fetch", () => {
  test.each(["ftp://localhost/", "file:///etc/passwd", "ws://localhost/", "about:blank", "javascript:1"])(
    "S108: %s is a network error",
    async (url) => {
      expect(await failureOf(fetch(url))).toMatchObject({ name: "TypeError", message: "fetch failed" });
    },
  );

  describe("blob:", () => {
    async function withUrl(blob: Blob, use: (url: string) => Promise<void>): Promise<void> {
      const url = URL.createObjectURL(blob);
      await use(url);
      URL.revokeObjectURL(url);
    }

    test("all of it", () =>
      withUrl(new Blob(["abc"], { type: "text/x" }), async (url) => {
        expect(await seen(url)).toEqual([200, "text/x", "abc"]);
        const { headers, body } = await fetch(url);
        expect([headers.get("content-length"), body instanceof ReadableStream]).toEqual(["3", true]);
      }));

    test.each([
      ["bytes=1-2", "bc", "bytes 1-2/5"],
      ["bytes=3-", "de", "bytes 3-4/5"],
      ["bytes=-2", "de", "bytes 3-4/5"],
      ["bytes=0-99", "abcde", "bytes 0-4/5"],
      ["bytes = 1 - 2", "bc", "bytes 1-2/5"],
    ])("Range: %s", (range, text, contentRange) =>
      withUrl(new Blob(["abcde"]), async (url) => {
        const response = await fetch(url, { headers: { Range: range } });
        expect(response.status).toBe(206);
        expect(response.headers.get("content-range")).toBe(contentRange);
        expect(await response.text()).toBe(text);
      }),
    );

    test.each(["bytes=-", "bytes=2-1", "bytes=5-", "octets=0-1", "bytes=0-1,3-4"])("no Range: %s", (range) =>
      withUrl(new Blob(["abcde"]), async (url) => {
        expect((await failureOf(fetch(url, { headers: { Range: range } }))).name).toBe("TypeError");
      }),
    );

    test("another method, or a URL that was revoked, is a network error", async () => {
      let gone = "";
      await withUrl(new Blob(["a"]), async (url) => {
        gone = url;
        expect((await failureOf(fetch(url, { method: "HEAD" }))).name).toBe("TypeError");
      });
      expect((await failureOf(fetch(gone))).name).toBe("TypeError");
    });
  });
});

describe("Fetch §6 data: URLs", () => {
  test.each([
    ["data:,a%20b", "text/plain;charset=US-ASCII", "a b"],
    ["data:text/html,<p>", "text/html", "<p>"],
    ["data:;charset=utf-8,%C3%BC", "text/plain;charset=utf-8", "ü"],
    ["data:IMAGE/GIF;A=B,x", "image/gif;a=B", "x"],
    ["data:nothing,x", "text/plain;charset=US-ASCII", "x"],
    ["data:a/b;base64,YQ==", "a/b", "a"],
    ["data:a/b; base64,YQ", "a/b", "a"],
    ["data:a/b;base64,Y%51=%3D", "a/b", "a"],
    ["data:,%zz%4", "text/plain;charset=US-ASCII", "%zz%4"],
    ["data:,a#fragment", "text/plain;charset=US-ASCII", "a"],
  ])("%s", async (url, type, text) => {
    expect(await seen(url)).toEqual([200, type, text]);
    const { url: without, statusText } = await fetch(url);
    expect([without, statusText]).toEqual([url.replace(/#.*/, ""), "OK"]);
  });

  test.each(["data:text/plain", "data:;base64,Y", "data:;base64,Y=Q=", "data:;base64,ü"])("%s is none", async (url) => {
    expect((await failureOf(fetch(url))).name).toBe("TypeError");
  });

  test("one of too many characters is refused", async () => {
    expect(await failureOf(fetch(`data:,${"x".repeat(16_777_216)}`))).toMatchObject({
      cause: "a data: URL may have 16777216 characters",
    });
  });
});
