import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ByteSink, Carrier } from "../src/engine.ts";
import { joinInMemory } from "../src/memory.ts";
import { clock } from "../src/timer-wheel.ts";
import { CAN_RUN, run } from "./child.ts";
import { Echo, Recorder, turn, until } from "./engines.ts";

const recorder = (carrier: Carrier): Recorder => new Recorder(carrier);
const echo = (carrier: Carrier): Echo => new Echo(carrier);
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await turn();
};

describe("two engines joined in memory", () => {
  test("come back in the order of the arguments, and both may speak first", async () => {
    const make = (word: string) => (carrier: Carrier) => {
      const engine = new Recorder(carrier);
      engine.output.push(word);
      return engine;
    };
    const [left, right] = joinInMemory(make("from left"), make("from right"));
    expect([left.output, right.output]).toEqual([["from left"], ["from right"]]);
    await until(() => left.received !== "" && right.received !== "");
    expect([left.received, right.received]).toEqual(["from right", "from left"]);
  });

  test("nothing is delivered in the turn in which it was said", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    left.send("later");
    await Promise.resolve();
    expect(right.received).toBe("");
    await until(() => right.received === "later");
  });

  test("know that there is no network between them, and what time it is", () => {
    const [left] = joinInMemory(recorder, recorder);
    expect(left.carrier.peer).toEqual({
      address: "",
      port: 0,
      localAddress: "",
      localPort: 0,
      secure: false,
      alpn: "",
    });
    expect(left.carrier.now).toBe(clock.wheel.now);
    expect(Math.abs(left.carrier.epochSeconds - Date.now() / 1000)).toBeLessThan(60);
  });

  test("octets arrive whole and in order, however they were written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ way: fc.constantFrom("text", "octets", "reserved"), octets: fc.nat({ max: 100_000 }) }), {
          maxLength: 30,
        }),
        async (writes) => {
          const content = writes.map(({ octets }) => randomBytes(octets));
          class Writer extends Recorder {
            private at = 0;
            override flush(sink: ByteSink): boolean {
              let room = true;
              for (; room && this.at < writes.length; this.at++) {
                const bytes = content[this.at] as Buffer;
                const way = writes[this.at]?.way;
                if (way === "text") sink.writeLatin1(bytes.toString("latin1"));
                else if (way === "octets") room = sink.write(bytes);
                else {
                  const at = sink.reserve(bytes.length + 10);
                  sink.memory.set(bytes, at);
                  sink.commit(bytes.length);
                }
              }
              if (this.at < writes.length) return false;
              sink.end();
              return true;
            }
          }
          const [writer, reader] = joinInMemory((carrier) => new Writer(carrier), echo);
          await until(() => reader.calls.includes("receiveEnd") && writer.calls.includes("receiveEnd"));
          expect(Buffer.from(writer.received, "latin1").equals(Buffer.concat(content))).toBe(true);
          await until(() => reader.reason === null && writer.reason === null);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("what arrives is a copy, in pieces of at most 64 KiB", async () => {
    const lent = Buffer.alloc(200_000, "a");
    class Reader extends Recorder {
      readonly pieces: number[] = [];
      override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
        super.receive(bytes, start, end);
        this.pieces.push(end - start);
        bytes.fill(0, start, end);
      }
    }
    const [left, right] = joinInMemory(recorder, (carrier) => new Reader(carrier));
    left.send(lent);
    await turn();
    await until(() => left.carrier.pending === 0 && right.receivedOctets === lent.length);
    expect(lent.every((octet) => octet === 0x61)).toBe(true);
    expect(Math.max(...right.pieces)).toBeLessThanOrEqual(65_536);
  });

  test("S106: octets that were not reserved are not sent", async () => {
    class Lying extends Recorder {
      override flush(sink: ByteSink): boolean {
        sink.writeLatin1("secret");
        sink.reserve(4);
        sink.commit(1_000);
        return true;
      }
    }
    const [left, right] = joinInMemory((carrier) => new Lying(carrier), recorder);
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect(left.reason).toBeInstanceOf(RangeError);
    expect(right.received).toBe("");
  });
});

