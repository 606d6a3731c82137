import { createHash } from "node:crypto";
import { createFetch } from "@stack/client/fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TcpServer } from "../faults/tcp-server.ts";
import { failureOf } from "./failure-of.ts";

let server: TcpServer;
const fetch = createFetch();
beforeAll(async () => {
  server = await TcpServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
});
afterAll(async () => {
  await fetch.close({ graceMs: 0 });
  await server.close();
});

function digest(algorithm: string, text = "hello"): string {
  return `${algorithm}-${createHash(algorithm).update(text).digest("base64")}`;
}

describe("Fetch §4.1 Main fetch: integrity (Subresource Integrity §3.3)", () => {
  test.each([
    ["one that fits", digest("sha256")],
    ["one of two", `${digest("sha384", "other")} ${digest("sha384")}`],
    ["upper case, an option", `${digest("sha512").replace("sha", "SHA")}?a=b`],
    ["the strongest counts", `${digest("sha256", "other")} ${digest("sha512")}`],
    ["base64url", digest("sha256").replaceAll("+", "-").replaceAll("/", "_")],
    ["none that is known", "md5-XUFAKrxLKna5cZ2REBfFkg=="],
    ["nothing", "  "],
  ])("%s: the response", async (_, integrity) => {
    const response = await fetch(server.origin, { integrity });
    expect([response.status, response.bodyUsed, await response.text()]).toEqual([200, false, "hello"]);
  });

  test.each([
    ["S129: a weaker digest beside one that does not fit", `${digest("sha256")} ${digest("sha512", "other")}`],
    ["S129: the order does not matter", `${digest("sha512", "other")} ${digest("sha384")}`],
    ["S129: the beginning of a digest", digest("sha256").slice(0, 20)],
    ["another content", digest("sha256", "hellO")],
  ])("%s: a network error", async (_, integrity) => {
    expect(await failureOf(fetch(server.origin, { integrity }))).toMatchObject({
      name: "TypeError",
      message: "fetch failed",
      cause: "the content is not what integrity says",
    });
  });

  test("of a data: URL", async () => {
    expect(await (await fetch("data:,hello", { integrity: digest("sha256") })).text()).toBe("hello");
    expect((await failureOf(fetch("data:,hallo", { integrity: digest("sha256") }))).name).toBe("TypeError");
  });
});
