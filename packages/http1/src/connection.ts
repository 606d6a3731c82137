/**
 * What the two roles of an HTTP/1.1 connection share (RFC 9112 §9).
 *
 * Octets that come in are taken by the role in their order; what cannot be taken
 * yet waits here, up to a limit, and then in the kernel. What a role has to say
 * leaves when the carrier flushes. What the octets mean, each role says for
 * itself, in its input and in its connection. One class deep or three, it is one object:
 * an idle connection pays for no parts.
 *
 * @module
 */
import type { ByteSink, Carrier, Engine } from "@stack/http";
import type { ChunkedDecoder } from "@stack/http1-parser";
import { HeldInput } from "./held-input.ts";
import { HIGH_WATER, Output } from "./output.ts";
import type { TunnelEnd } from "./tunnel.ts";

// Where the connection is in its input. From ENDING on it has nothing more to do with HTTP.
/** Between messages, or in the middle of a head. */
export const HEAD = 0;
/** A message's content is to come. */
export const CONTENT = 1;
/** A server's: the request is complete, its response is not. */
export const BUSY = 2;
/** We have said our last; what still comes is read away (RFC 9112 §9.6). */
export const ENDING = 3;
/** The octets are no longer HTTP. */
export const TUNNEL = 4;
export const GONE = 5;

/** What a role's deadlines have for both. */
interface Deadlines {
  /** When to look again, ms. */
  readonly next: number;
  /** Octets leave; `taken` is how many the peer has taken so far, `pending` how many wait. */
  sends(now: number, taken: number, pending: number): void;
  /** The peer may end too, for a while. */
  ending(now: number): void;
  /** Nothing is awaited any more. */
  stop(): void;
}

/** Who sends content that may have to wait. */
interface Sender {
  readonly isBlocked: boolean;
  resumeProducer(): void;
}

