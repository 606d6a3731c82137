import { describe, expect, test } from "vitest";
import {
  type Carrier,
  MemoryCarrier,
  type MemoryCarrierOptions,
  octetsOf,
  ScriptedPeer,
  VirtualClock,
} from "../src/index.ts";
import { LineEngine } from "./line-engine.ts";

function carry(options?: MemoryCarrierOptions): { carrier: MemoryCarrier<LineEngine>; engine: LineEngine } {
  const carrier = new MemoryCarrier((below) => new LineEngine(below), options);
  carrier.turn();
  carrier.engine.calls.length = 0;
  return { carrier, engine: carrier.engine };
}

function text(carrier: MemoryCarrier): string {
  let text = "";
  for (let bytes = carrier.read(); bytes !== null; bytes = carrier.read()) {
    text += Buffer.from(bytes).toString("latin1");
    carrier.acknowledge(bytes.length);
  }
  return text;
}

describe("MemoryCarrier: calls", () => {
  test("one flush for each receive", () => {
    const { carrier, engine } = carry();
    carrier.deliver(octetsOf("a\nb\n"));
    expect(engine.calls).toEqual(['receive "a\\nb\\n"', "flush"]);
    expect(text(carrier)).toBe("a\nb\n");
    expect(carrier.writes).toBe(1);
  });

  test("a new engine is flushed in the first turn, for it may speak first", () => {
    const carrier = new MemoryCarrier((below) => new LineEngine(below));
    carrier.engine.output.push("hello\n");
    expect(text(carrier)).toBe("");
    expect(carrier.turn()).toBe(true);
    expect(text(carrier)).toBe("hello\n");
    expect(carrier.turn()).toBe(false);
  });

  test("a flush that is wanted outside of a call comes with the turn, and only once", () => {
    const { carrier, engine } = carry();
    engine.output.push("later\n");
    carrier.wantFlush();
    carrier.wantFlush();
    expect(engine.calls).toEqual([]);
    carrier.turn();
    expect(engine.calls).toEqual(["flush"]);
    expect(text(carrier)).toBe("later\n");
  });

  test("borrowed octets are a range in the middle, overwritten after the call", () => {
    let kept: Uint8Array = new Uint8Array(0);
    class Keeper extends LineEngine {
      override receive(bytes: Uint8Array, start: number, end: number): void {
        expect(start).toBeGreaterThan(0);
        expect(end).toBeLessThan(bytes.length);
        kept = bytes.subarray(start, end);
        super.receive(bytes, start, end);
      }
    }
    const carrier = new MemoryCarrier((below) => new Keeper(below));
    carrier.deliver(octetsOf("abc\n"));
    expect(text(carrier)).toBe("abc\n");
    expect([...kept]).toEqual([0xdb, 0xdb, 0xdb, 0xdb]);
  });

  test("octets that were lent are read when the kernel takes them", () => {
    const { carrier, engine } = carry();
    const lent = octetsOf("lent\n");
    carrier.stall();
    engine.output.push(lent);
    carrier.wantFlush();
    carrier.turn();
    lent.fill(0x21);
    carrier.take();
    expect(text(carrier)).toBe("!!!!!");
  });

  test("a read holds at most 64 KiB", () => {
    const { carrier, engine } = carry();
    carrier.deliver(new Uint8Array(100_000).fill(0x61));
    const reads = engine.calls.filter((call) => call.startsWith("receive"));
    expect(reads.map((call) => JSON.parse(call.slice(8)).length)).toEqual([65_536, 34_464]);
  });

  test("deadlines are read anew and fire on the clock, followed by a flush", () => {
    const clock = new VirtualClock();
    const { carrier, engine } = carry({ clock });
    engine.deadline = 500;
    clock.advance(499);
    expect(engine.calls).toEqual([]);
    engine.output.push("tick\n");
    clock.advance(1);
    expect(engine.calls).toEqual(["onDeadline 500", "flush"]);
    expect(text(carrier)).toBe("tick\n");
    expect(carrier.epochSeconds).toBe(784_111_777);
  });
});

