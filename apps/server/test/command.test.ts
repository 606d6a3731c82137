import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawClient } from "@stack/testing";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { answer, MAIN, Program, request } from "./running.ts";

// What is spawned is what users run: dist, built before the tests.
if (!existsSync(MAIN)) throw new Error("apps/server is not built: run pnpm build before these tests");

let program: Program | null = null;
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await program?.kill();
});

function run(argv: readonly string[], env?: Record<string, string>): Program {
  program = new Program(argv, env);
  return program;
}

function connect(port: number): RawClient {
  const client = new RawClient(port);
  clients.push(client);
  return client;
}

/** Waits for the server's end, and ends too, as clients do: a server waits for that for a while (RFC 9112 §9.6). */
async function over(client: RawClient): Promise<void> {
  await client.untilClosed();
  client.end();
}

async function exchange(port: number, wire: string): Promise<string> {
  const client = connect(port).send(wire);
  await over(client);
  return client.received;
}

describe("the command line", () => {
  test("--help tells of every flag on stdout", async () => {
    const { ended } = run(["--help"]);
    expect(await ended).toBe(0);
    expect(program?.stdout).toMatch(/^stack-server: [\s\S]*--max-content[\s\S]*Examples:/);
    expect(program?.stderr).toBe("");
  });

  test("--version is the version", async () => {
    expect(await run(["--version"]).ended).toBe(0);
    expect(program?.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [["--nope"], "stack-server: unknown flag --nope (stack-server --help lists the flags)\n"],
    [
      ["--port", "x"],
      'stack-server: --port is a whole number from 0 to 65535, not "x" (stack-server --help lists the flags)\n',
    ],
  ])("%j is one line on stderr, and exit code 2", async (argv, line) => {
    expect(await run(argv).ended).toBe(2);
    expect([program?.stdout, program?.stderr]).toEqual(["", line]);
  });

  test("a port that is taken is one line on stderr, and exit code 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    expect(await run(["--port", `${port}`]).ended).toBe(1);
    expect(program?.stdout).toBe("");
    expect(program?.stderr).toBe(
      `stack-server: 127.0.0.1:${port} is in use by another process; choose another port, or 0 for a free one\n`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });

  test("a port for TLS that is taken is the same, and the cleartext one is let go", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    expect(await run(["--port", "0", "--tls-port", `${port}`]).ended).toBe(1);
    expect(program?.stdout).toBe(""); // nor was the other one said to listen
    expect(program?.stderr).toBe(
      `stack-server: 127.0.0.1:${port} is in use by another process; choose another port, or 0 for a free one\n`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });

  test("a certificate that is not there is one line on stderr, and exit code 1", async () => {
    const files = ["--cert", "/nowhere/cert.pem", "--key", "/nowhere/key.pem"];
    expect(await run(["--port", "0", "--tls-port", "0", ...files]).ended).toBe(1);
    expect(program?.stdout).toBe(""); // and nothing was said to listen
    expect(program?.stderr).toMatch(/^stack-server: .*\/nowhere\/.*\n$/);
    expect(program?.stderr.match(/\n/g)).toHaveLength(1);
  });

  test("an address of another machine is one line on stderr, and exit code 1", async () => {
    expect(await run(["--host", "192.0.2.1", "--port", "0"]).ended).toBe(1); // RFC 5737: nobody's
    expect(program?.stderr).toMatch(/^stack-server: 192\.0\.2\.1:0 is no address of this machine.*\n$/);
  });

  test("of a repeated flag the last one wins", async () => {
    const port = await run(["--port", "1", "--log", "pretty", "--port", "0", "--log", "silent"]).port();
    expect(port).toBeGreaterThan(1_024);
    expect(await exchange(port, request("GET /plaintext"))).toContain("Hello, World!");
    program?.child.kill("SIGTERM");
    expect(await program?.ended).toBe(0);
    expect(program?.stdout).toBe(`stack-server 0.1.0 listening on http://127.0.0.1:${port}\n`);
  });

  test.each(["json", "pretty", "silent"])("--log %s says the same first line", async (mode) => {
    const port = await run(["--port", "0", "--log", mode]).port();
    expect(program?.stdout.split("\n")[0]).toMatch(
      /^stack-server \d+\.\d+\.\d+ listening on http:\/\/127\.0\.0\.1:\d+$/,
    );
    expect(await exchange(port, request("GET /healthz"))).toContain("ok\n");
  });

  test("elsewhere than on a terminal the log is JSON", async () => {
    const port = await run(["--port", "0"]).port();
    await exchange(port, request("GET /hello/a"));
    const [line] = await (program as Program).says(/^\{.*"path".*\}$/m);
    expect(JSON.parse(line)).toMatchObject({ method: "GET", path: "/hello/a", status: 200, octets: 9 });
  });

  test("a pretty log has no colour where nobody sees it", async () => {
    const port = await run(["--port", "0", "--log", "pretty"]).port();
    await (program as Program).says(
      new RegExp(`^open http://127.0.0.1:${port} in a browser; Ctrl\\+C ends the server$`, "m"),
    );
    await exchange(port, request("GET /plaintext"));
    await (program as Program).says(/ 200 GET {2}\/plaintext 13 B /);
    expect(program?.stdout).not.toContain("\u001b");
  });

  const noTerminal = spawnSync("script", ["--version"]).error !== undefined || process.platform !== "linux";
  test.skipIf(noTerminal)("on a terminal it is pretty and has colour, unless NO_COLOR is set", async () => {
    for (const [env, coloured] of [
      [{ NO_COLOR: "" }, true],
      [{ NO_COLOR: "1" }, false],
    ] as const) {
      const line = `exec "${process.execPath}" "${MAIN}" --port 0`;
      const child = spawn("script", ["-qec", line, "/dev/null"], { env: { ...process.env, ...env } });
      onTestFinished(() => void child.kill("SIGKILL"));
      let shown = "";
      let told: (() => void) | null = null;
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        shown += text;
        told?.();
      });
      const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
        for (;;) {
          const match = pattern.exec(shown);
          if (match !== null) return match;
          await new Promise<void>((resolve) => {
            told = resolve;
          });
        }
      };
      const [, port] = await says(/listening on http:\/\/127\.0\.0\.1:(\d+)\r\n/);
      await exchange(Number(port), request("GET /plaintext"));
      await says(/GET {2}\/plaintext .*\r\n/);
      expect(shown.includes("\u001b[")).toBe(coloured);
      child.stdin.write("\u0003"); // Ctrl+C
      await says(/ended; nothing was cut/);
    }
  });

  test.each([
    ["64KiB", 65_536],
    ["10", 10],
  ])("--max-content %s", async (text, octets) => {
    const port = await run(["--port", "0", "--max-content", text]).port();
    const echo = (length: number) =>
      exchange(port, request("POST /echo", `Content-Length: ${length}\r\n`, "x".repeat(length)));
    expect(answer(await echo(octets)).content).toHaveLength(octets);
    expect(answer(await exchange(port, request("POST /echo", `Content-Length: ${octets + 1}\r\n`))).status).toBe(413);
  });

  test("--max-content unlimited", async () => {
    const port = await run(["--port", "0", "--max-content", "unlimited"]).port();
    const content = "x".repeat(3 * 1_048_576);
    expect(
      answer(await exchange(port, request("POST /echo", `Content-Length: ${content.length}\r\n`, content))).content,
    ).toHaveLength(content.length);
  });
});