describe("back-pressure in memory", () => {
  test("a writer waits when 64 KiB are pending, and goes on when they were taken", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    right.carrier.pauseReading(true);
    for (let i = 0; i < 100; i++) left.output.push(Buffer.alloc(10_000, i));
    left.carrier.wantFlush();
    await until(() => left.carrier.pending > 0);
    const { flushes } = left;
    left.carrier.wantFlush();
    await turns(20);
    expect(left.carrier.pending).toBe(70_000);
    expect(left.output).toHaveLength(93);
    expect(left.flushes).toBe(flushes); // it is full: not asked
    right.carrier.pauseReading(false);
    await until(() => right.receivedOctets === 1_000_000);
    expect(left.carrier.pending).toBe(0);
  });

  test("pausing in the midst of receiving holds the rest", async () => {
    class OneAtATime extends Recorder {
      override receive(bytes: Uint8Array, start?: number, end?: number): void {
        super.receive(bytes, start, end);
        this.carrier.pauseReading(true);
      }
    }
    const [left, right] = joinInMemory(recorder, (carrier) => new OneAtATime(carrier));
    left.send(Buffer.alloc(200_000));
    left.end();
    for (let reads = 1; reads <= 4; reads++) {
      await until(() => right.calls.length === reads);
      await turns(10);
      expect(right.calls).toHaveLength(reads);
      right.carrier.pauseReading(false);
    }
    await until(() => right.calls.includes("receiveEnd"));
    expect(right.receivedOctets).toBe(200_000);
  });

  test("a paused engine is not told of the end before it has read", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    right.carrier.pauseReading(true);
    left.end();
    await turns(10);
    expect(right.calls).toEqual([]);
    right.carrier.pauseReading(false);
    await until(() => right.calls.includes("receiveEnd"));
  });

  test("two endless producers leave the rest of the process its turns", async () => {
    class Endless extends Recorder {
      override receive(_bytes: Uint8Array, start = 0, end = 0): void {
        this.receivedOctets += end - start;
      }
      override flush(sink: ByteSink): boolean {
        return sink.write(new Uint8Array(10_000)) && false;
      }
    }
    const [left, right] = joinInMemory(
      (carrier) => new Endless(carrier),
      (carrier) => new Endless(carrier),
    );
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await until(() => ticks >= 5 && left.receivedOctets > 10_000_000 && right.receivedOctets > 10_000_000);
    clearInterval(timer);
    left.carrier.abort(null);
    right.carrier.abort(null);
    await until(() => left.reason !== undefined && right.reason !== undefined);
  });

  test("when nobody has anything to say, nothing runs", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    left.send("one exchange");
    await until(() => right.received !== "");
    await turns(5);
    const immediate = vi.spyOn(globalThis, "setImmediate");
    onTestFinished(() => immediate.mockRestore());
    const before = left.flushes + right.flushes;
    await turns(50); // the test's own
    expect(immediate.mock.calls.filter(([callback]) => callback.name === "turn")).toEqual([]);
    left.send("and one more");
    expect(immediate.mock.calls.filter(([callback]) => callback.name === "turn")).toHaveLength(1);
    await until(() => right.received.endsWith("more"));
    immediate.mockClear();
    expect(left.flushes + right.flushes).toBeLessThanOrEqual(before + 4);
  });

  test.runIf(CAN_RUN)("two that wait for each other let the process exit", async () => {
    const { stdout, code } = await run(`
      import { joinInMemory } from "@stack/tcp";
      let flushes = 0;
      const waiting = () => ({
        receive() {}, receiveEnd() {}, flush() { flushes++; return true; }, drain() {}, deadline: Infinity, onDeadline() {}, closed() {},
      });
      joinInMemory(waiting, waiting);
      process.once("exit", () => console.log(flushes));
    `);
    expect({ stdout, code }).toEqual({ stdout: "2\n", code: 0 });
  });
});
