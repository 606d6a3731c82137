/**
 * Who waits for a connection: first come, first served, and not without end.
 *
 * A list through its members, so that who gives up leaves at once, from any place.
 *
 * @module
 */

/** What can wait. The queue writes these fields, nobody else. */
export interface Waiter {
  waitNext: Waiter | null;
  waitPrevious: Waiter | null;
  /** The queue it stands in. */
  waitQueue: WaitQueue<Waiter> | null;
}

export class WaitQueue<W extends Waiter> {
  size: number;
  private head: W | null;
  private tail: W | null;

  constructor() {
    this.size = 0;
    this.head = null;
    this.tail = null;
  }

  get first(): W | null {
    return this.head;
  }

  /** Who stands behind so many others; the last where there are not so many. */
  at(index: number): W | null {
    let waiter = this.head;
    for (let i = 0; i < index && waiter !== this.tail; i++) waiter = (waiter?.waitNext ?? null) as W | null;
    return waiter;
  }

  has(waiter: W): boolean {
    return waiter.waitQueue === (this as unknown as WaitQueue<Waiter>);
  }

  add(waiter: W): void {
    waiter.waitQueue = this as unknown as WaitQueue<Waiter>;
    waiter.waitNext = null;
    waiter.waitPrevious = this.tail;
    if (this.tail === null) this.head = waiter;
    else this.tail.waitNext = waiter;
    this.tail = waiter;
    this.size++;
  }

  /** Takes out who waits longest. */
  shift(): W | null {
    const { head } = this;
    if (head !== null) this.remove(head);
    return head;
  }

  /** Takes out `waiter`, if it stands here. */
  remove(waiter: Waiter): void {
    if (waiter.waitQueue !== (this as unknown as WaitQueue<Waiter>)) return;
    const next = waiter.waitNext as W | null;
    const previous = waiter.waitPrevious as W | null;
    if (previous === null) this.head = next;
    else previous.waitNext = next;
    if (next === null) this.tail = previous;
    else next.waitPrevious = previous;
    waiter.waitNext = null;
    waiter.waitPrevious = null;
    waiter.waitQueue = null;
    this.size--;
  }
}
