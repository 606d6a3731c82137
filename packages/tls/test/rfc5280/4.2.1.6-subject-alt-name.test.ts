import { X509Certificate } from "node:crypto";
import { Authority, type Request } from "@stack/testing/certificates";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { subjectAltNames } from "../../src/subject-alt-name.ts";

describe("RFC 5280 §4.2.1.6 Subject Alternative Name", () => {
  let authority: Authority;

  beforeAll(async () => {
    authority = await Authority.create();
  });

  const derOf = async (names: Request["names"] = []): Promise<Uint8Array> =>
    new X509Certificate((await authority.issue({ names })).cert).raw;

  test.each<[string, Request["names"], string[]]>([
    ["no extension", [], []],
    ["DNS names", ["a.example", "*.b.example"], ["DNS:a.example", "DNS:*.b.example"]],
    ["an IPv4 address", ["192.0.2.1"], ["IP Address:192.0.2.1"]],
    ["an IPv6 address", ["2001:db8::1"], ["IP Address:2001:db8:0:0:0:0:0:1"]],
    ["a URI", [{ type: "url", value: "spiffe://x/y" }], ["URI:spiffe://x/y"]],
    ["a mail address", [{ type: "email", value: "a@x.example" }], ["email:a@x.example"]],
    ["a directory name is left out", [{ type: "dn", value: "CN=x" }, "a.example"], ["DNS:a.example"]],
    ["a name with a comma is one name", [{ type: "dns", value: 'a, DNS:b"' }], ['DNS:a, DNS:b"']],
  ])("%s", async (_, names, read) => {
    expect(subjectAltNames(await derOf(names))).toEqual(read);
  });

  test("a hundred names, whose lengths take three octets", async () => {
    const names = Array.from({ length: 100 }, (_, i) => `host-${i}.example`);
    expect(subjectAltNames(await derOf(names))).toEqual(names.map((name) => `DNS:${name}`));
  });

  test("any octets are read to an end, and fail with a RangeError at most", async () => {
    const der = await derOf(["a.example", "192.0.2.1"]);
    const changes = fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(der.length), (list, octets) => {
        const broken = Uint8Array.from(der.subarray(0, octets));
        for (const [at, octet] of list) broken[at] = octet;
        try {
          expect(Array.isArray(subjectAltNames(broken))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
