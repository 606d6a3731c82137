import type { Layer } from "@stack/http";
import { describe, expect, test } from "vitest";
import { createRouter, type Router } from "../../src/index.ts";
import { exchange, named } from "../exchange.ts";

/** Writes its name into the field Trace. */
function trace(name: string): Layer {
  return (inner) => (request, response) => {
    response.fields.append("Trace", name);
    return inner(request, response);
  };
}

async function content(router: Router, requestLine: string): Promise<string> {
  const answer = await exchange(router.dispatch, requestLine);
  return answer.status === 200 ? answer.content : String(answer.status);
}

describe("mounting a router", () => {
  const users = () => createRouter().get("/", named("list")).post("/", named("add")).get("/:id", named("user"));

  test("its patterns are read from the prefix on; its / is the prefix", async () => {
    const router = createRouter().mount("/users", users());
    expect(await content(router, "GET /users")).toBe("list {}");
    expect(await content(router, "POST /users")).toBe("add {}");
    expect(await content(router, "GET /users/7")).toBe('user {"id":"7"}');
    expect(await content(router, "GET /users/")).toBe("404");
    expect(await content(router, "GET /7")).toBe("404");
  });

  test("a prefix that ends with a slash keeps it", async () => {
    const router = createRouter().mount("/users/", users());
    expect(await content(router, "GET /users/")).toBe("list {}");
    expect(await content(router, "GET /users/7")).toBe('user {"id":"7"}');
    expect(await content(router, "GET /users")).toBe("404");
  });

  test("at / it adds its routes", async () => {
    const router = createRouter().get("/a", named("a")).mount("/", users());
    expect(await content(router, "GET /")).toBe("list {}");
    expect(await content(router, "GET /7")).toBe('user {"id":"7"}');
    expect(await content(router, "GET /a")).toBe("a {}");
  });

  test("the prefix may have parameters", async () => {
    const router = createRouter().mount("/teams/:team/users", users());
    expect(await content(router, "GET /teams/red/users/7")).toBe('user {"team":"red","id":"7"}');
  });

  test("routers may be mounted in mounted routers, and in several places", async () => {
    const v1 = createRouter().mount("/users", users());
    const router = createRouter().mount("/v1", v1).mount("/latest", v1);
    expect(await content(router, "GET /v1/users/7")).toBe('user {"id":"7"}');
    expect(await content(router, "GET /latest/users/7")).toBe('user {"id":"7"}');
    expect(await content(v1, "GET /users/7")).toBe('user {"id":"7"}');
  });

  test("routes that it is given later count too, at every depth", async () => {
    const inner = createRouter();
    const outer = createRouter();
    const router = createRouter().mount("/outer", outer);
    outer.mount("/inner", inner);
    inner.get("/late", named("late"));
    expect(await content(router, "GET /outer/inner/late")).toBe("late {}");
    expect(router.routes().map((route) => route.path)).toEqual(["/outer/inner/late"]);
  });

  test("all routes are one set: the best match wins wherever it was registered", async () => {
    const router = createRouter()
      .get("/users/me", named("me"))
      .handle("/*rest", named("rest"))
      .mount("/users", users());
    expect(await content(router, "GET /users/me")).toBe("me {}");
    expect(await content(router, "GET /users/7")).toBe('user {"id":"7"}');
    expect(await content(router, "GET /users/7/x")).toBe('rest {"rest":"users/7/x"}');
    const allowed = createRouter().delete("/users/:name", named("delete")).mount("/users", users());
    expect((await exchange(allowed.dispatch, "OPTIONS /users/7")).fields).toEqual([
      "Allow: DELETE, GET, HEAD, OPTIONS",
    ]);
  });

  test("layers: those around the place, then the router's, then the route's", async () => {
    const inner = createRouter()
      .get("/a", [trace("route")], named("a"))
      .use(trace("inner"));
    const router = createRouter().use(trace("outer")).get("/b", named("b")).mount("/in", inner);
    expect((await exchange(router.dispatch, "GET /in/a")).fields).toEqual([
      "Trace: outer",
      "Trace: inner",
      "Trace: route",
    ]);
    expect((await exchange(router.dispatch, "GET /b")).fields).toEqual(["Trace: outer"]);
    inner.use(trace("late"));
    expect((await exchange(router.dispatch, "GET /in/a")).fields).toEqual([
      "Trace: outer",
      "Trace: inner",
      "Trace: late",
      "Trace: route",
    ]);
    expect((await exchange(router.dispatch, "GET /b")).fields).toEqual(["Trace: outer"]);
  });

  test("a layer that comes late composes only what it is around", async () => {
    let calls = 0;
    const counting: Layer = (handler) => {
      calls++;
      return handler;
    };
    const inner = createRouter().get("/a", named("a"));
    const router = createRouter().get("/b", [counting], named("b")).mount("/in", inner);
    for (const path of ["/b", "/in/a"]) await exchange(router.dispatch, `GET ${path}`);
    inner.use(trace("late"));
    for (const path of ["/b", "/in/a"]) await exchange(router.dispatch, `GET ${path}`);
    expect(calls).toBe(1);
  });

  test("what it does not match it answers itself, through its layers and with the prefix's parameters", async () => {
    const shop = createRouter({ notFound: named("no such thing in") })
      .use(trace("shop"))
      .get("/a", named("a"));
    const router = createRouter({ notFound: named("nothing") })
      .use(trace("site"))
      .mount("/:shop", shop);
    expect(await exchange(router.dispatch, "GET /books/x/y")).toMatchObject({
      status: 404,
      content: 'no such thing in {"shop":"books"}',
      fields: ["Trace: site", "Trace: shop"],
    });
    expect(await exchange(router.dispatch, "GET /books")).toMatchObject({
      content: 'no such thing in {"shop":"books"}',
    });
    expect(await exchange(router.dispatch, "PUT /books/a")).toMatchObject({
      status: 405,
      fields: ["Trace: site", "Trace: shop", "Allow: GET, HEAD, OPTIONS"],
    });
    expect(await exchange(router.dispatch, "GET /")).toMatchObject({ content: "nothing {}", fields: ["Trace: site"] });
  });

  test("of routers within routers the innermost answers, with the nearest notFound", async () => {
    const inner = createRouter().use(trace("inner")).get("/a", named("a"));
    const middle = createRouter({ notFound: named("middle") })
      .use(trace("middle"))
      .mount("/inner", inner);
    const { dispatch } = createRouter({ notFound: named("outer") }).mount("/middle", middle);
    expect(await exchange(dispatch, "GET /middle/inner/x")).toMatchObject({
      content: "middle {}",
      fields: ["Trace: middle", "Trace: inner"],
    });
    expect(await exchange(dispatch, "GET /middle/x")).toMatchObject({
      content: "middle {}",
      fields: ["Trace: middle"],
    });
    expect(await exchange(dispatch, "GET /x")).toMatchObject({ content: "outer {}", fields: [] });
  });

  test("S150: a path that is refused is answered by the outermost router", async () => {
    const inner = createRouter().use(trace("inner")).get("/:p", named("p"));
    const { dispatch } = createRouter().use(trace("outer")).mount("/in", inner);
    for (const path of ["/in/../x", "/in//x", "/in/%"])
      expect(await exchange(dispatch, `GET ${path}`)).toMatchObject({ status: 400, fields: ["Trace: outer"] });
    expect(await exchange(dispatch, "GET /in/%ff")).toMatchObject({ status: 400 });
  });

  test.each([
    ["users", "write"],
    ["GET /users", "a prefix is a path, without a method"],
    ["/users/*", "a wildcard is the last segment"],
    ["/users/*rest", "a wildcard is the last segment"],
    ["", "write"],
    ["//", "empty segments"],
  ])("the prefix %j is refused: %s", (prefix, reason) => {
    for (const target of [users(), named("handler")]) {
      const router = createRouter();
      expect(() => router.mount(prefix, target)).toThrow(reason);
      expect(() => router.mount(prefix, target)).toThrow(expect.objectContaining({ code: "ERR_ROUTE_PATTERN" }));
      expect(router.routes()).toEqual([]);
    }
  });

  test("a router is not mounted within itself", () => {
    const inner = createRouter();
    const outer = createRouter().mount("/inner", inner);
    expect(() => outer.mount("/again", outer)).toThrow("within itself");
    expect(() => inner.mount("/outer", outer)).toThrow("within itself");
  });

  test("only routers and handlers are mounted", () => {
    expect(() => createRouter().mount("/a", JSON.parse("{}"))).toThrow("give it a router or a handler");
  });

  test('"OPTIONS *" belongs to the outermost router', () => {
    const inner = createRouter().handle("OPTIONS *", named("server"));
    expect(() => createRouter().mount("/in", inner)).toThrow("the outermost router");
  });
});

