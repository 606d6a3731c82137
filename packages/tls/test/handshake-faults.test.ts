import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connect } from "node:tls";
import { Authority, type Issued } from "@stack/testing/certificates";
import fc from "fast-check";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClientTls } from "../src/client-tls.ts";
import { dialTls } from "../src/dial-tls.ts";
import { type HandshakePeer, MAX_CLIENT_HELLO_OCTETS } from "../src/server-handshake.ts";
import { createServerTls } from "../src/server-tls.ts";
import { type Echo, Talker, until } from "./engines.ts";
import { clientHello, extension, hex, message, records, serverName } from "./hello-wire.ts";
import { RUNTIME, said, serve } from "./serving.ts";

let authority: Authority;
let certificates: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  certificates = await authority.issue({ names: ["a.example"] });
});

/** Warnings of the process, which stand for a crash that did not come. */
function warnings(): unknown[] {
  const list: unknown[] = [];
  const warned = vi.spyOn(process, "emitWarning").mockImplementation((warning) => void list.push(warning));
  onTestFinished(() => warned.mockRestore());
  return list;
}

describe("what is no TLS", () => {
  test.each([
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "the client spoke plain HTTP; its address begins with https:// here"],
    ["OPTIONS * HTTP/1.1\r\n\r\n", "the client spoke plain HTTP; its address begins with https:// here"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "the client spoke plain HTTP; its address begins with https:// here"],
    ["SSH-2.0-OpenSSH_9.2\r\n", "the client does not speak TLS"],
    ["\x80\x2e\x01\x03\x01", "the client does not speak TLS"],
    ["\0", "the client does not speak TLS"],
  ])("%j", async (wire, why) => {
    const { raw, errors, engines } = await serve({ certificates });
    const peer = raw().send(wire);
    await until(() => peer.closed);
    expect(errors).toMatchObject([{ name: "TlsError", code: "ERR_TLS_NOT_TLS", message: why }]);
    expect(engines).toEqual([]);
    expect(peer.received.length).toBe(0);
  });

  test("the other side is told with it", async () => {
    const peers: HandshakePeer[] = [];
    const options = { certificates, onHandshakeError: (_: unknown, peer: HandshakePeer) => peers.push(peer) };
    const { raw, dial } = await serve({ ...options, alpn: ["h2"] });
    const plain = raw().send("GET / HTTP/1.1\r\n\r\n");
    await until(() => plain.closed);
    await expect(dial({ ca: authority.cert, alpn: ["x"] }, { servername: "A.example" })).rejects.toThrow();
    await until(() => peers.length === 2);
    expect(peers).toMatchObject([{ servername: "" }, { servername: "a.example" }]);
    for (const { address, port } of peers) {
      expect(address).toBe("127.0.0.1");
      expect(port).toBeGreaterThan(0);
    }
  });

  test("a connection without an octet is a probe, and not told", async () => {
    const { raw, errors, listener } = await serve({ certificates });
    const peer = raw();
    await until(() => listener.connections === 1);
    peer.socket.end();
    await until(() => peer.closed && listener.connections === 0);
    expect(errors).toEqual([]);
  });
});

