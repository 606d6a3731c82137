import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { LineWriter, MAX_WAITING } from "../src/line-writer.ts";

/** A stream that takes a write only when it is told to. */
class Reader extends Writable {
  writes: string[] = [];
  private done: (() => void) | null = null;

  constructor() {
    super({ decodeStrings: false, highWaterMark: 1 });
  }

  override _write(chunk: string, _: string, done: () => void): void {
    this.writes.push(chunk);
    this.done = done;
  }

  take(): void {
    const { done } = this;
    this.done = null;
    done?.();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const dropped = (lines: number): string => `(${lines} dropped)`;

describe("line writer", () => {
  test("the lines of one turn leave in one write", async () => {
    const reader = new Reader();
    const writer = new LineWriter(reader, dropped);
    writer.write("one");
    writer.write("two");
    expect(reader.writes).toEqual([]);
    await turn();
    expect(reader.writes).toEqual(["one\ntwo\n"]);
  });

  test("while the reader is busy lines gather, and leave together when it is not", async () => {
    const reader = new Reader();
    const writer = new LineWriter(reader, dropped);
    writer.write("one");
    await turn();
    for (const line of ["two", "three"]) {
      writer.write(line);
      await turn();
    }
    expect(reader.writes).toEqual(["one\n"]);
    reader.take();
    await turn();
    expect(reader.writes).toEqual(["one\n", "two\nthree\n"]);
  });

  test("a reader that stands still costs a bounded memory: lines are dropped, and it is said how many", async () => {
    const reader = new Reader();
    const writer = new LineWriter(reader, dropped);
    const line = "x".repeat(1_023);
    writer.write("first");
    await turn();
    for (let i = 0; i < 2_000; i++) writer.write(line);
    reader.take();
    await turn();
    const written = reader.writes.join("");
    expect(written.length).toBeLessThanOrEqual(MAX_WAITING + 100);
    const kept = written.split(line).length - 1;
    expect(kept).toBeGreaterThan(1_000);
    expect(written.endsWith(`(${2_000 - kept} dropped)\n`)).toBe(true);
    reader.take();
    await turn();
    writer.write("last");
    await turn();
    expect(reader.writes.at(-1)).toBe("last\n");
  });

  test("close waits until everything was written, for a time", async () => {
    const reader = new Reader();
    const writer = new LineWriter(reader, dropped);
    expect(await writer.close(0)).toBe(true);
    writer.write("one");
    await turn(); // else a machine that stands still for a millisecond ends the wait before the write began
    expect(reader.writes).toEqual(["one\n"]);
    expect(await writer.close(1)).toBe(false);
    const closed = writer.close(10_000);
    reader.take();
    expect(await closed).toBe(true);
  });

  test("a reader that is gone stops nothing", async () => {
    const reader = new Reader();
    const writer = new LineWriter(reader, dropped);
    writer.write("one");
    await turn();
    const closed = writer.close(10_000);
    reader.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    expect(await closed).toBe(true);
    writer.write("two");
    expect(await writer.close(10_000)).toBe(true);
    expect(reader.writes).toEqual(["one\n"]);
  });
});