describe("mounting a handler", () => {
  test("it gets every method at the prefix and below it, and the whole target", async () => {
    const router = createRouter().mount("/files", (request, response) => response.text(request.target));
    for (const target of ["/files", "/files/", "/files/a/b.txt?c"])
      for (const method of ["GET", "POST", "OPTIONS", "PROPFIND"])
        expect(await content(router, `${method} ${target}`)).toBe(target);
    expect(await content(router, "GET /filesystem")).toBe("404");
  });

  test("under a prefix that ends with a slash, only below it", async () => {
    const router = createRouter().mount("/files/", named("files"));
    expect(await content(router, "GET /files/")).toBe("files {}");
    expect(await content(router, "GET /files")).toBe("404");
  });

  test("at / it gets all that has no route, but for methods of paths that have one", async () => {
    const router = createRouter().mount("/", named("rest")).get("/a", named("a"));
    expect(await content(router, "GET /a")).toBe("a {}");
    expect(await content(router, "PUT /a")).toBe("rest {}");
    expect(await content(router, "GET /")).toBe("rest {}");
    expect(await content(router, "GET /x/y")).toBe("rest {}");
  });

  test("through the router's layers, with the prefix's parameters", async () => {
    const { dispatch } = createRouter().use(trace("all")).mount("/:user/files", named("files"));
    expect(await exchange(dispatch, "GET /ada/files/x")).toMatchObject({
      content: 'files {"user":"ada"}',
      fields: ["Trace: all"],
    });
  });
});
