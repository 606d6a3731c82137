/** Our client role against other people's servers. */

import { createHash } from "node:crypto";
import { createServer as createNodeServer, createSecureServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { Authority } from "@stack/testing/certificates";
import { describe, expect, onTestFinished, test } from "vitest";
import { http2Client } from "../engine-client.ts";
import type { Client, Exchange } from "../exchange.ts";
import { folderWith, presence, start } from "./program.ts";
import { PORTS } from "./served.ts";

const MIB = 2 ** 20;

async function certificate(): Promise<{ ca: string; cert: string; key: string }> {
  const authority = await Authority.create();
  return { ca: authority.cert, ...(await authority.issue({ names: ["127.0.0.1"] })) };
}

describe.each(PORTS)("node:http2 as a server, $name", ({ secure }) => {
  /** A server that answers each stream by its path. */
  async function serving(): Promise<Client> {
    const { ca, ...issued } = await certificate();
    const server: Http2Server = secure ? createSecureServer(issued) : createNodeServer();
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      switch (headers[":path"]) {
        case "/large":
          stream.respond({ ":status": 200 });
          stream.end(Buffer.alloc(8 * MIB, "x"));
          break;
        case "/echo":
          stream.respond({ ":status": 200 });
          stream.pipe(stream);
          break;
        case "/trailers":
          stream.respond({ ":status": 200 }, { waitForTrailers: true });
          stream.on("wantTrailers", () => stream.sendTrailers({ checksum: "abc" }));
          stream.end("content");
          break;
        case "/hints":
          stream.additionalHeaders({ ":status": 103, link: "</a.css>; rel=preload" });
          stream.respond({ ":status": 200, "set-cookie": ["a=1", "b=2"] });
          stream.end("hinted");
          break;
        case "/reset":
          stream.respond({ ":status": 200 });
          stream.write("begin");
          setImmediate(() => stream.destroy(new Error("broken off")));
          break;
        case "/goaway":
          stream.session?.goaway(0);
          stream.respond({ ":status": 200 });
          stream.end("last");
          break;
        case "/push":
          // We have said that push is off: Node does not, and throws.
          stream.respond({ ":status": 200 });
          stream.end(String(stream.pushAllowed));
          break;
        default:
          stream.respond({ ":status": 200, "x-method": headers[":method"] as string });
          stream.end(headers[":path"]);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const client = http2Client(secure ? { port, ca } : { port });
    onTestFinished(() => {
      client.close();
      server.close();
    });
    return client;
  }
  const ask = async (client: Client, target: string): Promise<Exchange> => (await client.ask({ target })).done;

  test("fifty requests at once", async () => {
    const client = await serving();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(client, `/${i}`)));
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(answers.map((_, i) => `200 /${i}`));
  });

  test("8 MiB down, 8 MiB up and down again", async () => {
    const client = await serving();
    expect((await ask(client, "/large")).octets).toBe(8 * MIB);
    const content = Buffer.alloc(8 * MIB, "0123456789abcdef!");
    const { content: echoed } = await (await client.ask({ target: "/echo", content })).done;
    expect(sha256(echoed)).toBe(sha256(content));
  });

  test("trailers, informational responses, repeated fields, HEAD", async () => {
    const client = await serving();
    const { text, trailers } = await ask(client, "/trailers");
    expect([text, trailers.checksum]).toEqual(["content", ["abc"]]);
    const { informational, fields } = await ask(client, "/hints");
    expect([informational[0]?.status, fields["set-cookie"]]).toEqual([103, ["a=1", "b=2"]]);
    const head = await (await client.ask({ method: "HEAD", target: "/x" })).done;
    expect([head.octets, head.fields["x-method"]]).toEqual([0, ["HEAD"]]);
  });

  test("a stream that the server resets, beside one that goes on", async () => {
    const client = await serving();
    const reset = await client.ask({ target: "/reset" });
    await expect(reset.done).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_RESET" });
    expect((await ask(client, "/on")).text).toBe("/on");
  });

  test("a stream that we cancel, beside one that goes on", async () => {
    const client = await serving();
    const exchange = await client.ask({ target: "/large", paused: true });
    await exchange.head;
    exchange.cancel();
    expect((await ask(client, "/on")).text).toBe("/on");
  });

  test("GOAWAY: what is under way ends, the next request takes another connection", async () => {
    const client = await serving();
    expect((await ask(client, "/goaway")).text).toBe("last");
    expect((await ask(client, "/on")).text).toBe("/on");
  });

  test("push is off, and the server knows", async () => {
    expect((await ask(await serving(), "/push")).text).toBe("false");
  });
});

const nghttpd = presence("nghttpd", "nghttp2-server");

describe.skipIf(nghttpd.skipped).each(PORTS)(`nghttpd as a server, $name${nghttpd.note}`, ({ secure }) => {
  async function serving(...args: string[]): Promise<Client> {
    const { ca, cert, key } = await certificate();
    const folder = folderWith({ cert, key, large: Buffer.alloc(8 * MIB, "x"), small: "small" });
    const files = secure ? [`${folder}/key`, `${folder}/cert`] : [];
    // It cannot tell which port it was given for 0: take one that is free.
    const port = await freePort();
    await start(
      "nghttpd",
      [...(secure ? [] : ["--no-tls"]), "-v", "-a127.0.0.1", `-d${folder}`, ...args, String(port), ...files],
      /listen .*:(\d+)/,
    );
    const client = http2Client(secure ? { port, ca } : { port });
    onTestFinished(() => client.close());
    return client;
  }

  test("small and large, at once", async () => {
    const client = await serving();
    const asked = await Promise.all(["/small", "/large", "/small", "/none"].map((target) => client.ask({ target })));
    const answers = await Promise.all(asked.map(({ done }) => done));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
    expect(answers.slice(0, 3).map(({ octets }) => octets)).toEqual([5, 8 * MIB, 5]);
  });

  test("trailers, padding, a table of another size, an echo of what is sent", async () => {
    const client = await serving("--trailer=checksum: abc", "--padding=100", "--encoder-header-table-size=100");
    const { text, trailers } = await (await client.ask({ target: "/small" })).done;
    expect([text, trailers.checksum]).toEqual(["small", ["abc"]]);
  });

  test("an upload comes back (--echo-upload)", async () => {
    const client = await serving("--echo-upload");
    const content = Buffer.alloc(MIB, "0123456789abcdef!");
    const { content: echoed } = await (await client.ask({ target: "/x", content })).done;
    expect(sha256(echoed)).toBe(sha256(content));
  });
});

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A port below those that the system gives out for 0, which another test may get before the program listens. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_240 + ((process.pid * 64 + tried++) % 22_016);
    const server = createNodeServer().listen(port, "127.0.0.1");
    const free = await new Promise<boolean>((resolve) => {
      server.once("listening", () => resolve(true)).once("error", () => resolve(false));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

let tried = 0;
