import { describe, expect, test } from "vitest";
import { TICK_MS, TimerWheel, type WheelEntry } from "../src/timer-wheel.ts";

/** Something that is due once, and counts how often the wheel asks. */
class Due implements WheelEntry {
  wheelNext: WheelEntry | null = null;
  wheelPrevious: WheelEntry | null = null;
  wheelTick = -1;
  /** How often the wheel has read the deadline. */
  reads = 0;
  private at: number;
  private readonly fire: (entry: Due) => void;

  constructor(at: number, fire: (entry: Due) => void) {
    this.at = at;
    this.fire = fire;
  }

  get deadline(): number {
    this.reads++;
    return this.at;
  }

  set deadline(at: number) {
    this.at = at;
  }

  onDeadline(): void {
    this.at = Number.POSITIVE_INFINITY;
    this.fire(this);
  }
}

/** A wheel at 0, and the names that fired with the time at which they did. */
function wheelOf(...deadlines: number[]): { wheel: TimerWheel; fired: [number, number][]; entries: Due[] } {
  const wheel = new TimerWheel(0);
  const fired: [number, number][] = [];
  const entries = deadlines.map((at) => new Due(at, () => fired.push([at, wheel.now])));
  for (const entry of entries) wheel.update(entry);
  return { wheel, fired, entries };
}

/** Turns the clock tick by tick, as the process does. */
function turn(wheel: TimerWheel, until: number): void {
  for (let now = wheel.now + TICK_MS; now <= until; now += TICK_MS) wheel.advance(now);
}

describe("the timer wheel", () => {
  test("deadlines fire in their order, whatever the order in which they came", () => {
    const { wheel, fired } = wheelOf(1_000, 200, 5_000, 600);
    turn(wheel, 10_000);
    expect(fired).toEqual([
      [200, 200],
      [600, 600],
      [1_000, 1_000],
      [5_000, 5_000],
    ]);
  });

  test("no deadline fires early, and none a whole tick late", () => {
    const deadlines = Array.from({ length: 2_000 }, (_, i) => i * 7.3 + 1);
    const { wheel, fired } = wheelOf(...deadlines);
    turn(wheel, 20_000);
    expect(fired).toHaveLength(deadlines.length);
    for (const [due, at] of fired) {
      expect(at).toBeGreaterThanOrEqual(due);
      expect(at - due).toBeLessThan(TICK_MS);
    }
  });

  test("one that is past already fires at the next tick, not at once", () => {
    const { wheel, fired } = wheelOf(-5, 0);
    expect(fired).toEqual([]);
    wheel.advance(TICK_MS);
    expect(fired.map(([due]) => due).sort()).toEqual([-5, 0]);
  });

  test("time between two ticks fires nothing", () => {
    const { wheel, fired } = wheelOf(40);
    wheel.advance(45);
    expect(fired).toEqual([]);
    wheel.advance(50);
    expect(fired).toEqual([[40, 50]]);
  });

  test("Infinity and NaN are never, and stand nowhere", () => {
    const { wheel, fired, entries } = wheelOf(Number.POSITIVE_INFINITY, Number.NaN);
    expect(entries.map((entry) => entry.wheelTick)).toEqual([-1, -1]);
    turn(wheel, 60_000);
    expect(fired).toEqual([]);
  });

  test("a deadline that moves away is not touched until its old slot comes up", () => {
    const { wheel, fired, entries } = wheelOf(500);
    const entry = entries[0] as Due;
    const stands = entry.wheelTick;
    for (let now = 1; now <= 1_000; now++) {
      entry.deadline = 500 + now;
      wheel.update(entry);
    }
    expect(entry.wheelTick).toBe(stands);
    turn(wheel, 450);
    const before = entry.reads;
    wheel.advance(500); // its slot: looked at, moved on
    expect(entry.reads - before).toBeLessThanOrEqual(2);
    expect(fired).toEqual([]);
    turn(wheel, 1_450);
    expect(fired).toEqual([]);
    wheel.advance(1_500);
    expect(fired).toEqual([[500, 1_500]]);
  });

  test("a deadline that becomes never is forgotten when its old slot comes up", () => {
    const { wheel, fired, entries } = wheelOf(500);
    const entry = entries[0] as Due;
    entry.deadline = Number.POSITIVE_INFINITY;
    wheel.update(entry);
    turn(wheel, 500);
    expect(entry.wheelTick).toBe(-1);
    expect(fired).toEqual([]);
  });

  test("a deadline that comes nearer is moved at once", () => {
    const { wheel, fired, entries } = wheelOf(10_000);
    const entry = entries[0] as Due;
    entry.deadline = 100;
    wheel.update(entry);
    turn(wheel, 150);
    expect(fired).toEqual([[10_000, 100]]);
  });

  test("a deadline beyond the horizon fires when it is due", () => {
    const { wheel, fired } = wheelOf(60_000, 3_600_000);
    turn(wheel, 59_950);
    expect(fired).toEqual([]);
    turn(wheel, 3_600_000);
    expect(fired).toEqual([
      [60_000, 60_000],
      [3_600_000, 3_600_000],
    ]);
  });

  test("an entry that was taken out does not fire, its neighbours in the slot do", () => {
    const { wheel, fired, entries } = wheelOf(101, 102, 103);
    wheel.remove(entries[1] as Due);
    wheel.remove(entries[1] as Due); // twice is once
    turn(wheel, 200);
    expect(fired.map(([due]) => due).sort()).toEqual([101, 103]);
  });

  test("a wheel that starts late in time keeps time", () => {
    const wheel = new TimerWheel(123_456_789.25);
    const fired: number[] = [];
    const entry = new Due(wheel.now + 1_000, () => fired.push(wheel.now));
    wheel.update(entry);
    turn(wheel, wheel.now + 990);
    expect(fired).toEqual([]);
    wheel.advance(wheel.now + 2 * TICK_MS);
    expect(fired).toHaveLength(1);
  });
});

