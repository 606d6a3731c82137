import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MAX_TODOS } from "../src/todo-store.ts";
import { MAX_TITLE_OCTETS, MAX_TODO_CONTENT, TODOS_PATH } from "../src/todos.ts";
import { type Asked, VERSIONS } from "./asked.ts";
import { type Running, start } from "./running.ts";

const JSON_TYPE = { "content-type": "application/json" };

interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { pointer: string; detail: string }[];
}

/** A failure as RFC 9457 has it. */
function problem({ status, fields, content }: Asked): Problem {
  expect(fields["content-type"]).toBe("application/problem+json");
  const told = JSON.parse(content) as Problem;
  expect([told.type, told.status]).toEqual(["about:blank", status]);
  return told;
}

describe.each(VERSIONS)("/api/todos over %s", (_, ask) => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.stop());

  const send = (method: string, path: string, value?: unknown, fields: Record<string, string> = {}) =>
    value === undefined
      ? ask(running.port, method, path, fields)
      : ask(running.port, method, path, { ...JSON_TYPE, ...fields }, JSON.stringify(value));
  const raw = (method: string, path: string, content: string, fields: Record<string, string> = JSON_TYPE) =>
    ask(running.port, method, path, fields, content);
  const create = async (title = "read"): Promise<string> => {
    const { fields } = await send("POST", TODOS_PATH, { title });
    return fields.location as string;
  };
  const todos = async (): Promise<unknown[]> =>
    (JSON.parse((await send("GET", TODOS_PATH)).content) as { todos: unknown[] }).todos;

  beforeEach(async () => {
    const left = (await todos()) as { id: number }[];
    while (left.length > 0) await Promise.all(left.splice(-50).map(({ id }) => send("DELETE", `${TODOS_PATH}/${id}`)));
  });

  test("POST makes one: 201, where it is, and what it is (RFC 9110 §15.3.2)", async () => {
    const made = await send("POST", TODOS_PATH, { title: "Größe lesen" });
    expect(made.status).toBe(201);
    expect(made.fields.location).toMatch(/^\/api\/todos\/[1-9]\d*$/);
    const { id, ...content } = JSON.parse(made.content);
    expect(content).toEqual({ title: "Größe lesen", done: false });
    expect(made.fields.location).toBe(`${TODOS_PATH}/${id}`);
    const found = await send("GET", made.fields.location as string);
    expect([found.status, found.content, found.fields.etag]).toEqual([200, made.content, made.fields.etag]);
    expect(found.fields["content-type"]).toBe("application/json");
    expect(await todos()).toEqual([JSON.parse(made.content)]);
  });

  test("PUT replaces all of it, PATCH what it names", async () => {
    const at = await create("one");
    const put = await send("PUT", at, { title: "two", done: true });
    expect([put.status, JSON.parse(put.content)]).toMatchObject([200, { title: "two", done: true }]);
    const patched = await send("PATCH", at, { done: false });
    expect(JSON.parse(patched.content)).toMatchObject({ title: "two", done: false });
    const merged = await raw("PATCH", at, '{"title":"three"}', { "content-type": "application/merge-patch+json" });
    expect(JSON.parse(merged.content)).toMatchObject({ title: "three", done: false });
    const read = await send("GET", at);
    expect([merged.fields.etag, read.content]).toEqual([read.fields.etag, merged.content]);
    expect(patched.fields.etag).not.toBe(merged.fields.etag);
  });

  test("what is kept is not the octets of a PUT: its answer has no ETag, which would say so (RFC 9110 §9.3.4)", async () => {
    const put = await send("PUT", await create(), { title: "two", done: true });
    expect([put.status, put.fields.etag, put.fields["last-modified"]]).toEqual([200, undefined, undefined]);
  });

  test("a part of one cannot be PUT: 400 (RFC 9110 §14.5)", async () => {
    const at = await create("one");
    const put = await send("PUT", at, { title: "two", done: true }, { "content-range": "bytes 0-27/56" });
    expect(problem(put)).toMatchObject({ status: 400, code: "ERR_PARTIAL_PUT" });
    expect(JSON.parse((await send("GET", at)).content)).toMatchObject({ title: "one" });
  });

  test.each(["gzip", "identity, br", "unknown"])(
    "content in a coding is not taken for what it is not: 415 to Content-Encoding: %s (RFC 9110 §15.5.16)",
    async (coding) => {
      const fields = { "content-type": "application/json", "content-encoding": coding };
      const made = await raw("POST", TODOS_PATH, '{"title":"one"}', fields);
      expect(problem(made)).toMatchObject({ status: 415, code: "ERR_CONTENT_CODING" });
      expect([made.fields["accept-encoding"], await todos()]).toEqual(["identity", []]);
    },
  );

  test("Content-Encoding: identity is none", async () => {
    const fields = { "content-type": "application/json", "content-encoding": "Identity" };
    expect((await raw("POST", TODOS_PATH, '{"title":"one"}', fields)).status).toBe(201);
  });

  test("DELETE: 204 without content, and then it is nowhere", async () => {
    const at = await create();
    expect(await send("DELETE", at)).toMatchObject({ status: 204, content: "" });
    for (const method of ["GET", "DELETE"])
      expect(problem(await send(method, at))).toMatchObject({ status: 404, title: "Not Found", code: "ERR_NO_TODO" });
    expect(await todos()).toEqual([]);
  });

  test("HEAD is GET without content, OPTIONS and 405 tell what there is", async () => {
    const at = await create();
    for (const path of [TODOS_PATH, at]) {
      const got = await send("GET", path);
      const head = await send("HEAD", path);
      expect([head.status, head.content, head.fields.etag]).toEqual([200, "", got.fields.etag]);
      expect(head.fields["content-length"]).toBe(`${Buffer.byteLength(got.content)}`);
    }
    const allowed = (asked: Asked): string[] => (asked.fields.allow ?? "").split(", ").sort();
    expect(allowed(await send("OPTIONS", TODOS_PATH))).toEqual(["GET", "HEAD", "OPTIONS", "POST"]);
    const options = await send("OPTIONS", at);
    expect(allowed(options)).toEqual(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"]);
    expect(options.fields["accept-patch"]).toBe("application/merge-patch+json, application/json"); // RFC 5789 §3.1
    expect((await send("PUT", TODOS_PATH, {})).status).toBe(405);
  });

  describe("conditions (RFC 9110 §13)", () => {
    test("If-Match: of two changes to the same, the second is told 412 and changes nothing", async () => {
      const at = await create("draft");
      const seen = (await send("GET", at)).fields.etag as string;
      const first = await send("PUT", at, { title: "mine", done: false }, { "if-match": seen });
      expect(first.status).toBe(200);
      for (const [method, value] of [
        ["PUT", { title: "yours", done: true }],
        ["PATCH", { done: true }],
        ["DELETE"],
      ] as const)
        expect(problem(await send(method, at, value, { "if-match": seen }))).toMatchObject({
          status: 412,
          title: "Precondition Failed",
          code: "ERR_CHANGED",
        });
      expect(JSON.parse((await send("GET", at)).content)).toMatchObject({ title: "mine", done: false });
      const { etag = "" } = (await send("GET", at)).fields;
      expect((await send("DELETE", at, undefined, { "if-match": etag })).status).toBe(204);
    });

    test("If-Match matches strongly: a weak tag never does (§8.8.3.2); * is whatever is there", async () => {
      const at = await create();
      const { etag } = (await send("GET", at)).fields;
      expect((await send("PATCH", at, { done: true }, { "if-match": `W/${etag}` })).status).toBe(412);
      expect((await send("PATCH", at, { done: true }, { "if-match": `"x", ${etag}` })).status).toBe(200);
      expect((await send("PATCH", at, { done: true }, { "if-match": "*" })).status).toBe(200);
      expect((await send("PUT", at, { title: "a", done: true }, { "if-none-match": "*" })).status).toBe(412);
    });

    test("If-None-Match: 304 without content as long as nothing changed", async () => {
      const at = await create();
      for (const path of [at, TODOS_PATH]) {
        const { etag = "" } = (await send("GET", path)).fields;
        expect(await send("GET", path, undefined, { "if-none-match": etag })).toMatchObject({
          status: 304,
          content: "",
          fields: { etag },
        });
        await send("PATCH", at, { title: `changed ${path}` });
        const changed = await send("GET", path, undefined, { "if-none-match": etag });
        expect([changed.status, changed.fields.etag === etag]).toEqual([200, false]);
      }
    });

    test("a tag is never given twice, though a to-do takes the place of another", async () => {
      const tags = new Set<string | undefined>();
      for (let i = 0; i < 3; i++) {
        const at = await create("same");
        tags.add((await send("GET", at)).fields.etag);
        await send("DELETE", at);
      }
      expect(tags.size).toBe(3);
    });
  });

  describe("what is refused", () => {
    test.each([
      ["not JSON", "{", "ERR_JSON_SYNTAX"],
      ["nothing", " ", "ERR_JSON_SYNTAX"],
      ["S103: depth", "[".repeat(4_000), "ERR_JSON_DEPTH"],
      ["S161: a prototype", '{"__proto__":{"done":true},"title":"x"}', "ERR_JSON_PROTOTYPE_KEY"],
      ["S161: a constructor", '{"title":"x","constructor":{"prototype":{}}}', "ERR_JSON_PROTOTYPE_KEY"],
    ])("400: %s", async (_, content, code) => {
      expect(problem(await raw("POST", TODOS_PATH, content))).toMatchObject({
        status: 400,
        title: "Bad Request",
        code,
      });
      expect(await todos()).toEqual([]);
      expect({}).not.toHaveProperty("done");
    });

    test.each(["0", "007", "1.0", "1e0", "-1", "x", "99999999999999999999", "__proto__"])(
      "404: to-do %s",
      async (id) => {
        expect(problem(await send("GET", `${TODOS_PATH}/${id}`)).code).toBe("ERR_NO_TODO");
        expect((await send("PUT", `${TODOS_PATH}/${id}`, { title: "a", done: true })).status).toBe(404);
      },
    );

    test(`409: more than ${MAX_TODOS}`, async () => {
      for (let i = 0; i < MAX_TODOS; i += 50) await Promise.all(Array.from({ length: 50 }, () => create()));
      expect(problem(await send("POST", TODOS_PATH, { title: "one more" }))).toMatchObject({
        status: 409,
        title: "Conflict",
        code: "ERR_FULL",
      });
      const all = (await todos()) as { id: number }[];
      expect(all).toHaveLength(MAX_TODOS);
      await send("DELETE", `${TODOS_PATH}/${all[0]?.id}`);
      expect((await send("POST", TODOS_PATH, { title: "one more" })).status).toBe(201);
    });

    test("413: more content than a to-do can need", async () => {
      const content = JSON.stringify({ title: "x".repeat(MAX_TODO_CONTENT) });
      expect(problem(await raw("POST", TODOS_PATH, content)).code).toBe("ERR_CONTENT_TOO_LARGE");
    });

    test.each([
      ["none", {}],
      ["text/plain", { "content-type": "text/plain" }], // what a page of another origin may send unasked (S163)
      ["application/x-www-form-urlencoded", { "content-type": "application/x-www-form-urlencoded" }],
      ["application/jsonx", { "content-type": "application/jsonx" }],
      ["; only", { "content-type": ";" }],
      ["a list", { "content-type": "text/plain, application/json" }],
      ["with a space", { "content-type": "application /json" }],
    ])("S160, 415: of the type %s, whatever it holds", async (_, fields: Record<string, string>) => {
      const asked = await raw("POST", TODOS_PATH, '{"title":"x"}', fields);
      expect(problem(asked)).toMatchObject({ status: 415, code: "ERR_MEDIA_TYPE" });
      expect(asked.fields.accept).toBe("application/json");
      const patched = await raw("PATCH", await create(), '{"title":"x"}', fields);
      expect([patched.status, patched.fields["accept-patch"]]).toEqual([
        415,
        "application/merge-patch+json, application/json",
      ]);
    });

    test.each(["application/json", "Application/JSON", "application/json;charset=utf-8", "application/json ; x=y"])(
      "S160: %s is JSON",
      async (type) => {
        expect((await raw("POST", TODOS_PATH, '{"title":"x"}', { "content-type": type })).status).toBe(201);
      },
    );

    test.each([
      ["no object", "POST", "[]", ["#"]],
      ["null", "POST", "null", ["#"]],
      ["no title", "POST", '{"done":true}', ["#/title"]],
      ["an empty title", "POST", '{"title":"  "}', ["#/title"]],
      ["a title that is no text", "POST", '{"title":5}', ["#/title"]],
      ["a title that is too long", "POST", `{"title":"${"é".repeat(MAX_TITLE_OCTETS / 2 + 1)}"}`, ["#/title"]],
      ["a done that is neither", "POST", '{"title":"x","done":"yes"}', ["#/done"]],
      ["what is nobody's, its name not repeated", "POST", '{"title":"x","<b>":1,"id":7}', ["#"]],
      ["all at once", "POST", '{"title":1,"done":1,"x":1}', ["#/title", "#/done", "#"]],
      ["PUT without all members", "PUT", '{"title":"x"}', ["#/done"]],
      ["PATCH with null", "PATCH", '{"title":null}', ["#/title"]],
    ])("422: %s", async (_, method, content, pointers) => {
      const path = method === "POST" ? TODOS_PATH : await create();
      const before = await todos();
      const told = problem(await raw(method, path, content));
      expect(told).toMatchObject({ status: 422, title: "Unprocessable Content", code: "ERR_MEMBERS" });
      expect(told.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
      expect(JSON.stringify(told)).not.toContain("<b>");
      expect(await todos()).toEqual(before);
    });

    test("a title as long as may be is kept, and shown as it was", async () => {
      for (const title of ["é".repeat(MAX_TITLE_OCTETS / 2), "</script>\u2028\u0000"]) {
        const at = await create(title);
        const found = await send("GET", at);
        expect(JSON.parse(found.content)).toMatchObject({ title });
        expect(found.fields["content-type"]).toBe("application/json");
      }
    });
  });
});
