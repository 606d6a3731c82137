import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyWindow } from "../src/latency-window.ts";

describe("latency window", () => {
  test("no requests have no latency", () => {
    expect(new LatencyWindow().quantile(0.5)).toBeNull();
  });

  test("a quantile is within 4.5 % of what was recorded", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 200_000, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (times, q) => {
          const window = new LatencyWindow();
          for (const ms of times) window.record(ms);
          const exact = [...times].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * times.length)) - 1] as number;
          expect((window.quantile(q) as number) / exact).toBeGreaterThan(1 / 1.046);
          expect((window.quantile(q) as number) / exact).toBeLessThan(1.046);
        },
      ),
    );
  });

  test("what is too short or too long to have a bucket has the first or the last", () => {
    const window = new LatencyWindow();
    window.record(0);
    expect(window.quantile(1)).toBeCloseTo(0.001, 3);
    window.record(Number.MAX_SAFE_INTEGER);
    expect(window.quantile(1)).toBeGreaterThan(200_000);
  });

  test("a request leaves the window ten seconds later", () => {
    const window = new LatencyWindow();
    window.record(1_000);
    for (let second = 0; second < 9; second++) window.advance();
    window.record(1);
    expect(window.quantile(1)).toBeGreaterThan(900);
    window.advance();
    expect(window.quantile(1)).toBeLessThan(2);
    for (let second = 0; second < 10; second++) window.advance();
    expect(window.quantile(1)).toBeNull();
  });

  test("cleared, it is as new", () => {
    const window = new LatencyWindow();
    window.record(5);
    window.clear();
    expect(window.quantile(0.5)).toBeNull();
    for (let second = 0; second < 20; second++) window.advance();
    expect(window.quantile(0.5)).toBeNull();
  });
});
