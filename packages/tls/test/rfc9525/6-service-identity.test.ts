import { Authority, type Issued, type Request, selfSigned } from "@stack/testing/certificates";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ClientTlsOptions } from "../../src/client-tls.ts";
import { failureOf, RUNTIME, serve, tlsOf } from "../serving.ts";

let authority: Authority;
let other: Authority;

beforeAll(async () => {
  authority = await Authority.create();
  other = await Authority.create("Other Authority");
});

/** Dials a server that has a certificate for these names. */
async function dial(names: Request["names"], servername: string, request: Request = {}): Promise<string> {
  const certificates = await authority.issue({ names: names ?? [], ...request });
  const { meet } = await serve({ certificates, onProblem: () => {} });
  const { client } = await meet({ ca: authority.cert }, { servername });
  return client.received;
}

describe("RFC 9525 §6: verifying the server's identity", () => {
  test.each<[string, Request["names"], string]>([
    ["its name", ["a.example"], "a.example"],
    ["one of its names", ["a.example", "b.example"], "b.example"],
    ["in other letters", ["A.example"], "a.Example"],
    ["a wildcard", ["*.example.com"], "a.example.com"],
    ["an IP address", ["127.0.0.1"], "127.0.0.1"],
    ["an IPv6 address", ["::1"], "::1"],
    ["an international name in its ASCII form", ["xn--bcher-kva.example"], "xn--bcher-kva.example"],
  ])("accepts %s", async (_, names, servername) => {
    expect(await dial(names, servername)).toBe("hello");
  });

  test.each<[string, Request["names"], string]>([
    ["another name", ["a.example"], "b.example"],
    ["a name below it", ["a.example"], "x.a.example"],
    ["a wildcard for two labels", ["*.example.com"], "a.b.example.com"],
    ["a wildcard for no label", ["*.example.com"], "example.com"],
    ["a wildcard within a name", ["a.*.example"], "a.b.example"],
    ["a wildcard for an address", ["*.0.0.1"], "127.0.0.1"],
    ["an address as a DNS name", [{ type: "dns", value: "127.0.0.1" }], "127.0.0.1"],
    ["another address", ["127.0.0.2"], "127.0.0.1"],
    ["a URI with the name", [{ type: "url", value: "https://a.example/" }], "a.example"],
    [
      "one odd name that reads like two (CVE-2021-44532)",
      [{ type: "dns", value: "x.example, DNS:a.example" }],
      "a.example",
    ],
    ["an odd URI that reads like a name", [{ type: "url", value: "http://x, DNS:a.example" }], "a.example"],
    ["a name with NUL", [{ type: "dns", value: "a.example\0.evil.example" }], "a.example"],
  ])("S116: refuses %s", async (_, names, servername) => {
    expect(await failureOf(dial(names, servername))).toMatchObject({ name: "TlsError", code: "ERR_TLS_NAME_MISMATCH" });
  });

  test("S116: refuses the common name (§2)", async () => {
    const refused = await failureOf(dial([], "a.example", { subject: "a.example" }));
    expect(refused).toMatchObject({
      code: "ERR_TLS_NAME_MISMATCH",
      message: expect.stringContaining("no subjectAltName"),
    });
  });

  // Deno gives one code for every certificate that its library refuses.
  test.runIf(RUNTIME !== "deno").each<[string, Request]>([
    ["expired", { from: -20, to: -10 }],
    ["not valid yet", { from: 10, to: 20 }],
  ])("refuses a certificate that is %s", async (_, request) => {
    const refused = await failureOf(dial(["a.example"], "a.example", request));
    expect(refused).toMatchObject({ code: "ERR_TLS_CERTIFICATE_EXPIRED" });
  });
});

test.runIf(RUNTIME !== "deno")("refuses a certificate that is for something else", async () => {
  const usage = "1.3.6.1.5.5.7.3.2"; // id-kp-clientAuth (RFC 5280 §4.2.1.12)
  const refused = await failureOf(dial(["a.example"], "a.example", { usage }));
  expect(refused).toMatchObject({
    code: "ERR_TLS_CERTIFICATE_REFUSED",
    message: expect.stringContaining("INVALID_PURPOSE"),
  });
});

describe("whom a client trusts", () => {
  let certificates: Issued;

  beforeAll(async () => {
    certificates = await authority.issue({ names: ["a.example"] });
  });

  afterEach(() => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  });

  test.each<[string, () => ClientTlsOptions]>([
    ["another authority", () => ({ ca: other.cert })],
    ["no authority", () => ({ ca: [] })],
    ["the public authorities, by default", () => ({})],
  ])("refuses an authority that it does not know: %s", async (_, options) => {
    const { dial: dialServer, engines } = await serve({ certificates });
    expect(await failureOf(dialServer(options()))).toMatchObject({
      code: "ERR_TLS_UNKNOWN_AUTHORITY",
      message: expect.stringContaining("give its root in ca"),
    });
    expect(engines).toEqual([]);
  });

  test.each([undefined, null, 0, ""])("S116: rejectUnauthorized %j does not let anyone pass", async (value) => {
    const { dial: dialServer } = await serve({ certificates });
    const options = { rejectUnauthorized: value } as unknown as ClientTlsOptions;
    expect(await failureOf(dialServer(options))).toMatchObject({ code: "ERR_TLS_UNKNOWN_AUTHORITY" });
  });

  test.each([
    ["rejectUnauthorized", () => false],
    ["ca", () => other.cert],
    ["maxVersion", () => "TLSv1.1"],
  ])("S116, S127: nor does %s on Object.prototype", async (name, value) => {
    const { dial: dialServer } = await serve({ certificates });
    const planted = Object.prototype as Record<string, unknown>;
    planted[name] = value();
    try {
      expect(await failureOf(dialServer({}))).toMatchObject({ code: "ERR_TLS_UNKNOWN_AUTHORITY" });
    } finally {
      delete planted[name];
    }
  });

  test("S116: nor does the runtime's environment variable", async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    const { dial: dialServer } = await serve({ certificates });
    expect(await failureOf(dialServer({}))).toMatchObject({ code: "ERR_TLS_UNKNOWN_AUTHORITY" });
  });

  test("false does, and the peer is known to have proved nothing", async () => {
    const { meet } = await serve({ certificates });
    const { client } = await meet({ rejectUnauthorized: false }, { servername: "b.example" });
    expect(tlsOf(client)).toMatchObject({ authorized: false, certificate: { names: ["DNS:a.example"] } });
  });

  test("a self-signed certificate is its own authority", async () => {
    const own = await selfSigned(["a.example"]);
    const { meet, dial: dialServer } = await serve({ certificates: own });
    expect(await failureOf(dialServer({ ca: other.cert }))).toMatchObject({ code: "ERR_TLS_UNKNOWN_AUTHORITY" });
    const { client } = await meet({ ca: own.cert });
    expect(tlsOf(client).authorized).toBe(true);
  });
});