describe("MemoryCarrier: back-pressure", () => {
  test("a stalled kernel: write returns false above the high water, the engine is called again when all was taken", () => {
    const { carrier, engine } = carry({ highWater: 8 });
    carrier.stall();
    for (let i = 0; i < 4; i++) engine.output.push(octetsOf("12345"));
    carrier.wantFlush();
    carrier.turn();
    expect(engine.output.length).toBe(2);
    expect(carrier.pending).toBe(10);
    expect(carrier.turn()).toBe(false);
    carrier.take(9);
    expect(carrier.pending).toBe(1);
    expect(engine.calls).toEqual(["flush"]);
    carrier.take(1);
    expect(engine.calls).toEqual(["flush", "flush"]);
    expect(carrier.pending).toBe(10);
    carrier.take();
    carrier.turn();
    expect(text(carrier)).toBe("12345".repeat(4));
  });

  test("a kernel of bounded size takes more as the other side reads", () => {
    const { carrier, engine } = carry({ kernelOctets: 4 });
    engine.output.push("1234567\n");
    carrier.wantFlush();
    carrier.turn();
    expect(carrier.pending).toBe(4);
    expect(text(carrier)).toBe("1234567\n");
    expect(carrier.pending).toBe(0);
  });

  test("told to wait by a kernel that took everything, the engine is called in the next turn", () => {
    const { carrier, engine } = carry({ highWater: 1 });
    engine.output.push(octetsOf("one"), octetsOf("two"));
    carrier.wantFlush();
    carrier.turn();
    expect(text(carrier)).toBe("one");
    carrier.turn();
    expect(text(carrier)).toBe("two");
  });

  test("an engine that does not read is shown nothing, neither octets nor the end", () => {
    const { carrier, engine } = carry();
    carrier.pauseReading(true);
    carrier.deliver(octetsOf("a\n"));
    carrier.deliverEnd();
    expect(engine.calls).toEqual([]);
    expect(carrier.unread).toBe(2);
    carrier.pauseReading(false);
    carrier.turn();
    expect(engine.calls.filter((call) => call !== "flush")).toEqual([
      'receive "a\\n"',
      "receiveEnd",
      "closed in good order",
    ]);
  });
});

describe("MemoryCarrier: the end", () => {
  test("each side ends on its own; with both the stream is closed in good order", () => {
    const { carrier, engine } = carry();
    carrier.deliver(octetsOf("bye\n"));
    expect([carrier.ended, carrier.isClosed]).toEqual([true, false]);
    expect(text(carrier)).toBe("bye\n");
    expect([carrier.readEnd(), carrier.readEnd()]).toEqual([true, false]);
    carrier.deliver(octetsOf("still heard\n"));
    carrier.deliverEnd();
    expect(carrier.closedWith).toBe(null);
    expect(engine.calls.slice(-3)).toEqual(['receive "still heard\\n"', "receiveEnd", "closed in good order"]);
  });

  test("an end leaves behind the last octet", () => {
    const { carrier } = carry();
    carrier.stall();
    carrier.deliver(octetsOf("bye\n"));
    carrier.deliverEnd();
    expect([carrier.ended, carrier.readEnd(), carrier.isClosed]).toEqual([true, false, false]);
    carrier.take();
    expect(carrier.isClosed).toBe(true);
    expect([text(carrier), carrier.readEnd()]).toEqual(["bye\n", true]);
  });

  test("an engine that aborts is told closed after its call has returned", () => {
    class Aborter extends LineEngine {
      override receive(): void {
        this.carrier.abort(new Error("enough"));
        this.calls.push("receive returns");
      }
    }
    const carrier = new MemoryCarrier((below) => new Aborter(below));
    carrier.deliver(octetsOf("x"));
    expect(carrier.engine.calls).toEqual(["receive returns", "closed enough"]);
    expect(carrier.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test("no call follows closed", () => {
    const { carrier, engine } = carry();
    carrier.lose(new Error("gone"));
    carrier.deliver(octetsOf("x"));
    carrier.deliverEnd();
    carrier.wantFlush();
    carrier.abort(null);
    carrier.turn();
    carrier.clock.advance(1_000);
    expect(engine.calls).toEqual(["closed gone"]);
  });

  test("the byte stream is handed over with what was not used", () => {
    let next: LineEngine | null = null;
    class Switch extends LineEngine {
      override receive(bytes: Uint8Array, start: number, end: number): void {
        super.receive(bytes, start, start + 2);
        next = new LineEngine(this.carrier);
        this.carrier.handOver(next, bytes.slice(start + 2, end));
      }
    }
    const peer = new ScriptedPeer(new MemoryCarrier((below: Carrier) => new Switch(below)));
    peer.send("a\nb\n").expectText("a\nb\n");
    peer.send("c\n").expectText("c\n");
    peer.end();
    expect((next as LineEngine | null)?.calls.filter((call) => call !== "flush")).toEqual([
      'receive "b\\n"',
      'receive "c\\n"',
      "receiveEnd",
      "closed in good order",
    ]);
  });

  test("settled lets promises run, and flushes what they wanted", async () => {
    const { carrier, engine } = carry();
    const answer = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await Promise.resolve();
      engine.output.push("promised\n");
      carrier.wantFlush();
    };
    void answer();
    await carrier.settled();
    expect(text(carrier)).toBe("promised\n");
  });
});
