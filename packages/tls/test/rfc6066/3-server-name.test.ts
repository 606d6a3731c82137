import { Authority, type Issued } from "@stack/testing/certificates";
import { beforeAll, describe, expect, test } from "vitest";
import { lookup } from "../../src/host-name.ts";
import { until } from "../engines.ts";
import { failureOf, serve, tlsOf } from "../serving.ts";

describe("RFC 6066 §3 Server Name Indication", () => {
  let authority: Authority;
  let first: Issued;
  let second: Issued;
  let wild: Issued;

  beforeAll(async () => {
    authority = await Authority.create();
    first = await authority.issue({ subject: "first", names: ["a.example"] });
    second = await authority.issue({ subject: "second", names: ["b.example", "www.b.example"] });
    wild = await authority.issue({ subject: "wild", names: ["*.b.example"] });
  });

  test.each([
    ["its own name", "a.example", "first"],
    ["another name", "b.example", "second"],
    ["a name in capitals", "B.Example", "second"],
    ["the whole name before a wildcard", "www.b.example", "second"],
    ["a wildcard", "x.b.example", "wild"],
    ["a wildcard for one label only", "x.y.b.example", "first"],
    ["a name that nobody has", "c.example", "first"],
    ["no name: an address is none", "127.0.0.1", "first"],
  ])("the certificate for %s", async (_, servername, subject) => {
    const { meet } = await serve({ certificates: [first, second, wild] });
    const { client, server } = await meet({ ca: authority.cert, rejectUnauthorized: false }, { servername });
    expect(tlsOf(client).certificate?.subject).toBe(`CN=${subject}`);
    expect(tlsOf(server).servername).toBe(servername === "127.0.0.1" ? "" : servername.toLowerCase());
  });

  test("names are those of the certificate, or those that were given", async () => {
    const { meet } = await serve({ certificates: [first, { ...second, names: ["C.example"] }] });
    const given = await meet({ rejectUnauthorized: false }, { servername: "c.example" });
    expect(tlsOf(given.client).certificate?.subject).toBe("CN=second");
    const own = await meet({ rejectUnauthorized: false }, { servername: "b.example" });
    expect(tlsOf(own.client).certificate?.subject).toBe("CN=first");
  });

  test("unknown names can be refused, with the alert unrecognized_name", async () => {
    const { dial, meet, errors } = await serve({ certificates: [first, wild], unknownNames: "refuse" });
    const refused = await failureOf(dial({ ca: authority.cert }, { servername: "c.example" }));
    expect(refused.code).toMatch(/^ERR_TLS_(UNKNOWN_NAME|HANDSHAKE)$/); // Deno does not tell which alert it was
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "ERR_TLS_UNKNOWN_NAME", message: expect.stringContaining('"c.example"') });
    const nameless = await meet({ rejectUnauthorized: false }, { servername: "127.0.0.1" });
    expect(tlsOf(nameless.client).certificate?.subject).toBe("CN=first");
  });

  test("the alert is fatal, unrecognized_name (112)", async () => {
    const { raw } = await serve({ certificates: first, unknownNames: "refuse" });
    const peer = raw().send(Buffer.from(CLIENT_HELLO_FOR_C, "hex"));
    await until(() => peer.closed);
    expect(peer.alert).toBe("21 3 3 0 2 2 112");
  });

  test.each([["*"], ["*.*.example"], ["a.*.example"], ["bücher.example"], ["a..example"], [""], ["a.example."]])(
    "refuses %j as a name to serve",
    async (name) => {
      await expect(serve({ certificates: { ...first, names: [name] } })).rejects.toThrow(TypeError);
    },
  );

  test("nobody is called like a pattern", () => {
    const patterns = new Map([["*.b.example", 1]]);
    expect(lookup(patterns, "x.b.example")).toBe(1);
    expect(lookup(patterns, "*.b.example")).toBeUndefined();
    expect(lookup(patterns, ".b.example")).toBeUndefined();
    expect(lookup(patterns, "b.example")).toBeUndefined();
  });
});

/** A ClientHello without anything but a name, `c.example`. */
const CLIENT_HELLO_FOR_C: string = [
  "160301 0041", // record: handshake, TLS 1.0, 65 octets
  "01 00003d 0303", // ClientHello of 61 octets, TLS 1.2
  "00".repeat(32), // random
  "00", // no session
  "0002 1301", // TLS_AES_128_GCM_SHA256
  "01 00", // no compression
  "0012", // 18 octets of extensions
  "0000 000e 000c 00 0009 632e6578616d706c65", // server_name
]
  .join("")
  .replaceAll(" ", "");
