/**
 * Which stream's content is sent next (RFC 9218 §10).
 *
 * One list for each urgency. The most urgent list is served first; within it, a
 * stream that is not incremental is served until it is done or its window is
 * used up, one that is incremental gives way to the next after each frame.
 * Every operation takes constant time (S59).
 *
 * @module
 */
import { INCREMENTAL, URGENCIES } from "./priority.ts";

/** What can be scheduled. The scheduler writes these fields, nobody else, except for {@link priority} while not scheduled. */
export interface Schedulable {
  /** Urgency, plus 8 when incremental. */
  priority: number;
  scheduled: boolean;
  scheduleNext: Schedulable | null;
  schedulePrevious: Schedulable | null;
}

export class Scheduler<S extends Schedulable> {
  private readonly first: (Schedulable | null)[];
  private readonly last: (Schedulable | null)[];
  private mask: number;

  constructor() {
    this.first = new Array<Schedulable | null>(URGENCIES).fill(null);
    this.last = new Array<Schedulable | null>(URGENCIES).fill(null);
    this.mask = 0;
  }

  get isEmpty(): boolean {
    return this.mask === 0;
  }

  /** The stream to send from now, or null. */
  peek(): S | null {
    if (this.mask === 0) return null;
    const urgency = 31 - Math.clz32(this.mask & -this.mask);
    return this.first[urgency] as S;
  }

  /** Puts a stream at the end of its list. */
  add(stream: S): void {
    if (stream.scheduled) return;
    const urgency = stream.priority & 7;
    const last = this.last[urgency] ?? null;
    stream.scheduled = true;
    stream.schedulePrevious = last;
    stream.scheduleNext = null;
    if (last === null) this.first[urgency] = stream;
    else last.scheduleNext = stream;
    this.last[urgency] = stream;
    this.mask |= 1 << urgency;
  }

  remove(stream: S): void {
    if (!stream.scheduled) return;
    const urgency = stream.priority & 7;
    const { scheduleNext, schedulePrevious } = stream;
    if (schedulePrevious === null) this.first[urgency] = scheduleNext;
    else schedulePrevious.scheduleNext = scheduleNext;
    if (scheduleNext === null) this.last[urgency] = schedulePrevious;
    else scheduleNext.schedulePrevious = schedulePrevious;
    stream.scheduled = false;
    stream.scheduleNext = null;
    stream.schedulePrevious = null;
    if (this.first[urgency] === null) this.mask &= ~(1 << urgency);
  }

  /** A frame of the stream was sent, and it has more: an incremental one goes behind the others. */
  sent(stream: S): void {
    if ((stream.priority & INCREMENTAL) === 0 || stream.scheduleNext === null) return;
    this.remove(stream);
    this.add(stream);
  }

  /** Moves a stream to another priority (RFC 9218 §7). */
  reprioritise(stream: S, priority: number): void {
    if (!stream.scheduled) {
      stream.priority = priority;
      return;
    }
    this.remove(stream);
    stream.priority = priority;
    this.add(stream);
  }
}
