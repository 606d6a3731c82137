import { type CookieContext, createClient, hedge, RequestContent } from "@stack/client";
import { createMock } from "@stack/client/mock";
import { Fields } from "@stack/http";
import { expect, test } from "vitest";

test.each<[string, unknown]>([
  ["method", "DELETE"],
  ["url", "http://evil.example/"],
  ["fields", new Fields({ evil: "1" })],
  ["content", RequestContent.of("evil")],
  ["signal", AbortSignal.abort()],
  ["options", {}],
  ["redirectedFrom", ["http://evil.example"]],
  ["origin", null],
  ["redirected", false],
])("S127: %s on Object.prototype is no part of what a layer changes", async (name, value) => {
  const mock = createMock((request, response) => {
    response.fields.set("a", "b");
    if (request.path === "/") {
      response.fields.set("Location", "/there");
      response.status = 302;
    }
    response.text(`${request.method} ${request.path}`);
  });
  const contexts: CookieContext[] = [];
  const cookies = {
    cookiesFor(_: string, context: CookieContext) {
      contexts.push(context);
      return "c=1";
    },
    store: () => {},
  };
  const layers = [hedge({ delayMs: 1_000 })];
  const client = createClient({ connect: mock.connect, layers, cookies, retry: true });
  const { signal } = new AbortController();
  const planted = Object.prototype as Record<string, unknown>;
  planted[name] = value;
  try {
    const response = await client.get("http://api.example/", { signal });
    expect([await response.text(), response.redirected, response.fields.get("a")]).toEqual(["GET /there", true, "b"]);
  } finally {
    delete planted[name];
  }
  await client.close({ graceMs: 0 });
  expect(mock.requests.map(({ url }) => url)).toEqual(["http://api.example/", "http://api.example/there"]);
  expect(contexts.map(({ redirectedFrom }) => redirectedFrom)).toEqual([[], ["http://api.example"]]);
});