describe("what breaks TLS", () => {
  const HELLO = records(clientHello(serverName("a.example")));

  test.each([
    ["a message that is no ClientHello", records(message(2, Buffer.alloc(40)))],
    ["an extension beyond the message", records(clientHello(hex("0000 00ff 00")))],
    ["a ClientHello that leaves nothing to choose from", HELLO],
  ])("%s is answered with an alert", async (_, wire) => {
    const { raw, errors } = await serve({ certificates });
    const peer = raw().send(wire);
    await until(() => peer.closed);
    expect(peer.alert).toMatch(/^21 3 \d 0 2 2 \d+$/); // fatal
    expect(errors).toMatchObject([{ code: "ERR_TLS_HANDSHAKE" }]);
  });

  test("a client that leaves in the middle of its first message", async () => {
    const { raw, errors } = await serve({ certificates });
    const peer = raw().send(HELLO.subarray(0, 20));
    peer.socket.end();
    await until(() => peer.closed);
    expect(errors).toMatchObject([{ code: "ERR_TLS_HANDSHAKE", message: expect.stringContaining("first message") }]);
  });

  test("a client that leaves in the middle of the handshake", async () => {
    const { raw, errors, listener } = await serve({ certificates, handshakeTimeoutMs: 60_000 });
    const peer = raw().send(await realClientHello());
    peer.socket.end();
    await until(() => peer.closed && listener.connections === 0);
    expect(errors).toMatchObject([{ code: "ERR_TLS_HANDSHAKE", message: expect.stringContaining("ended before") }]);
  });

  test("S102: resets at any moment leave the process and the others alone", async () => {
    const { raw, meet, listener } = await serve({ certificates });
    for (let octets = 0; octets <= HELLO.length; octets += 7) {
      const peer = raw();
      peer.send(HELLO.subarray(0, octets));
      await until(() => !peer.socket.connecting);
      peer.socket.resetAndDestroy();
    }
    await until(() => listener.connections === 0);
    const { client } = await meet({ ca: authority.cert });
    expect(client.received).toBe("hello");
  });

  test("S102, S190: any octets leave the process and the others alone", async () => {
    const { raw, meet, listener } = await serve({ certificates });
    const warned = warnings();
    const mutated = fc.array(fc.tuple(fc.nat(HELLO.length - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
      const wire = Buffer.from(HELLO);
      for (const [at, octet] of changes) wire[at] = octet;
      return wire;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ minLength: 1, maxLength: 100 })), async (wire) => {
        const peer = raw().send(wire);
        peer.socket.end();
        await until(() => peer.closed);
      }),
      { numRuns: 200 },
    );
    await until(() => listener.connections === 0);
    const { client } = await meet({ ca: authority.cert });
    expect(client.received).toBe("hello");
    expect(warned).toEqual([]);
  });

  test("S92: a first message without end is cut at a number of octets", async () => {
    const { raw, errors } = await serve({ certificates });
    const endless = message(1, Buffer.alloc(MAX_CLIENT_HELLO_OCTETS * 2));
    const peer = raw().send(records(endless, 1_000).subarray(0, MAX_CLIENT_HELLO_OCTETS));
    await until(() => peer.closed);
    expect(errors).toMatchObject([
      { code: "ERR_TLS_HANDSHAKE", message: expect.stringContaining("longer than 16384") },
    ]);
  });

  test("a large first message passes", async () => {
    const { raw, errors } = await serve({ certificates });
    const padded = records(clientHello(serverName("a.example"), extension(21, Buffer.alloc(8_000))));
    const peer = raw();
    for (let at = 0; at < padded.length; at += 1_000) peer.send(padded.subarray(at, at + 1_000));
    await until(() => peer.closed);
    expect(errors[0]?.message).not.toContain("longer");
    expect(peer.alert).toMatch(/^21 3 /);
  });
});

describe("S92: handshakes that stall", () => {
  const HELLO = records(clientHello(serverName("a.example"), extension(10, hex("0002001d"))));

  test.each<[string, Buffer]>([
    ["without an octet", Buffer.alloc(0)],
    ["in the record header", HELLO.subarray(0, 3)],
    ["in the first message", HELLO.subarray(0, 40)],
  ])("%s are cut", async (_, wire) => {
    const { raw, errors, listener } = await serve({ certificates, handshakeTimeoutMs: 60 });
    const peer = raw().send(wire);
    await until(() => peer.closed && listener.connections === 0);
    expect(errors).toMatchObject([
      { code: "ERR_TLS_HANDSHAKE_TIMEOUT", message: expect.stringContaining("within 60 ms") },
    ]);
  });

  test("after the first message are cut", async () => {
    const { raw, errors, listener } = await serve({ certificates, handshakeTimeoutMs: 500 });
    const hello = await realClientHello();
    // The time that passes is the test's: it is not over before the first message was read.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const peer = raw().send(hello);
    await until(() => peer.received.length > 0);
    expect(peer.received[0]).toBe(22); // the server's part of the handshake
    expect(listener.connections).toBe(1);
    vi.advanceTimersByTime(500);
    await until(() => peer.closed && listener.connections === 0);
    expect(errors).toMatchObject([{ code: "ERR_TLS_HANDSHAKE_TIMEOUT" }]);
  });

  test("however slowly the octets drip", async () => {
    const { raw, errors } = await serve({ certificates, handshakeTimeoutMs: 120 });
    const peer = raw();
    const drip = setInterval(() => peer.send(Buffer.from([22])), 10);
    onTestFinished(() => clearInterval(drip));
    await until(() => peer.closed);
    expect(errors).toMatchObject([{ code: "ERR_TLS_HANDSHAKE_TIMEOUT" }]);
  });

  test("a time longer than timers know is a long time, and not none", async () => {
    const { meet, errors } = await serve({ certificates, handshakeTimeoutMs: Number.POSITIVE_INFINITY });
    const { client } = await meet({ ca: authority.cert, handshakeTimeoutMs: 2 ** 31 });
    expect([client.received, errors]).toEqual(["hello", []]);
  });

  test("count as connections in the caps", async () => {
    const refused: string[] = [];
    const { raw, listener, meet } = await serve(
      { certificates },
      { maxConnections: 2, onRefused: (address) => refused.push(address) },
    );
    const stalled = [raw(), raw()];
    await until(() => listener.connections === 2);
    await expect(meet({ ca: authority.cert })).rejects.toMatchObject({ code: "ERR_TLS_HANDSHAKE" });
    expect(refused).toEqual(["127.0.0.1"]);
    stalled[0]?.socket.destroy();
    await until(() => listener.connections === 1);
    const { client } = await meet({ ca: authority.cert });
    expect(client.received).toBe("hello");
    expect(listener.connections).toBe(2);
  });

  test("are cut when the listener closes, and it waits for none", async () => {
    const { raw, listener } = await serve({ certificates });
    const peers = [raw(), raw().send(HELLO.subarray(0, 40)), raw().send(await realClientHello())];
    await until(() => listener.connections === 3 && (peers[2]?.received.length ?? 0) > 0);
    expect(await listener.close({ graceMs: 60_000 })).toEqual([]);
    await until(() => peers.every((peer) => peer.closed));
    expect(listener.connections).toBe(0);
  });
});

