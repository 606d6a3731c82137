import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { dial } from "../src/dial.ts";
import type { DialOptions, DialStage } from "../src/dial-options.ts";
import { TcpError } from "../src/errors.ts";
import { NameCache } from "../src/name-cache.ts";
import { lookupHost } from "../src/name-lookup.ts";
import { type NameResolver, recordResolver } from "../src/name-resolver.ts";
import { publicOnly } from "../src/public-address.ts";
import { Echo, Recorder, until } from "./engines.ts";
import { RUNTIME, serve } from "./serving.ts";

const make = (carrier: ConstructorParameters<typeof Recorder>[0]): Recorder => new Recorder(carrier);

/** Says these addresses for every name. */
const always = (...addresses: string[]): NameResolver => ({
  resolve: (_, report) => report({ family: 0, addresses, ttlMs: 0, error: null }),
});

async function failure(dialled: Promise<unknown>): Promise<TcpError> {
  const error: unknown = await dialled.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TcpError);
  return error as TcpError;
}

async function port(): Promise<number> {
  const { listener } = await serve((carrier) => new Echo(carrier));
  return (listener.address as { port: number }).port;
}

describe("dialling a name", () => {
  test("connects to an address of it, stage by stage", async () => {
    const stages: DialStage[] = [];
    const options: DialOptions = { resolver: always("127.0.0.1"), onStage: (stage) => stages.push(stage) };
    const engine = await dial(`a.example:${await port()}`, make, options);
    expect(engine.carrier.peer.address).toBe("127.0.0.1");
    expect(stages).toEqual(["dns", "connect"]);
    engine.carrier.abort(null);
  });

  test("the first address refuses: the next is connected to", async () => {
    const engine = await dial(`a.example:${await port()}`, make, { resolver: always("127.0.0.2", "127.0.0.1") });
    expect(engine.carrier.peer.address).toBe("127.0.0.1");
    engine.carrier.abort(null);
  });

  test("RFC 6761 §6.3: localhost is this machine, and no resolver is asked", async () => {
    const resolver: NameResolver = {
      resolve: () => {
        throw new Error("asked");
      },
    };
    for (const name of ["localhost", "LocalHost.", "app.localhost"]) {
      const engine = await dial(`${name}:${await port()}`, make, { resolver });
      expect(engine.carrier.peer.address).toBe("127.0.0.1");
      engine.carrier.abort(null);
    }
  });

  test("the system knows no such name: ERR_DNS_NOT_FOUND or ERR_DNS", async () => {
    const error = await failure(dial("name.invalid:80", make));
    expect(error.code).toMatch(/^ERR_DNS(_NOT_FOUND)?$/);
    expect(error.attempts).toEqual([]);
  });

  test("a resolver that throws rejects", async () => {
    const resolver: NameResolver = {
      resolve: () => {
        throw new Error("broken");
      },
    };
    await expect(dial("a.example:80", make, { resolver })).rejects.toThrow("broken");
  });

  test("nobody answers the question: ERR_DNS_TIMEOUT", async () => {
    const error = await failure(dial("a.example:80", make, { resolver: { resolve: () => {} }, dnsTimeoutMs: 10 }));
    expect(error.code).toBe("ERR_DNS_TIMEOUT");
  });

  test("aborted while the name is asked for; an answer that comes afterwards connects to nobody", async () => {
    const { listener, engines } = await serve((carrier) => new Echo(carrier));
    let tell = (): void => {};
    const resolver: NameResolver = {
      resolve: (_, report) => {
        tell = () => report({ family: 0, addresses: ["127.0.0.1"], ttlMs: 0, error: null });
      },
    };
    const controller = new AbortController();
    const { port } = listener.address as { port: number };
    const dialled = failure(dial(`a.example:${port}`, make, { resolver, signal: controller.signal }));
    controller.abort();
    expect((await dialled).code).toBe("ERR_DIAL_ABORTED");
    tell();
    const engine = await dial(listener.address, make);
    engine.carrier.abort(null);
    await until(() => engines.length > 0);
    expect(engines).toHaveLength(1);
  });

  test.runIf(RUNTIME === "node")(
    "every attempt is under way when time is up: ERR_DIAL_TIMEOUT names them",
    async () => {
      // TEST-NET-1 (RFC 5737): where there is a network at all, nobody answers.
      const resolver = always("192.0.2.1", "192.0.2.2");
      const error = await failure(dial("a.example:9", make, { resolver, timeoutMs: 1_000, attemptDelayMs: 10 }));
      if (error.code === "ERR_DIAL") return; // this machine has no route there
      expect(error.code).toBe("ERR_DIAL_TIMEOUT");
      expect(error.attempts).toMatchObject([
        { address: "192.0.2.1", endMs: -1, error: null },
        { address: "192.0.2.2", endMs: -1, error: null },
      ]);
    },
  );
});

