import type { ByteSink } from "@stack/http";
import { describe, expect, test } from "vitest";
import { HIGH_WATER, Output } from "../src/output.ts";

/** Notes what it is given, and wants no more from the first octets on. */
class FullSink implements ByteSink {
  readonly memory: Uint8Array = new Uint8Array(0);
  readonly pieces: number[] = [];

  write(bytes: Uint8Array): boolean {
    this.pieces.push(bytes.length);
    return false;
  }

  writeLatin1(text: string): void {
    this.pieces.push(text.length);
  }

  reserve(): number {
    return 0;
  }

  commit(): void {}

  end(): void {}
}

const content = new Uint8Array(HIGH_WATER);

describe("when the sink wants no more", () => {
  test("the end of a chunk goes with the chunk", () => {
    const output = new Output();
    const sink = new FullSink();
    output.writeLatin1("10000\r\n");
    output.write(content);
    output.writeLatin1("\r\n");
    expect(output.flush(sink)).toBe(true);
    expect(sink.pieces).toEqual([7, HIGH_WATER, 2]);
    expect(output.octets).toBe(0);
  });

  test("the next content waits, and so does long text", () => {
    for (const next of [content, "x".repeat(2_000)]) {
      const output = new Output();
      const sink = new FullSink();
      output.write(content);
      output.writeLatin1("\r\n");
      if (typeof next === "string") {
        output.write(content.subarray(0, 1));
        output.writeLatin1(next);
      } else output.write(next);
      expect(output.flush(sink)).toBe(false);
      expect(sink.pieces).toEqual([HIGH_WATER, 2]);
      expect(output.octets).toBe(typeof next === "string" ? 2_001 : HIGH_WATER);
      while (!output.flush(sink));
      expect(output.octets).toBe(0);
      expect(sink.pieces.slice(2)).toEqual(typeof next === "string" ? [1, 2_000] : [HIGH_WATER]);
    }
  });
});
