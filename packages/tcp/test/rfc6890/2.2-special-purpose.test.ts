import { describe, expect, test } from "vitest";
import { isPublicAddress, SPECIAL_PURPOSE } from "../../src/public-address.ts";

describe("RFC 6890 §2.2 special-purpose addresses", () => {
  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.0.9",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2001:1::1",
    "2620:4f:8000::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2400::",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ["this network", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["shared", "100.64.0.1"],
    ["shared, metadata", "100.100.100.200"],
    ["metadata", "169.254.169.254"],
    ["protocol assignments", "192.0.0.8"],
    ["documentation", "192.0.2.1"],
    ["benchmarks", "198.19.255.255"],
    ["6to4 relay", "192.88.99.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["loopback, mapped", "::ffff:127.0.0.1"],
    ["loopback, mapped", "::ffff:7f00:1"],
    ["compatible", "::127.0.0.1"],
    ["compatible, public within", "::8.8.8.8"],
    ["NAT64 of private", "64:ff9b::10.0.0.1"],
    ["NAT64 of loopback", "64:ff9b::7f00:1"],
    ["local NAT64", "64:ff9b:1::8.8.8.8"],
    ["6to4 of loopback", "2002:7f00:1::"],
    ["6to4", "2002:808:808::"],
    ["Teredo", "2001:0:808:808::"],
    ["unique local", "fd00::1"],
    ["metadata", "fd00:ec2::254"],
    ["link local", "fe80::1"],
    ["link local with a zone", "fe80::1%eth0"],
    ["site local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["documentation", "2001:db8::1"],
    ["documentation", "3fff::1"],
    ["discard", "100::1"],
    ["segment routing", "5f00::1"],
    ["not given out", "4000::1"],
    ["translated", "::ffff:0:127.0.0.1"],
  ])("S122: %s, %s, is not", (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    "",
    "localhost",
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "2130706433",
    "8.8.8",
    "8.8.8.8 ",
    "[2606:4700::1]",
  ])("S122: %j is no address, and not public", (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  test("the first and the last address of every row are as the row says, or as a row within it", () => {
    for (const [prefix, reachable] of Object.entries(SPECIAL_PURPOSE)) {
      const [first = ""] = prefix.split("/");
      const within = Object.keys(SPECIAL_PURPOSE).filter((other) => other !== prefix && other.startsWith(`${first}/`));
      if (within.length === 0) expect([prefix, isPublicAddress(first)]).toEqual([prefix, reachable]);
    }
  });
});
