import { createFetch } from "@stack/client/fetch";
import { afterEach, describe, expect, test } from "vitest";
import { onHeads, TcpServer } from "../faults/tcp-server.ts";
import { failureOf } from "./failure-of.ts";

const fetch = createFetch();
const servers: TcpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Answers "/" with a redirect, everything else with the head that it was asked with. */
async function redirecting(status: number, location: string, heads: string[] = []): Promise<string> {
  const server = await TcpServer.listen((socket) =>
    onHeads(socket, (head) => {
      heads.push(head);
      if (head.split(" ")[1] === "/")
        socket.write(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 3\r\n\r\nold`, "latin1");
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew");
    }),
  );
  servers.push(server);
  return server.origin;
}

describe("Fetch §4.4 HTTP-redirect fetch", () => {
  test("follow: where it came from in the end, without the fragment", async () => {
    const origin = await redirecting(302, "/there?a=b#c");
    const response = await fetch(`${origin}/#d`);
    expect([response.url, response.redirected, await response.text()]).toEqual([`${origin}/there?a=b`, true, "new"]);
  });

  test("manual: the redirect itself, as Node gives it", async () => {
    const response = await fetch(await redirecting(301, "/there"), { redirect: "manual" });
    const { status, statusText, type, redirected, headers } = response;
    expect([status, statusText, type, redirected]).toEqual([301, "Moved", "basic", false]);
    expect([headers.get("location"), await response.text()]).toEqual(["/there", "old"]);
  });

  test("error: a network error for a redirect that leads nowhere, too", async () => {
    const server = await TcpServer.listen((socket) =>
      onHeads(socket, () => socket.write("HTTP/1.1 302 Found\r\nContent-Length: 3\r\n\r\nold")),
    );
    servers.push(server);
    expect(await failureOf(fetch(server.origin, { redirect: "error" }))).toMatchObject({
      name: "TypeError",
      code: "ERR_CLIENT_REDIRECT",
    });
    expect((await fetch(server.origin)).status).toBe(302);
  });

  test("error: a network error", async () => {
    const failure = await failureOf(fetch(await redirecting(307, "/there"), { redirect: "error" }));
    expect(failure).toMatchObject({ name: "TypeError", code: "ERR_CLIENT_REDIRECT" });
  });

  test("S107: credentials stay with their origin", async () => {
    const heads: string[] = [];
    const away = await redirecting(200, "", heads);
    const origin = await redirecting(302, `${away}/there`);
    await fetch(origin, { headers: { Authorization: "Basic c2VjcmV0", Cookie: "a=1", "X-Other": "stays" } });
    expect(heads).toHaveLength(1);
    expect(heads[0]).not.toMatch(/^(?:authorization|cookie):/im);
    expect(heads[0]).toMatch(/^x-other: stays/im);
  });

  test("S109: 20 redirects, and no more", async () => {
    const origin = await redirecting(302, "/");
    expect(await failureOf(fetch(`${origin}/`))).toMatchObject({
      code: "ERR_CLIENT_REDIRECT",
      cause: expect.stringContaining("20"),
    });
  });

  test.each([
    ["UTF-8", "/caf\u00c3\u00a9?\u00c3\u00a9", "/caf%C3%A9?%C3%A9"],
    ["others, which stay what they are", "/caf\u00e9?\u00e9", "/caf%E9?%E9"],
  ])("octets of a Location beyond ASCII: %s", async (_, location, target) => {
    const heads: string[] = [];
    const origin = await redirecting(302, location, heads);
    await fetch(`${origin}/`);
    expect(heads[1]).toMatch(`GET ${target} HTTP/1.1\r\n`);
  });

  test.each(["u:p@", "u@", ":p@"])("S107: to credentials (%s): a network error", async (credentials) => {
    const heads: string[] = [];
    const away = await redirecting(200, "", heads);
    const origin = await redirecting(302, away.replace("//", `//${credentials}`));
    const failure = await failureOf(fetch(`${origin}/`));
    expect(failure).toMatchObject({ name: "TypeError", code: "ERR_CLIENT_REDIRECT" });
    expect(failure.cause).toContain("credentials");
    expect(heads).toEqual([]);
  });

  test.each(["data:,a", "file:///etc/passwd", "blob:nodedata:x", "http://a b/"])(
    "S108: to %s: a network error",
    async (to) => {
      expect(await failureOf(fetch(await redirecting(302, to)))).toMatchObject({
        name: "TypeError",
        message: "fetch failed",
      });
    },
  );

  test("a stream is not sent twice; a Request with a small body is", async () => {
    const init = { method: "POST", body: new Blob(["a"]).stream(), duplex: "half" as const };
    const origin = await redirecting(307, "/there");
    expect(await failureOf(fetch(origin, init))).toMatchObject({ code: "ERR_CLIENT_REDIRECT" });
    const response = await fetch(new Request(origin, { method: "POST", body: "a" }));
    expect([response.status, response.redirected]).toEqual([200, true]);
  });

  test("a stream is dropped with the method, with 303", async () => {
    const init = { method: "POST", body: new Blob([""]).stream(), duplex: "half" as const };
    const heads: string[] = [];
    await fetch(await redirecting(303, "/there", heads), init);
    expect(heads.at(-1)).toMatch(/^GET \/there/);
  });
});
