import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ByteSink, Carrier, Engine } from "../src/engine.ts";
import { joinInMemory } from "../src/memory.ts";
import { clock } from "../src/timer-wheel.ts";
import { Echo, Recorder, turn, until } from "./engines.ts";

const recorder = (carrier: Carrier): Recorder => new Recorder(carrier);
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await turn();
};

describe("the end in memory", () => {
  test("one side ends, the other still speaks; when both have, both are closed in good order", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    left.send("question");
    left.end();
    await until(() => right.calls.includes("receiveEnd"));
    await turns(5);
    expect([left.reason, right.reason]).toEqual([undefined, undefined]);
    right.send("answer");
    right.end();
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect(left.received).toBe("answer");
    expect([left.reason, right.reason]).toEqual([null, null]);
    expect(left.calls).toEqual(["receive", "receiveEnd", "closed"]);
    expect(right.calls).toEqual(["receive", "receiveEnd", "closed"]);
  });

  test("both end at once", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    left.send("l");
    right.send("r");
    left.end();
    right.end();
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect([left.received, right.received]).toEqual(["r", "l"]);
    expect([left.reason, right.reason]).toEqual([null, null]);
  });

  test("abort with a reason: the other side sees a reset", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    await turns(3);
    const reason = new Error("too slow");
    left.send("never sent");
    left.carrier.abort(reason);
    left.carrier.abort(new Error("once is enough"));
    expect(left.calls).toEqual([]); // closed comes in a turn of its own
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect(left.reason).toBe(reason);
    expect(right.reason).toMatchObject({ code: "ECONNRESET" });
    expect([left.calls, right.calls]).toEqual([["closed"], ["closed"]]);
  });

  test("abort without a reason: the other side gets what was sent, then the end", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    right.carrier.pauseReading(true);
    left.send("the last words");
    await until(() => left.carrier.pending > 0);
    left.carrier.abort(null);
    await until(() => left.reason === null);
    right.carrier.pauseReading(false);
    await until(() => right.calls.includes("receiveEnd"));
    expect(right.received).toBe("the last words");
    right.end();
    await until(() => right.reason === null);
  });

  test("writing to a side that is gone: a reset", async () => {
    const [left, right] = joinInMemory(recorder, recorder);
    left.carrier.abort(null);
    await until(() => right.calls.includes("receiveEnd"));
    right.send("hello?");
    await until(() => right.reason !== undefined);
    expect(right.reason).toMatchObject({ code: "ECONNRESET" });
  });

  test("an engine may abort while it is made", async () => {
    const [left, right] = joinInMemory((carrier) => {
      carrier.abort(new Error("not today"));
      return new Recorder(carrier);
    }, recorder);
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect(left.reason).toMatchObject({ message: "not today" });
    expect(right.reason).toMatchObject({ code: "ECONNRESET" });
  });

  test("nothing is called after closed, and the clock is let go", async () => {
    class Ticking extends Recorder {
      override deadline: number = this.carrier.now + 60;
      override onDeadline(): void {
        this.calls.push("onDeadline"); // and it stays overdue
      }
    }
    const ticking = (carrier: Carrier): Ticking => new Ticking(carrier);
    const [left, right] = joinInMemory(ticking, ticking);
    await until(() => left.calls.includes("onDeadline") && right.calls.includes("onDeadline"));
    left.end();
    right.end();
    await until(() => left.reason !== undefined && right.reason !== undefined);
    const [other] = joinInMemory(recorder, recorder); // keeps the clock going
    other.deadline = other.carrier.now + 150;
    other.carrier.wantFlush();
    await until(() => other.calls.includes("onDeadline"));
    for (const engine of [left, right]) expect(engine.calls.at(-1)).toBe("closed");
    other.carrier.abort(new Error());
    await until(() => other.reason !== undefined);
  });

  test("an onDeadline that aborts is called once", async () => {
    class Timeout extends Recorder {
      override onDeadline(): void {
        this.calls.push("onDeadline");
        this.carrier.abort(new Error("timed out"));
      }
    }
    const [left, right] = joinInMemory((carrier) => new Timeout(carrier), recorder);
    left.deadline = left.carrier.now + 60;
    left.carrier.wantFlush();
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect(left.calls).toEqual(["onDeadline", "closed"]);
    expect(right.reason).toMatchObject({ code: "ECONNRESET" });
  });

  test("the wheel is empty and the clock stands when all are closed", async () => {
    const pairs = Array.from({ length: 100 }, () => joinInMemory(recorder, recorder));
    for (const [left, right] of pairs) {
      left.deadline = left.carrier.now + 3_600_000;
      left.send("x");
      right.end();
      left.end();
    }
    await until(() => pairs.flat().every((engine) => engine.reason === null));
    const mine = pairs.flat().map((engine) => engine.carrier as unknown);
    const slots: unknown = Reflect.get(clock.wheel, "slots");
    expect((slots as unknown[]).filter((entry) => mine.includes(entry))).toEqual([]);
  });
});

