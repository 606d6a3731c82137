import { HttpResponse } from "@stack/http";
import { describe, expect, test } from "vitest";
import { createRouter } from "../../src/index.ts";
import { exchange, named, Recorder, requestOf } from "../exchange.ts";

describe("RFC 9110 §15.5.5 404 Not Found", () => {
  test("is plain text", async () => {
    expect(await exchange(createRouter().dispatch, "GET /a")).toEqual({
      status: 404,
      fields: [],
      type: "text/plain; charset=utf-8",
      content: "there is nothing at this path\n",
    });
  });

  test("notFound answers instead, at once or later; the status is 404 unless it sets another", async () => {
    const later = createRouter({
      notFound: async (request, response) => {
        await Promise.resolve();
        response.json({ missing: request.path });
      },
    });
    expect(await exchange(later.dispatch, "GET /a")).toMatchObject({ status: 404, content: '{"missing":"/a"}' });
    const gone = createRouter({
      notFound: (_, response) => {
        response.status = 410;
        response.text("gone");
      },
    });
    expect(await exchange(gone.dispatch, "GET /a")).toMatchObject({ status: 410, content: "gone" });
  });
});

describe("trailing slashes", () => {
  test("are significant by default", async () => {
    const { dispatch } = createRouter().get("/a", named("a")).get("/b/", named("b"));
    for (const path of ["/a/", "/b"]) expect((await exchange(dispatch, `GET ${path}`)).status).toBe(404);
  });

  const { dispatch } = createRouter({ trailingSlash: "redirect" })
    .get("/a", named("a"))
    .post("/a", named("post"))
    .get("/b/:p/", named("b"))
    .get("/both", named("both"))
    .get("/both/", named("both/"))
    .mount("/in", createRouter().get("/x", named("x")));

  test.each([
    ["GET /a/", "/a"],
    ["HEAD /a/", "/a"],
    ["POST /a/", "/a"],
    ["GET /a/?q=1/", "/a?q=1/"],
    ["GET /b/c", "/b/c/"],
    ["GET /%62/%C3%A9", "/%62/%C3%A9/"],
    ["GET /in/x/", "/in/x"],
    ["GET http://example.org/a/?q", "/a?q"],
  ])('"redirect": %s is 308 to %s (RFC 9110 §15.4.9)', async (requestLine, location) => {
    expect(await exchange(dispatch, requestLine)).toMatchObject({ status: 308, fields: [`Location: ${location}`] });
  });

  test.each([
    ["GET /both", 200],
    ["GET /both/", 200],
    ["GET /c/", 404],
    ["GET /b/c/d/", 404],
    ["PUT /a/", 404],
    ["PUT /a", 405],
    ["GET /", 404],
  ])('"redirect": %s is %d', async (requestLine, status) => {
    const answer = await exchange(dispatch, requestLine);
    expect(answer.status).toBe(status);
    expect(answer.fields.filter((line) => line.startsWith("Location"))).toEqual([]);
  });
});

describe("tools", () => {
  test("routes() lists methods and whole paths, in order, with the handlers as they were given", () => {
    const [a, b, c] = [named("a"), named("b"), named("c")];
    const inner = createRouter().handle("/:id", b);
    const router = createRouter()
      .get("/a", [(handler) => handler], a)
      .mount("/in", inner)
      .mount("/files", c);
    expect(router.routes()).toEqual([
      { method: "GET", path: "/a", handler: a },
      { method: null, path: "/in/:id", handler: b },
      { method: null, path: "/files", handler: c },
      { method: null, path: "/files/*", handler: c },
    ]);
  });

  test("match() finds what would answer, without answering", () => {
    const router = createRouter().get("/a/:id", named("a"));
    expect(router.match("HEAD", "/a/1")?.route).toMatchObject({ method: "GET", path: "/a/:id" });
    expect(router.match("POST", "/a/1")).toBeNull();
    expect(router.match("GET", "/a/%ff")).toBeNull();
    expect(router.match("GET", "/a/..")).toBeNull();
  });
});

describe("request.params", () => {
  const params =
    createRouter()
      .get("/:a/:b", () => {})
      .match("GET", "/1/2")?.params ?? new Map<string, string>();

  test("is a ReadonlyMap of strings", () => {
    expect([params.size, params.get("a"), params.get("b"), params.get("c")]).toEqual([2, "1", "2", undefined]);
    expect([params.has("a"), params.has("c")]).toEqual([true, false]);
    expect([...params]).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    expect([...params.entries()]).toEqual([...params]);
    expect([[...params.keys()], [...params.values()]]).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    const seen: unknown[] = [];
    params.forEach((value, name, map) => {
      seen.push([name, value, map === params]);
    });
    expect(seen).toEqual([
      ["a", "1", true],
      ["b", "2", true],
    ]);
    expect(JSON.stringify(params)).toBe('[["a","1"],["b","2"]]');
  });

  test("keeps its values when other requests come", () => {
    const router = createRouter().get("/:a", () => {});
    const first = router.match("GET", "/1")?.params;
    router.match("GET", "/2");
    expect(first?.get("a")).toBe("1");
  });
});

describe("a literal route", () => {
  test("allocates no parameters: request.params stay the ones that all requests share", async () => {
    const { dispatch } = createRouter().get("/a", (_, response) => response.text(""));
    const fresh = requestOf("GET", "/a");
    const shared = fresh.params;
    await dispatch(fresh, new HttpResponse(new Recorder()));
    expect(fresh.params).toBe(shared);
    expect(requestOf("GET", "/b").params).toBe(shared);
  });
});
