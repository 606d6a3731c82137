import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { until } from "../engines.ts";
import { RUNTIME, serve, tlsOf } from "../serving.ts";

describe("RFC 8446 §4.4.2 Certificate, of the client", () => {
  let authority: Authority;
  let certificates: Issued;
  let client: Issued;
  let stranger: Issued;
  let expired: Issued;

  beforeAll(async () => {
    authority = await Authority.create();
    certificates = await authority.issue({ names: ["a.example"] });
    client = await authority.issue({
      subject: "client-1",
      names: [{ type: "url", value: "spiffe://x/1" }, "c.example"],
    });
    stranger = await (await Authority.create("Other Authority")).issue({ subject: "stranger" });
    expired = await authority.issue({ subject: "expired", from: -20, to: -10 });
  });

  test("tells the server who it is", async () => {
    const { meet } = await serve({ certificates, clientCertificates: "require", ca: authority.cert });
    const { server } = await meet({ ca: authority.cert, certificate: client });
    const { authorized, certificate } = tlsOf(server);
    expect(authorized).toBe(true);
    expect(certificate).toMatchObject({
      subject: "CN=client-1",
      issuer: "CN=Test Authority",
      names: ["URI:spiffe://x/1", "DNS:c.example"],
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      serialNumber: expect.stringMatching(/^[0-9A-F]+$/),
    });
    expect(certificate?.raw[0]).toBe(0x30); // DER: a SEQUENCE
  });

  test("is known after the connection is closed, for the log", async () => {
    const { meet } = await serve({ certificates, clientCertificates: "require", ca: authority.cert });
    const { client: talker, server } = await meet({ ca: authority.cert, certificate: client });
    talker.carrier.abort(null);
    await until(() => server.reason !== undefined);
    expect(tlsOf(server)).toMatchObject({ authorized: true, certificate: { subject: "CN=client-1" } });
    expect(tlsOf(server).protocol).toBe("TLSv1.3");
  });

  test("is nothing that is asked for by default", async () => {
    const { meet } = await serve({ certificates });
    const { server } = await meet({ ca: authority.cert, certificate: client });
    expect(tlsOf(server)).toMatchObject({ authorized: false, certificate: null });
  });

  test("is one from several authorities", async () => {
    const second = await Authority.create("Second Authority");
    const ca = [second.cert, authority.cert];
    const { meet } = await serve({ certificates, clientCertificates: "require", ca });
    const own = await second.issue({ subject: "client-2" });
    for (const certificate of [client, own]) {
      const { server } = await meet({ ca: authority.cert, certificate });
      expect(tlsOf(server).authorized).toBe(true);
    }
  });

  const bad: [string, () => Issued | undefined][] = [
    ["no certificate", () => undefined],
    ["a certificate of another authority", () => stranger],
    ["an expired certificate", () => expired],
  ];

  test.each(bad)("requested: %s passes, and proves nothing", async (_, shown) => {
    const { meet } = await serve({ certificates, clientCertificates: "request", ca: authority.cert });
    const certificate = shown();
    const { server } = await meet({ ca: authority.cert, ...(certificate === undefined ? {} : { certificate }) });
    expect(tlsOf(server).authorized).toBe(false);
    expect(tlsOf(server).certificate === null).toBe(certificate === undefined);
  });

  test.each(bad)("required: %s reaches no engine", async (_, shown) => {
    const { meet, engines, errors, listener } = await serve({
      certificates,
      clientCertificates: "require",
      ca: authority.cert,
    });
    const certificate = shown();
    await expect(
      meet({ ca: authority.cert, ...(certificate === undefined ? {} : { certificate }) }),
    ).rejects.toBeInstanceOf(Error);
    await until(() => errors.length > 0 && listener.connections === 0);
    expect(errors).toMatchObject([{ name: "TlsError", code: "ERR_TLS_CLIENT_CERTIFICATE" }]);
    expect(engines).toEqual([]);
  });

  test("without authorities is refused: the runtime would trust the public ones", async () => {
    await expect(serve({ certificates, clientCertificates: "require" })).rejects.toThrow("needs ca");
    await expect(serve({ certificates, clientCertificates: "request", ca: [] })).rejects.toThrow(TypeError);
  });

  test.runIf(RUNTIME === "node")(
    "the client learns in TLS 1.3 that one is required from what ends its connection",
    async () => {
      const { dial } = await serve({ certificates, clientCertificates: "require", ca: authority.cert });
      const talker = await dial({ ca: authority.cert });
      await until(() => talker.reason !== undefined);
      expect(talker.reason).toMatchObject({ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" });
    },
  );
});
