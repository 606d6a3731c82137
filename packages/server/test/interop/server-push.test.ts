/** Server push over sockets (RFC 9113 §8.4), each of our roles with node:http2 at the other end. */
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, createServer as createNodeServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { Fields, type Handler } from "@stack/http";
import { ClientConnection } from "@stack/http2";
import { dial } from "@stack/tcp";
import { afterEach, describe, expect, test } from "vitest";
import { createServer, type Server } from "../../src/index.ts";

const page: Handler = (request, response) => {
  response.push(request.promise("/style.css", { Accept: "text/css" }))?.text("css");
  response.text("page");
};

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function serve(push: boolean): Promise<number> {
  const server: Server = createServer({ http2: { push } });
  server.get("/", page);
  const { port } = await server.listen(0);
  opened.push(() => server.close());
  return port;
}

async function textOf(stream: ClientHttp2Stream): Promise<string> {
  let text = "";
  for await (const piece of stream) text += String(piece);
  return text;
}

/** Asks node:http2 for `/`; what came, and what was pushed. */
async function asked(port: number, settings: { enablePush: boolean }): Promise<{ page: string; pushed: string[] }> {
  const session: ClientHttp2Session = connect(`http://127.0.0.1:${port}`, { settings });
  const pushed: Promise<string>[] = [];
  session.on("stream", (stream, headers) => {
    pushed.push(textOf(stream).then((text) => `${headers[":path"]} ${headers.accept}: ${text}`));
  });
  const text = await textOf(session.request({ ":path": "/" }));
  const all = await Promise.all(pushed);
  session.close();
  await once(session, "close");
  return { page: text, pushed: all };
}

describe("node:http2 as the client", () => {
  test("takes what is pushed", async () => {
    const port = await serve(true);
    expect(await asked(port, { enablePush: true })).toEqual({ page: "page", pushed: ["/style.css text/css: css"] });
  });

  test("that wants none gets none", async () => {
    const port = await serve(true);
    expect(await asked(port, { enablePush: false })).toEqual({ page: "page", pushed: [] });
  });

  test("gets none by default", async () => {
    const port = await serve(false);
    expect(await asked(port, { enablePush: true })).toEqual({ page: "page", pushed: [] });
  });
});

describe("node:http2 as the server", () => {
  test("what it pushes comes to onPush", async () => {
    const node = createNodeServer();
    node.on("stream", (stream) => {
      stream.pushStream({ ":path": "/style.css" }, (error, pushed) => {
        if (error === null) pushed.respond({ ":status": 200 });
        pushed.end("css");
        stream.respond({ ":status": 200 });
        stream.end("page");
      });
    });
    node.listen(0, "127.0.0.1");
    await once(node, "listening");
    opened.push(() => node.close());
    const { port } = node.address() as AddressInfo;
    const got: string[] = [];
    const done: Promise<void>[] = [];
    const collect = (name: string): Parameters<ClientConnection["request"]>[1] => {
      let text = "";
      let end = (): void => {};
      let fail = (_error: Error): void => {};
      done.push(
        new Promise<void>((resolve, reject) => {
          end = resolve;
          fail = reject;
        }),
      );
      return {
        onInformational: () => {},
        onHead: () => {},
        onContent: (bytes, start, stop) => {
          text += Buffer.from(bytes.subarray(start, stop)).toString();
        },
        onEnd: () => {
          got.push(`${name}: ${text}`);
          end();
        },
        onUpgrade: () => {},
        onError: fail,
      };
    };
    const client = await dial(
      { host: "127.0.0.1", port },
      (carrier) =>
        new ClientConnection(carrier, {
          onPush: (request) => request.accept(collect(request.target)).grant(1_000),
        }),
    );
    const fields = new Fields({ Host: `127.0.0.1:${port}` });
    client.request({ method: "GET", target: "/", fields }, collect("/")).grant(1_000);
    await done[0];
    await Promise.all(done);
    expect(got.sort()).toEqual(["/: page", "/style.css: css"]);
    client.drain();
  });
});
