/**
 * Where the versions of HTTP differ on the wire, under handlers that are the same.
 *
 * @module
 */
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { ByteSink, Engine, HttpRequest, HttpResponse } from "@stack/http";
import { RawClient } from "@stack/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { http1Client } from "./engine-client.ts";
import { type Served, serve } from "./versions.ts";

/** The protocol behind the tunnels of these tests: whatever comes goes back in capitals. */
class Shout implements Engine {
  readonly deadline: number = Number.POSITIVE_INFINITY;
  private output = "";
  private ends = false;

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.output += Buffer.from(bytes.subarray(start, end)).toString("latin1").toUpperCase();
  }

  receiveEnd(): void {
    this.ends = true;
  }

  flush(sink: ByteSink): boolean {
    sink.writeLatin1(this.output);
    this.output = "";
    if (this.ends) sink.end();
    return true;
  }

  drain(): void {}
  onDeadline(): void {}
  closed(): void {}
}

/** Serves one handler on a cleartext port, where either version can be spoken. */
function handle(handler: (request: HttpRequest, response: HttpResponse) => void | Promise<void>): Promise<Served> {
  return serve({ secure: false, connect: http1Client }, (server) =>
    server.handle("/:rest", handler).handle("/", handler).handle("CONNECT /", handler),
  );
}