describe("the timer wheel while a deadline fires", () => {
  test("the entry may set its next deadline", () => {
    const wheel = new TimerWheel(0);
    const fired: number[] = [];
    const beat = new Due(300, (entry) => {
      fired.push(wheel.now);
      entry.deadline = wheel.now + 300;
    });
    wheel.update(beat);
    turn(wheel, 1_000);
    expect(fired).toEqual([300, 600, 900]);
  });

  test("one that stays overdue is called once a tick, not for ever", () => {
    const wheel = new TimerWheel(0);
    let calls = 0;
    const overdue = new Due(100, (entry) => {
      calls++;
      entry.deadline = 100;
    });
    wheel.update(overdue);
    turn(wheel, 300);
    expect(calls).toBe(5);
  });

  test("the entry may take itself out and back in", () => {
    const wheel = new TimerWheel(0);
    const fired: number[] = [];
    const entry = new Due(100, (self) => {
      fired.push(wheel.now);
      wheel.remove(self);
      self.deadline = wheel.now + 300;
      wheel.update(self);
    });
    wheel.update(entry);
    turn(wheel, 800);
    expect(fired).toEqual([100, 400, 700]);
  });

  test.each([
    ["taken out", (): null => null],
    ["taken out and put in another slot", (): number => 1_000],
    ["taken out and put in the next slot", (): number => 150],
  ])("its neighbour may be %s, and none that is due is skipped", (_, moved) => {
    const wheel = new TimerWheel(0);
    const fired: string[] = [];
    const entries = new Map<string, Due>();
    let done = false;
    for (const name of ["a", "b", "c", "d", "e"])
      entries.set(
        name,
        new Due(100, () => {
          fired.push(name);
          if (done) return;
          done = true; // the first that fires meddles with those beside it
          for (const [other, entry] of entries) {
            if (other !== "b" && other !== "d") continue;
            wheel.remove(entry);
            const next = moved();
            entry.deadline = next ?? Number.POSITIVE_INFINITY;
            wheel.update(entry);
          }
        }),
      );
    for (const entry of entries.values()) wheel.update(entry);
    wheel.advance(100);
    expect(fired.sort()).toEqual(["a", "c", "e"]);
    turn(wheel, 1_000);
    expect(fired.sort()).toEqual(moved() === null ? ["a", "c", "e"] : ["a", "b", "c", "d", "e"]);
  });

  test("a new entry may come in, and fires in its time", () => {
    const wheel = new TimerWheel(0);
    const fired: [string, number][] = [];
    const late = new Due(100, () => fired.push(["late", wheel.now]));
    wheel.update(
      new Due(100, () => {
        fired.push(["first", wheel.now]);
        wheel.update(late); // due already: the next tick's
      }),
    );
    turn(wheel, 200);
    expect(fired).toEqual([
      ["first", 100],
      ["late", 150],
    ]);
  });
});

describe("the timer wheel after a long stop", () => {
  test("everything due meanwhile fires once, in one round; what is not due waits", () => {
    const wheel = new TimerWheel(0);
    const fired: number[] = [];
    const deadlines = Array.from({ length: 500 }, (_, i) => (i + 1) * 100);
    for (const at of deadlines) wheel.update(new Due(at, () => fired.push(at)));
    wheel.update(new Due(10_000_000, () => fired.push(-1)));
    wheel.advance(9_000_000); // a laptop that slept for hours
    expect(fired.sort((a, b) => a - b)).toEqual(deadlines);
    turn(wheel, 9_999_950);
    expect(fired).toHaveLength(deadlines.length);
    turn(wheel, 10_000_000);
    expect(fired).toContain(-1);
  });

  test("an entry that fires in the round and sets a next deadline is not lost", () => {
    const wheel = new TimerWheel(0);
    const fired: number[] = [];
    const entry = new Due(100, (self) => {
      fired.push(wheel.now);
      self.deadline = wheel.now + 200;
    });
    wheel.update(entry);
    wheel.advance(1_000_000);
    turn(wheel, 1_000_400);
    expect(fired).toEqual([1_000_000, 1_000_200, 1_000_400]);
  });
});

describe("the timer wheel with many entries", () => {
  test("10^5 connections that move their deadline ten times cost no more than a look each", () => {
    const wheel = new TimerWheel(0);
    let fired = 0;
    const entries = Array.from({ length: 100_000 }, (_, i) => new Due(5_000 + (i % 1_000), () => fired++));
    const began = performance.now();
    for (const entry of entries) wheel.update(entry);
    for (let now = 100; now <= 1_000; now += 100) {
      for (const entry of entries) {
        entry.deadline = 5_000 + now;
        wheel.update(entry);
      }
      wheel.advance(now);
    }
    turn(wheel, 6_000);
    const took = performance.now() - began;
    expect(fired).toBe(100_000);
    // Reads of the deadline: 11 updates, the slot it stood in first, the slot in which it fires, and what follows each.
    expect(Math.max(...entries.map((entry) => entry.reads))).toBeLessThanOrEqual(15);
    // Measured: 250 ms on two slow cores. A list that is searched, or sorted at each move, would take minutes.
    expect(took).toBeLessThan(20_000);
  });
});
