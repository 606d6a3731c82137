import { describe, expect, test } from "vitest";
import { VirtualClock } from "../src/index.ts";

class Alarm {
  deadline: number;
  readonly rings: number[];
  private readonly clock: VirtualClock;
  private readonly everyMs: number;

  constructor(clock: VirtualClock, at: number, everyMs = Number.POSITIVE_INFINITY) {
    this.clock = clock;
    this.deadline = at;
    this.everyMs = everyMs;
    this.rings = [];
    clock.attach(this);
  }

  onDeadline(): void {
    this.rings.push(this.clock.now);
    this.deadline += this.everyMs;
  }
}

describe("VirtualClock", () => {
  test("stands still until it is told to go", () => {
    const clock = new VirtualClock();
    expect([clock.now, clock.epochSeconds]).toEqual([0, 784_111_777]);
    clock.advance(2_500);
    expect([clock.now, clock.epochSeconds]).toEqual([2_500, 784_111_779]);
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });

  test("each deadline fires at its own time, in order, also when it is set on the way", () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const late = new Alarm(clock, 300);
    const often = new Alarm(clock, 100, 100);
    for (const [name, alarm] of Object.entries({ late, often })) {
      const { onDeadline } = alarm;
      alarm.onDeadline = () => {
        order.push(`${name} ${clock.now}`);
        onDeadline.call(alarm);
      };
    }
    clock.advance(300);
    expect(order).toEqual(["often 100", "often 200", "late 300", "often 300"]);
    expect(clock.deadline).toBe(400);
  });

  test("a deadline that has passed fires at once, and once", () => {
    const clock = new VirtualClock();
    clock.advance(50);
    const alarm = new Alarm(clock, 10);
    clock.advance(0);
    expect(alarm.rings).toEqual([50]);
    clock.detach(alarm);
    expect(clock.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test("a deadline that fires and does not move is an error, not a hang", () => {
    const clock = new VirtualClock();
    new Alarm(clock, 10, 0);
    expect(() => clock.advance(10)).toThrow("does not move");
  });
});
