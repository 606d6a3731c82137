import { describe, expect, test } from "vitest";
import { createRouter, RoutePatternError } from "../../src/index.ts";
import { parsePattern } from "../../src/pattern.ts";

/** The route that `"METHOD /path"` reaches and its parameters, or `null`. */
function match(patterns: readonly string[], requestLine: string): [string, Record<string, string>] | null {
  const router = createRouter();
  for (const pattern of patterns) router.handle(pattern, () => {});
  const [method = "", path = ""] = requestLine.split(" ");
  const found = router.match(method, path);
  return found && [`${found.route.method ?? "any"} ${found.route.path}`, Object.fromEntries(found.params)];
}

describe("patterns: literal octets", () => {
  test.each([
    ["/", "/"],
    ["/users", "/users"],
    ["/users/", "/users/"],
    ["/a.b-c_d~e", "/a.b-c_d~e"],
    ["/.well-known/acme", "/.well-known/acme"],
    ["/...", "/..."],
  ])("%s matches %s and nothing around it", (pattern, path) => {
    expect(match([pattern], `GET ${path}`)).toEqual([`any ${pattern}`, {}]);
    expect(match([pattern], `GET ${path}x`)).toBeNull();
    expect(match([pattern], `GET ${path}/x`)).toBeNull();
    expect(match([pattern], `GET ${path.slice(0, -1)}`)).toBeNull();
  });

  test("paths are case-sensitive (RFC 3986 §6.2.2.1)", () => {
    expect(match(["/Users"], "GET /users")).toBeNull();
  });

  test("a slash at the end is significant", () => {
    expect(match(["/users"], "GET /users/")).toBeNull();
    expect(match(["/users/"], "GET /users")).toBeNull();
    expect(match(["/users", "/users/"], "GET /users/")).toEqual(["any /users/", {}]);
  });

  test("nodes split wherever patterns part, in whatever order they come", () => {
    const patterns = ["/team", "/test", "/tester", "/te", "/toast", "/t", "/", "/x", "/team/a", "/teams"];
    for (const order of [patterns, [...patterns].reverse(), [...patterns].sort()])
      for (const path of patterns) expect(match(order, `GET ${path}`)).toEqual([`any ${path}`, {}]);
  });
});

describe("patterns: parameters", () => {
  test.each([
    ["/users/:id", "/users/42", { id: "42" }],
    ["/:a/:b/:c", "/x/y/z", { a: "x", b: "y", c: "z" }],
    ["/users/:id/posts", "/users/42/posts", { id: "42" }],
    ["/users/:id/", "/users/42/", { id: "42" }],
    ["/:id", "/:id", { id: ":id" }],
    ["/:file.json", "/a.json", { file: "a" }],
    ["/:file.json", "/a.json.json", { file: "a.json" }],
    ["/:id%3Aarchive", "/7:archive", { id: "7" }],
    ["/:file.json/meta", "/a.json/meta", { file: "a" }],
    ["/:a-b", "/x-b", { a: "x" }],
  ])("%s on %s", (pattern, path, params) => {
    expect(match([pattern], `GET ${path}`)).toEqual([`any ${pattern}`, params]);
  });

  test.each([
    ["a parameter is not empty", "/users/:id", "/users/"],
    ["a parameter is one segment", "/users/:id", "/users/4/2"],
    ["what precedes a suffix is not empty", "/:file.json", "/.json"],
    ["a suffix ends its segment", "/:file.json", "/a.jsonx"],
    ["a suffix is in the parameter's segment", "/:file.json", "/a/b.json"],
    ["what follows must be there", "/users/:id/posts", "/users/42"],
  ])("%s: %s does not match %s", (_, pattern, path) => {
    expect(match([pattern], `GET ${path}`)).toBeNull();
  });

  test("routes may call the same segment differently", () => {
    const patterns = ["/users/:id/a", "/users/:name/b"];
    expect(match(patterns, "GET /users/x/a")).toEqual(["any /users/:id/a", { id: "x" }]);
    expect(match(patterns, "GET /users/x/b")).toEqual(["any /users/:name/b", { name: "x" }]);
  });

  test("names keep the order of the path", () => {
    const router = createRouter().get("/:z/:a/*m", () => {});
    expect([...(router.match("GET", "/1/2/3/4")?.params ?? [])]).toEqual([
      ["z", "1"],
      ["a", "2"],
      ["m", "3/4"],
    ]);
  });
});

describe("patterns: wildcards", () => {
  test.each([
    ["/files/*path", "/files/a", { path: "a" }],
    ["/files/*path", "/files/a/b/c.txt", { path: "a/b/c.txt" }],
    ["/files/*path", "/files/a/", { path: "a/" }],
    ["/files/*path", "/files/", { path: "" }],
    ["/*all", "/", { all: "" }],
    ["/:user/*path", "/ada/x/y", { user: "ada", path: "x/y" }],
    ["/files/*", "/files/a/b", {}],
  ])("%s on %s", (pattern, path, params) => {
    expect(match([pattern], `GET ${path}`)).toEqual([`any ${pattern}`, params]);
  });

  test("what precedes the wildcard must be there, its slash too", () => {
    expect(match(["/files/*path"], "GET /files")).toBeNull();
    expect(match(["/files/*path"], "GET /file/a")).toBeNull();
  });
});

