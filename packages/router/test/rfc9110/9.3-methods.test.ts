import { describe, expect, test } from "vitest";
import { createRouter } from "../../src/index.ts";
import { exchange, named } from "../exchange.ts";

describe("RFC 9110 §9.3.2 HEAD", () => {
  test("is answered by the route for GET; the engine keeps the content back", async () => {
    const { dispatch } = createRouter().get("/a/:id", named("get"));
    expect(await exchange(dispatch, "HEAD /a/1")).toMatchObject({ status: 200, content: 'get {"id":"1"}' });
  });

  test("a route for HEAD comes before that for GET of the same path", async () => {
    const { dispatch } = createRouter().get("/a", named("get")).head("/a", named("head"));
    expect((await exchange(dispatch, "HEAD /a")).content).toBe("head {}");
  });

  test("GET of the same path comes before any method, and before HEAD of a less specific path", async () => {
    const { dispatch } = createRouter()
      .handle("/a", named("any"))
      .get("/a", named("get"))
      .head("/:other", named("head"));
    expect((await exchange(dispatch, "HEAD /a")).content).toBe("get {}");
    expect((await exchange(dispatch, "PUT /a")).content).toBe("any {}");
  });

  test("a route for HEAD alone is none for GET", async () => {
    const { dispatch } = createRouter().head("/a", named("head"));
    expect(await exchange(dispatch, "GET /a")).toMatchObject({ status: 405, fields: ["Allow: HEAD, OPTIONS"] });
  });
});

describe("RFC 9110 §9.3.7 OPTIONS", () => {
  test("is answered 204 with the path's methods, sorted", async () => {
    const { dispatch } = createRouter().post("/a", named("post")).get("/a", named("get")).delete("/b", named("delete"));
    expect(await exchange(dispatch, "OPTIONS /a")).toEqual({
      status: 204,
      fields: ["Allow: GET, HEAD, OPTIONS, POST"],
      type: undefined,
      content: "",
    });
  });

  test("a route for OPTIONS comes before the automatic answer", async () => {
    const { dispatch } = createRouter().get("/a", named("get")).options("/a", named("options"));
    expect(await exchange(dispatch, "OPTIONS /a")).toMatchObject({ status: 200, content: "options {}", fields: [] });
  });

  test("a path without a route is 404", async () => {
    const { dispatch } = createRouter().get("/a", named("get"));
    expect(await exchange(dispatch, "OPTIONS /b")).toMatchObject({ status: 404, fields: [] });
  });

  test("OPTIONS * is about the server: the methods of all routes", async () => {
    const { dispatch } = createRouter()
      .get("/a", named("get"))
      .delete("/b", named("delete"))
      .handle("PURGE /c", named("purge"));
    expect(await exchange(dispatch, "OPTIONS *")).toEqual({
      status: 204,
      fields: ["Allow: DELETE, GET, HEAD, OPTIONS, PURGE"],
      type: undefined,
      content: "",
    });
    expect((await exchange(createRouter().dispatch, "OPTIONS *")).fields).toEqual(["Allow: OPTIONS"]);
  });

  test('"OPTIONS *" can have a route; a wildcard is none', async () => {
    const { dispatch } = createRouter().handle("/*rest", named("any")).handle("OPTIONS *", named("server"));
    expect((await exchange(dispatch, "OPTIONS *")).content).toBe("server {}");
    expect((await exchange(dispatch, "OPTIONS /")).content).toBe('any {"rest":""}');
  });
});

describe("RFC 9110 §15.5.6 405 Method Not Allowed", () => {
  test("Allow lists what the path answers, sorted, with HEAD and OPTIONS", async () => {
    const { dispatch } = createRouter().put("/a", named("put")).get("/a", named("get")).patch("/a", named("patch"));
    expect(await exchange(dispatch, "DELETE /a")).toEqual({
      status: 405,
      fields: ["Allow: GET, HEAD, OPTIONS, PATCH, PUT"],
      type: "text/plain; charset=utf-8",
      content: "the method is not allowed at this path; Allow lists those that are\n",
    });
  });

  test("Allow joins all routes that match the path, the less specific too", async () => {
    const { dispatch } = createRouter()
      .post("/users/new", named("new"))
      .get("/users/:id", named("user"))
      .handle("MOVE /users/*", named("move"))
      .put("/groups/:id", named("group"));
    expect(await exchange(dispatch, "DELETE /users/new")).toMatchObject({
      status: 405,
      fields: ["Allow: GET, HEAD, MOVE, OPTIONS, POST"],
    });
  });

  test("a path without a route is 404 whatever the method", async () => {
    const { dispatch } = createRouter().get("/a", named("get"));
    for (const method of ["GET", "DELETE", "BREW"])
      expect(await exchange(dispatch, `${method} /b`)).toMatchObject({ status: 404, fields: [] });
  });
});

describe("S165: methods that nobody registered are not answered", () => {
  test.each(["BREW", "get", "__proto__", "constructor", "PROPFIND"])(
    "S165, S99: %s is 405 where the path exists",
    async (method) => {
      const { dispatch } = createRouter().get("/a", named("get"));
      expect(await exchange(dispatch, `${method} /a`)).toMatchObject({
        status: 405,
        fields: ["Allow: GET, HEAD, OPTIONS"],
      });
    },
  );

  test.each(["TRACE", "CONNECT"])("S165: %s is not answered by a route for any method", async (method) => {
    const { dispatch } = createRouter().handle("/a", named("any")).mount("/b", named("mounted"));
    for (const path of ["/a", "/b/c"])
      expect(await exchange(dispatch, `${method} ${path}`)).toMatchObject({
        status: 405,
        fields: ["Allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"],
      });
  });

  test.each(["TRACE", "CONNECT"])("a route that names %s answers it", async (method) => {
    const { dispatch } = createRouter().handle(`${method} /a`, named("named"));
    expect((await exchange(dispatch, `${method} /a`)).content).toBe("named {}");
  });

  test("S165: CONNECT to an authority is no path: 405", async () => {
    const { dispatch } = createRouter().get("/*rest", named("get"));
    expect(await exchange(dispatch, "CONNECT example.org:443")).toMatchObject({
      status: 405,
      fields: ["Allow: GET, HEAD, OPTIONS"],
    });
  });

  test("S165: no field and no parameter overrides the method", async () => {
    const { dispatch } = createRouter().delete("/a", named("delete")).post("/a", named("post"));
    expect((await exchange(dispatch, "POST /a?_method=DELETE")).content).toBe("post {}");
  });

  test("a route for any method takes methods that are unknown here, as a proxy must", async () => {
    const { dispatch } = createRouter().handle("/a", named("any"));
    expect((await exchange(dispatch, "PROPFIND /a")).content).toBe("any {}");
  });
});

describe("request targets of RFC 9112 §3.2", () => {
  const { dispatch } = createRouter().get("/a/:id", named("get"));
  test.each(["/a/1?x=/a/2", "http://example.org/a/1", "http://example.org/a/1?x=y"])("%s", async (target) => {
    expect((await exchange(dispatch, `GET ${target}`)).content).toBe('get {"id":"1"}');
  });
});