describe("handing over in memory", () => {
  test("the heir gets the rest, then what follows; its words come behind the first engine's", async () => {
    class Upgrading extends Recorder {
      override receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
        const line = Buffer.from(bytes.subarray(start, end)).indexOf("\n") + 1;
        this.output.push("101 ");
        this.carrier.handOver(new Echo(this.carrier), bytes.subarray(start + line, end));
      }
    }
    const [left] = joinInMemory(recorder, (carrier) => new Upgrading(carrier));
    left.send("UPGRADE\nfirst,");
    await until(() => left.received === "101 first,");
    left.send("second");
    left.end();
    await until(() => left.reason !== undefined);
    expect(left.received).toBe("101 first,second");
  });

  test("from within a flush", async () => {
    class Upgrading extends Recorder {
      override flush(sink: ByteSink): boolean {
        sink.writeLatin1("101, ");
        const heir = new Recorder(this.carrier);
        heir.output.push("heir");
        this.carrier.handOver(heir, new Uint8Array(0));
        sink.writeLatin1("last words, ");
        return true;
      }
    }
    const [, right] = joinInMemory((carrier) => new Upgrading(carrier), recorder);
    await until(() => right.received.endsWith("heir"));
    expect(right.received).toBe("101, last words, heir");
  });

  test("on a connection that is gone, the heir is told", async () => {
    const [left] = joinInMemory(recorder, recorder);
    left.carrier.abort(new Error("gone"));
    await until(() => left.reason !== undefined);
    const heir = new Recorder(left.carrier);
    left.carrier.handOver(heir, Buffer.from("rest"));
    expect(heir.calls).toEqual([]);
    await until(() => heir.reason !== undefined);
    expect(heir.calls).toEqual(["closed"]);
  });
});

describe("S102: an engine that throws in memory closes its own connection", () => {
  test.each<keyof Engine>(["receive", "receiveEnd", "flush", "onDeadline"])("in %s", async (method) => {
    const bug = (): never => {
      throw new Error(`in ${method}`);
    };
    const [left, right] = joinInMemory((carrier) => {
      const engine = new Recorder(carrier);
      engine.deadline = carrier.now + 60;
      return Object.assign(engine, { [method]: bug });
    }, recorder);
    right.send("x");
    right.end();
    await until(() => left.reason !== undefined && right.reason !== undefined);
    expect(left.reason).toMatchObject({ message: `in ${method}` });
    expect(right.reason).toMatchObject({ code: "ECONNRESET" });
  });

  test("in closed: the process is warned", async () => {
    const warnings: unknown[] = [];
    const warned = vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(warning));
    onTestFinished(() => warned.mockRestore());
    class Bad extends Recorder {
      override closed(): void {
        throw new Error("in closed");
      }
    }
    const [left, right] = joinInMemory((carrier) => new Bad(carrier), recorder);
    left.carrier.abort(null);
    await until(() => warnings.length > 0 && right.calls.includes("receiveEnd"));
    expect(warnings).toMatchObject([{ message: "in closed" }]);
  });
});
