import { describe, expect, onTestFinished, test } from "vitest";
import { addressBlock } from "../src/address-block.ts";
import { TcpError } from "../src/errors.ts";
import { Echo, Peer, until } from "./engines.ts";
import { serve } from "./serving.ts";

describe("S104: who counts as one peer", () => {
  test.each([
    ["an IPv4 address is one", "192.0.2.1", "192.0.2.1"],
    ["seen by a dual-stack listener too", "::ffff:192.0.2.1", "192.0.2.1"],
    ["of IPv6 the first 64 bits are", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["whatever the rest is", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"],
    ["and however it is written", "2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["the network beside it is another", "2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["a compressed network", "2001:db8::1", "2001:db8::/64"],
    ["this machine", "::1", "::/64"],
    ["link-local addresses, by their interface", "fe80::1%eth0", "fe80::%eth0/64"],
    ["of two interfaces", "fe80::1%eth1", "fe80::%eth1/64"],
    ["the peers of a Unix socket have none", "", ""],
  ])("%s: %s", (_, address, block) => {
    expect(addressBlock(address)).toBe(block);
  });

  test("a listener on IPv6 counts so", async (context) => {
    const refused: string[] = [];
    const opened = await serve(
      (carrier) => new Echo(carrier),
      { maxConnectionsPerAddress: 1, onRefused: (address) => refused.push(address) },
      "[::1]:0",
    ).catch((error: TcpError) => error);
    if (opened instanceof TcpError) return context.skip("this machine has no IPv6");
    const { peer } = await opened.meet();
    const second = new Peer(opened.listener.address);
    onTestFinished(() => void second.socket.destroy());
    await until(() => second.ended || second.closed);
    expect(refused).toEqual(["::1"]); // told of as it is
    peer.end();
    await until(() => opened.listener.connections === 0);
    await opened.meet();
    expect(refused).toHaveLength(1);
  });
});
