/**
 * What lies between an engine and the other side: octets that wait for the kernel, and those that it has taken.
 *
 * It copies what it takes, so that octets that were lent are read then and not before.
 *
 * @module
 */
export class MemoryKernel {
  private readonly highWater: number;
  private readonly capacity: number;
  private queue: Uint8Array[];
  private queued: number;
  private taken: Uint8Array[];
  /** Octets that were taken and that the other side has not acknowledged. */
  private inside: number;
  /** Octets that may still be taken. */
  private allowance: number;

  /**
   * @param highWater - octets that may wait before more is unwelcome
   * @param capacity - octets that are held until the other side has read them
   */
  constructor(highWater = 65_536, capacity: number = Number.POSITIVE_INFINITY) {
    this.highWater = highWater;
    this.capacity = capacity;
    this.queue = [];
    this.queued = 0;
    this.taken = [];
    this.inside = 0;
    this.allowance = Number.POSITIVE_INFINITY;
  }

  /** Octets that wait to be taken. */
  get waiting(): number {
    return this.queued;
  }

  /** Octets were taken that nobody has read. */
  get hasMore(): boolean {
    return this.taken.length > 0;
  }

  /** Octets to be taken, borrowed until then; whether more is welcome. */
  offer(bytes: Uint8Array): boolean {
    if (bytes.length > 0) {
      this.queue.push(bytes);
      this.queued += bytes.length;
    }
    return this.queued < this.highWater;
  }

  /** Takes what there is room for. */
  pump(): void {
    while (this.queue.length > 0) {
      const room = Math.min(this.allowance, this.capacity - this.inside);
      if (!(room > 0)) return;
      const first = this.queue[0] as Uint8Array;
      const piece = first.slice(0, room);
      if (piece.length === first.length) this.queue.shift();
      else this.queue[0] = first.subarray(piece.length);
      this.queued -= piece.length;
      this.allowance -= piece.length;
      this.inside += piece.length;
      this.taken.push(piece);
    }
  }

  /** Takes nothing any more. */
  stall(): void {
    this.allowance = 0;
  }

  /** May take `octets` more. True: now nothing waits any more. */
  take(octets: number): boolean {
    this.allowance += octets;
    return this.pumpedDry();
  }

  /** The other side has `octets` of what was read. True: now nothing waits any more. */
  acknowledge(octets: number): boolean {
    this.inside -= octets;
    return this.pumpedDry();
  }

  /** At most `octets` of what was taken, or `null`. */
  read(octets: number): Uint8Array | null {
    const first = this.taken[0];
    if (first === undefined) return null;
    if (first.length <= octets) {
      this.taken.shift();
      return first;
    }
    this.taken[0] = first.subarray(octets);
    return first.subarray(0, octets);
  }

  /** What waits is never taken. */
  drop(): void {
    this.queue = [];
    this.queued = 0;
  }

  /** What was taken and not read never arrives. */
  forget(): void {
    this.taken = [];
  }

  private pumpedDry(): boolean {
    const before = this.queued;
    this.pump();
    return before > 0 && this.queued === 0;
  }
}
