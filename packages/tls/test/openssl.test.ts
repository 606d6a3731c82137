import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Carrier } from "@stack/tcp";
import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ServerTlsOptions } from "../src/server-tls.ts";
import { Echo } from "./engines.ts";
import { folder, RUNTIME, serve, tlsOf } from "./serving.ts";

const missing = spawnSync("openssl", ["version"]).error !== undefined;
// STACK_REQUIRE_PEERS=1: what is missing fails instead of being skipped.
const skipped = (missing && process.env.STACK_REQUIRE_PEERS !== "1") || RUNTIME !== "node";

/** Answers once, and ends. */
class Answer extends Echo {
  protected override answer(text: string): void {
    super.answer(text);
    this.end();
  }
}

describe.skipIf(skipped)(`openssl s_client${missing ? " (openssl is missing: apt-get install openssl)" : ""}`, () => {
  let authority: Authority;
  let certificates: Issued;
  let second: Issued;
  let client: Issued;

  beforeAll(async () => {
    authority = await Authority.create();
    certificates = await authority.issue({ subject: "first", names: ["a.example"] });
    second = await authority.issue({ subject: "second", names: ["*.b.example"] });
    client = await authority.issue({ subject: "client-1" });
  });

  /** A file that is gone after the test. */
  function file(text: string): string {
    const path = join(folder(), "file.pem");
    writeFileSync(path, text);
    return path;
  }

  /** Connects and says "hello"; the server says it back and ends the connection. */
  function sClient(port: number, ...args: string[]): Promise<string> {
    const from = ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", file(authority.cert), ...args];
    const child = spawn("openssl", from);
    let output = "";
    const told = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", told);
    child.stderr.on("data", told);
    child.stdin.on("error", () => {});
    child.stdin.write("hello\n");
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => resolve(output));
    });
  }

  /** A server that answers once, and its port. */
  async function port(options: Partial<ServerTlsOptions> = {}, seen: Echo[] = []): Promise<number> {
    const connect = (carrier: Carrier): Echo => {
      const engine = new Answer(carrier);
      seen.push(engine);
      return engine;
    };
    const { listener } = await serve({ certificates, ...options }, { connect });
    return (listener.address as { port: number }).port;
  }

  test.each([
    ["-tls1_2", "TLSv1.2"],
    ["-tls1_3", "TLSv1.3"],
  ])("%s is spoken, and the certificate is verified", async (flag, version) => {
    const output = await sClient(await port(), flag, "-servername", "a.example");
    expect(output).toMatch(new RegExp(`New, ${version}, Cipher is`));
    expect(output).toContain("Verify return code: 0 (ok)");
    expect(output).toMatch(/^hello$/m);
  });

  test.each(["-tls1", "-tls1_1"])("%s is not (RFC 8996)", async (flag) => {
    const output = await sClient(await port(), flag, "-cipher", "DEFAULT:@SECLEVEL=0");
    expect(output).toContain("alert protocol version");
    expect(output).not.toMatch(/^hello$/m);
  });

  test.each([
    [["-servername", "a.example"], "CN = first"],
    [["-servername", "x.b.example"], "CN = second"],
    [["-servername", "x.y.b.example"], "CN = first"],
    [["-noservername"], "CN = first"],
  ])("%j is shown the certificate %s", async (args, subject) => {
    const output = await sClient(await port({ certificates: [certificates, second] }), ...args);
    expect(output.replaceAll("CN=", "CN = ")).toContain(`subject=${subject}\n`);
  });

  test("a name that is refused", async () => {
    const output = await sClient(await port({ unknownNames: "refuse" }), "-servername", "c.example");
    expect(output).toMatch(/alert number 112|unrecognized name/);
  });

  test.each([
    ["http/1.1,h2", "ALPN protocol: h2"],
    ["http/1.1", "ALPN protocol: http/1.1"],
  ])("-alpn %s: %s", async (offered, chosen) => {
    const output = await sClient(await port({ alpn: ["h2", "http/1.1"] }), "-alpn", offered);
    expect(output).toContain(chosen);
  });

  test("S119: -alpn with nothing in common", async () => {
    const output = await sClient(await port({ alpn: ["h2"] }), "-alpn", "ftp");
    expect(output).toContain("alert no application protocol");
  });

  test("a client certificate that is required", async () => {
    const seen: Echo[] = [];
    const to = await port({ clientCertificates: "require", ca: authority.cert }, seen);
    await sClient(to, "-cert", file(client.cert), "-key", file(client.key));
    expect(await sClient(to)).toContain("alert certificate required");
    expect(seen.map((engine) => [engine.received, tlsOf(engine).certificate?.subject])).toEqual([
      ["hello\n", "CN=client-1"],
    ]);
  });

  test.each(["-tls1_2", "-tls1_3"])("tickets say how long they can be used: %s (RFC 8446 §4.6.1)", async (flag) => {
    expect(await sClient(await port({ sessionLifetimeMs: 1_234_000 }), flag)).toContain(
      "ticket lifetime hint: 1234 (seconds)",
    );
  });

  describe("at a server of several processes", () => {
    /** A process that serves an echo; it ends with its input, and replaces the ticket keys at each line. */
    async function start(
      certificate: Record<"cert" | "key", string>,
      ticketKeys: string,
    ): Promise<{ port: number; rotate(): void }> {
      const program = `
        import { createServerTls, listenTls } from "@stack/tls";
        const tls = createServerTls(${JSON.stringify({ certificates: certificate, ticketKeys, ticketKeyRotationMs: 3_600_000 })});
        const connect = (carrier) => ({
          deadline: Infinity,
          echo: "",
          receive(bytes, start, end) { this.echo += Buffer.from(bytes.subarray(start, end)).toString(); },
          receiveEnd() { carrier.abort(null); },
          flush(sink) {
            sink.writeLatin1(this.echo);
            if (this.echo !== "") sink.end();
            return true;
          },
          drain() { carrier.abort(null); },
          onDeadline() {},
          closed() {},
        });
        tls.watch();
        const listener = await listenTls(0, { tls, connect });
        process.stdin.on("data", () => tls.rotateTicketKeys());
        process.stdin.on("end", () => { tls.close(); listener.close({ graceMs: 0 }); });
        console.log(listener.address.port);
      `;
      const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
        cwd: fileURLToPath(new URL("..", import.meta.url)), // the package's own name resolves here, to dist as for users
        env: { ...process.env, NODE_OPTIONS: "" },
        stdio: ["pipe", "pipe", "inherit"],
      });
      const closed = new Promise((resolve) => child.once("close", resolve));
      onTestFinished(async () => {
        child.stdin.end();
        expect(await closed).toBe(0); // nothing of ours keeps a process alive
      });
      const port = await new Promise<number>((resolve, reject) => {
        child.stdout.once("data", (chunk: Buffer) => resolve(Number(chunk.toString())));
        child.once("close", () => reject(new Error("the process ended; is dist built? pnpm build")));
      });
      return { port, rotate: () => void child.stdin.write("\n") };
    }

    test.each(["-tls1_2", "-tls1_3"])(
      "a session of one is resumed at another, %s",
      { timeout: 60_000 },
      async (flag) => {
        const path = folder();
        const certificate = { cert: file(certificates.cert), key: file(certificates.key) };
        const [one, two] = await Promise.all([
          start(certificate, join(path, "ticket.keys")),
          start(certificate, join(path, "ticket.keys")),
        ]);
        const session = join(path, "session.pem");
        expect(await sClient(one.port, flag, "-sess_out", session)).toContain("New, TLS");
        expect(await sClient(two.port, flag, "-sess_in", session)).toContain("Reused, TLS");
        // The one replaces the keys, the other sees it in the file: tickets of before still open, and new ones do.
        one.rotate();
        expect(await sClient(two.port, flag, "-sess_in", session)).toContain("Reused, TLS");
        expect(await sClient(one.port, flag, "-sess_in", session)).toContain("Reused, TLS");
        for (;;) {
          await sClient(one.port, flag, "-sess_out", session);
          if ((await sClient(two.port, flag, "-sess_in", session)).includes("Reused, TLS")) break;
        }
      },
    );
  });
});
