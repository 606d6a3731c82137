/**
 * One stream of a connection, what both roles have of it (RFC 9113 §5).
 *
 * What waits to be sent, what came and was not taken, the two windows, and the
 * state. The connection decides when a stream may send; the roles give content
 * and take it.
 *
 * @module
 */
import type { ContentReceiver, ContentSource, Fields, Producer } from "@stack/http";
import { ERROR_CODE } from "@stack/http2-frames";
import type { Connection } from "./connection.ts";
import type { ReceiveWindow } from "./flow-control.ts";
import { HeldContent } from "./held-content.ts";
import { DEFAULT_PRIORITY } from "./priority.ts";
import type { Progress } from "./progress.ts";
import type { PushPromise } from "./push-promise.ts";
import type { Schedulable } from "./scheduler.ts";
import { CLOSED, HALF_CLOSED_LOCAL, ILLEGAL, next, OPEN, RESERVED_REMOTE } from "./stream-state.ts";

/** Octets of content of one stream that may wait with us before its producer is told to. */
export const STREAM_HIGH_WATER = 65_536;

export abstract class Stream implements Schedulable, ContentSource {
  readonly id: number;
  /** Null when the stream is over. */
  connection: Connection | null;
  state: number;
  priority: number;
  scheduled: boolean;
  scheduleNext: Schedulable | null;
  schedulePrevious: Schedulable | null;
  /** Octets of content that the peer lets us send (RFC 9113 §6.9). */
  sendWindow: number;
  /** Null until content comes. */
  receiveWindow: ReceiveWindow | null;
  /** When it was opened, ms. */
  readonly openedAt: number;
  /** How the peer moves; null until the stream has been open for long enough to be looked at. */
  progress: Progress | null;
  /** Field lists to be sent as HEADERS, in order. */
  heads: (readonly string[])[];
  /** Promises to be said on this stream, ahead of its heads; null for none. */
  promises: PushPromise[] | null;
  /** The last of {@link heads} ends the stream. */
  headsEnd: boolean;
  /** Already in the connection's list of streams that can send without a window. */
  listed: boolean;
  /** Content to be sent; text is ASCII. */
  content: (Uint8Array | string)[];
  contentOctets: number;
  contentEnds: boolean;
  trailers: readonly string[] | null;
  /** Our message is complete, and sent. */
  localEnded: boolean;
  /** Octets of content that the message announced, or -1. */
  protected expected: number;
  protected received: number;
  protected receiver: ContentReceiver | null;
  protected producer: Producer | null;
  protected discarding: boolean;
  private discarded: number;
  private credit: number;
  private held: HeldContent | null;
  /** Octets of it that the connection's window counts no more. */
  private uncounted: number;
  private receivedTrailers: Fields | null;
  private receivedEnd: boolean;
  private endDelivered: boolean;
  private blocked: boolean;

  constructor(connection: Connection, id: number, state: number, sendWindow: number) {
    this.id = id;
    this.connection = connection;
    this.state = state;
    this.priority = DEFAULT_PRIORITY;
    this.scheduled = false;
    this.scheduleNext = null;
    this.schedulePrevious = null;
    this.sendWindow = sendWindow;
    this.receiveWindow = null;
    this.openedAt = connection.carrier.now;
    this.progress = null;
    this.heads = NO_HEADS;
    this.promises = null;
    this.headsEnd = false;
    this.listed = false;
    this.content = NO_CONTENT;
    this.contentOctets = 0;
    this.contentEnds = false;
    this.trailers = null;
    this.localEnded = false;
    this.expected = -1;
    this.received = 0;
    this.receiver = null;
    this.producer = null;
    this.discarding = false;
    this.discarded = 0;
    this.credit = 0;
    this.held = null;
    this.uncounted = 0;
    this.receivedTrailers = null;
    this.receivedEnd = false;
    this.endDelivered = false;
    this.blocked = false;
  }

  /** The server has promised it (RFC 9113 §8.4). */
  get isPushed(): boolean {
    return this.id % 2 === 0;
  }

  /** The peer may still send content or trailers. */
  get canReceive(): boolean {
    return this.state === OPEN || this.state === HALF_CLOSED_LOCAL || this.state === RESERVED_REMOTE;
  }

  /** The peer's message is complete. */
  get remoteEnded(): boolean {
    return this.receivedEnd;
  }

  /** A CONNECT that was accepted: what is sent on it is another protocol's (RFC 9113 §8.5). */
  abstract get isTunnel(): boolean;

  /** Someone has taken the content. */
  get isRead(): boolean {
    return this.receiver !== null;
  }

  /** Content waits for the stream's window: the peer owes one. What waits for its turn is no one's fault. */
  get isStalled(): boolean {
    return this.contentOctets > 0 && this.sendWindow <= 0;
  }

  /** Someone reads and the peer owes content. */
  get awaitsContent(): boolean {
    return !this.receivedEnd && (this.discarding || this.credit > 0);
  }

  /** The whole of what the peer owes takes too long. */
  isOverdue(_now: number): boolean {
    return false;
  }

  /** Whether the message can be over after the octets that came (RFC 9113 §8.1.1, S80). */
  get lengthHolds(): boolean {
    return this.expected < 0 || this.received === this.expected;
  }

  /** Moves the state; false: the input is illegal in it. */
  advance(input: number): boolean {
    const to = next(this.state, input);
    if (to === ILLEGAL) return false;
    this.state = to;
    return true;
  }

  // What the connection tells

  /** Counts content that came. False: more than was announced (RFC 9113 §8.1.1, S80). */
  count(octets: number): boolean {
    this.received += octets;
    return this.expected < 0 || this.received <= this.expected;
  }

