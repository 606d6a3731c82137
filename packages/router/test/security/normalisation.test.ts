import { describe, expect, test } from "vitest";
import { createRouter } from "../../src/index.ts";
import { exchange, named } from "../exchange.ts";

describe("S150: a guard is not walked around by writing the path in another way", () => {
  /** What serves files from the decoded rest of the path, beside a guarded folder. */
  const site = createRouter()
    .handle("/admin", named("guard"))
    .handle("/admin/*", named("guard"))
    .get("/*file", named("file"));

  test.each(["/admin/keys", "/%61dmin/keys", "/admin/%6beys", "/%61%64%6D%69%6E/keys", "/admin/", "/admin"])(
    "S150: %s is guarded",
    async (path) => {
      expect((await exchange(site.dispatch, `GET ${path}`)).content).toBe("guard {}");
    },
  );

  test.each([
    ["dot segments", "/x/../admin/keys"],
    ["dot segments", "/./admin/keys"],
    ["dot segments at the end", "/admin/.."],
    ["encoded dot segments", "/x/%2e%2e/admin/keys"],
    ["half encoded dot segments", "/x/.%2E/admin/keys"],
    ["half encoded dot segments", "/x/%2e./admin/keys"],
    ["an encoded dot segment", "/%2e/admin/keys"],
    ["an empty segment", "//admin/keys"],
    ["an empty segment", "/x//admin/keys"],
    ["empty segments at the end", "/admin//"],
    ["an encoded slash", "/admin%2Fkeys"],
    ["an encoded slash", "/admin%2fkeys"],
    ["a dot segment before an encoded slash", "/x/..%2Fadmin/keys"],
    ["a dot segment after an encoded slash", "/x%2F../admin/keys"],
    ["a dot segment after a backslash", "/x%5C../admin/keys"],
    ["a dot segment before a backslash", "/x/..%5cadmin/keys"],
    ["a dot segment after a raw backslash", "/x\\..\\admin"],
  ])("S150: %s: %s is 400", async (_, path) => {
    expect(await exchange(site.dispatch, `GET ${path}`)).toEqual({
      status: 400,
      fields: [],
      type: "text/plain; charset=utf-8",
      content: "the path cannot be read one way only: check its percent-encoding, dot segments and empty segments\n",
    });
  });

  test("S150: what was encoded twice is not decoded twice", async () => {
    const { content } = await exchange(site.dispatch, "GET /%2561dmin/%252e%252e/a%252Fb");
    expect(content).toBe('file {"file":"%61dmin/%2e%2e/a%2Fb"}');
  });

  test.each(["..", ".", "%2e%2e", "..%2f..%2fetc", "a%2F..%2Fb", "a%5c..%5cb", ".%2f"])(
    "S150: no parameter holds a dot segment: %s is 400",
    async (segment) => {
      const { dispatch } = createRouter().get("/a/:p", named("a")).get("/b/:p/c", named("b")).get("/d/*", named("d"));
      for (const path of [`/a/${segment}`, `/b/${segment}/c`, `/d/${segment}`, `/nowhere/${segment}`])
        expect((await exchange(dispatch, `GET ${path}`)).status).toBe(400);
    },
  );

  test.each(["...", "a..", "..a", ".a", "a.", "a..b", ".%2ea", "%2e%2e%2e", "a%2Fb", "a%5Cb", "%252e"])(
    "%s is no dot segment",
    async (segment) => {
      const { dispatch } = createRouter().get("/:p", named("a"));
      expect((await exchange(dispatch, `GET /${segment}`)).status).toBe(200);
    },
  );

  test('ambiguousPaths "keep" takes such segments as any other', async () => {
    const router = createRouter({ ambiguousPaths: "keep" }).get("/:p/x", named("p")).get("/*rest", named("rest"));
    expect((await exchange(router.dispatch, "GET /../x")).content).toBe('p {"p":".."}');
    expect((await exchange(router.dispatch, "GET /a//b/./")).content).toBe('rest {"rest":"a//b/./"}');
    expect((await exchange(router.dispatch, "GET /a%2Fb/c")).status).toBe(400);
  });

  test("a wildcard without a name decodes nothing, so it refuses no encoded slash: for a proxy", async () => {
    const { dispatch } = createRouter().mount("/git", (request, response) => response.text(request.target));
    expect((await exchange(dispatch, "GET /git/group%2Fproject?a=%2F")).content).toBe("/git/group%2Fproject?a=%2F");
  });

  test("request.target and request.path stay as they were received", async () => {
    const { dispatch } = createRouter().get("/a/:p", (request, response) =>
      response.text(`${request.target} ${request.path}`),
    );
    expect((await exchange(dispatch, "GET /%61/%62?c")).content).toBe("/%61/%62?c /%61/%62");
  });
});

describe("S99: parameters may have any name", () => {
  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("S99: %s", async (name) => {
    const found = createRouter()
      .get(`/:${name}/x`, () => {})
      .match("GET", "/polluted/x");
    expect([...(found?.params ?? [])]).toEqual([[name, "polluted"]]);
    expect(found?.params.get("valueOf")).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each(["__proto__", "constructor", "toString"])("S99: /%s is a path like any other", (path) => {
    const router = createRouter().get("/:p", () => {});
    expect(router.match("GET", `/${path}`)?.params.get("p")).toBe(path);
    expect(createRouter().match("GET", `/${path}`)).toBeNull();
  });
});

describe("S154, S155: answers of the router itself", () => {
  test.each(["/<script>alert(1)</script>", "/%3Cscript%3E", "/%zz<b>", "/a/../<b>"])(
    "S155: %s is not repeated, and the answer is plain text",
    async (path) => {
      const answer = await exchange(createRouter().get("/", named("")).dispatch, `GET ${path}`);
      expect(answer.type).toBe("text/plain; charset=utf-8");
      expect(answer.content).not.toMatch(/script|<b>/);
    },
  );

  test.each(["//evil.example/a", "/\\evil.example/a", "//evil.example/a/", "/\\evil.example/a/"])(
    "S154: %s is not redirected",
    async (path) => {
      for (const pattern of ["/:a/", "/:a", "/%5Cevil.example/:a/"]) {
        const { dispatch } = createRouter({ trailingSlash: "redirect", ambiguousPaths: "keep" }).get(
          pattern,
          named("a"),
        );
        const { status, fields } = await exchange(dispatch, `GET ${path}`);
        expect([status, fields]).toEqual([status === 200 ? 200 : 404, []]);
      }
    },
  );
});
