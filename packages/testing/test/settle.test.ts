import { describe, expect, test } from "vitest";
import { MemoryCarrier, type MemoryCarrierOptions, settle, settled, VirtualClock } from "../src/index.ts";
import { LineEngine } from "./line-engine.ts";

/** Says what it is told to say, hears and does not answer. */
class Listener extends LineEngine {
  heard = "";

  override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.calls.push(`receive ${end - start}`);
    this.heard += Buffer.from(bytes.subarray(start, end)).toString("latin1");
  }
}

function pair(options: MemoryCarrierOptions = {}) {
  const clock = new VirtualClock();
  const a = new MemoryCarrier((below) => new Listener(below), { clock, ...options });
  const b = new MemoryCarrier((below) => new LineEngine(below), { clock });
  const say = (words: string): void => {
    a.engine.output.push(words);
    a.wantFlush();
  };
  return { clock, a, b, say };
}

describe("settle", () => {
  test("moves octets both ways until both sides are quiet", () => {
    const { a, b, say } = pair();
    say("one\ntwo\n");
    expect(settle(a, b)).toBe(true);
    expect(a.engine.heard).toBe("one\ntwo\n");
    expect(settle(a, b)).toBe(false);
  });

  test.each([
    ["octet by octet", 1, ['receive "o"', 'receive "n"', 'receive "e"', 'receive "\\n"']],
    ["by a function", (octets: number) => Math.ceil(octets / 2), ['receive "on"', 'receive "e"', 'receive "\\n"']],
  ])("cuts each delivery: %s", (_, cut, calls) => {
    const { a, b, say } = pair();
    say("one\n");
    settle(a, b, cut);
    expect(b.engine.calls.filter((call) => call.startsWith("receive"))).toEqual(calls);
    expect(a.engine.heard).toBe("one\n");
  });

  test("ends travel behind the octets, each direction on its own", () => {
    const { a, b, say } = pair();
    say("one\nbye\n");
    settle(a, b);
    expect(a.engine.heard).toBe("one\nbye\n");
    expect([a.closedWith, b.closedWith]).toEqual([null, null]);
    expect(a.engine.calls.slice(-3)).toEqual(["receiveEnd", "flush", "closed in good order"]);
  });

  test("a connection that one side drops for a reason is a reset for the other", () => {
    const { a, b } = pair();
    a.abort(new Error("enough"));
    settle(a, b);
    expect(a.closedWith).toMatchObject({ message: "enough" });
    expect(b.closedWith).toMatchObject({ code: "ECONNRESET" });
  });

  test("a connection that is dropped without a reason ends; who still writes to it is reset", () => {
    const { a, b } = pair();
    b.abort(null);
    settle(a, b);
    expect([a.closedWith, b.closedWith]).toEqual([null, null]);
    const other = pair();
    other.b.abort(null);
    other.say("anyone?\n");
    settle(other.a, other.b);
    expect(other.a.closedWith).toMatchObject({ code: "ECONNRESET" });
  });

  test("what the other side does not read fills the sender's kernel and holds the sender up", () => {
    const { a, b, say } = pair({ kernelOctets: 8 });
    b.pauseReading(true);
    say("1234567890\n");
    settle(a, b);
    expect(a.pending).toBe(3);
    b.pauseReading(false);
    settle(a, b);
    expect([a.pending, a.engine.heard]).toEqual([0, "1234567890\n"]);
  });

  test("latency and bandwidth take virtual time", () => {
    const { clock, a, b, say } = pair();
    say("one\n");
    settle(a, b, { latencyMs: 40 });
    expect([clock.now, a.engine.heard]).toEqual([80, "one\n"]);
    const wide = pair();
    wide.say(`${"x".repeat(9_999)}\n`);
    settle(wide.a, wide.b, { octetsPerSecond: 10_000, cut: 1_000 });
    // One second to send, and one to come back.
    expect(wide.clock.now).toBe(2_000);
  });

  test("deadlines fire while octets are under way", () => {
    const { a, b, say } = pair();
    a.engine.deadline = 30;
    say("one\n");
    settle(a, b, { latencyMs: 40 });
    expect(a.engine.calls).toContain("onDeadline 30");
  });

  test("promises have their turn in settled", async () => {
    const { a, b, say } = pair();
    void Promise.resolve().then(() => say("one\n"));
    await settled(a, b, 1);
    expect(a.engine.heard).toBe("one\n");
  });

  test("two that never rest are an error", () => {
    const clock = new VirtualClock();
    const a = new MemoryCarrier((below) => new LineEngine(below), { clock });
    const b = new MemoryCarrier((below) => new LineEngine(below), { clock });
    a.engine.output.push("ping\n");
    a.wantFlush();
    expect(() => settle(a, b, { maxSteps: 1_000 })).toThrow("never come to rest");
  });
});
