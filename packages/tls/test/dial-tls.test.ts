import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Carrier } from "@stack/tcp";
import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ClientSessions } from "../src/client-sessions.ts";
import { type ClientTls, createClientTls } from "../src/client-tls.ts";
import { dialTls } from "../src/dial-tls.ts";
import { Talker, until } from "./engines.ts";
import { failureOf, folder, RUNTIME, said, serve, tlsOf } from "./serving.ts";

let authority: Authority;
let certificates: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  certificates = await authority.issue({ names: ["a.example", "b.example", "127.0.0.1"] });
});

const talk = (carrier: Carrier): Talker => new Talker(carrier);

describe("dialling", () => {
  test("the engine is made when everything is known of the peer", async () => {
    const { listener } = await serve({ certificates, alpn: ["echo"] });
    const seen: unknown[] = [];
    const talker = await dialTls(
      listener.address,
      (carrier) => {
        const { secure, alpn, tls } = carrier.peer;
        seen.push(secure, alpn, tls?.protocol, tls?.servername, tls?.authorized);
        return talk(carrier);
      },
      { tls: createClientTls({ ca: authority.cert, alpn: ["echo"] }), servername: "A.example" },
    );
    expect(seen).toEqual([true, "echo", "TLSv1.3", "a.example", true]);
    await said(talker, "hello");
    talker.carrier.abort(null);
  });

  test("the server's engine too", async () => {
    const seen: unknown[] = [];
    const { dial } = await serve(
      { certificates, alpn: ["echo"] },
      {
        connect: (carrier) => {
          const { secure, alpn, tls, address } = carrier.peer;
          seen.push(secure, alpn, tls?.protocol, tls?.servername, tls?.authorized, address);
          return talk(carrier);
        },
      },
    );
    await dial({ ca: authority.cert, alpn: ["echo"] });
    await until(() => seen.length > 0);
    expect(seen).toEqual([true, "echo", "TLSv1.3", "a.example", false, "127.0.0.1"]);
  });

  test("the host of the address is the name, when none is given", async () => {
    const { listener } = await serve({ certificates });
    const talker = await dialTls(listener.address, talk, { tls: createClientTls({ ca: authority.cert }) });
    expect(tlsOf(talker)).toMatchObject({ servername: "", authorized: true });
    talker.carrier.abort(null);
  });

  test("a Unix socket, with a name to ask for", async () => {
    const path = join(folder(), "tls.sock");
    const { meet, listener } = await serve({ certificates }, {}, { path });
    const { client, server } = await meet({ ca: authority.cert });
    expect(tlsOf(client).authorized).toBe(true);
    expect(server.carrier.peer).toMatchObject({ address: "", port: 0, secure: true });
    await expect(dialTls(listener.address, talk)).rejects.toThrow("give servername");
  });

  test("three million octets there and back, and an end in good order", async () => {
    const { meet } = await serve({ certificates });
    const { client, server } = await meet({ ca: authority.cert });
    const content = "0123456789abcdef".repeat(187_500);
    client.send(content);
    client.end();
    await until(() => client.reason !== undefined && server.reason !== undefined);
    expect(client.received).toBe(`hello${content}`);
    expect([client.reason, server.reason]).toEqual([null, null]);
  });

  test("what connect throws is what dialling throws", async () => {
    const { listener } = await serve({ certificates });
    const failing = (): Talker => {
      throw new Error("in connect");
    };
    const tls = createClientTls({ ca: authority.cert });
    await expect(dialTls(listener.address, failing, { tls, servername: "a.example" })).rejects.toThrow("in connect");
    await until(() => listener.connections === 0);
  });
});