describe("S102: what throws in our own callbacks", () => {
  test("onHandshakeError costs nothing", async () => {
    const warned = warnings();
    const { raw, meet } = await serve({
      certificates,
      onHandshakeError: () => {
        throw new Error("in onHandshakeError");
      },
    });
    const peer = raw().send("GET / HTTP/1.1\r\n\r\n");
    await until(() => peer.closed);
    expect(warned).toMatchObject([{ message: "in onHandshakeError" }]);
    const { client } = await meet({ ca: authority.cert });
    expect(client.received).toBe("hello");
  });

  test("connect costs its connection", async () => {
    const warned = warnings();
    const { dial, listener } = await serve(
      { certificates },
      {
        connect: () => {
          throw new Error("in connect");
        },
      },
    );
    const talker = await dial({ ca: authority.cert });
    await until(() => talker.reason !== undefined && listener.connections === 0);
    expect(warned).toMatchObject([{ message: "in connect" }]);
  });

  test("onProblem costs nothing", async () => {
    const warned = warnings();
    const expired = await authority.issue({ names: ["a.example"], from: -20, to: -10 });
    const { meet } = await serve({
      certificates: expired,
      onProblem: () => {
        throw new Error("in onProblem");
      },
    });
    expect(warned).toMatchObject([{ message: "in onProblem" }]);
    const { client } = await meet({ rejectUnauthorized: false });
    expect(client.received).toBe("hello");
  });

  test("without onProblem the process is warned", async () => {
    const warned = warnings();
    const expired = await authority.issue({ names: ["a.example"], from: -20, to: -10 });
    createServerTls({ certificates: expired });
    expect(warned).toMatchObject([{ code: "ERR_TLS_CERTIFICATE_EXPIRED" }]);
  });
});

describe("after the handshake", () => {
  test.runIf(RUNTIME === "node")("a renegotiation (RFC 5246 §7.4.1.1) ends the connection", async () => {
    const { listener, engines } = await serve({ certificates, maxVersion: "TLSv1.2" });
    const { port } = listener.address as { port: number };
    const socket = connect({ port, rejectUnauthorized: false, servername: "a.example" });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {});
    socket.once("secureConnect", () => socket.renegotiate({ rejectUnauthorized: false }, () => {}));
    await until(() => engines[0]?.reason !== undefined && listener.connections === 0);
    expect(engines[0]?.reason).toMatchObject({ code: "ERR_TLS_RENEGOTIATION_DISABLED" });
  });

  test.each(["server", "client"])("a record that was tampered with ends the connection of the %s", async (victim) => {
    const { listener, engines } = await serve({ certificates });
    const between = await tamper(listener.address as { port: number }, victim === "server");
    const talker = await dialTls({ host: "127.0.0.1", port: between.port }, (carrier) => new Talker(carrier), {
      tls: createClientTls({ ca: authority.cert }),
      servername: "a.example",
    });
    await said(talker, "hello");
    between.tampers = true;
    talker.send("more");
    const engine = engines[0] as Echo;
    await until(() => engine.reason !== undefined && talker.reason !== undefined);
    expect(victim === "server" ? engine.reason : talker.reason).toBeInstanceOf(Error);
    expect(victim === "server" ? engine.received : talker.received).toBe("hello");
    await until(() => listener.connections === 0);
  });
});

/** Stands between a client and a server, and changes an octet on the way to one of them when it is told to. */
async function tamper(server: { port: number }, toServer: boolean): Promise<{ port: number; tampers: boolean }> {
  const state = { port: 0, tampers: false };
  const pass = (from: Socket, to: Socket, victim: boolean): void => {
    from.on("data", (chunk: Buffer) => {
      if (victim && state.tampers) chunk.writeUInt8(chunk.readUInt8(chunk.length - 1) ^ 1, chunk.length - 1);
      to.write(chunk);
    });
    from.on("error", () => {});
    from.on("close", () => to.destroy());
  };
  const proxy = createServer((near) => {
    const far = connectTcp(server.port, "127.0.0.1");
    pass(near, far, toServer);
    pass(far, near, !toServer);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  state.port = (proxy.address() as { port: number }).port;
  return state;
}

/** The first message of the runtime's own client. */
function realClientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (chunk: Buffer) => {
        resolve(chunk);
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      connect({ port, host: "127.0.0.1", servername: "a.example" }).on("error", () => {});
    });
  });
}
