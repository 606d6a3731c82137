import { connect } from "node:tls";
import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_CIPHERS, type TlsVersion } from "../../src/protocol-options.ts";
import { until } from "../engines.ts";
import { failureOf, RUNTIME, serve, tlsOf } from "../serving.ts";

describe("RFC 8446 §4.1.3: what is negotiated", () => {
  let authority: Authority;
  let certificates: Issued;
  let rsa: Issued;

  beforeAll(async () => {
    authority = await Authority.create();
    certificates = await authority.issue({ names: ["a.example"] });
    rsa = await authority.issue({ names: ["a.example"], rsa: true });
  });

  test.each<[string, TlsVersion | undefined, TlsVersion | undefined, string]>([
    ["TLS 1.3 by default", undefined, undefined, "TLSv1.3"],
    ["TLS 1.2 with those who know no more", undefined, "TLSv1.2", "TLSv1.2"],
    ["TLS 1.3 alone", "TLSv1.3", undefined, "TLSv1.3"],
  ])("%s", async (_, minVersion, maxVersion, protocol) => {
    const { meet } = await serve({ certificates, ...(minVersion === undefined ? {} : { minVersion }) });
    const { client, server } = await meet({ ca: authority.cert, ...(maxVersion === undefined ? {} : { maxVersion }) });
    expect(tlsOf(client).protocol).toBe(protocol);
    expect(tlsOf(server).protocol).toBe(protocol);
    expect(server.carrier.peer.secure).toBe(true);
  });

  test("no version in common is an error on both sides", async () => {
    const { dial, errors } = await serve({ certificates, minVersion: "TLSv1.3" });
    const refused = await failureOf(dial({ ca: authority.cert, maxVersion: "TLSv1.2" }));
    expect(refused).toMatchObject({
      code: "ERR_TLS_HANDSHAKE",
      message: expect.stringContaining("no version of TLS in common"),
    });
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "ERR_TLS_HANDSHAKE" });
  });

  test.runIf(RUNTIME === "node")("RFC 8996: TLS 1.1 is not spoken", async () => {
    const { listener, errors } = await serve({ certificates });
    const { port } = listener.address as { port: number };
    const code = await new Promise((resolve) => {
      const socket = connect({ port, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" });
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(code).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
    await until(() => errors.length > 0);
    expect(errors[0]?.message).toContain("no version of TLS in common");
  });

  test.each<[Partial<Record<"minVersion" | "maxVersion", TlsVersion>>]>([
    [{ minVersion: "TLSv1.1" as TlsVersion }],
    [{ maxVersion: "SSLv3" as TlsVersion }],
    [{ minVersion: "TLSv1.3", maxVersion: "TLSv1.2" }],
  ])("refuses %j", async (versions) => {
    await expect(serve({ certificates, ...versions })).rejects.toThrow(RangeError);
  });

  test.each<[string, () => Issued]>([
    ["ECDSA", () => certificates],
    ["RSA", () => rsa],
  ])("every cipher suite by default has forward secrecy and authenticates: %s", async (_, issued) => {
    const { meet } = await serve({ certificates: issued() });
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const { server } = await meet({ ca: authority.cert, maxVersion });
      expect(tlsOf(server).cipher).toMatch(/^TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA/);
    }
    expect(DEFAULT_CIPHERS.split(":")).toHaveLength(9);
  });

  // Deno has its own list, and no other.
  test.runIf(RUNTIME !== "deno")("no cipher suite in common is an error on both sides", async () => {
    const { dial, errors } = await serve({ certificates, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" });
    const other = { ca: authority.cert, ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384", maxVersion: "TLSv1.2" } as const;
    expect(await failureOf(dial(other))).toMatchObject({ code: "ERR_TLS_HANDSHAKE" });
    await until(() => errors.length > 0);
    expect(errors[0]?.message).toContain("no cipher suite or signature algorithm in common");
  });

  test.runIf(RUNTIME === "node").each([
    [true, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
    [false, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
  ])("honorCipherOrder %s", async (honorCipherOrder, cipher) => {
    const [strong, quick] = ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"];
    const { meet } = await serve({ certificates, ciphers: `${strong}:${quick}`, honorCipherOrder });
    const { server } = await meet({ ca: authority.cert, ciphers: `${quick}:${strong}`, maxVersion: "TLSv1.2" });
    expect(tlsOf(server).cipher).toBe(cipher);
  });
});
