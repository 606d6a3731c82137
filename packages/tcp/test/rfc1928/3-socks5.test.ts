import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dial } from "../../src/dial.ts";
import { TcpError } from "../../src/errors.ts";
import { Socks5Error, type Socks5Options, type Socks5Target, socks5 } from "../../src/socks5.ts";
import { Recorder, until } from "../engines.ts";
import { scriptedProxy } from "./proxied.ts";

const TARGET: Socks5Target = { host: "a.example", port: 443 };
const make = (carrier: ConstructorParameters<typeof Recorder>[0]): Recorder => new Recorder(carrier);

// The wire, in hex.
const GREETING = "050100";
const GREETING_WITH_LOGIN = "05020002";
const NO_LOGIN = "0500";
/** VER CMD RSV ATYP, length, "a.example", port 443 */
const REQUEST = "05010003" + "09" + "612e6578616d706c65" + "01bb";
/** VER REP RSV ATYP, 0.0.0.0, port 0 */
const GRANTED = "05000001" + "00000000" + "0000";

async function dialled(
  script: readonly [string, string][],
  options: Socks5Options = {},
  target: Socks5Target = TARGET,
  cut = false,
): Promise<{ engine: Recorder; received: string[] }> {
  const { port, received } = await scriptedProxy(script, cut);
  const engine = await dial(port, make, { tunnel: socks5(target, options) });
  return { engine, received };
}

async function refusal(script: readonly [string, string][], options: Socks5Options = {}): Promise<Socks5Error> {
  const { port, open } = await scriptedProxy(script);
  const error: unknown = await dial(port, make, { tunnel: socks5(TARGET, options) }).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Socks5Error);
  await until(() => open.size === 0); // no socket is left behind
  return error as Socks5Error;
}

describe("RFC 1928 §3 Procedure", () => {
  test.each([false, true])("a name goes to the proxy as it is (answers cut: %j)", async (cut) => {
    const { engine, received } = await dialled(
      [
        [GREETING, NO_LOGIN],
        [REQUEST, GRANTED],
        ["68656c6c6f", "776f726c64"],
      ],
      {},
      TARGET,
      cut,
    );
    engine.send("hello");
    await until(() => engine.received === "world");
    expect(received).toEqual([GREETING + REQUEST + "68656c6c6f"]);
    engine.carrier.abort(null);
  });

  test("octets that come with the reply are the engine's", async () => {
    const { engine } = await dialled([
      [GREETING, NO_LOGIN],
      [REQUEST, `${GRANTED}68656c6c6f`],
    ]);
    await until(() => engine.received === "hello");
    expect(engine.calls).toEqual(["receive"]);
    engine.carrier.abort(null);
  });

  test("the proxy wants a login that nobody gave", async () => {
    const error = await refusal([[GREETING, "05ff"]]);
    expect(error).toMatchObject({ code: "ERR_SOCKS5_AUTHENTICATION", reply: 0 });
  });

  test.each([
    ["a method that was not offered", "0501"],
    ["SOCKS4", "005a"],
    ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n").toString("hex")],
  ])("the proxy answers with %s", async (_, answer) => {
    expect((await refusal([[GREETING, answer]])).code).toBe("ERR_SOCKS5_PROTOCOL");
  });
});

describe("RFC 1929 Username/Password Authentication", () => {
  const login: Socks5Options = { username: "me", password: "söme" };
  /** VER, ULEN "me", PLEN "söme" in UTF-8 */
  const said = "01" + "026d65" + "0573c3b66d65";

  test("is offered, and said when the proxy chooses it", async () => {
    const { engine, received } = await dialled(
      [
        [GREETING_WITH_LOGIN, "0502"],
        [said, "0100"],
        [REQUEST, GRANTED],
      ],
      login,
    );
    await until(() => received[0]?.length === (GREETING_WITH_LOGIN + said + REQUEST).length);
    expect(received).toEqual([GREETING_WITH_LOGIN + said + REQUEST]);
    engine.carrier.abort(null);
  });

  test("is not said when the proxy does not ask for it", async () => {
    const { engine, received } = await dialled(
      [
        [GREETING_WITH_LOGIN, NO_LOGIN],
        [REQUEST, GRANTED],
      ],
      login,
    );
    expect(received).toEqual([GREETING_WITH_LOGIN + REQUEST]);
    engine.carrier.abort(null);
  });

  test("S126: refused; the error holds neither name nor password", async () => {
    const error = await refusal(
      [
        [GREETING_WITH_LOGIN, "0502"],
        [said, "0101"],
      ],
      login,
    );
    expect(error.code).toBe("ERR_SOCKS5_AUTHENTICATION");
    expect(JSON.stringify([error.message, error.stack, Object.entries(error)])).not.toMatch(/söme|"me"/);
  });

  test("an answer of another version", async () => {
    const error = await refusal(
      [
        [GREETING_WITH_LOGIN, "0502"],
        [said, "0500"],
      ],
      login,
    );
    expect(error.code).toBe("ERR_SOCKS5_PROTOCOL");
  });

  test.each<[string, Socks5Options]>([
    ["no password", { username: "me" }],
    ["no name", { password: "secret" }],
    ["256 octets", { username: "a".repeat(256), password: "secret" }],
  ])("%s cannot be said", (_, options) => {
    expect(() => socks5(TARGET, options)).toThrow(TypeError);
  });
});