describe("the end", () => {
  const open = (port: number, target: string): RawClient =>
    connect(port).send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s: what is in flight is answered with Connection: close, then it ends by itself",
    async (signal) => {
      const port = await run(["--port", "0", "--log", "pretty"]).port();
      const idle = open(port, "/plaintext");
      await idle.until(() => idle.received.endsWith("Hello, World!"));
      // In flight until its content is whole, which is the test's to say: a delay may be over before the signal comes.
      const half = '{"title":';
      const fields = "Host: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n";
      const busy = connect(port).send(`POST /api/todos HTTP/1.1\r\n${fields}\r\n${half}`);
      const stream = open(port, "/events");
      await stream.until(() => stream.received.includes("figures"));
      program?.child.kill(signal);
      await program?.says(new RegExp(`${signal}: answering`));
      busy.send('"x"}');
      await Promise.all([over(idle), over(busy), over(stream)]);
      expect(idle.received.endsWith("Hello, World!")).toBe(true);
      expect(answer(busy.received).status).toBe(201);
      expect(busy.received).toContain("Connection: close\r\n");
      expect(stream.received.endsWith("\r\n0\r\n\r\n")).toBe(true);
      expect(await program?.ended).toBe(0);
      expect(program?.stdout).toContain(
        `${signal}: answering what is in flight, 10000 ms at most; again to end at once\n`,
      );
      expect(program?.stdout).toMatch(/ended; nothing was cut\n$/);
      expect(program?.stderr).toBe("");
    },
  );

  test("over every version and port at once: HTTP/1.1, HTTP/2 and HTTP/2 over TLS, with one deadline", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-server-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const argv = ["--port", "0", "--tls-port", "0", "--log", "pretty"];
    const port = await run(argv, { XDG_CACHE_HOME: folder }).port();
    const [, secure] = await (program as Program).says(/listening on (https:\S+)$/m);
    const busy = open(port, "/delay/400");
    const sessions = [
      connectHttp2(`http://127.0.0.1:${port}`),
      connectHttp2(secure as string, { rejectUnauthorized: false }),
    ];
    const goaways: number[][] = sessions.map((session) => {
      const codes: number[] = [];
      session.on("goaway", (code) => codes.push(code));
      return codes;
    });
    const ask = (session: ClientHttp2Session, path: string) =>
      new Promise<string>((resolve, reject) => {
        let text = "";
        const stream = session.request({ ":path": path });
        stream.setEncoding("utf8").on("data", (piece: string) => {
          text += piece;
        });
        stream.on("error", reject).on("end", () => resolve(text));
      });
    const slow = sessions.map((session) => ask(session, "/delay/400"));
    const streams = sessions.map((session) => ask(session, "/events"));
    // By the time that these are answered what was sent before on each connection has been read.
    await Promise.all(sessions.map((session) => ask(session, "/healthz")));
    program?.child.kill("SIGTERM");
    await over(busy);
    expect(answer(busy.received)).toMatchObject({ status: 200, content: "400 ms later\n" });
    expect(await Promise.all(slow)).toEqual(["400 ms later\n", "400 ms later\n"]);
    for (const events of await Promise.all(streams)) expect(events).toContain("event: figures");
    expect(await program?.ended).toBe(0);
    // NO_ERROR, and nothing else (RFC 9113 §6.8).
    for (const codes of goaways) expect(new Set(codes)).toEqual(new Set([0]));
    expect(program?.stdout).toMatch(/ended; nothing was cut\n$/);
    expect(program?.stderr).toBe("");
  });

  test("after --grace what is left on any of them is cut", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-server-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const argv = ["--port", "0", "--tls-port", "0", "--log", "json", "--grace", "100"];
    const port = await run(argv, { XDG_CACHE_HOME: folder }).port();
    const [, secure] = await (program as Program).says(/listening on (https:\S+)$/m);
    const busy = open(port, "/delay/60000");
    const lost = [`http://127.0.0.1:${port}`, secure as string].map((url) => {
      const session = connectHttp2(url, { rejectUnauthorized: false });
      session.on("error", () => {}); // that it is cut is the point
      session.request({ ":path": "/delay/60000" }).on("error", () => {});
      const answered = new Promise((resolve) => session.request({ ":path": "/healthz" }).on("response", resolve));
      return { answered, closed: new Promise((resolve) => session.on("close", resolve)) };
    });
    await Promise.all(lost.map(({ answered }) => answered));
    await exchange(port, request("GET /plaintext"));
    program?.child.kill("SIGTERM");
    expect(await program?.ended).toBe(0);
    await Promise.all([busy.untilClosed(), ...lost.map(({ closed }) => closed)]);
    expect(program?.stdout).toMatch(/"note":"ended; cut after 100 ms: 3 \(127/);
  });

  test("nothing new is accepted while it drains, and a request that was half sent learns so from /healthz", async () => {
    const port = await run(["--port", "0", "--log", "json"]).port();
    const busy = open(port, "/delay/500");
    const half = connect(port).send("GET /healthz HTTP/1.1\r\nHost: a\r\n");
    // An answer on a third connection: by then the server has read what came before on the others.
    await exchange(port, request("GET /plaintext"));
    program?.child.kill("SIGTERM");
    await program?.says(/"note":"SIGTERM/);
    half.send("\r\n");
    await over(half);
    expect(answer(half.received)).toMatchObject({ status: 503, content: "draining\n" });
    const late = connect(port);
    await late.untilClosed();
    expect(late.failure).toBe("ECONNREFUSED");
    await over(busy);
    expect(answer(busy.received).status).toBe(200);
    expect(await program?.ended).toBe(0);
  });

  test("after --grace what is left is cut and named", async () => {
    const port = await run(["--port", "0", "--log", "silent", "--grace", "50"]).port();
    const busy = open(port, "/delay/60000");
    await exchange(port, request("GET /plaintext"));
    program?.child.kill("SIGTERM");
    await over(busy);
    expect(busy.received).toBe("");
    expect(await program?.ended).toBe(0);
    expect(program?.stdout).toMatch(/ended; cut after 50 ms: 1 \(127\.0\.0\.1:\d+\)\n$/);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("a second signal, %s, ends it at once with %i", async (signal, code) => {
    const port = await run(["--port", "0", "--log", "json"]).port();
    open(port, "/delay/60000");
    await exchange(port, request("GET /plaintext"));
    program?.child.kill("SIGTERM");
    await program?.says(/"note":"SIGTERM/);
    program?.child.kill(signal);
    expect(await program?.ended).toBe(code);
  });

  test("a log that nobody reads stops neither the server nor its end", async () => {
    const port = await run(["--port", "0", "--log", "json"]).port();
    program?.child.stdout.pause();
    const client = connect(port);
    for (let sent = 0; sent < 10_000; sent += 100) {
      client.send(`GET /hello/${"x".repeat(500)} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(100));
      await client.until(() => (client.received.match(/^Hello/gm)?.length ?? 0) >= 100);
      client.received = "";
    }
    expect(await exchange(port, request("GET /healthz"))).toContain("ok\n");
    program?.child.kill("SIGTERM");
    const code = await new Promise((resolve) => program?.child.once("exit", resolve));
    expect(code).toBe(0);
    program?.child.stdout.resume();
  });

  test("a log whose reader is gone does not either", async () => {
    const port = await run(["--port", "0", "--log", "json"]).port();
    program?.child.stdout.destroy();
    for (let i = 0; i < 3; i++) expect(await exchange(port, request("GET /healthz"))).toContain("ok\n");
    program?.child.kill("SIGTERM");
    const code = await new Promise((resolve) => program?.child.once("exit", resolve));
    expect(code).toBe(0);
  });
});