function http2({ port }: Served, options: ConnectionOptions = {}): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`, options);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

function raw({ port }: Served): RawClient {
  const client = new RawClient(port);
  onTestFinished(() => client.destroy());
  return client;
}

/** What an event gives; events of Node have loose types. */
function once<T>(emitter: NodeJS.EventEmitter, event: string): Promise<T> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

describe("tunnels: one handler that accepts", () => {
  const accept = (request: HttpRequest, response: HttpResponse): void => {
    const carrier = response.accept(request.version === "2" ? {} : { Upgrade: "shout" });
    carrier.handOver(new Shout(), new Uint8Array(0));
  };

  test("HTTP/1.1: Upgrade, and what was sent early goes along", async () => {
    const client = raw(await handle(accept));
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nearly ");
    await client.until(() => client.received.endsWith("EARLY "));
    client.send("later").end();
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*\r\n\r\nEARLY LATER$/);
  });

  test("HTTP/2: extended CONNECT (RFC 8441), beside other streams", async () => {
    const served = await handle((request, response) =>
      request.method === "CONNECT" ? accept(request, response) : response.text("beside"),
    );
    const session = http2(served);
    await once(session, "remoteSettings");
    expect(session.remoteSettings.enableConnectProtocol).toBe(true);
    const tunnel = session.request({ ":method": "CONNECT", ":protocol": "shout", ":path": "/" }, { endStream: false });
    const head = await once<Record<string, unknown>>(tunnel, "response");
    expect(head[":status"]).toBe(200);
    tunnel.write("later");
    expect(String(await once(tunnel, "data"))).toBe("LATER");
    const other = session.request({ ":path": "/" });
    expect(String(await once(other, "data"))).toBe("beside");
    tunnel.end("end");
    let rest = "";
    for await (const piece of tunnel) rest += piece;
    expect(rest).toBe("END");
  });

  test("CONNECT to an authority, over both", async () => {
    const targets: string[] = [];
    const served = await serve({ secure: false, connect: http1Client }, (server) =>
      server.use(() => (request, response) => {
        targets.push(`${request.version} ${request.method} ${request.target} ${request.path}`);
        response.accept().handOver(new Shout(), new Uint8Array(0));
      }),
    );
    const client = raw(served).send("CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\nhi");
    await client.until(() => client.received.endsWith("HI"));
    const tunnel = http2(served).request({ ":method": "CONNECT", ":authority": "b.example:443" }, { endStream: false });
    tunnel.write("hi");
    expect(String(await once(tunnel, "data"))).toBe("HI");
    expect(targets).toEqual(["1.1 CONNECT b.example:443 ", "2 CONNECT b.example:443 "]);
  });

  test("a handler that does not accept answers as it answers anything", async () => {
    const served = await handle((_, response) => response.text("no tunnel"));
    const client = raw(served).send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    await client.until(() => client.received.split("no tunnel").length === 3);
    const session = http2(served);
    await once(session, "remoteSettings");
    const stream = session.request({ ":method": "CONNECT", ":protocol": "shout", ":path": "/" }, { endStream: false });
    expect(String(await once(stream, "data"))).toBe("no tunnel");
  });

  test("HTTP/2 has no Upgrade: accept() is refused with what to do, as 500", async () => {
    const served = await handle((_, response) => void response.accept());
    const stream = http2(served).request({ ":path": "/" });
    expect((await once<Record<string, unknown>>(stream, "response"))[":status"]).toBe(500);
    expect(served.errors).toMatchObject([{ code: "ERR_HTTP2_UNAVAILABLE" }]);
  });
});

describe("draining, as the client hears it", () => {
  test("HTTP/1.1: Connection: close with the answer, then the end", async () => {
    let answer = (): void => {};
    const served = await handle((_, response) => {
      answer = () => response.text("done");
    });
    const client = raw(served).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => served.server.figures.requests === 1);
    const closing = served.server.close();
    answer();
    await client.untilClosed();
    client.end();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*done$/);
    expect(await closing).toEqual([]);
  });

  test("HTTP/2: GOAWAY in two phases, the stream that is open is answered", async () => {
    let answer = (): void => {};
    const served = await handle((_, response) => {
      answer = () => response.text("done");
    });
    const session = http2(served);
    const goaways: string[] = [];
    session.on("goaway", (code, last) => goaways.push(`${code} ${last}`));
    const stream = session.request({ ":path": "/" });
    await until(() => served.server.figures.requests === 1);
    const closing = served.server.close();
    await until(() => goaways.length === 2);
    answer();
    expect(String(await once(stream, "data"))).toBe("done");
    expect(await closing).toEqual([]);
    expect(goaways.slice(0, 2)).toEqual([`0 ${2 ** 31 - 1}`, "0 1"]);
  });

  test("both on one server, under one deadline; what is cut is named", async () => {
    const served = await handle((_, response) => void response.write("begin"));
    const client = raw(served).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const session = http2(served);
    const stream = session.request({ ":path": "/" });
    await once(stream, "data");
    await client.until(() => client.received.includes("begin"));
    const ports = [client.socket.localPort, session.socket.localPort];
    const begun = performance.now();
    const cut = await served.server.close({ graceMs: 100 });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(cut.map(({ port }) => port).sort()).toEqual(ports.sort());
  });

  test("S83: an HTTP/2 preface that stands still while the server drains keeps nothing open", async () => {
    const served = await handle((_, response) => response.text("x"));
    const client = raw(served).send("PRI");
    await until(() => served.server.figures.connections === 1);
    const closing = served.server.close({ graceMs: 20_000 });
    await client.untilClosed();
    client.end();
    expect(await closing).toEqual([]);
  });
});

describe("requests that only one version can get wrong", () => {
  test("S40: a target that is too long is 414 where there is a request line, 431 where it is a field", async () => {
    const served = await handle((_, response) => response.text("x"));
    const client = raw(served).send(`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 414 /);
    const session = http2(served);
    const long = session.request({ ":path": `/${"a".repeat(33_000)}` });
    expect((await once<Record<string, unknown>>(long, "response"))[":status"]).toBe(431);
    expect(String(await once(session.request({ ":path": "/" }), "data"))).toBe("x");
    expect(served.refused.map((what) => what.split(" ")[1])).toEqual(["414", "431"]);
  });

  test("no Host is 400 over HTTP/1.1; over HTTP/2 Host may stand for :authority, nothing for both may not", async () => {
    const served = await handle((request, response) => response.text(request.authority));
    const client = raw(served).send("GET / HTTP/1.1\r\n\r\n");
    await client.untilClosed();
    expect(client.received).toMatch(/^HTTP\/1\.1 400 /);
    const stream = http2(served).request({ ":path": "/", ":authority": "a.example" });
    expect(String(await once(stream, "data"))).toBe("a.example");
  });

  test("cookies in several field lines, as HTTP/2 may send them (RFC 9113 §8.2.3), are one", async () => {
    const served = await handle((request, response) => response.json(request.fields.getAll("cookie")));
    const stream = http2(served).request({ ":path": "/", cookie: ["a=1", "b=2", "c=3"] });
    expect(String(await once(stream, "data"))).toBe('["a=1; b=2; c=3"]');
  });

  test("S119: on the TLS port who offers neither version is refused in the handshake", async () => {
    const { where } = await serve({ secure: true, connect: http1Client }, (server) =>
      server.get("/", (_, response) => response.text("x")),
    );
    const socket = connectTls({ host: "127.0.0.1", port: where.port, ALPNProtocols: ["ftp", "smtp"], ca: where.ca });
    expect(await once<Error>(socket, "error")).toMatchObject({
      message: expect.stringMatching(/no application protocol/i),
    });
  });

  test("S102: a throw in the middle of a stream ends that stream only", async () => {
    const served = await handle(async (request, response) => {
      if (request.path === "/fine") return response.text("fine");
      request.signal.addEventListener("abort", () => response.reset());
      await response.stream(
        (async function* () {
          yield "begin";
          throw new Error("in the middle");
        })(),
      );
    });
    const session = http2(served);
    const broken = session.request({ ":path": "/broken" });
    broken.on("error", () => {});
    broken.resume();
    await once(broken, "close");
    expect(broken.rstCode).toBe(2); // INTERNAL_ERROR
    const fine = session.request({ ":path": "/fine" });
    expect(String(await once(fine, "data"))).toBe("fine");
    expect(served.errors).toHaveLength(1);
  });
});

/** Waits, turn by turn of the event loop, until something holds; the test's own timeout is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
