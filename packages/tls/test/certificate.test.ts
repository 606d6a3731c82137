import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority, encrypted, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { createClientTls } from "../src/client-tls.ts";
import { TlsError } from "../src/errors.ts";
import { createServerTls, type ServerTlsOptions } from "../src/server-tls.ts";
import { folder, serve, tlsOf } from "./serving.ts";

let authority: Authority;
let issued: Issued;
let other: Issued;

beforeAll(async () => {
  authority = await Authority.create();
  issued = await authority.issue({ names: ["a.example"] });
  other = await authority.issue({ names: ["b.example"] });
});

/** A file with this text. */
function file(text: string, name = "file.pem"): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

/** What `createServerTls` throws. */
function thrown(options: ServerTlsOptions): TlsError {
  try {
    createServerTls(options);
  } catch (error) {
    return error as TlsError;
  }
  throw new Error("it did not throw");
}

describe("a certificate and its key", () => {
  test("are PEM text, octets, or files", async () => {
    const forms = [
      issued,
      { cert: Buffer.from(issued.cert), key: Buffer.from(issued.key) },
      { cert: file(issued.cert), key: file(issued.key) },
      { cert: file(issued.cert), key: issued.key },
    ];
    for (const certificates of forms) {
      const { meet } = await serve({ certificates });
      const { client } = await meet({ ca: authority.cert });
      expect(tlsOf(client).certificate?.names).toEqual(["DNS:a.example"]);
    }
  });

  test("the key may be encrypted", async () => {
    const { meet } = await serve({
      certificates: { cert: issued.cert, key: encrypted(issued.key, "secret"), passphrase: "secret" },
    });
    const { client } = await meet({ ca: authority.cert });
    expect(tlsOf(client).authorized).toBe(true);
  });

  test("intermediate certificates stand behind it", async () => {
    const chain = { cert: issued.cert + authority.cert, key: issued.key };
    const { meet } = await serve({ certificates: chain });
    const { client } = await meet({ ca: authority.cert });
    expect(tlsOf(client).authorized).toBe(true);
  });

  test.each<[string, () => ServerTlsOptions["certificates"], string, string]>([
    [
      "a file that is missing",
      () => ({ ...issued, cert: "/missing/cert.pem" }),
      "ERR_TLS_FILE",
      "/missing/cert.pem (ENOENT)",
    ],
    ["a folder", () => ({ ...issued, key: folder() }), "ERR_TLS_FILE", "EISDIR"],
    [
      "a file without a certificate",
      () => ({ ...issued, cert: file("hello", "odd.pem") }),
      "ERR_TLS_CERTIFICATE",
      "odd.pem holds no certificate",
    ],
    [
      "a certificate that is cut",
      () => ({ ...issued, cert: issued.cert.slice(0, 200) }),
      "ERR_TLS_CERTIFICATE",
      "given as text",
    ],
    [
      "a key as the certificate",
      () => ({ ...issued, cert: issued.key }),
      "ERR_TLS_CERTIFICATE",
      "-----BEGIN CERTIFICATE-----",
    ],
    ["a certificate as the key", () => ({ ...issued, key: issued.cert }), "ERR_TLS_KEY", "-----BEGIN PRIVATE KEY-----"],
    [
      "an encrypted key alone",
      () => ({ ...issued, key: encrypted(issued.key, "x") }),
      "ERR_TLS_KEY",
      "give its passphrase",
    ],
    [
      "a wrong passphrase",
      () => ({ ...issued, key: encrypted(issued.key, "x"), passphrase: "y" }),
      "ERR_TLS_KEY",
      "is the passphrase right?",
    ],
    [
      "another certificate's key",
      () => ({ ...issued, key: other.key }),
      "ERR_TLS_KEY_MISMATCH",
      "is not the key of the first certificate",
    ],
    [
      "a chain in the wrong order",
      () => ({ ...issued, cert: authority.cert + issued.cert }),
      "ERR_TLS_KEY_MISMATCH",
      "put intermediate certificates behind it",
    ],
    ["one bad of two", () => [issued, { ...other, key: issued.key }], "ERR_TLS_KEY_MISMATCH", ""],
  ])("refused: %s", (_, certificates, code, words) => {
    const error = thrown({ certificates: certificates() });
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({ name: "TlsError", code });
    expect(error.message).toContain(words);
  });

  test.runIf(process.getuid?.() !== 0 && process.platform !== "win32")("refused: a file that may not be read", () => {
    const path = file(issued.key);
    chmodSync(path, 0);
    expect(thrown({ certificates: { ...issued, key: path } })).toMatchObject({
      code: "ERR_TLS_FILE",
      message: expect.stringContaining("let this process read it"),
    });
  });

  test("no certificate is a mistake", () => {
    expect(() => createServerTls({ certificates: [] })).toThrow(TypeError);
  });

  test("an expired one is used, and told", async () => {
    const expired = await authority.issue({ names: ["a.example"], from: -20, to: -10 });
    const { problems, meet } = await serve({ certificates: expired });
    expect(problems).toMatchObject([
      { code: "ERR_TLS_CERTIFICATE_EXPIRED", message: expect.stringContaining("renew it, and reload") },
    ]);
    const { client } = await meet({ rejectUnauthorized: false });
    expect(tlsOf(client).authorized).toBe(false);
  });

  test("one that is not valid yet is used, and told", async () => {
    const early = await authority.issue({ names: ["a.example"], from: 10, to: 20 });
    const { problems } = await serve({ certificates: early });
    expect(problems).toMatchObject([{ message: expect.stringContaining("is this machine's clock right?") }]);
  });
});

describe("a client's", () => {
  test.each<[string, () => Parameters<typeof createClientTls>[0], string]>([
    ["certificate with another key", () => ({ certificate: { ...issued, key: other.key } }), "ERR_TLS_KEY_MISMATCH"],
    ["authority that is a key", () => ({ ca: issued.key }), "ERR_TLS_CERTIFICATE"],
    ["authority that is missing", () => ({ ca: "/missing/ca.pem" }), "ERR_TLS_FILE"],
  ])("%s is refused", (_, options, code) => {
    expect(() => createClientTls(options())).toThrow(expect.objectContaining({ code }));
  });
});
