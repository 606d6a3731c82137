import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressSet } from "../src/address-set.ts";
import { canonicalIpAddress, formatIpAddress, ipFamily, parseIpAddress } from "../src/ip-address.ts";

describe("RFC 4291 §2.2 IP addresses in text", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
    ["2001:db8::192.0.2.1", "2001:db8::c000:201"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["fe80::1%eth0", "fe80::1%eth0"],
  ])("%s is %s", (text, expected) => {
    expect(canonicalIpAddress(text)).toBe(expected);
  });

  test.each([
    ["one 16-bit group of zeros is not shortened (RFC 5952 §4.2.2)", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["the longest run is (§4.2.3)", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["of equals the first (§4.2.3)", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["no leading zeros, lower case (§4.1, §4.3)", "2001:0DB8::00AB", "2001:db8::ab"],
  ])("%s", (_, text, expected) => {
    expect(canonicalIpAddress(text)).toBe(expected);
  });

  test.each([
    "",
    " ",
    "1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.01",
    "00.0.0.0",
    "256.0.0.1",
    "1.2.3.4.5",
    "1.2.3.4.",
    ".1.2.3.4",
    "1..2.3",
    "1.2.3.+4",
    "1.2.3.4 ",
    "１.2.3.4",
    "1.2.3.4%eth0",
    "1.2.3.4/8",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7::8",
    ":1:2:3:4:5:6:7",
    "::1.2.3",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "::01.2.3.4",
    "[::1]",
    "::1%",
    "::1%lo",
    "fe80::1%",
    "fe80::1%a b",
    "fe80::1%25eth0%",
    "2001:db8::1%eth0",
    "::ffff:0x7f.1",
    "1:2:3:4:5:6:7:8::",
    "localhost",
  ])("S122: %j is no address", (text) => {
    expect(parseIpAddress(text)).toBe(null);
    expect(ipFamily(text)).toBe(0);
  });

  test.each(["::ffff:127.0.0.1", "::FFFF:7f00:1", "0:0:0:0:0:ffff:127.0.0.1"])(
    "S122: %s is who is connected to, 127.0.0.1",
    (text) => {
      expect(canonicalIpAddress(text)).toBe("127.0.0.1");
    },
  );

  test("a mapped address that is only written keeps its form (RFC 5952 §5)", () => {
    const address = parseIpAddress("::ffff:c000:201");
    expect(address === null ? null : formatIpAddress(address)).toBe("::ffff:192.0.2.1");
  });

  test("any octets are written and read back, and the runtime agrees", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
        (octets) => {
          const text = formatIpAddress({ octets, zone: "" });
          expect(isIP(text)).toBe(octets.length === 4 ? 4 : 6);
          expect(parseIpAddress(text)?.octets).toEqual(octets);
        },
      ),
    );
  });

  test("S122: what is read here the runtime reads, too", () => {
    const piece = fc.constantFrom(
      "0",
      "1",
      "7f",
      "ffff",
      "255",
      "256",
      "01",
      "0x1",
      ":",
      "::",
      ".",
      "%",
      "eth0",
      "fe80",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 17 }), (pieces) => {
        const text = pieces.join("");
        const family = ipFamily(text);
        if (family !== 0) expect(isIP(text)).toBe(family);
        else if (!text.includes("%")) expect(isIP(text)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("sets of addresses (RFC 4632 §3.1)", () => {
  test.each([
    ["10.0.0.0/8", "10.255.1.2", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["192.0.2.128/25", "192.0.2.129", true],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1/32", "192.0.2.2", false],
    ["0.0.0.0/0", "203.0.113.1", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "203.0.113.1", false],
    ["2001:db8::/33", "2001:db8:7fff::", true],
    ["2001:db8::/33", "2001:db8:8000::", false],
    ["10.1.2.3/8", "10.9.9.9", true],
    ["127.0.0.0/8", "::ffff:127.0.0.1", true],
    ["::ffff:127.0.0.0/104", "127.0.0.1", true],
    ["127.0.0.0/8", "127.1", false],
    ["127.0.0.0/8", "localhost", false],
  ])("%s: %s: %j", (prefix, address, expected) => {
    expect(new AddressSet([prefix]).has(address)).toBe(expected);
  });

  test.each([
    "",
    "10/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "::/129",
    "a/8",
    "fe80::1%a/64",
  ])("%j is no prefix", (prefix) => {
    expect(() => new AddressSet([prefix])).toThrow(RangeError);
  });
});
