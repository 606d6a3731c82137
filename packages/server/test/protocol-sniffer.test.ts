import { resolveServerOptions, ServerConnection } from "@stack/http1";
import { MemoryCarrier, ScriptedPeer, VirtualClock } from "@stack/testing";
import { describe, expect, test } from "vitest";
import { ProtocolSniffer } from "../src/protocol-sniffer.ts";

describe("S88: a head has one time, from the connection on, whoever reads it", () => {
  test.each([
    ["at once", ["GET / HT"]],
    ["that might be a preface for a while", ["P", "RI", "NT"]],
  ])("a request that begins late, %s", (_, pieces) => {
    const options = resolveServerOptions({ handler: (_, response) => response.text("hello"), headTimeoutMs: 20_000 });
    const engines = {
      http1: (below: ConstructorParameters<typeof ServerConnection>[0], openedAt: number) =>
        new ServerConnection(below, options, openedAt),
      http2: () => expect.fail("no preface was sent"),
    };
    const clock = new VirtualClock();
    const carrier = new MemoryCarrier((below) => new ProtocolSniffer(below, engines, 20_000), { clock });
    const peer = new ScriptedPeer(carrier);
    clock.advance(15_000);
    for (const piece of pieces) {
      peer.send(piece);
      clock.advance(1_000);
    }
    clock.advance(4_999 - pieces.length * 1_000);
    expect(peer.received).toBe("");
    clock.advance(1);
    expect(peer.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(peer.ended).toBe(true);
  });
});
