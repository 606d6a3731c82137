import { describe, expect, test } from "vitest";
import { canonicalPath } from "../../src/canonical-path.ts";
import { createRouter } from "../../src/index.ts";
import { exchange, named } from "../exchange.ts";

/** Params that `GET path` has on `pattern`, or the status that refuses it. */
async function params(pattern: string, path: string): Promise<unknown> {
  const answer = await exchange(createRouter().get(pattern, named("")).dispatch, `GET ${path}`);
  return answer.status === 200 ? JSON.parse(answer.content) : answer.status;
}

describe("RFC 3986 §2.1, §2.4: parameters are percent-decoded, once and strictly", () => {
  test.each([
    ["/:p", "/caf%C3%A9", "caf\u00e9"],
    ["/:p", "/caf%c3%a9", "caf\u00e9"],
    ["/:p", "/%F0%9F%92%A9", "\u{1f4a9}"],
    ["/:p", "/a%20b+c", "a b+c"],
    ["/:p", "/%2B%26%3D%3F%23", "+&=?#"],
    ["/:p.json", "/%2ejson.json", ".json"],
    ["/:p.json", "/a%2Ejson", "a"],
    ["/*p", "/caf%C3%A9/a%20b", "caf\u00e9/a b"],
  ])("%s on %s", async (pattern, path, p) => {
    expect(await params(pattern, path)).toEqual({ p });
  });

  test.each([
    ["%2561", "%61"],
    ["%252e%252e", "%2e%2e"],
    ["%25252e", "%252e"],
    ["%252F", "%2F"],
    ["%25", "%"],
  ])("S150: %s is decoded once, to %s", async (path, p) => {
    expect(await params("/:p", `/${path}`)).toEqual({ p });
    expect(await params("/*p", `/${path}`)).toEqual({ p });
  });

  test.each(["%", "%1", "%zz", "%%41", "a%2", "%u0041"])(
    "a triplet is two hexadecimal digits: /%s is 400",
    async (path) => {
      for (const pattern of ["/:p", "/*p", "/*", "/other"]) expect(await params(pattern, `/${path}`)).toBe(400);
    },
  );

  test.each(["%ff", "%c0%af", "%e0%80%af", "%ed%a0%80", "%f4%90%80%80", "%c3", "%c3%28"])(
    "S148: a parameter is UTF-8: /%s is 400",
    async (path) => {
      expect(await params("/:p", `/${path}`)).toBe(400);
      expect(await params("/*p", `/x/${path}`)).toBe(400);
    },
  );
});

describe("RFC 3986 §6.2.2: paths that mean the same are the same", () => {
  test.each([
    ["/admin", "/%61dmin"],
    ["/admin", "/%61%64%6d%69%6E"],
    ["/~user", "/%7Euser"],
    ["/%7euser", "/~user"],
    ["/caf\u00e9", "/caf%c3%a9"],
    ["/caf%C3%A9", "/caf%c3%a9"],
    ["/a b", "/a%20b"],
    ["/@a", "/%40a"],
    ["/%3Aid", "/:id"],
    ["/%2A", "/*"],
    ["/a%2Fb", "/a%2fb"],
  ])("%s matches %s", async (pattern, path) => {
    expect(await params(pattern, path)).toEqual({});
  });

  test("an encoded slash is data, never a separator", async () => {
    expect(await params("/:p", "/a%2Fb")).toEqual({ p: "a/b" });
    expect(await params("/:p/:q", "/a%2Fb")).toBe(404);
    expect(await params("/a/b", "/a%2Fb")).toBe(404);
    expect(await params("/:p/b", "/https%3A%2F%2Fexample.org%2Fx/b")).toEqual({ p: "https://example.org/x" });
  });

  test.each([
    ["/", "/"],
    ["/a-b_c.d~e", "/a-b_c.d~e"],
    ["/%41%62", "/Ab"],
    ["/%2f%25%3f%23", "/%2F%25%3F%23"],
    ["/%00%1f%20%7f%80%ff", "/%00%1F%20%7F%80%FF"],
    ["/%21%22%5C%7B%7D", '/!"\\{}'],
    ["/%252f", "/%252f"],
    ["/%", null],
    ["/%4", null],
    ["/%4g", null],
    ["/%g4", null],
    ["/% 4", null],
  ])("the canonical form of %s is %s", (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical);
  });

  test("the canonical form is its own canonical form", () => {
    for (let octet = 0; octet < 256; octet++) {
      const once = canonicalPath(`/%${octet.toString(16).padStart(2, "0")}`) ?? "";
      expect(canonicalPath(once)).toBe(once);
    }
  });
});
