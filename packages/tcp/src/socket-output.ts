/**
 * What waits for the kernel: octets in order, written in pieces no larger than {@link MAX_WRITE}.
 *
 * @module
 */
import type { Socket } from "node:net";

/** The most octets given to the kernel in one write: a write that completes is progress, and a stalled reader pins no more. */
export const MAX_WRITE = 65_536;

/**
 * Octets beyond {@link MAX_WRITE} that go with it: 64 KiB of content leave with the size of their chunk and its CRLF in one
 * system call, where the remainder of each would be two more, of a few octets.
 */
export const FRAMING_ROOM = 1_024;

/** Octets that may wait for the kernel before an engine is told to wait. */
export const HIGH_WATER = 65_536;

/** Who is told when the kernel, having made us wait, has taken everything. */
export interface OutputOwner {
  drained(): void;
}

export class SocketOutput {
  /** Nothing follows what is queued. */
  ended: boolean;
  private readonly socket: Socket;
  private readonly owner: OutputOwner;
  /** For TLS, where no write is done before the next turn: it is told with the write itself. Null elsewhere. */
  private readonly onWritten: (() => void) | null;
  private queue: Uint8Array[];
  private queued: number;
  private inFlight: boolean;
  private dropped: boolean;

  constructor(socket: Socket, owner: OutputOwner) {
    this.ended = false;
    this.socket = socket;
    this.owner = owner;
    this.onWritten = (socket as MaybeTls).encrypted === true ? () => this.written() : null;
    this.queue = NO_QUEUE;
    this.queued = 0;
    this.inFlight = false;
    this.dropped = false;
  }

  /** Octets that the kernel has not taken yet. */
  get pending(): number {
    return this.queued + this.socket.writableLength;
  }

  /** Everything was taken: memory that was lent is free again. */
  get isClear(): boolean {
    return !this.inFlight && this.queued === 0;
  }

  /** So much waits that nothing should be added. */
  get isFull(): boolean {
    return this.inFlight && this.pending >= HIGH_WATER;
  }

  /**
   * Octets for the socket, lent until they were taken; {@link pump} writes them.
   * @returns false when more should wait
   */
  enqueue(bytes: Uint8Array): boolean {
    if (this.dropped) return false;
    if (this.queue === NO_QUEUE) this.queue = [];
    this.queue.push(bytes);
    this.queued += bytes.length;
    return this.pending < HIGH_WATER;
  }

  /** FIN after what is queued. */
  end(): void {
    this.ended = true;
  }

  /** Forgets what is queued, and writes no more. */
  drop(): void {
    this.dropped = true;
    this.queue = NO_QUEUE;
    this.queued = 0;
  }

  /** Writes as much as the kernel takes now; goes on by itself when it takes more. */
  pump(): void {
    const { socket } = this;
    while (!this.inFlight && this.queued > 0) {
      const { queue } = this;
      const first = queue[0] as Uint8Array;
      if (queue.length === 1 && first.length <= MAX_WRITE + FRAMING_ROOM) {
        this.queue = NO_QUEUE;
        this.queued = 0;
        if (this.onWritten === null) socket.write(first);
        else socket.write(first, this.onWritten);
      } else this.writeBatch(queue);
      if (this.onWritten !== null) {
        this.inFlight = true;
        break;
      }
      // Nearly always the kernel takes it whole, at once. Where it does not, an empty write behind it tells when it has:
      // a callback is made only for peers that are slower than we are.
      if (socket.writableLength > 0) {
        this.inFlight = true;
        socket.write(NOTHING, () => this.written());
      }
    }
    if (this.ended && this.queued === 0 && !this.dropped && !socket.writableEnded) socket.end();
  }

  /** One write of several pieces, or of a part of one. */
  private writeBatch(queue: Uint8Array[]): void {
    const { socket } = this;
    let octets = 0;
    let taken = 0;
    socket.cork();
    while (taken < queue.length) {
      const piece = queue[taken] as Uint8Array;
      if (octets + piece.length > MAX_WRITE + FRAMING_ROOM) {
        const room = MAX_WRITE - octets;
        if (room <= 0) break;
        socket.write(piece.subarray(0, room));
        queue[taken] = piece.subarray(room);
        octets += room;
        break;
      }
      octets += piece.length;
      taken++;
      socket.write(piece);
    }
    queue.splice(0, taken);
    this.queued -= octets;
    if (this.onWritten !== null) socket.write(NOTHING, this.onWritten);
    socket.uncork();
  }

  private written(): void {
    this.inFlight = false;
    if (this.dropped) return;
    this.pump();
    if (this.pending === 0) this.owner.drained();
  }
}

interface MaybeTls {
  readonly encrypted?: boolean;
}

const NO_QUEUE: Uint8Array[] = [];
const NOTHING: Uint8Array = new Uint8Array(0);
