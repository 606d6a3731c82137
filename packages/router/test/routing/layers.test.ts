import type { Layer } from "@stack/http";
import { describe, expect, test } from "vitest";
import { createRouter } from "../../src/index.ts";
import { exchange, named } from "../exchange.ts";

/** Writes its name and the parameters it sees into the field Trace, on the way in. */
function trace(name: string): Layer {
  return (inner) => (request, response) => {
    const seen = [...request.params].map(([key, value]) => `${key}=${value}`).join("&");
    response.fields.append("Trace", seen === "" ? name : `${name}(${seen})`);
    return inner(request, response);
  };
}

describe("layers", () => {
  test("a route's layers come between its pattern and its handler, the first outermost", async () => {
    const { dispatch } = createRouter()
      .get("/a", [trace("1"), trace("2")], named("a"))
      .handle("PURGE /a", [trace("3")], named("purge"))
      .get("/b", named("b"));
    expect((await exchange(dispatch, "GET /a")).fields).toEqual(["Trace: 1", "Trace: 2"]);
    expect((await exchange(dispatch, "PURGE /a")).fields).toEqual(["Trace: 3"]);
    expect((await exchange(dispatch, "GET /b")).fields).toEqual([]);
  });

  test("the router's layers are around those of its routes, whether the routes come before or after", async () => {
    const { dispatch } = createRouter()
      .get("/before", [trace("route")], named("before"))
      .use(trace("first"))
      .use(trace("second"))
      .get("/after", [trace("route")], named("after"));
    for (const path of ["/before", "/after"])
      expect((await exchange(dispatch, `GET ${path}`)).fields).toEqual([
        "Trace: first",
        "Trace: second",
        "Trace: route",
      ]);
  });

  test("layers see the parameters", async () => {
    const { dispatch } = createRouter()
      .use(trace("all"))
      .get("/users/:id", [trace("route")], named("user"));
    expect((await exchange(dispatch, "GET /users/7")).fields).toEqual(["Trace: all(id=7)", "Trace: route(id=7)"]);
  });

  test.each([
    ["GET /nowhere", 404, []],
    ["PUT /a", 405, ["Allow: GET, HEAD, OPTIONS"]],
    ["OPTIONS /a", 204, ["Allow: GET, HEAD, OPTIONS"]],
    ["OPTIONS *", 204, ["Allow: GET, HEAD, OPTIONS"]],
    ["GET /%", 400, []],
    ["GET /a/..", 400, []],
  ])("the router's layers are around its own answers: %s", async (requestLine, status, fields) => {
    const { dispatch } = createRouter()
      .use(trace("all"))
      .get("/a", [trace("route")], named("a"));
    expect(await exchange(dispatch, requestLine)).toMatchObject({ status, fields: ["Trace: all", ...fields] });
  });

  test("a layer may answer in the handler's place, later too", async () => {
    const closed: Layer = () => async (_, response) => {
      await Promise.resolve();
      response.status = 403;
      response.text("closed");
    };
    const { dispatch } = createRouter().use(closed).get("/a", named("a"));
    expect(await exchange(dispatch, "GET /a")).toMatchObject({ status: 403, content: "closed" });
    expect(await exchange(dispatch, "GET /nowhere")).toMatchObject({ status: 403 });
  });

  test("a layer is called once for each route, when its first request comes", async () => {
    let calls = 0;
    const counting: Layer = (inner) => {
      calls++;
      return inner;
    };
    const { dispatch } = createRouter().use(counting).get("/a", named("a")).get("/b", named("b"));
    expect(calls).toBe(0);
    for (const path of ["/a", "/a", "/b", "/b", "/a"]) await exchange(dispatch, `GET ${path}`);
    expect(calls).toBe(2);
  });

  test("a layer that comes after requests is around the next ones", async () => {
    const router = createRouter().get("/a", named("a"));
    expect((await exchange(router.dispatch, "GET /a")).fields).toEqual([]);
    router.use(trace("late"));
    expect((await exchange(router.dispatch, "GET /a")).fields).toEqual(["Trace: late"]);
    expect((await exchange(router.dispatch, "GET /b")).fields).toEqual(["Trace: late"]);
  });

  test("what is no function is refused at once", () => {
    const wrong = JSON.parse('"text"');
    expect(() => createRouter().use(wrong)).toThrow(TypeError);
    expect(() => createRouter().get("/a", wrong)).toThrow("handlers and layers are functions, not string");
    expect(() => createRouter().get("/a", [wrong], named("a"))).toThrow(TypeError);
    expect(() => createRouter().get("/a", [], JSON.parse("null"))).toThrow(TypeError);
    const router = createRouter();
    expect(() => Reflect.apply(router.get, router, ["/a"])).toThrow(
      "GET /a: handlers and layers are functions, not undefined",
    );
  });
});
