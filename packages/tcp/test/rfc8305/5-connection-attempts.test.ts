import { describe, expect, test } from "vitest";
import { AddressMemory } from "../../src/address-memory.ts";
import { Attempting } from "./attempting.ts";

describe("RFC 8305 §5 Connection Attempts", () => {
  test("one begins each 250 ms while none has ended, and they run side by side", () => {
    const tried = new Attempting().answer(0, "2001:db8::1", "192.0.2.1", "2001:db8::2").pass(1_000);
    expect(tried.log).toEqual(["0 open 2001:db8::1", "250 open 192.0.2.1", "500 open 2001:db8::2"]);
    expect(tried.time.pending).toBe(0);
  });

  test("the first that connects wins; all others are closed, and none begins any more", () => {
    const tried = new Attempting()
      .answer(0, "2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2")
      .pass(600)
      .connect("192.0.2.1")
      .pass(1_000);
    expect(tried.log.slice(3)).toEqual(["600 close 2001:db8::1", "600 close 2001:db8::2", "600 connected 192.0.2.1"]);
    expect(tried.time.pending).toBe(0);
  });

  test("who connects when it is decided already changes nothing", () => {
    const tried = new Attempting().answer(0, "2001:db8::1", "192.0.2.1").pass(250).connect("192.0.2.1");
    const before = [...tried.log];
    tried.connect("2001:db8::1").refuse("2001:db8::1").pass(1_000);
    expect(tried.log).toEqual(before);
  });

  test("a refusal lets the next begin at once, and the delay begins anew with it", () => {
    const tried = new Attempting()
      .answer(0, "2001:db8::1", "192.0.2.1", "2001:db8::2")
      .pass(100)
      .refuse("2001:db8::1")
      .pass(249);
    expect(tried.log).toEqual(["0 open 2001:db8::1", "100 open 192.0.2.1"]);
    tried.pass(1);
    expect(tried.log.at(-1)).toBe("350 open 2001:db8::2");
  });

  test("all were refused: every one is told of, with its times", () => {
    const tried = new Attempting().answer(0, "2001:db8::1", "192.0.2.1").pass(250);
    tried.refuse("192.0.2.1").pass(30).refuse("2001:db8::1");
    expect(tried.failure?.attempts).toMatchObject([
      { address: "192.0.2.1", startMs: 250, endMs: 250, error: { code: "ECONNREFUSED" } },
      { address: "2001:db8::1", startMs: 0, endMs: 280, error: { code: "ECONNREFUSED" } },
    ]);
    expect(tried.log.at(-1)).toBe("280 failed 192.0.2.1 2001:db8::1");
    expect(tried.time.pending).toBe(0);
  });

  test("stopped: everything is closed, and nothing more is said", () => {
    const tried = new Attempting().answer(0, "2001:db8::1", "192.0.2.1", "2001:db8::2").pass(250);
    tried.attempts.stop();
    tried.connect("2001:db8::1").pass(1_000).answer(4, "192.0.2.9");
    expect(tried.log.slice(2)).toEqual(["250 close 2001:db8::1", "250 close 192.0.2.1"]);
    expect(tried.time.pending).toBe(0);
  });

  test("stopped while A waits for AAAA: no timer is left", () => {
    const tried = new Attempting().answer(4, "192.0.2.1");
    tried.attempts.stop();
    expect(tried.time.pending).toBe(0);
    expect(tried.pass(1_000).log).toEqual([]);
  });

  test("who connects or fails while it is opened is no different", () => {
    const opened: string[] = [];
    const ends: string[] = [];
    const tried = new Attempting({
      open: (address, done) => {
        opened.push(address);
        if (address === "192.0.2.1") done(null, address);
        else done(new Error("unreachable"));
        return () => ends.push(`close ${address}`);
      },
      onConnected: (address) => ends.push(`connected ${address}`),
    });
    tried.answer(0, "2001:db8::1", "192.0.2.1", "2001:db8::2");
    expect(opened).toEqual(["2001:db8::1", "192.0.2.1"]);
    expect(ends).toEqual(["connected 192.0.2.1"]);
    expect(tried.time.pending).toBe(0);
  });

  test("what becomes of an address is remembered for the next dial", () => {
    const memory = new AddressMemory();
    const first = new Attempting({ memory }).answer(0, "2001:db8::1", "192.0.2.1").refuse("2001:db8::1");
    first.connect("192.0.2.1");
    const second = new Attempting({ memory }).answer(0, "2001:db8::1", "192.0.2.1");
    expect(second.log).toEqual(["0 open 192.0.2.1"]);
  });
});

describe("S120: a policy is asked of every address, and what it refuses is never opened", () => {
  test("the next is tried at once", () => {
    const tried = new Attempting({ allow: (address) => address !== "127.0.0.1" });
    tried.answer(0, "127.0.0.1", "192.0.2.1");
    expect(tried.log).toEqual(["0 open 192.0.2.1"]);
  });

  test("all are refused: the end, and why", () => {
    const tried = new Attempting({ allow: () => false }).answer(0, "127.0.0.1", "::1");
    expect(tried.failure?.attempts).toMatchObject([
      { address: "127.0.0.1", error: { code: "ERR_DIAL_NOT_ALLOWED", message: "127.0.0.1 is not allowed" } },
      { address: "::1", error: { code: "ERR_DIAL_NOT_ALLOWED" } },
    ]);
  });

  test("S102: a policy that throws allows nothing", () => {
    const tried = new Attempting({
      allow: () => {
        throw new Error("a mistake");
      },
    }).answer(0, "192.0.2.1");
    expect(tried.log).toEqual(["0 failed 192.0.2.1"]);
    expect(tried.failure?.attempts[0]?.error?.message).toContain("a mistake");
  });
});
