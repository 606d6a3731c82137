import { type Client, type ClientError, createClient, MAX_REDIRECTS, type RedirectOptions } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Two origins. /go/STATUS?to=LOCATION redirects, /seen says what came.
const servers: Server[] = [site(), site()];
let here = "";
let there = "";
beforeAll(async () => {
  [here = "", there = ""] = await Promise.all(servers.map(async (server) => (await server.listen(0)).url));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

describe("redirects: the fetch standard, HTTP-redirect fetch", () => {
  test.each([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [307, "POST", "POST", "content"],
    [308, "POST", "POST", "content"],
    [301, "PUT", "PUT", "content"],
    [302, "PUT", "PUT", "content"],
    [303, "PUT", "GET", ""],
    [303, "DELETE", "GET", ""],
  ])("S109: %i after %s is %s", async (status, method, then, content) => {
    await using(async (client) => {
      const response = await client.request(`${here}/go/${status}?to=/seen`, {
        method,
        content: "content",
        fields: { "X-Other": "kept" },
      });
      expect(response.redirected).toBe(true);
      expect(response.url).toBe(`${here}/seen`);
      const seen = (await response.json()) as Seen;
      expect(seen).toMatchObject({ method: then, content });
      expect(seen.fields["content-type"]).toBe(content === "" ? undefined : "text/plain;charset=UTF-8");
      expect(seen.fields["x-other"]).toBe("kept");
    });
  });

  test("303 after HEAD is HEAD; without a redirect nothing is said of one", async () => {
    await using(async (client) => {
      const head = await client.head(`${here}/go/303?to=/seen`);
      expect([head.status, head.request.method, head.redirected]).toEqual([200, "HEAD", true]);
      expect((await client.get(`${here}/seen`)).redirected).toBe(false);
    });
  });

  test("a Location is resolved against the URL that redirects; a response without one is given as it is", async () => {
    await using(async (client) => {
      expect((await client.get(`${here}/go/302?to=../seen`)).url).toBe(`${here}/seen`);
      expect((await client.get(`${here}/go/302?to=${encodeURIComponent("/seen#part")}`)).url).toBe(`${here}/seen`);
      const none = await client.get(`${here}/go/302`);
      expect([none.status, none.redirected]).toEqual([302, false]);
    });
  });

  test("S109: 20 redirects are followed, one more is an error", async () => {
    await using(async (client) => {
      expect((await client.get(`${here}/chain/${MAX_REDIRECTS}`)).status).toBe(200);
      expect(await failure(client.get(`${here}/chain/${MAX_REDIRECTS + 1}`))).toMatchObject({
        code: "ERR_CLIENT_REDIRECT",
        stage: "redirect",
        origin: here,
      });
    });
    await using(
      async (client) => {
        expect(await failure(client.get(`${here}/go/302?to=/seen`))).toMatchObject({ code: "ERR_CLIENT_REDIRECT" });
      },
      { maxRedirects: 0 },
    );
  });

  test("content that was sent and cannot be made again is an error; what a function makes is made again", async () => {
    async function* once(): AsyncGenerator<string> {
      yield "content";
    }
    await using(async (client) => {
      const url = `${here}/go/307?to=/seen`;
      expect(await failure(client.post(url, { content: once() }))).toMatchObject({ code: "ERR_CLIENT_REDIRECT" });
      const again = await client.post(url, { content: once });
      expect(await again.json()).toMatchObject({ method: "POST", content: "content" });
      const dropped = await client.post(`${here}/go/303?to=/seen`, { content: once() });
      expect(await dropped.json()).toMatchObject({ method: "GET", content: "" });
    });
  });

  test("a total time holds for all requests together", async () => {
    let time = 0;
    await using(
      async (client) => {
        const call = client.get(`${here}/chain/5`, { timeouts: { totalMs: 25_000 } });
        expect(await failure(call)).toMatchObject({ code: "ERR_CLIENT_TOTAL_TIMEOUT" });
      },
      { now: () => (time += 10_000) },
    );
  });
});

describe("redirects: what leaves an origin, and where to", () => {
  const secrets = { Authorization: "Bearer a", Cookie: "b=1", "X-Api-Key": "c", "X-Other": "d" };
  const options = { credentialFields: ["x-api-key"] };

  test("S107: credentials stay with their origin, and stay away when a redirect leads back", async () => {
    await using(async (client) => {
      const same = (await (await client.get(`${here}/go/302?to=/seen`, { fields: secrets })).json()) as Seen;
      expect(same.fields).toMatchObject({ authorization: "Bearer a", cookie: "b=1", "x-api-key": "c", "x-other": "d" });
      const back = `${there}/go/302?to=${encodeURIComponent(`${here}/seen`)}`;
      for (const to of [`${there}/seen`, back]) {
        const url = `${here}/go/302?to=${encodeURIComponent(to)}`;
        const { fields } = (await (await client.get(url, { fields: secrets })).json()) as Seen;
        for (const name of ["authorization", "cookie", "x-api-key"]) expect(fields[name]).toBeUndefined();
        expect(fields["x-other"]).toBe("d");
      }
    }, options);
  });

  test("S107: credentials of a URL go to its origin alone, and those in a Location to nobody", async () => {
    await using(async (client) => {
      const to = encodeURIComponent(`${there.replace("//", "//eve:1@")}/seen`);
      const response = await client.get(`${here.replace("//", "//user:word@")}/go/302?to=${to}`);
      expect(((await response.json()) as Seen).fields.authorization).toBeUndefined();
    });
  });

  test.each(["file:///etc/passwd", "data:,x", "unix:/run/x", "javascript:0", "ftp://example.com/", "http://[", "//"])(
    "S108: %s is not followed",
    async (to) => {
      await using(async (client) => {
        const error = await failure(client.get(`${here}/go/302?to=${encodeURIComponent(to)}&secret=1`));
        expect(error).toMatchObject({ code: "ERR_CLIENT_REDIRECT", stage: "redirect" });
        expect(error.message).not.toContain("secret");
      });
    },
  );
});

interface Seen {
  readonly method: string;
  readonly content: string;
  readonly fields: { readonly [name: string]: string };
}

function site(): Server {
  const server = createServer();
  server.handle("/go/:status", async (request, response) => {
    await request.bytes();
    response.status = Number(request.params.get("status"));
    const to = request.query.get("to");
    if (to !== null && to !== undefined) response.fields.set("Location", to);
    response.send("moved");
  });
  server.get("/chain/:left", (request, response) => {
    const left = Number(request.params.get("left"));
    if (left === 0) return response.send("end");
    response.status = 302;
    response.fields.set("Location", `/chain/${left - 1}`);
    response.send("");
  });
  server.handle("/seen", async (request, response) => {
    const fields = Object.fromEntries([...request.fields].map(([name, value]) => [name.toLowerCase(), value]));
    response.json({ method: request.method, content: await request.text(), fields });
  });
  return server;
}

async function using(work: (client: Client) => Promise<void>, options: RedirectOptions = {}): Promise<void> {
  const client = createClient({ redirects: options });
  await work(client);
  await client.close();
}

async function failure(call: Promise<unknown>): Promise<ClientError> {
  return call.then(
    () => expect.unreachable("it was to fail"),
    (error: ClientError) => error,
  );
}
