import { join } from "node:path";
import { type ClientError, type ClientOptions, createClient } from "@stack/client";
import { createServer, type Server } from "@stack/server";
import { Authority } from "@stack/testing/certificates";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { folderWith, freePorts, presence, startListening } from "../programs.ts";

const TINYPROXY = presence("tinyproxy", "apt-get install tinyproxy");
const MICROSOCKS = presence("microsocks", "apt-get install microsocks");

let authority: Authority;
const servers: Server[] = [];
let http = "";
let https = "";
beforeAll(async () => {
  authority = await Authority.create();
  const certificates = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  for (const tls of [false, true]) {
    const server = createServer();
    servers.push(server);
    server.get("/", (request, response) =>
      response.text(`${request.version} ${request.fields.get("via") ?? "direct"}`),
    );
    server.post("/echo", async (request, response) => response.send(await request.bytes()));
    const { url } = await server.listen(0, tls ? { tls: { certificates } } : {});
    if (tls) https = url;
    else http = url;
  }
});
afterAll(async () => {
  for (const server of servers) await server.close({ graceMs: 0 });
});

/** Starts a proxy on a port of its own, for one test. @returns the port */
async function started(command: string, args: (port: number) => string[]): Promise<number> {
  const [port = 0] = await freePorts(1);
  const program = await startListening([port], command, ...args(port));
  onTestFinished(() => program.stop());
  return port;
}

function tinyproxy(...lines: string[]): Promise<number> {
  return started("tinyproxy", (port) => {
    const config = [`Port ${port}`, "Listen 127.0.0.1", "MaxClients 50", "Timeout 60", ...lines, ""].join("\n");
    const folder = folderWith({ config });
    onTestFinished(folder.remove);
    return ["-d", "-c", join(folder.path, "config")];
  });
}

function microsocks(...args: string[]): Promise<number> {
  return started("microsocks", (port) => ["-i", "127.0.0.1", "-p", String(port), ...args]);
}

function clientWith(options: ClientOptions): ReturnType<typeof createClient> {
  const client = createClient({ tls: { ca: authority.cert }, ...options });
  onTestFinished(() => client.close({ graceMs: 0 }));
  return client;
}

/** Through `proxy`: http and https, h1 and h2, and content that takes many reads. */
async function works(proxy: string): Promise<string[]> {
  const answers: string[] = [];
  const content = Buffer.alloc(900_000, "octets");
  for (const version of ["alpn", "http/1.1"] as const)
    for (const origin of [http, https]) {
      answers.push(await (await clientWith({ proxy, version }).get(`${origin}/`)).text());
      // Another client: a POST that crosses the end of a connection, which tinyproxy does not announce, is not sent twice.
      const echo = await (await clientWith({ proxy, version }).post(`${origin}/echo`, { content })).bytes();
      expect(Buffer.compare(echo, content)).toBe(0);
    }
  return answers;
}

describe.skipIf(TINYPROXY.skipped)(`tinyproxy${TINYPROXY.note}`, () => {
  test("http is forwarded, https goes through CONNECT", async () => {
    const answers = await works(`http://127.0.0.1:${await tinyproxy()}`);
    expect(answers[0]).toMatch(/^1\.1 .*tinyproxy/);
    expect(answers[1]).toBe("2 direct");
    expect(answers[2]).toMatch(/^1\.1 .*tinyproxy/);
    expect(answers[3]).toBe("1.1 direct");
  });

  test("with user and password, and without", async () => {
    const port = await tinyproxy("BasicAuth me s3cret");
    expect(await works(`http://me:s3cret@127.0.0.1:${port}`)).toHaveLength(4);
    const nobody = `http://127.0.0.1:${port}`;
    for (const origin of [http, https])
      await expect(clientWith({ proxy: nobody }).get(origin)).rejects.toMatchObject({
        code: "ERR_CLIENT_PROXY_AUTHENTICATION",
        stage: "proxy",
      });
    // To who gives the wrong password it says 401, as an origin would.
    const other = `http://me:wrong@127.0.0.1:${port}`;
    expect((await clientWith({ proxy: other }).get(http)).status).toBe(401);
    await expect(clientWith({ proxy: other }).get(https)).rejects.toMatchObject({ cause: { status: 401 } });
  });

  test("it ends each connection without a word: a turn of the event loop shows it nearly always", async () => {
    const client = clientWith({ proxy: `http://127.0.0.1:${await tinyproxy()}` });
    let lost = 0;
    for (let i = 0; i < 50; i++) {
      const content = Buffer.alloc(i % 2 === 0 ? 10 : 300_000, i);
      const call = client.post(`${http}/echo`, { content }).then((response) => response.bytes());
      const echo = await call.catch((error: ClientError) => error);
      // A POST that crosses the end is not sent twice.
      if (echo instanceof Error) expect([echo.code, ++lost]).toEqual(["ERR_CLIENT_DISCONNECTED", lost]);
      else expect(Buffer.compare(echo, content)).toBe(0);
    }
    // Without that turn it is every second one. One tells how this proxy is, and a busy machine may run it late.
    expect(lost).toBeLessThan(10);
  });

  test("a port that it does not connect to: its status", async () => {
    const port = await tinyproxy("ConnectPort 1");
    const call = clientWith({ proxy: `http://127.0.0.1:${port}` }).get(https);
    await expect(call).rejects.toMatchObject({ code: "ERR_CLIENT_PROXY", cause: { status: 403 } });
  });
});

describe.skipIf(MICROSOCKS.skipped)(`microsocks${MICROSOCKS.note}`, () => {
  test("http and https, names resolved there", async () => {
    const port = await microsocks();
    expect(await works(`socks5://127.0.0.1:${port}`)).toEqual(["1.1 direct", "2 direct", "1.1 direct", "1.1 direct"]);
    const byName = clientWith({ proxy: `socks5h://127.0.0.1:${port}` });
    const url = new URL(https);
    url.hostname = "localhost";
    // It may take ::1 for localhost, where nobody listens: that is its answer then, and a typed one.
    const answer = await byName.get(url).then(
      (response) => response.text(),
      (error: { cause?: { code?: string } }) => error.cause?.code,
    );
    expect(["2 direct", "ERR_SOCKS5_REFUSED"]).toContain(answer);
  });

  test("with user and password (RFC 1929), and without", async () => {
    const port = await microsocks("-u", "me", "-P", "s3cret");
    expect(await works(`socks5://me:s3cret@127.0.0.1:${port}`)).toHaveLength(4);
    for (const login of ["", "me:wrong@"]) {
      const call = clientWith({ proxy: `socks5://${login}127.0.0.1:${port}` }).get(https);
      await expect(call).rejects.toMatchObject({ code: "ERR_CLIENT_PROXY_AUTHENTICATION", stage: "proxy" });
    }
  });

  test("where nobody listens: the reply", async () => {
    const port = await microsocks();
    const call = clientWith({ proxy: `socks5://127.0.0.1:${port}` }).get("http://127.0.0.1:1/");
    await expect(call).rejects.toMatchObject({
      code: "ERR_CLIENT_PROXY",
      stage: "proxy",
      cause: { code: "ERR_SOCKS5_REFUSED", reply: 5 },
    });
  });
});