describe("S122: what ends in a number is an IPv4 address and nothing else", () => {
  test.each([
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "127.0.0.01",
    "127.0.0.1.",
    "1.2.3.4.5",
    "a.1",
  ])("%s is no host", async (host) => {
    await expect(dial({ host, port: 80 }, make)).rejects.toThrow(RangeError);
  });

  test.each([
    "a b",
    "a\0b",
    "a\r\nb",
    "a%00.example",
    "a/b",
    "a@b",
    "a:b",
    "a..b",
    ".a",
    "fe80::1%a b",
    "a".repeat(255),
  ])("S121: %j is no host", async (host) => {
    await expect(dial({ host, port: 80 }, make)).rejects.toThrow(RangeError);
  });
});

describe("S120, S122: allowAddress", () => {
  test.each([
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
    "[::]",
    "localhost",
    "app.localhost",
  ])("%s is not public", async (host) => {
    const error = await failure(dial(`${host}:${await port()}`, make, { allowAddress: publicOnly }));
    expect(error.code).toBe("ERR_DIAL_NOT_ALLOWED");
  });

  test("a name that has an address of our own is refused", async () => {
    const options: DialOptions = { resolver: always("127.0.0.1", "::ffff:10.0.0.1"), allowAddress: publicOnly };
    const error = await failure(dial(`rebind.example:${await port()}`, make, options));
    expect(error.code).toBe("ERR_DIAL_NOT_ALLOWED");
    expect(error.attempts.map(({ address }) => address)).toEqual(["127.0.0.1", "10.0.0.1"]);
  });

  test("the address that was asked of is the one that is connected to, whatever the name says next", async () => {
    const asked: string[] = [];
    let questions = 0;
    const resolver: NameResolver = {
      resolve: (_, report) =>
        report({ family: 0, addresses: [questions++ === 0 ? "127.0.0.1" : "127.0.0.2"], ttlMs: 0, error: null }),
    };
    const allowAddress = (address: string): boolean => {
      asked.push(address);
      return true;
    };
    const engine = await dial(`rebind.example:${await port()}`, make, { resolver, allowAddress });
    expect(asked).toEqual(["127.0.0.1"]);
    expect(engine.carrier.peer.address).toBe("127.0.0.1");
    expect(questions).toBe(1);
    engine.carrier.abort(null);
  });
});

