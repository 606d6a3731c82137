import { describe, expect, test } from "vitest";
import { Clock, TICK_MS, type WheelEntry } from "../src/timer-wheel.ts";

/** A connection that gives up when nothing has come for `timeoutMs`. */
class Patient implements WheelEntry {
  wheelNext: WheelEntry | null = null;
  wheelPrevious: WheelEntry | null = null;
  wheelTick = -1;
  deadline = Number.POSITIVE_INFINITY;
  gaveUpAt = Number.NaN;
  private readonly clock: Clock;
  private readonly timeoutMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    this.receive();
  }

  /** Octets have come: the time begins anew. */
  receive(): void {
    this.deadline = this.clock.wheel.now + this.timeoutMs;
    this.clock.wheel.update(this);
  }

  onDeadline(): void {
    this.gaveUpAt = this.clock.wheel.now;
    this.deadline = Number.POSITIVE_INFINITY;
  }
}

/** A clock on a system time that the test turns. */
function clockOf(): { clock: Clock; turn: (ms: number, input?: () => void) => void } {
  let system = 5_000;
  const clock = new Clock(() => system);
  return {
    clock,
    /** A turn of the loop, `ms` after the last: the timer, then what has come in meanwhile, then what is due. */
    turn(ms, input): void {
      system += ms;
      clock.tick();
      input?.();
      clock.expire();
    },
  };
}

describe("S102: a handler that blocks the loop for seconds", () => {
  test("a peer whose octets came meanwhile is not late", () => {
    const { clock, turn } = clockOf();
    const peer = new Patient(clock, 100);
    turn(TICK_MS);
    turn(10_000, () => peer.receive());
    expect(peer.gaveUpAt).toBeNaN();
    turn(TICK_MS);
    turn(TICK_MS);
    expect(peer.gaveUpAt).toBe(clock.wheel.now);
  });

  test("a deadline that was set before it goes on from where it was", () => {
    const { clock, turn } = clockOf();
    const peer = new Patient(clock, 1_000);
    turn(TICK_MS);
    turn(60_000);
    expect(peer.gaveUpAt).toBeNaN();
    for (let ms = 0; ms < 1_000; ms += TICK_MS) turn(TICK_MS);
    expect(peer.gaveUpAt).toBeLessThanOrEqual(5_000 + 1_000 + TICK_MS);
  });

  test("one that was set at its end, by a clock that had not been read since, has its whole time all but a few ticks", () => {
    const { clock, turn } = clockOf();
    const peer = new Patient(clock, 1_000);
    turn(TICK_MS);
    const system = clock.wheel.now;
    // The handler blocks, then answers: the connection waits for its next request from "now" on.
    peer.receive();
    turn(30_000);
    expect(peer.gaveUpAt).toBeNaN();
    expect(peer.deadline - clock.wheel.now).toBeGreaterThanOrEqual(1_000 - 5 * TICK_MS);
    expect(clock.wheel.now - system).toBe(5 * TICK_MS);
  });

  test("peers that owe octets are late all the same, when the loop turns again", () => {
    const { clock, turn } = clockOf();
    const peers = Array.from({ length: 100 }, () => new Patient(clock, 2_000));
    turn(10_000);
    for (let ms = 0; ms < 2_000; ms += TICK_MS) turn(TICK_MS);
    expect(peers.every(({ gaveUpAt }) => gaveUpAt <= 7_050)).toBe(true);
  });

  test("a loop whose turns are merely long keeps time", () => {
    const { clock, turn } = clockOf();
    for (let i = 0; i < 100; i++) turn(4 * TICK_MS);
    expect(clock.wheel.now).toBe(5_000 + 100 * 4 * TICK_MS);
  });
});