  /** Content came, and was counted. */
  receiveContent(bytes: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    if (this.discarding) {
      this.consumed(end - start);
      this.discarded += end - start;
      if (this.discarded > MAX_DISCARDED) this.onDiscarded();
    } else if (this.credit > 0 && this.heldOctets === 0) this.deliver(bytes, start, end);
    else {
      this.held ??= new HeldContent();
      this.held.add(bytes, start, end);
      this.uncounted += this.connection?.hold(end - start) ?? 0;
    }
  }

  /** The peer's message is complete. */
  receiveEnd(trailers: Fields | null): void {
    this.receivedTrailers = trailers;
    this.receivedEnd = true;
    this.deliverEnd();
  }

  /** The stream is over before its time: nothing comes any more, nothing that is sent arrives. */
  cut(reason: Error): void {
    const { connection, heldOctets } = this;
    if (connection === null) return;
    this.connection = null;
    this.state = CLOSED;
    this.forget();
    connection.dropped(heldOctets, this.uncounted);
    this.uncounted = 0;
    // What was not promised is not known to the peer, and never will be.
    const { promises } = this;
    this.promises = null;
    if (promises !== null) for (const { stream } of promises) connection.streams.abandon(stream, reason);
    const told = this.endDelivered || this.discarding;
    this.endDelivered = true;
    if (!told) this.receiver?.onError(reason);
    const { producer } = this;
    this.producer = null;
    producer?.stopped(reason);
    this.onCut(reason);
  }

  /** Both messages are complete. What is held is for who reads it, and the connection's window is not: it opens. */
  release(): void {
    this.connection?.dropped(this.heldOctets, this.uncounted);
    this.uncounted = 0;
    this.connection = null;
    this.state = CLOSED;
    this.producer = null;
    this.heads = NO_HEADS;
    this.content = NO_CONTENT;
  }

  /** As {@link release}, before our message is complete: its producer is told. */
  stopSending(reason: Error): void {
    const { producer } = this;
    this.release();
    this.contentOctets = 0;
    this.trailers = null;
    producer?.stopped(reason);
  }

  /** Content was sent: the producer may have waited for that. */
  contentSent(): void {
    if (!this.blocked || this.contentOctets >= STREAM_HIGH_WATER) return;
    this.blocked = false;
    this.producer?.resume();
  }

  // ContentSource

  grant(octets: number): void {
    if (this.credit === 0) this.progress?.restart(this.connection?.carrier.now ?? 0);
    this.credit += octets;
    this.onGrant();
    while (this.credit > 0) {
      const piece = this.held?.take() ?? null;
      if (piece === null) break;
      this.deliver(piece, 0, piece.length);
    }
    this.deliverEnd();
  }

  stop(_code: number): void {
    if (this.discarding) return;
    this.discarding = true;
    const { heldOctets } = this;
    this.held = null;
    this.consumed(heldOctets);
  }

  // What the roles send

  protected queueHead(fields: readonly string[], ends: boolean): void {
    const { connection } = this;
    if (connection === null) return;
    if (this.heads.length === 0) this.heads = [fields];
    else this.heads.push(fields);
    this.headsEnd = ends;
    connection.listed(this);
  }

  /** False: taken, but the producer must wait. */
  protected queueContent(content: Uint8Array | string, ends: boolean): boolean {
    const { connection } = this;
    if (connection === null) return false;
    const octets = content.length;
    if (octets > 0) {
      if (this.contentOctets === 0) this.progress?.restart(connection.carrier.now);
      if (this.content.length === 0) this.content = [content];
      else this.content.push(content);
      this.contentOctets += octets;
    }
    if (ends) this.contentEnds = true;
    connection.contentQueued(this);
    if (this.contentOctets < STREAM_HIGH_WATER) return true;
    this.blocked = true;
    return false;
  }

  protected queueTrailers(fields: readonly string[]): void {
    this.trailers = fields;
    this.queueContent("", true);
  }

  /** The peer has been given something for its stream: when it resets it now, that was no work for nothing (S54). */
  abstract get answered(): boolean;
  protected abstract onGrant(): void;
  /** More content than is read away was read away. */
  protected abstract onDiscarded(): void;
  protected abstract onCut(reason: Error): void;
  /** Octets that no one may read past; the role answers. */
  protected abstract get contentLimit(): number;
  protected abstract tooLarge(): void;

  private deliver(bytes: Uint8Array, start: number, end: number): void {
    if (this.received > this.contentLimit) {
      this.stop(ERROR_CODE.CANCEL);
      this.consumed(end - start);
      this.tooLarge();
      return;
    }
    this.credit -= end - start;
    this.receiver?.onContent(bytes, start, end);
    this.consumed(end - start);
  }

  private deliverEnd(): void {
    if (!this.receivedEnd || this.endDelivered || this.heldOctets > 0 || this.receiver === null) return;
    this.endDelivered = true;
    if (!this.discarding) this.receiver.onEnd(this.receivedTrailers);
  }

  private get heldOctets(): number {
    return this.held === null ? 0 : this.held.octets;
  }

  private consumed(octets: number): void {
    if (octets === 0) return;
    const uncounted = Math.min(this.uncounted, octets);
    this.uncounted -= uncounted;
    this.connection?.consumed(this, octets, uncounted);
  }

  private forget(): void {
    this.heads = NO_HEADS;
    this.content = NO_CONTENT;
    this.contentOctets = 0;
    this.trailers = null;
    this.held = null;
  }
}

/** Content that no one wants and that is read away before its sender is told to stop, octets (S26). */
const MAX_DISCARDED = 65_536;

const NO_HEADS: (readonly string[])[] = [];
const NO_CONTENT: (Uint8Array | string)[] = [];