describe("patterns: the best match wins, whatever the order of registration", () => {
  const patterns = [
    "/*rest",
    "/:any",
    "/users/*rest",
    "/users/:id",
    "/users/:id.json",
    "/users/:id.min.json",
    "/users/me",
    "/users/me/:what",
    "/users/:id/posts/:post",
    "/users/:id/posts/new",
    "/users/me/posts/*rest",
  ];
  test.each([
    ["/", "/*rest"],
    ["/users", "/:any"],
    ["/users/", "/users/*rest"],
    ["/users/me", "/users/me"],
    ["/users/m", "/users/:id"],
    ["/users/mee", "/users/:id"],
    ["/users/7.json", "/users/:id.json"],
    ["/users/7.min.json", "/users/:id.min.json"],
    ["/users/.min.json", "/users/:id.json"],
    ["/users/me/photo", "/users/me/:what"],
    ["/users/7/posts/new", "/users/:id/posts/new"],
    ["/users/7/posts/8", "/users/:id/posts/:post"],
    ["/users/me/posts/8", "/users/me/posts/*rest"],
    ["/users/7/photo", "/users/*rest"],
    ["/users/me/photo/x", "/users/*rest"],
    ["/other/path", "/*rest"],
  ])("%s is for %s", (path, pattern) => {
    for (const order of [patterns, [...patterns].reverse()])
      expect(match(order, `GET ${path}`)?.[0]).toBe(`any ${pattern}`);
  });

  test("a route for another method does not hide a less specific one", () => {
    const routes = ["POST /users/new", "GET /users/:id", "/*rest"];
    expect(match(routes, "GET /users/new")).toEqual(["GET /users/:id", { id: "new" }]);
    expect(match(routes, "POST /users/new")).toEqual(["POST /users/new", {}]);
    expect(match(routes, "PUT /users/new")).toEqual(["any /*rest", { rest: "users/new" }]);
  });
});

describe("patterns: what is refused, with ERR_ROUTE_PATTERN", () => {
  test.each([
    ["", 'write "/path"'],
    ["users", 'write "/path"'],
    ["GET", 'write "/path"'],
    ["GET  /users", 'write "/path"'],
    ["GET users", 'write "/path"'],
    ["get /users", "write GET"],
    ["G(T /users", "not a method"],
    [" /users", "not a method"],
    ["* /users", "for any method write the path alone"],
    ["*", 'the target "*" is for OPTIONS only'],
    ["GET *", 'the target "*" is for OPTIONS only'],
    ["/:", "a parameter has a name"],
    ["/:1", "a parameter has a name"],
    ["/:id?", "register a route for each form"],
    ["/:id*", "register a route for each form"],
    ["/:id+", "register a route for each form"],
    ["/:id(\\d+)", "register a route for each form"],
    ["/:from-:to", "write %3A"],
    ["/v:version", "write %3A"],
    ["/a*", "write %2A"],
    ["/users/{id}", "write %7B"],
    ["/a?b=c", "write %3F"],
    ["/a#b", "write %23"],
    ["/a\\b", "write %5C"],
    ["/*path/x", "a wildcard is the last segment"],
    ["/*/", "a wildcard is the last segment"],
    ["/*a.json", "a wildcard is * and a name"],
    ["/:id/:id", "the name id is used twice"],
    ["/:id/*id", "the name id is used twice"],
    ["/a//b", "dot segments and empty segments"],
    ["//", "dot segments and empty segments"],
    ["/a/./b", "dot segments and empty segments"],
    ["/..", "dot segments and empty segments"],
    ["/%2e%2E/a", "dot segments and empty segments"],
    ["/a%2F..", "dot segments and empty segments"],
    ["/100%", "write %25"],
    ["/%zz", "write %25"],
    ["/\ud800", "half a surrogate pair"],
  ])("%j", (pattern, reason) => {
    const register = () => createRouter().handle(pattern, () => {});
    expect(register).toThrow(RoutePatternError);
    expect(register).toThrow(reason);
    expect(register).toThrow(expect.objectContaining({ code: "ERR_ROUTE_PATTERN", pattern }));
  });

  test("a pattern is taken apart into text, parameters and a wildcard", () => {
    expect(parsePattern("GET /a/:b.c/*d")).toEqual({
      method: "GET",
      path: "/a/:b.c/*d",
      parts: [
        { kind: "text", text: "/a/" },
        { kind: "parameter", suffix: ".c" },
        { kind: "text", text: "/" },
        { kind: "wildcard" },
      ],
      names: ["b", "d"],
    });
  });
});