describe("RFC 1928 §4 Requests, §5 Addressing", () => {
  test.each([
    ["192.0.2.1", "05010001" + "c0000201"],
    ["2001:db8::1", "05010004" + "20010db8000000000000000000000001"],
    ["::ffff:192.0.2.1", "05010001" + "c0000201"],
    ["xn--bcher-kva.example.", "05010003" + "16" + Buffer.from("xn--bcher-kva.example.").toString("hex")],
  ])("%s", async (host, request) => {
    const { engine, received } = await dialled(
      [
        [GREETING, NO_LOGIN],
        [`${request}0050`, GRANTED],
      ],
      {},
      { host, port: 80 },
    );
    expect(received).toEqual([`${GREETING}${request}0050`]);
    engine.carrier.abort(null);
  });

  test.each(["", "a b", "a\0b", "a\r\nb", "bücher.example", "a".repeat(256), "fe80::1%eth0", "a..b"])(
    "S121: %j is no host",
    (host) => {
      expect(() => socks5({ host, port: 80 })).toThrow(TypeError);
    },
  );

  test.each([0, -1, 65_536, 1.5])("%d is no port", (port) => {
    expect(() => socks5({ host: "a.example", port })).toThrow(RangeError);
  });
});

describe("RFC 1928 §6 Replies", () => {
  test.each([
    ["IPv4", `05000001${"00".repeat(4)}0000`],
    ["IPv6", `05000004${"00".repeat(16)}0000`],
    ["a name", "0500000303" + "612e62" + "0000"],
    ["the longest name", `05000003ff${"61".repeat(255)}0000`],
    ["a name of no octets", "05000003000000"],
  ])("an address of any type is read to its end: %s", async (_, reply) => {
    const { engine } = await dialled([
      [GREETING, NO_LOGIN],
      [REQUEST, `${reply}68656c6c6f`],
    ]);
    await until(() => engine.received === "hello");
    engine.carrier.abort(null);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 255])("reply %d is a refusal that says why", async (reply) => {
    const error = await refusal([
      [GREETING, NO_LOGIN],
      [REQUEST, `05${reply.toString(16).padStart(2, "0")}0001000000000000`],
    ]);
    expect(error).toMatchObject({ code: "ERR_SOCKS5_REFUSED", reply });
    expect(error.message).toMatch(/^the proxy made no connection: /);
  });

  test("an address of a type that there is not", async () => {
    const error = await refusal([
      [GREETING, NO_LOGIN],
      [REQUEST, "05000002000000000000"],
    ]);
    expect(error.code).toBe("ERR_SOCKS5_PROTOCOL");
  });
});

describe("a proxy that stalls or leaves", () => {
  test("ERR_SOCKS5_TIMEOUT after timeoutMs", async () => {
    const error = await refusal([[GREETING, "05"]], { timeoutMs: 60 });
    expect(error.code).toBe("ERR_SOCKS5_TIMEOUT");
  });

  test("aborted in the midst of it", async () => {
    const { port, open, received } = await scriptedProxy([[GREETING, "05"]]);
    const controller = new AbortController();
    const pending = dial(port, make, { tunnel: socks5(TARGET), signal: controller.signal });
    const failed = expect(pending).rejects.toMatchObject({ code: "ERR_DIAL_ABORTED" });
    await until(() => received[0] === GREETING);
    controller.abort();
    await failed;
    await until(() => open.size === 0);
  });

  test.each(["", "05", NO_LOGIN, `${NO_LOGIN}0500`])("closed after %j: a refusal", async (said) => {
    const { port, open } = await scriptedProxy([[GREETING, said]]);
    const pending = dial(port, make, { tunnel: socks5(TARGET) });
    const failed = expect(pending).rejects.toMatchObject({ code: "ERR_SOCKS5_PROTOCOL" });
    await until(() => open.size === 1);
    for (const socket of open) setImmediate(() => socket.destroySoon());
    await failed;
  });

  test("S115: octets before the handshake are nobody's", async () => {
    const { port } = await scriptedProxy([
      [GREETING, NO_LOGIN],
      [REQUEST, `${GRANTED}160303`],
    ]);
    const pending = dial(port, make, {
      tunnel: socks5(TARGET),
      secure: () => {
        throw new Error("the handshake has begun");
      },
    });
    await expect(pending).rejects.toMatchObject({ code: "ERR_TUNNEL_OCTETS" });
    await expect(pending).rejects.toBeInstanceOf(TcpError);
  });

  test("S102: whatever it answers is a tunnel or a refusal, and leaves nothing open", async () => {
    const octets = fc.uint8Array({ maxLength: 12 });
    const likely = fc.constantFrom<number[]>([5, 0], [5, 2], [5, 0, 0, 1, 0, 0, 0, 0, 0, 0], [1, 0]);
    const answer = fc
      .array(fc.oneof(likely, octets), { maxLength: 4 })
      .map((parts) => Buffer.from(parts.flatMap((part) => [...part])));
    await fc.assert(
      fc.asyncProperty(answer, async (bytes) => {
        const server = createServer(
          (socket) =>
            void socket
              .on("error", () => {})
              .resume()
              .end(bytes),
        );
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as { port: number };
        const options: Socks5Options = { username: "me", password: "secret" };
        const end = await dial(port, make, { tunnel: socks5(TARGET, options) }).then(
          (engine) => {
            engine.carrier.abort(null);
            return "tunnel";
          },
          (error: unknown) => (error instanceof Error ? error.name : "?"),
        );
        expect(["tunnel", "Socks5Error", "Error"]).toContain(end);
        await new Promise<void>((resolve) => server.close(() => resolve()));
      }),
      { numRuns: 60 },
    );
  });
});
