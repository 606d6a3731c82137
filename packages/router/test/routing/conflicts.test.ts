import { describe, expect, test } from "vitest";
import { createRouter, RouteConflictError } from "../../src/index.ts";

describe("conflicts: two routes for exactly the same requests", () => {
  test.each([
    ["/a", "/a"],
    ["GET /a", "GET /a"],
    ["/users/:id", "/users/:name"],
    ["/:a.json", "/:b.json"],
    ["/*a", "/*b"],
    ["/*", "/*rest"],
    ["/caf\u00e9", "/caf%c3%a9"],
    ["/a%7Eb", "/a~b"],
    ["OPTIONS *", "OPTIONS *"],
  ])("%s and %s", (registered, pattern) => {
    const router = createRouter().handle(registered, () => {});
    const register = () => router.handle(pattern, () => {});
    expect(register).toThrow(RouteConflictError);
    expect(register).toThrow(expect.objectContaining({ code: "ERR_ROUTE_CONFLICT", pattern, registered }));
    expect(router.routes()).toHaveLength(1);
  });

  test.each([
    ["/a", "GET /a"],
    ["GET /a", "HEAD /a"],
    ["GET /a", "OPTIONS /a"],
    ["/a", "/a/"],
    ["/a", "/A"],
    ["/:a", "/:a.json"],
    ["/:a", "/*a"],
    ["/a%2Fb", "/a/b"],
  ])("none between %s and %s", (first, second) => {
    const router = createRouter()
      .handle(first, () => {})
      .handle(second, () => {});
    expect(router.routes()).toHaveLength(2);
  });

  test("a mounted router's routes conflict with those around it, and nothing is mounted then", () => {
    const users = createRouter()
      .get("/", () => {})
      .get("/:id", () => {});
    const router = createRouter().get("/users/:name", () => {});
    expect(() => router.mount("/users", users)).toThrow(
      expect.objectContaining({ pattern: "GET /users/:id", registered: "GET /users/:name" }),
    );
    expect(router.routes()).toHaveLength(1);
  });

  test("a route that is added to a router after mounting conflicts too, and is added nowhere", () => {
    const users = createRouter();
    const router = createRouter()
      .get("/users/:name", () => {})
      .mount("/users", users);
    expect(() => users.get("/:id", () => {})).toThrow(RouteConflictError);
    expect(users.routes()).toHaveLength(0);
    expect(router.routes()).toHaveLength(1);
  });

  test("a prefix and a mounted pattern do not share a name", () => {
    const posts = createRouter().get("/posts/:id", () => {});
    expect(() => createRouter().mount("/users/:id", posts)).toThrow("the name id is used twice");
  });
});
