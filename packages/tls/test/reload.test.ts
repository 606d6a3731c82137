import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { until } from "./engines.ts";
import { folder, type Meeting, type Serving, said, serve, tlsOf } from "./serving.ts";

let authority: Authority;
let first: Issued;
let second: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  first = await authority.issue({ subject: "first", names: ["a.example"] });
  second = await authority.issue({ subject: "second", names: ["a.example"] });
});

function write(path: string, { cert, key }: Issued): void {
  writeFileSync(join(path, "cert.pem"), cert);
  writeFileSync(join(path, "key.pem"), key);
}

interface Running extends Serving {
  readonly path: string;
  /** A new connection, and whose certificate it saw. */
  met(): Promise<Meeting & { subject: string | undefined }>;
}

/** A server whose certificate stands in files of `path`. */
async function running(path: string = folder()): Promise<Running> {
  write(path, first);
  const serving = await serve({ certificates: { cert: join(path, "cert.pem"), key: join(path, "key.pem") } });
  const met: Running["met"] = async () => {
    const meeting = await serving.meet({ ca: authority.cert });
    return { ...meeting, subject: tlsOf(meeting.client).certificate?.subject };
  };
  return { ...serving, path, met };
}

describe("files that change", () => {
  test("new handshakes see the new certificate, old connections live on", async () => {
    const { path, tls, met } = await running();
    const old = await met();
    expect(old.subject).toBe("CN=first");
    write(path, second);
    expect((await met()).subject).toBe("CN=first");
    tls.reload();
    expect((await met()).subject).toBe("CN=second");
    await said(old.client, " still here");
    expect(old.server.received).toBe("hello still here");
  });

  test.each<[string, (path: string) => void, string]>([
    [
      "a certificate whose key is another's",
      (path) => writeFileSync(join(path, "cert.pem"), second.cert),
      "ERR_TLS_KEY_MISMATCH",
    ],
    [
      "half a certificate",
      (path) => writeFileSync(join(path, "cert.pem"), second.cert.slice(0, 300)),
      "ERR_TLS_CERTIFICATE",
    ],
    ["no file", (path) => renameSync(join(path, "key.pem"), join(path, "gone.pem")), "ERR_TLS_FILE"],
  ])("that cannot be used change nothing: %s", async (_, change, code) => {
    const { path, tls, met } = await running();
    change(path);
    expect(() => tls.reload()).toThrow(expect.objectContaining({ name: "TlsError", code }));
    expect((await met()).subject).toBe("CN=first");
  });

  test("ticket keys are read with the rest, and when they cannot be used nothing changes", async () => {
    const path = folder();
    const ticketKeys = join(path, "tickets");
    write(path, first);
    writeFileSync(ticketKeys, new Uint8Array(48));
    const certificates = { cert: join(path, "cert.pem"), key: join(path, "key.pem") };
    const { tls, meet } = await serve({ certificates, ticketKeys });
    write(path, second);
    writeFileSync(ticketKeys, new Uint8Array(47));
    expect(() => tls.reload()).toThrow(expect.objectContaining({ name: "TlsError", code: "ERR_TLS_TICKET_KEYS" }));
    expect(tlsOf((await meet({ ca: authority.cert })).client).certificate?.subject).toBe("CN=first");
  });

  test("names change with the certificate", async () => {
    const { path, tls, met, meet } = await running();
    write(path, await authority.issue({ subject: "third", names: ["b.example"] }));
    tls.reload();
    await expect(met()).rejects.toMatchObject({ code: "ERR_TLS_NAME_MISMATCH" });
    const { client } = await meet({ ca: authority.cert }, { servername: "b.example" });
    expect(tlsOf(client).certificate?.subject).toBe("CN=third");
  });
});

describe("watched files", () => {
  /** Connects until the certificate is the one that is expected; the test's own timeout is the bound. */
  async function seen({ met }: Running, subject: string): Promise<void> {
    while ((await met()).subject !== subject);
  }

  test("are read again when they were written", async () => {
    const server = await running();
    server.tls.watch();
    const old = await server.met();
    write(server.path, second);
    await seen(server, "CN=second");
    await said(old.client, " still here");
    expect(server.problems).toEqual([]);
  });

  test("are read again when others took their place by a rename", async () => {
    const server = await running();
    server.tls.watch();
    for (const name of ["cert.pem", "key.pem"]) {
      const other = join(server.path, `${name}.new`);
      writeFileSync(other, name === "cert.pem" ? second.cert : second.key);
      renameSync(other, join(server.path, name));
    }
    await seen(server, "CN=second");
    expect(server.problems).toEqual([]);
  });

  test("are read again when a link leads elsewhere, as a mounted secret's does", async () => {
    const path = folder();
    for (const [name, issued] of [
      ["one", first],
      ["two", second],
    ] as const) {
      mkdirSync(join(path, name));
      write(join(path, name), issued);
    }
    symlinkSync("one", join(path, "data"));
    for (const name of ["cert.pem", "key.pem"]) symlinkSync(join("data", name), join(path, name));
    const serving = await serve({ certificates: { cert: join(path, "cert.pem"), key: join(path, "key.pem") } });
    serving.tls.watch();
    symlinkSync("two", join(path, "data.new"));
    renameSync(join(path, "data.new"), join(path, "data"));
    for (;;) {
      const { client } = await serving.meet({ ca: authority.cert });
      if (tlsOf(client).certificate?.subject === "CN=second") break;
    }
    expect(serving.problems).toEqual([]);
  });

  test("that cannot be used are told, and the old ones stay until they can", async () => {
    const server = await running();
    server.tls.watch();
    writeFileSync(join(server.path, "cert.pem"), second.cert);
    await until(() => server.problems.length > 0);
    expect(server.problems).toMatchObject([{ code: "ERR_TLS_KEY_MISMATCH" }]);
    expect((await server.met()).subject).toBe("CN=first");
    writeFileSync(join(server.path, "key.pem"), second.key);
    await seen(server, "CN=second");
    expect(server.problems).toHaveLength(1);
  });

  test("are left alone after close", async () => {
    const server = await running();
    const other = await running(server.path);
    server.tls.watch().watch().close();
    other.tls.watch();
    write(server.path, second);
    await seen(other, "CN=second");
    expect((await server.met()).subject).toBe("CN=first");
  });

  test("a folder that is gone cannot be watched", async () => {
    const { tls, path } = await running();
    renameSync(path, `${path}.gone`);
    try {
      expect(() => tls.watch()).toThrow(expect.objectContaining({ code: "ERR_TLS_FILE" }));
    } finally {
      renameSync(`${path}.gone`, path);
    }
  });
});
