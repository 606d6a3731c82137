import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalAuthority, MAX_AUTHORITY, parseAuthority } from "../../src/authority.ts";
import { LINEAR_MS, MEGABYTE, milliseconds } from "../milliseconds.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

describe("RFC 9110 §7.2 uri-host [ : port ], RFC 3986 §3.2", () => {
  test.each([
    ["example.com", "example.com", -1],
    ["EXAMPLE.com:8080", "EXAMPLE.com", 8080],
    ["example.com:", "example.com", -1],
    ["example.com:0", "example.com", 0],
    ["example.com:65535", "example.com", 65535],
    ["example.com:00080", "example.com", 80],
    ["example.com.", "example.com.", -1],
    ["localhost:3000", "localhost", 3000],
    ["127.0.0.1:80", "127.0.0.1", 80],
    ["my_host-1~!$&'()*+,;=", "my_host-1~!$&'()*+,;=", -1],
    ["%C3%A9.example", "%C3%A9.example", -1],
    ["[::]", "[::]", -1],
    ["[::1]:443", "[::1]", 443],
    ["[2001:db8::1]", "[2001:db8::1]", -1],
    ["[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", -1],
    ["[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", -1],
    ["[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", -1],
    ["[1:2:3:4:5:6:192.0.2.1]", "[1:2:3:4:5:6:192.0.2.1]", -1],
  ])("%s", (text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port });
  });

  test.each([
    ["empty", ""],
    ["no host", ":80"],
    ["a space", "a b"],
    ["a space at the end", "example.com "],
    ["userinfo (RFC 9110 §4.2.4)", "user@example.com"],
    ["userinfo with a password", "user:1@example.com"],
    ["a path", "example.com/"],
    ["a backslash", "example.com\\evil"],
    ["a query", "example.com?"],
    ["a fragment", "example.com#"],
    ["two ports", "example.com:80:80"],
    ["a port that is no number", "example.com:http"],
    ["a port with a sign", "example.com:+80"],
    ["a port with a space", "example.com: 80"],
    ["a port above 65535", "example.com:65536"],
    ["a port of many digits", `example.com:${"9".repeat(400)}`],
    ["a control", "example.com\0"],
    ["CR", "example.com\r"],
    ["a character above ASCII", "exämple.com"],
    ["a quote", 'exam"ple.com'],
    ["a malformed triplet", "%4.example"],
    ["a cut triplet", "example%4"],
    ["IPv6 without brackets", "2001:db8::1"],
    ["IPv6 not closed", "[::1"],
    ["empty brackets", "[]"],
    ["text after the bracket", "[::1]x"],
    ["three colons", "[:::]"],
    ["two gaps", "[1::2::3]"],
    ["nine groups", "[1:2:3:4:5:6:7:8:9]"],
    ["seven groups", "[1:2:3:4:5:6:7]"],
    ["a gap that stands for nothing", "[1:2:3:4::5:6:7:8]"],
    ["five digits", "[::12345]"],
    ["not hexadecimal", "[::g]"],
    ["a colon at the end", "[1:2:3:4:5:6:7:]"],
    ["a colon at the start", "[:1:2:3:4:5:6:7]"],
    ["IPv4 that is not last", "[::192.0.2.1:1]"],
    ["IPv4 before the gap", "[192.0.2.1::]"],
    ["an IPv4 octet above 255", "[::256.0.0.1]"],
    ["an IPv4 octet with a leading zero", "[::01.0.0.1]"],
    ["a zone identifier", "[fe80::1%25eth0]"],
    ["IPvFuture", "[v1.a:b]"],
    ["longer than MAX_AUTHORITY", "a".repeat(MAX_AUTHORITY + 1)],
  ])("S24: refuses %s", (_, text) => {
    expect(parseAuthority(text)).toBeNull();
    expect(canonicalAuthority(text, "http")).toBeNull();
  });
});

describe("RFC 3986 §6.2 Comparison: one form of each authority", () => {
  test.each([
    ["Example.COM", "http", "example.com"],
    ["example.com:80", "http", "example.com"],
    ["example.com:443", "https", "example.com"],
    ["example.com:443", "http", "example.com:443"],
    ["example.com:", "http", "example.com"],
    ["example.com:0080", "http", "example.com"],
    ["example.com:80", "ftp", "example.com:80"],
    ["ex%41mple.com", "http", "example.com"],
    ["%c3%a9.example", "http", "%C3%A9.example"],
    ["[2001:DB8:0:0:0:0:0:1]:80", "http", "[2001:db8::1]"],
    ["[0:0:0:0:0:0:0:0]", "http", "[::]"],
    ["[1:0:0:2:0:0:0:3]", "http", "[1:0:0:2::3]"],
    ["[1:0:0:2:3:0:0:4]", "http", "[1::2:3:0:0:4]"],
    ["[1:0:2:3:4:5:6:7]", "http", "[1:0:2:3:4:5:6:7]"],
    ["[1::2:3:4:5:6:7]", "http", "[1:0:2:3:4:5:6:7]"],
    ["[0001:2:3:4:5:6::]", "http", "[1:2:3:4:5:6::]"],
    ["[::ffff:192.0.2.1]:8080", "http", "[::ffff:c000:201]:8080"],
  ])("%s of %s is %s", (text, scheme, canonical) => {
    expect(canonicalAuthority(text, scheme)).toBe(canonical);
  });

  test("fuzz: the canonical form is an authority and its own canonical form", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webAuthority({ withPort: true, withIPv6: true, withIPv4: true }), fc.string()),
        (text) => {
          const canonical = canonicalAuthority(text, "http");
          if (canonical === null) return;
          expect(parseAuthority(canonical)).not.toBeNull();
          expect(canonicalAuthority(canonical, "http")).toBe(canonical);
        },
      ),
      { numRuns },
    );
  });

  // The judge is the runtime's own URL parser, and Bun's shortens some addresses differently.
  test.skipIf("Bun" in globalThis)("fuzz: every spelling of an IPv6 address is accepted", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(parseAuthority(`[${address}]:1`)).toEqual({ host: `[${address}]`, port: 1 });
        const canonical = canonicalAuthority(`[${address}]`, "http");
        expect(canonical).toBe(new URL(`http://[${address}]`).hostname);
      }),
      { numRuns },
    );
  });

  test("S100: a megabyte is refused at once", () => {
    expect(milliseconds(() => parseAuthority(`[${":".repeat(MEGABYTE)}`))).toBeLessThan(LINEAR_MS);
  });
});