export abstract class Connection implements Engine, TunnelEnd {
  readonly carrier: Carrier;
  /** The peer has ended its side. */
  peerEnded: boolean;
  protected abstract readonly options: { readonly maxHeldOctets: number };
  protected abstract readonly deadlines: Deadlines;
  protected readonly output: Output;
  /** Made for the first content that needs it. */
  protected chunked: ChunkedDecoder | null;
  protected phase: number;
  protected held: HeldInput | null;
  /** Input is being looked at: whatever is called meanwhile leaves the rest of it to the loop that does. */
  protected processing: boolean;
  protected paused: boolean;
  /** No further request: the connection ends when what is under way is over. */
  protected closing: boolean;
  /** Octets given to the carrier so far. */
  protected written: number;
  private endWanted: boolean;
  /** The read at hand, from the first octet behind the head: what {@link leave} takes along. */
  private reading: Uint8Array;
  private readAt: number;
  private readEnd: number;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
    this.peerEnded = false;
    this.output = new Output();
    this.chunked = null;
    this.phase = HEAD;
    this.held = null;
    this.processing = false;
    this.paused = false;
    this.closing = false;
    this.written = 0;
    this.endWanted = false;
    this.reading = NOTHING;
    this.readAt = 0;
    this.readEnd = 0;
  }

  // Engine

  /** True between messages: closing now loses nothing. */
  abstract get idle(): boolean;

  get deadline(): number {
    return this.deadlines.next;
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.phase >= ENDING) {
      if (this.phase === TUNNEL) this.hold(bytes, start, end);
      return;
    }
    if (this.held !== null || this.processing) {
      this.hold(bytes, start, end);
      if (!this.processing) this.processHeld();
      return;
    }
    const at = this.process(bytes, start, end);
    if (at < end && this.phase !== ENDING) this.hold(bytes, at, end);
  }

  abstract receiveEnd(): void;

  flush(sink: ByteSink): boolean {
    const { output } = this;
    if (output.octets > 0) {
      const { now, pending } = this.carrier;
      this.deadlines.sends(now, this.written - pending, pending);
      this.leaving();
      this.written += output.octets;
      const done = output.flush(sink);
      this.written -= output.octets;
      if (!done) return false;
    }
    if (this.endWanted) {
      this.endWanted = false;
      sink.end();
      return output.octets === 0;
    }
    const { sender } = this;
    if (sender?.isBlocked === true) {
      if (!this.hasRoom()) return false;
      sender.resumeProducer();
    }
    return output.octets === 0;
  }

  drain(): void {
    this.closing = true;
    if (this.idle) this.end();
  }

  abstract onDeadline(): void;

  abstract closed(reason: Error | null): void;

  // What an exchange asks for

  /** Sends text whose every code unit is an octet, or octets that are lent until they are written. */
  send(piece: string | Uint8Array): void {
    if (typeof piece === "string") this.output.writeLatin1(piece);
    else this.output.write(piece);
    if (!this.processing) this.carrier.wantFlush();
  }

  /** Whether producers may go on (S91). */
  hasRoom(): boolean {
    return this.output.octets + this.carrier.pending < HIGH_WATER;
  }

  // TunnelEnd: the byte stream behind an upgrade

  leave(): Uint8Array {
    const early = this.held?.take() ?? this.reading.slice(this.readAt, this.readEnd);
    this.held = null;
    this.reading = NOTHING;
    this.readAt = 0;
    this.readEnd = 0;
    this.phase = GONE;
    this.pause(false);
    return early;
  }

  // What a role does

  /** Takes octets of `bytes[from, end)`; returns the offset of the first that cannot be taken now. */
  protected abstract process(bytes: Uint8Array, from: number, end: number): number;

  /** The peer owes content from now on, or no longer. */
  protected abstract awaitContent(): void;

  /** The exchange that may have been told to wait. */
  protected abstract get sender(): Sender | null | undefined;

  /** What the output holds is about to leave. */
  protected leaving(): void {}

  // Input that waits

  /** A head is complete at `at`: what follows it in this read may turn out to be another protocol's. */
  protected headEndsAt(bytes: Uint8Array, at: number, end: number): void {
    this.reading = bytes;
    this.readAt = at;
    this.readEnd = end;
  }

  /** The read is over, and its memory no longer lent to us. */
  protected processed(): void {
    this.processing = false;
    this.reading = NOTHING;
  }

  protected processHeld(): void {
    const held = (this.held as HeldInput).take();
    this.held = null;
    const at = this.process(held, 0, held.length);
    if (at < held.length && this.phase !== ENDING) this.hold(held, at, held.length);
    else {
      this.pause(false);
      if (this.peerEnded) this.receiveEnd();
    }
    this.carrier.wantFlush();
  }

  protected pause(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    this.carrier.pauseReading(paused);
    if (this.phase === CONTENT) this.awaitContent();
  }

  /** Octets that cannot be taken now are copied; with enough of them the peer is held back (S37). */
  private hold(bytes: Uint8Array, from: number, end: number): void {
    this.held ??= new HeldInput();
    this.held.append(bytes, from, end);
    if (this.held.length >= this.options.maxHeldOctets || this.phase === CONTENT) this.pause(true);
  }

  // The end

  /** Ends in good order: nothing more is said, nothing more is taken. */
  protected end(): void {
    if (this.phase >= ENDING) return;
    this.phase = ENDING;
    this.closing = true;
    this.endWanted = true;
    this.held = null;
    this.deadlines.ending(this.carrier.now);
    this.pause(false);
    this.carrier.wantFlush();
  }

  /** Drops the connection; what was not sent stays unsaid. */
  protected drop(reason: Error | null): void {
    this.phase = ENDING;
    this.closing = true;
    this.deadlines.stop();
    this.held = null;
    this.output.clear();
    this.carrier.abort(reason);
  }

  /** The byte stream is gone. */
  protected gone(): void {
    this.phase = GONE;
    this.closing = true;
    this.deadlines.stop();
    this.held = null;
    this.output.clear();
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