describe("record TTLs", () => {
  /** A name server on loopback: `a.example` has one A record with a TTL, and no AAAA; for others it is broken. */
  async function nameServer(ttl: number): Promise<{ address: string; asked: string[] }> {
    const socket = createSocket("udp4");
    const asked: string[] = [];
    socket.on("message", (question, from) => {
      const labels: string[] = [];
      let at = 12;
      for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
        labels.push(question.toString("latin1", at + 1, at + 1 + length));
        at += 1 + length;
      }
      const type = question.readUInt16BE(at + 1);
      const name = labels.join(".");
      asked.push(`${type} ${name}`);
      const known = name === "a.example";
      const head = Buffer.from(question.subarray(0, 12));
      head.writeUInt16BE(known ? 0x8180 : 0x8182, 2);
      head.writeUInt16BE(known && type === 1 ? 1 : 0, 6);
      head.writeUInt32BE(0, 8);
      const record = Buffer.alloc(16);
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(1, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(ttl, 6);
      record.writeUInt16BE(4, 10);
      record.set([127, 0, 0, 1], 12);
      const pieces = [head, question.subarray(12, at + 5), ...(known && type === 1 ? [record] : [])];
      socket.send(Buffer.concat(pieces), from.port, from.address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    onTestFinished(() => void socket.close());
    return { address: `127.0.0.1:${socket.address().port}`, asked };
  }

  test.runIf(RUNTIME === "node")("A and AAAA are asked for, and kept for their TTL", async () => {
    const { address, asked } = await nameServer(60);
    const resolver = new NameCache({ resolver: recordResolver([address]), ttlMs: 0 });
    const target = `a.example:${await port()}`;
    for (let i = 0; i < 2; i++) {
      const engine = await dial(target, make, { resolver });
      engine.carrier.abort(null);
    }
    expect([...asked].sort()).toEqual(["1 a.example", "28 a.example"]);
  });

  test.runIf(RUNTIME === "node")("a name server that cannot say: ERR_DNS", async () => {
    const { address } = await nameServer(60);
    const error = await failure(dial("b.example:80", make, { resolver: recordResolver([address]) }));
    expect(error.code).toBe("ERR_DNS");
    expect(error.cause).toMatchObject({ code: "ESERVFAIL" });
  });
});

describe("IPv6", () => {
  /** A port on ::1, or 0 where there is no IPv6. */
  async function portOnIpv6(): Promise<number> {
    const server = createServer((socket) => void socket.on("error", () => {}).resume()).listen(0, "::1");
    const failed = await Promise.race([once(server, "listening").then(() => null), once(server, "error")]);
    if (failed !== null) return 0;
    onTestFinished(() => void server.close());
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  test("goes first where the resolver says so", async (context) => {
    const port = await portOnIpv6();
    context.skip(port === 0, "this machine has no IPv6");
    const engine = await dial(`a.example:${port}`, make, { resolver: always("::1", "127.0.0.1") });
    expect(engine.carrier.peer.address).toBe("::1");
    engine.carrier.abort(null);
  });
});

describe("looking up what a proxy shall connect to", () => {
  test.each([
    ["192.0.2.1", ["192.0.2.1"]],
    ["::ffff:192.0.2.1", ["192.0.2.1"]],
    ["localhost", ["::1", "127.0.0.1"]],
    ["a.example", ["2001:db8::1", "192.0.2.1", "192.0.2.2"]],
  ])("%s", async (host, expected) => {
    const resolver: NameResolver = {
      resolve(_, report) {
        report({ family: 4, addresses: ["192.0.2.1", "192.0.2.2"], ttlMs: 0, error: null });
        report({ family: 6, addresses: ["2001:db8::1"], ttlMs: 0, error: null });
      },
    };
    expect(await lookupHost(host, { resolver })).toEqual(expected);
  });

  test("S120: only what is allowed", async () => {
    const options = { resolver: always("10.0.0.1", "8.8.8.8"), allowAddress: publicOnly };
    expect(await lookupHost("a.example", options)).toEqual(["8.8.8.8"]);
    for (const host of ["localhost", "127.0.0.1", "::1"])
      expect((await failure(lookupHost(host, options))).code).toBe("ERR_DIAL_NOT_ALLOWED");
  });

  test("nobody answers, or the signal aborts", async () => {
    const resolver: NameResolver = { resolve: () => {} };
    expect((await failure(lookupHost("a.example", { resolver, timeoutMs: 5 }))).code).toBe("ERR_DNS_TIMEOUT");
    const signal = AbortSignal.abort();
    expect((await failure(lookupHost("a.example", { resolver, signal }))).code).toBe("ERR_DIAL_ABORTED");
    const controller = new AbortController();
    const pending = failure(lookupHost("a.example", { resolver, signal: controller.signal }));
    controller.abort();
    expect((await pending).code).toBe("ERR_DIAL_ABORTED");
  });

  test("no address: ERR_DNS_NOT_FOUND", async () => {
    expect((await failure(lookupHost("a.example", { resolver: always() }))).code).toBe("ERR_DNS_NOT_FOUND");
  });
});
