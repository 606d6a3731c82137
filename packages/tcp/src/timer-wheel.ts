/**
 * One coarse clock and one timer for every deadline of the process.
 *
 * Deadlines of connections are many and nearly always move before they are due,
 * so the wheel is lazy: an entry stays in the slot where it was put, and only
 * when that slot comes up is its deadline read again. Moving a deadline away
 * costs nothing; only one that comes nearer is moved at once.
 *
 * @module
 */

/** Resolution, ms: no deadline fires earlier than it says, and at most about this much later. */
export const TICK_MS = 50;

/** The most that passes from one tick to the next, ms: a turn that lasted longer was blocked, by nobody's peer. */
const MAX_STEP_MS = 5 * TICK_MS;

/** The longest time that `setTimeout` knows, ms: it would fire a longer one at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Slots; a deadline beyond the last waits there and is looked at again. */
const SLOTS = 512;

/** What can stand in a wheel. The wheel writes these fields, nobody else. */
export interface WheelEntry {
  /** ms on the wheel's clock; `Infinity` for never. Read whenever the wheel is unsure. */
  readonly deadline: number;
  /** Called when the deadline has passed; may change it. */
  onDeadline(): void;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
  /** The tick at which the entry is looked at, or -1 when it is in no slot. */
  wheelTick: number;
}

/**
 * A wheel on a clock that someone else turns: {@link TimerWheel.advance}.
 *
 * @example
 * ```ts
 * const wheel = new TimerWheel(0);
 * const entry = {
 *   deadline: 100,
 *   onDeadline: () => console.log("100 ms are over"),
 *   wheelNext: null,
 *   wheelPrevious: null,
 *   wheelTick: -1,
 * };
 * wheel.update(entry);
 * wheel.advance(150);
 * ```
 */
export class TimerWheel {
  /** ms; what {@link advance} said last, or what its clock has read since. */
  now: number;
  private readonly slots: (WheelEntry | null)[];
  private tick: number;

  constructor(now: number) {
    this.now = now;
    this.slots = new Array<WheelEntry | null>(SLOTS).fill(null);
    this.tick = Math.floor(now / TICK_MS);
  }

  /** Puts the entry where its deadline is, unless it already stands no later. O(1). */
  update(entry: WheelEntry): void {
    const { deadline } = entry;
    if (!(deadline < Number.POSITIVE_INFINITY)) return; // NaN is never, too
    let due = Math.ceil(deadline / TICK_MS);
    if (due <= this.tick) due = this.tick + 1;
    if (entry.wheelTick !== -1) {
      if (entry.wheelTick <= due) return;
      this.remove(entry);
    }
    this.insert(entry, Math.min(due, this.tick + SLOTS - 1));
  }

  /** Takes the entry out. */
  remove(entry: WheelEntry): void {
    if (entry.wheelTick === -1) return;
    const { wheelNext, wheelPrevious } = entry;
    if (wheelPrevious === null) this.slots[entry.wheelTick % SLOTS] = wheelNext;
    else wheelPrevious.wheelNext = wheelNext;
    if (wheelNext !== null) wheelNext.wheelPrevious = wheelPrevious;
    entry.wheelNext = null;
    entry.wheelPrevious = null;
    entry.wheelTick = -1;
  }

  /** Moves the clock; calls every entry whose deadline has passed. */
  advance(now: number): void {
    this.now = now;
    const last = Math.floor(now / TICK_MS);
    // After a long stop (a blocked loop, a sleeping laptop) one round over all slots is enough.
    if (last - this.tick > SLOTS) this.tick = last - SLOTS;
    while (this.tick < last) {
      this.tick++;
      const slot = this.tick % SLOTS;
      // Always the first: a deadline that fires may take out any other entry. What goes back in goes to a later slot.
      for (let entry = this.slots[slot] ?? null; entry !== null; entry = this.slots[slot] ?? null) {
        this.remove(entry);
        if (entry.deadline <= now) entry.onDeadline();
        this.update(entry);
      }
    }
  }

  private insert(entry: WheelEntry, tick: number): void {
    const slot = tick % SLOTS;
    const first = this.slots[slot] ?? null;
    entry.wheelTick = tick;
    entry.wheelNext = first;
    entry.wheelPrevious = null;
    if (first !== null) first.wheelPrevious = entry;
    this.slots[slot] = entry;
  }
}

/**
 * The process's clock: read from the system once a tick, while anyone needs it.
 *
 * Only time in which the process could work passes on it. While a handler blocks the loop nothing is read, and every
 * deadline that was set before or meanwhile would be up at once, for peers that have long sent what they owe.
 */
export class Clock {
  readonly wheel: TimerWheel;
  /** Coarse time of day, seconds since 1970-01-01 UTC. */
  epochSeconds: number;
  private readonly system: () => number;
  private systemTime: number;
  private users: number;
  private holders: number;
  private timer: ReturnType<typeof setInterval> | null;

  /** @param system - monotonic time, ms */
  constructor(system: () => number = () => performance.now()) {
    this.system = system;
    this.systemTime = system();
    this.wheel = new TimerWheel(this.systemTime);
    this.epochSeconds = Math.floor(Date.now() / 1000);
    this.users = 0;
    this.holders = 0;
    this.timer = null;
  }

  /** The clock must tick until {@link release}. */
  acquire(): void {
    if (this.users++ > 0) return;
    this.tick();
    this.timer = setInterval(() => {
      this.tick();
      // Timers come first in a turn of the loop, then input, then this: what is here already is read before it is late.
      setImmediate(expire, this);
    }, TICK_MS);
    this.timer.unref(); // deadlines alone keep no process alive
  }

  release(): void {
    if (--this.users > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  /** As {@link acquire}, and the process stays alive until {@link letGo}: someone waits for what is under way. */
  hold(): void {
    this.acquire();
    if (this.holders++ === 0) this.timer?.ref();
  }

  /** The end of {@link hold}. */
  letGo(): void {
    if (--this.holders === 0) this.timer?.unref();
    this.release();
  }

  /** Reads the time. Nothing is due before {@link expire}. */
  tick(): void {
    const { systemTime } = this;
    this.systemTime = this.system();
    this.epochSeconds = Math.floor(Date.now() / 1000);
    this.wheel.now += Math.min(this.systemTime - systemTime, MAX_STEP_MS);
  }

  /** Calls every entry whose deadline has passed. */
  expire(): void {
    this.wheel.advance(this.wheel.now);
  }
}

function expire(clock: Clock): void {
  clock.expire();
}

/** The one clock of this process. It stands still, and wakes nobody, while nobody has acquired it. */
export const clock: Clock = new Clock();
