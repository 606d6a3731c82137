import { describe, expect, test } from "vitest";
import { type Address, formatAddress, parseAddress } from "../src/address.ts";

describe("an address as people write it", () => {
  test.each<[Address, string]>([
    [8080, "127.0.0.1:8080"],
    [0, "127.0.0.1:0"],
    ["8080", "127.0.0.1:8080"],
    [":8080", "127.0.0.1:8080"],
    ["localhost:8080", "localhost:8080"],
    ["0.0.0.0:65535", "0.0.0.0:65535"],
    ["[::1]:8080", "[::1]:8080"],
    ["[fe80::1%eth0]:80", "[fe80::1%eth0]:80"],
    [{ port: 8080 }, "127.0.0.1:8080"],
    [{ host: "::", port: 8080 }, "[::]:8080"],
    ["unix:/run/app.sock", "unix:/run/app.sock"],
    ["unix:app.sock", "unix:app.sock"],
    ["/run/app.sock", "unix:/run/app.sock"],
    [{ path: "/run/app.sock" }, "unix:/run/app.sock"],
  ])("%j is %s", (address, written) => {
    const parsed = parseAddress(address);
    expect(formatAddress(parsed)).toBe(written);
    expect(parseAddress(formatAddress(parsed))).toEqual(parsed);
  });

  test("a name in the abstract namespace is a path", () => {
    expect(parseAddress("\0app")).toEqual({ path: "\0app" });
  });

  test.each<[Address]>([[{ host: "", port: 80 }], [":80"]])(
    "%j stays on this machine: no host is not every host",
    (address) => {
      expect(parseAddress(address)).toEqual({ host: "127.0.0.1", port: 80 });
    },
  );

  test.each<[Address]>([
    [-1],
    [65_536],
    [1.5],
    [Number.NaN],
    [{ port: 65_536 }],
    ["65536"],
    [""],
    [":"],
    ["localhost"],
    ["localhost:"],
    ["localhost:http"],
    ["localhost:0x50"],
    ["localhost: 80"],
    ["localhost:1e3"],
    ["localhost:-1"],
    ["::1"], // which colon is it?
    ["::1:8080"],
    ["[::1]"],
    ["[]:80"],
    ["[::1:80"],
    ["http://localhost:80"],
    ["unix:"],
    [{ path: "" }],
    [`/tmp/${"x".repeat(103)}`], // the system would cut it, and listen beside it
    [{ path: `/tmp/${"\u00e9".repeat(52)}` }],
  ])("refuses %j", (address) => {
    expect(() => parseAddress(address)).toThrow(RangeError);
  });

  test("the error says how an address is written", () => {
    expect(() => parseAddress("localhost")).toThrow('"host:8080"');
    expect(() => parseAddress(70_000)).toThrow("a port is 0 to 65535, not 70000");
  });
});
