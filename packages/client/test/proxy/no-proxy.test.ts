import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNoProxy } from "../../src/no-proxy.ts";

const direct = (list: string, host: string, port = 443): boolean => parseNoProxy(list)({ host, port });

describe("S111: NO_PROXY, what is reached without a proxy", () => {
  test.each([
    ["the name", "example.com", "example.com"],
    ["a name below it", "example.com", "www.example.com"],
    ["a name far below it", "example.com", "a.b.example.com"],
    ["with a dot before", ".example.com", "www.example.com"],
    ["with a dot before, the name itself, as in curl", ".example.com", "example.com"],
    ["with a star before", "*.example.com", "www.example.com"],
    ["whatever the case", "Example.COM", "WWW.example.com"],
    ["a host with a trailing dot", "example.com", "example.com."],
    ["an entry with a trailing dot", "example.com.", "www.example.com"],
    ["the second of a list", "a.example, b.example", "b.example"],
    ["between blanks", "a.example b.example\tc.example", "c.example"],
    ["empty entries do no harm", ",, a.example,", "a.example"],
    ["everything", "a.example,*", "other.example"],
    ["an IPv4 address", "192.0.2.1", "192.0.2.1"],
    ["an IPv4 prefix", "10.0.0.0/8", "10.255.0.1"],
    ["an IPv6 address in another form", "2001:DB8:0:0::1", "2001:db8::1"],
    ["an IPv6 address in brackets", "[2001:db8::1]", "2001:db8::1"],
    ["an IPv6 prefix", "2001:db8::/32", "2001:db8:ffff::1"],
    ["a mapped address is its IPv4 address", "192.0.2.1", "::ffff:192.0.2.1"],
    ["a mapped address in hex", "10.0.0.0/8", "::ffff:a00:1"],
    ["localhost is this machine in any form", "localhost", "127.0.0.1"],
    ["localhost", "localhost", "127.0.0.2"],
    ["localhost", "localhost", "::1"],
    ["localhost", "localhost", "::ffff:127.0.0.1"],
    ["localhost", "localhost", "localhost."],
    ["localhost", "localhost", "app.localhost"],
    ["127.0.0.1 too", "127.0.0.1", "localhost"],
    ["::1 too", "[::1]", "127.0.0.1"],
  ])("%s: %s: %s", (_, list, host) => {
    expect(direct(list, host)).toBe(true);
  });

  test.each([
    ["nothing", "", "example.com"],
    ["a name that only ends alike", "example.com", "badexample.com"],
    ["a name above", "www.example.com", "example.com"],
    ["a name that only begins alike", "example.com", "example.com.evil.example"],
    ["a piece of an address is no suffix", "0.0.1", "127.0.0.1"],
    ["a piece of an address is no suffix", ".1", "127.0.0.1"],
    ["a short form is no address", "127.1", "127.0.0.1"],
    ["an octal form is no address", "0177.0.0.1", "127.0.0.1"],
    ["another address", "192.0.2.1", "192.0.2.10"],
    ["another prefix", "10.0.0.0/8", "11.0.0.1"],
    ["a prefix that is none", "10.0.0.0/33", "10.0.0.1"],
    ["addresses stand for no names", "192.0.2.1", "example.com"],
    ["names for no addresses", "example.com", "192.0.2.1"],
    ["a star in the middle", "www.*.com", "www.example.com"],
    ["a zone is no suffix (CVE-2025-22870)", "*.example.com", "::1%25.example.com"],
    ["a zone is no suffix", "example.com", "fe80::1%.example.com"],
    ["this machine is not 126.0.0.1", "localhost", "126.0.0.1"],
    ["nor what begins alike", "localhost", "localhost.example.com"],
  ])("not %s: %s: %s", (_, list, host) => {
    expect(direct(list, host)).toBe(false);
  });

  test.each([
    ["example.com:8080", "www.example.com", 8080, true],
    ["example.com:8080", "www.example.com", 443, false],
    ["192.0.2.1:80", "192.0.2.1", 80, true],
    ["192.0.2.1:80", "192.0.2.1", 81, false],
    ["[2001:db8::1]:80", "2001:db8::1", 80, true],
    ["[2001:db8::1]:80", "2001:db8::1", 81, false],
    ["2001:db8::1", "2001:db8::1", 81, true],
    ["localhost:3000", "127.0.0.1", 3000, true],
    ["localhost:3000", "127.0.0.1", 80, false],
    ["example.com:99999", "example.com", 99_999 & 0xffff, false],
  ])("a port: %s: %s port %d: %j", (list, host, port, expected) => {
    expect(direct(list, host, port)).toBe(expected);
  });

  test.each(["fe80::1%eth0", "[fe80::1%1]:80", "::1%lo"])("an address with a zone stands for nothing: %s", (entry) => {
    expect(direct(entry, "::1")).toBe(false);
    expect(direct(`${entry}, 192.0.2.1`, "192.0.2.1")).toBe(true);
  });

  test("S102: any list is read without a throw", () => {
    const piece = fc.constantFrom(
      "a",
      ".",
      "*",
      ":",
      "/",
      "8",
      "[",
      "]",
      "%",
      ",",
      " ",
      "::1",
      "10.0.0.0",
      "localhost",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const list = pieces.join("");
        if (!/(?:^|[,\s])\*(?:$|[,\s])/.test(list)) expect(direct(list, "unlisted.example")).toBe(false);
      }),
    );
  });
});
