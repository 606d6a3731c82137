/** Servers that are not ours: Node's two, and nghttpd. */
import { once } from "node:events";
import { createServer as createNodeServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@stack/client";
import { Authority, type Issued } from "@stack/testing/certificates";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { folderWith, freePorts, presence, startListening } from "../programs.ts";

let authority: Authority;
let certificate: Issued;
beforeAll(async () => {
  authority = await Authority.create();
  certificate = await authority.issue({ names: ["localhost", "127.0.0.1"] });
});

/** What all Node servers here do. Their two APIs agree on that much. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === "/echo") {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    request.pipe(response);
  } else if (request.url === "/trailers") {
    response.writeHead(200, { trailer: "x-sum" });
    response.write("content");
    response.addTrailers({ "x-sum": "1" });
    response.end();
  } else if (request.url === "/large") response.end(Buffer.alloc(5_000_000, "x"));
  else response.end("ok");
}

const KINDS = {
  "node:http": () => createNodeServer(serve),
  "node:http2, h2c": () => createHttp2Server(serve as never),
  "node:http2, TLS": () => createSecureServer({ ...certificate, allowHTTP1: true }, serve as never),
} as const;

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])("%s", (kind) => {
  let server: ReturnType<(typeof KINDS)[typeof kind]>;
  let origin: string;
  let client: Client;

  beforeAll(async () => {
    server = KINDS[kind]();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `${kind.endsWith("TLS") ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = createClient({
      version: kind.endsWith("h2c") ? "prior-knowledge" : "alpn",
      tls: { ca: authority.cert },
    });
  });
  afterAll(async () => {
    await client.close({ graceMs: 1_000 });
    expect(client.figures).toEqual({ connections: 0, requests: 0, queued: 0 });
    server.close();
  });

  test("GET, HEAD, many at once", async () => {
    const response = await client.get(origin);
    expect([response.status, response.version]).toEqual([200, kind === "node:http" ? "1.1" : "2"]);
    expect(await response.text()).toBe("ok");
    expect(await (await client.head(origin)).text()).toBe("");
    const answers = await Promise.all(Array.from({ length: 300 }, async () => (await client.get(origin)).text()));
    expect(answers.every((answer) => answer === "ok")).toBe(true);
  });

  test("content up and down at once", async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 100; i++) yield new Uint8Array(50_000).fill(i);
    }
    const response = await client.post(`${origin}/echo`, { content: pieces() });
    const bytes = await response.bytes();
    expect(bytes.length).toBe(5_000_000);
    expect(bytes.at(-1)).toBe(99);
    expect((await (await client.get(`${origin}/large`)).bytes()).length).toBe(5_000_000);
  });

  test("trailers, and what is cancelled", async () => {
    const response = await client.get(`${origin}/trailers`, { fields: { TE: "trailers" } });
    expect(await response.text()).toBe("content");
    expect(response.trailers.get("x-sum")).toBe("1");
    // Last: when a stream is cancelled, node:http2 resets others that it has answered but for their empty last frame.
    (await client.get(`${origin}/large`)).cancel();
    expect(client.figures.requests).toBe(0);
  });
});

const nghttpd = presence("nghttpd", "apt-get install nghttp2-server");

describe.skipIf(nghttpd.skipped).each(["h2c", "TLS"])(`nghttpd${nghttpd.note}, %s`, (kind) => {
  test("files, many at once", async () => {
    const { key, cert } = certificate;
    const folder = folderWith({ key, cert, large: Buffer.alloc(3_000_000, "y") });
    const [port = 0] = await freePorts(1);
    const security =
      kind === "TLS" ? [`${port}`, join(folder.path, "key"), join(folder.path, "cert")] : ["--no-tls", `${port}`];
    const program = await startListening([port], "nghttpd", "-a127.0.0.1", `-d${folder.path}`, ...security);
    const client = createClient({ version: "prior-knowledge", tls: { ca: authority.cert } });
    onTestFinished(async () => {
      await client.close({ graceMs: 0 });
      await program.stop();
      folder.remove();
    });
    const origin = `${kind === "TLS" ? "https" : "http"}://127.0.0.1:${port}`;
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) =>
        (await client.get(`${origin}/${i % 2 === 0 ? "large" : "cert"}`)).bytes(),
      ),
    );
    expect(answers.map(({ length }) => length)).toEqual(
      answers.map((_, i) => (i % 2 === 0 ? 3_000_000 : certificate.cert.length)),
    );
    expect((await client.get(`${origin}/none`)).status).toBe(404);
  }, 60_000);
});