describe("a server that does not make the handshake", () => {
  /** A TCP server, and where it listens. */
  async function tcp(onSocket: (socket: Socket) => void): Promise<{ host: string; port: number; open: Set<Socket> }> {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => open.delete(socket));
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    return { host: "127.0.0.1", port: (server.address() as { port: number }).port, open };
  }

  test("because it speaks something else", async () => {
    const address = await tcp((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    expect(await failureOf(dialTls(address, talk))).toMatchObject({
      name: "TlsError",
      code: "ERR_TLS_NOT_TLS",
      message: expect.stringContaining("does not speak TLS on this port"),
    });
  });

  test("because it ends the connection", async () => {
    const address = await tcp((socket) => socket.destroy());
    expect(await failureOf(dialTls(address, talk))).toMatchObject({ code: "ERR_TLS_HANDSHAKE" });
  });

  test("S92: because it says nothing", async () => {
    const address = await tcp((socket) => socket.resume());
    const tls = createClientTls({ handshakeTimeoutMs: 50 });
    expect(await failureOf(dialTls(address, talk, { tls }))).toMatchObject({ code: "ERR_TLS_HANDSHAKE_TIMEOUT" });
    await until(() => address.open.size === 0);
  });

  test("S92: and the time for the whole is over", async () => {
    const address = await tcp((socket) => socket.resume());
    expect(await failureOf(dialTls(address, talk, { timeoutMs: 50 }))).toMatchObject({ code: "ERR_DIAL_TIMEOUT" });
    await until(() => address.open.size === 0);
  });

  test("and dialling is aborted", async () => {
    const controller = new AbortController();
    const address = await tcp((socket) => socket.once("data", () => controller.abort(new Error("enough"))));
    const refused = await failureOf(dialTls(address, talk, { signal: controller.signal }));
    expect(refused).toMatchObject({ code: "ERR_DIAL_ABORTED", cause: { message: "enough" } });
    await until(() => address.open.size === 0);
  });

  test("because nobody listens", async () => {
    const address = await tcp(() => {});
    const { listener } = await serve({ certificates });
    await listener.close();
    expect(await failureOf(dialTls(listener.address, talk))).toMatchObject({ code: "ERR_DIAL" });
    expect(address.open.size).toBe(0);
  });
});

describe.runIf(RUNTIME !== "deno")("sessions of a client", () => {
  /** Whether a connection resumed a session. */
  async function resumes(
    address: Parameters<typeof dialTls>[0],
    tls: ClientTls,
    servername = "a.example",
  ): Promise<boolean> {
    const talker = await dialTls(address, talk, { tls, servername });
    await said(talker, "hello");
    const { resumed, authorized } = tlsOf(talker);
    expect(authorized).toBe(true);
    talker.carrier.abort(null);
    await until(() => talker.reason !== undefined);
    return resumed;
  }

  test.each(["TLSv1.2", "TLSv1.3"] as const)("are resumed, each ticket of TLS 1.3 once: %s", async (maxVersion) => {
    const { listener } = await serve({ certificates, maxVersion });
    const tls = createClientTls({ ca: authority.cert });
    const resumed = [];
    for (let i = 0; i < 3; i++) resumed.push(await resumes(listener.address, tls));
    expect(resumed).toEqual([false, true, true]);
  });

  test("S117: one of another name, of another server or of another trust is not used", async () => {
    const { listener } = await serve({ certificates });
    const other = await serve({ certificates });
    const tls = createClientTls({ ca: authority.cert });
    expect(await resumes(listener.address, tls)).toBe(false);
    expect(await resumes(listener.address, tls, "b.example")).toBe(false);
    expect(await resumes(other.listener.address, tls)).toBe(false);
    expect(await resumes(listener.address, createClientTls({ ca: authority.cert }))).toBe(false);
    expect(await resumes(listener.address, tls)).toBe(true);
  });

  test("S116: a session that was made without checks does not replace them", async () => {
    const { listener, meet } = await serve({ certificates });
    await meet({ rejectUnauthorized: false });
    const strict = createClientTls();
    await expect(dialTls(listener.address, talk, { tls: strict, servername: "a.example" })).rejects.toMatchObject({
      code: "ERR_TLS_UNKNOWN_AUTHORITY",
    });
  });

  test("none are kept when none are wanted", async () => {
    const { listener } = await serve({ certificates });
    const tls = createClientTls({ ca: authority.cert, maxSessions: 0 });
    expect([await resumes(listener.address, tls), await resumes(listener.address, tls)]).toEqual([false, false]);
  });

  test("are kept for a number of servers, and a few for each", () => {
    const sessions = new ClientSessions(2);
    const session = (name: string): Buffer => Buffer.from(name);
    for (const name of ["a1", "a2", "a3", "a4", "a5"]) sessions.put("a", session(name));
    sessions.put("b", session("b1"));
    sessions.put("a", session("a6"));
    sessions.put("c", session("c1")); // b was put longest ago
    const taken = ["a", "a", "a", "a", "a", "b", "c"].map((server) => sessions.take(server)?.toString());
    expect(taken).toEqual(["a6", "a5", "a4", "a3", undefined, undefined, "c1"]);
  });
});
