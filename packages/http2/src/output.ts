/**
 * What a connection has to say and has not said yet.
 *
 * Control frames first, then heads in the order in which they were given, then
 * content as the scheduler says, as far as windows and the kernel go (RFC 9113
 * §5.2, RFC 9218 §10). Large content is passed through, never joined.
 *
 * @module
 */
import { HpackEncoder } from "@stack/hpack";
import type { ByteSink, Carrier } from "@stack/http";
import { encodeFrameHead, encodeUint32, FLAG, FRAME_HEAD_OCTETS, FRAME_TYPE } from "@stack/http2-frames";
import type { Budgets } from "./budget.ts";
import { writePieces } from "./content-pieces.ts";
import { ControlFrames } from "./control-frames.ts";
import { DEFAULT_WINDOW, grant } from "./flow-control.ts";
import type { ResolvedOptions } from "./options.ts";
import type { PushPromise } from "./push-promise.ts";
import { Scheduler } from "./scheduler.ts";
import type { PeerSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";
import { SEND_HEADERS, SEND_PUSH_PROMISE } from "./stream-state.ts";

/** Octets that may wait for the kernel before content waits with us (S63). */
const HIGH_WATER = 65_536;

/** The largest DATA frame that we send: small enough that others get their turn. */
const LARGEST_DATA = 16_384;

/**
 * What a flush writes at most, as much as a carrier gives to the kernel at once: 64 KiB of content, which is four DATA frames,
 * and room for what frames it. Octets beyond would be a write of their own: a sixth of what a large download costs.
 */
const WRITE_OCTETS: number = 65_536 + 1_024;

/** Who is told that a message was sent to its end. */
export interface MessageOwner {
  endSent(stream: Stream): void;
  /** A promise that was not said yet may not be said any more. */
  promiseDropped(stream: Stream): void;
}

export class Output {
  readonly control: ControlFrames;
  readonly encoder: HpackEncoder;
  /** Octets given to the sink so far. */
  written: number;
  /** Octets of content among them. */
  content: number;
  private readonly owner: MessageOwner;
  private readonly carrier: Carrier;
  private readonly peerSettings: PeerSettings;
  private readonly budgets: Budgets;
  private readonly scheduler: Scheduler<Stream>;
  private windowless: Stream[];
  private sendWindow: number;

  constructor(
    owner: MessageOwner,
    carrier: Carrier,
    peerSettings: PeerSettings,
    budgets: Budgets,
    options: ResolvedOptions,
  ) {
    this.control = new ControlFrames();
    this.encoder = new HpackEncoder({ maxTableOctets: options.headerTableOctets });
    this.written = 0;
    this.content = 0;
    this.owner = owner;
    this.carrier = carrier;
    this.peerSettings = peerSettings;
    this.budgets = budgets;
    this.scheduler = new Scheduler();
    this.windowless = NO_STREAMS;
    this.sendWindow = DEFAULT_WINDOW;
  }

  /** Something waits that could leave. */
  get isReady(): boolean {
    return this.control.octets > 0 || this.windowless.length > 0 || !this.scheduler.isEmpty;
  }

  /** Content waits, and the connection's window is shut. */
  get waitsForWindow(): boolean {
    return this.sendWindow <= 0 && !this.scheduler.isEmpty;
  }

  // What waits

  /** The stream has something to send that needs no window. */
  list(stream: Stream): void {
    if (stream.listed) return;
    stream.listed = true;
    if (this.windowless.length === 0) this.windowless = [stream];
    else this.windowless.push(stream);
  }

  /** The stream has content to send, or its end. */
  contentQueued(stream: Stream): void {
    if (stream.contentOctets === 0) {
      if (stream.contentEnds) this.list(stream);
    } else if (stream.sendWindow > 0) this.scheduler.add(stream);
  }

  reprioritise(stream: Stream, priority: number): void {
    this.scheduler.reprioritise(stream, priority);
  }

  /** Nothing of the stream is sent any more. */
  forget(stream: Stream): void {
    this.scheduler.remove(stream);
  }

  // The peer's windows

  /** The connection's window opens. False: beyond 2^31-1 (RFC 9113 §6.9.1). */
  open(increment: number): boolean {
    this.sendWindow = grant(this.sendWindow, increment);
    return !Number.isNaN(this.sendWindow);
  }

  /** A stream's window opens, or shrinks. False: beyond 2^31-1. */
  openOf(stream: Stream, increment: number): boolean {
    const window = grant(stream.sendWindow, increment);
    if (Number.isNaN(window)) return false;
    stream.sendWindow = window;
    if (stream.contentOctets > 0 && window > 0) this.scheduler.add(stream);
    return true;
  }

  // Out

  /** Writes what may leave now. False: the sink asked to wait. */
  flush(sink: ByteSink): boolean {
    const full = this.written + WRITE_OCTETS;
    this.flushControl(sink);
    this.flushWindowless(sink);
    const done = this.flushContent(sink, full);
    this.flushControl(sink); // what the end of a stream made us say
    return done;
  }

  /** Writes the control frames that wait. */
  flushControl(sink: ByteSink): void {
    if (this.control.octets === 0) return;
    this.written += this.control.octets;
    this.control.flush(sink);
  }

  private flushWindowless(sink: ByteSink): void {
    const { windowless } = this;
    if (windowless.length === 0) return;
    this.windowless = NO_STREAMS;
    for (const stream of windowless) {
      stream.listed = false;
      if (stream.connection === null) continue;
      if (stream.promises !== null) this.writePromises(sink, stream, stream.promises);
      const { heads, headsEnd } = stream;
      if (heads.length > 0) {
        stream.heads = [];
        for (let i = 0; i < heads.length; i++) {
          const ends = headsEnd && i === heads.length - 1;
          this.writeHead(sink, stream, heads[i] as readonly string[], ends);
        }
        if (headsEnd) {
          this.owner.endSent(stream);
          continue;
        }
      }
      if (stream.contentOctets === 0 && stream.contentEnds) this.writeEnd(sink, stream);
    }
  }

  /** @param full - what {@link written} is once a write is full */
  private flushContent(sink: ByteSink, full: number): boolean {
    for (;;) {
      const stream = this.scheduler.peek();
      if (stream === null || this.sendWindow <= 0) return true;
      if (this.carrier.pending >= HIGH_WATER) return false;
      const octets = Math.min(
        stream.contentOctets,
        stream.sendWindow,
        this.sendWindow,
        this.peerSettings.maxFrameOctets,
        LARGEST_DATA,
      );
      const isLast = stream.contentEnds && octets === stream.contentOctets;
      if (!isLast && this.written + FRAME_HEAD_OCTETS + octets > full) return false;
      if (octets <= 0) {
        this.scheduler.remove(stream); // its window is used up, or it has nothing more
        continue;
      }
      if (!this.writeData(sink, stream, octets)) return false;
    }
  }

  private writeData(sink: ByteSink, stream: Stream, octets: number): boolean {
    const last = octets === stream.contentOctets;
    const ends = last && stream.contentEnds && stream.trailers === null;
    this.writeFrameHead(sink, octets, FRAME_TYPE.DATA, ends ? FLAG.END_STREAM : 0, stream.id);
    const ready = writePieces(sink, stream, octets);
    this.written += octets;
    this.content += octets;
    stream.sendWindow -= octets;
    this.sendWindow -= octets;
    stream.progress?.moved(octets, this.carrier.now);
    this.budgets.moved(octets);
    if (last) {
      this.scheduler.remove(stream);
      if (ends) this.owner.endSent(stream);
      else if (stream.contentEnds) this.writeEnd(sink, stream);
    } else this.scheduler.sent(stream);
    stream.contentSent();
    return ready;
  }

  /** The end of a stream whose content has all been sent: trailers, or an empty DATA frame. */
  private writeEnd(sink: ByteSink, stream: Stream): void {
    if (stream.trailers !== null) this.writeHead(sink, stream, stream.trailers, true);
    else this.writeFrameHead(sink, 0, FRAME_TYPE.DATA, FLAG.END_STREAM, stream.id);
    this.owner.endSent(stream);
  }

  private writeHead(sink: ByteSink, stream: Stream, fields: readonly string[], ends: boolean): void {
    stream.advance(SEND_HEADERS);
    this.writeBlock(sink, FRAME_TYPE.HEADERS, ends ? FLAG.END_STREAM : 0, stream.id, 0, fields);
  }

  /** What is promised on a stream goes before what refers to it (RFC 9113 §8.4.1). */
  private writePromises(sink: ByteSink, parent: Stream, promises: readonly PushPromise[]): void {
    parent.promises = null;
    for (const { stream, fields } of promises) {
      if (stream.connection === null) continue;
      if (this.peerSettings.enablePush) {
        stream.advance(SEND_PUSH_PROMISE);
        this.writeBlock(sink, FRAME_TYPE.PUSH_PROMISE, 0, parent.id, stream.id, fields);
      } else this.owner.promiseDropped(stream);
    }
  }

  /** A field block: HEADERS or PUSH_PROMISE, and CONTINUATION where it does not fit into one frame. */
  private writeBlock(
    sink: ByteSink,
    type: number,
    flag: number,
    streamId: number,
    promisedId: number,
    fields: readonly string[],
  ): void {
    const prefix = promisedId === 0 ? 0 : 4;
    const at = sink.reserve(FRAME_HEAD_OCTETS + prefix + this.encoder.bound(fields));
    const { memory } = sink;
    if (prefix > 0) encodeUint32(memory, at + FRAME_HEAD_OCTETS, promisedId);
    const end = this.encoder.encode(fields, memory, at + FRAME_HEAD_OCTETS + prefix);
    const octets = end - at - FRAME_HEAD_OCTETS;
    const most = this.peerSettings.maxFrameOctets;
    if (octets <= most) {
      encodeFrameHead(memory, at, octets, type, flag | FLAG.END_HEADERS, streamId);
      sink.commit(FRAME_HEAD_OCTETS + octets);
      this.written += FRAME_HEAD_OCTETS + octets;
      return;
    }
    // Too large for a frame: the block is moved out and cut into CONTINUATION frames (RFC 9113 §6.10).
    const block = memory.slice(at + FRAME_HEAD_OCTETS, end);
    for (let from = 0; from < octets; from += most) {
      const piece = block.subarray(from, Math.min(from + most, octets));
      const flags = (from === 0 ? flag : 0) | (from + most >= octets ? FLAG.END_HEADERS : 0);
      this.writeFrameHead(sink, piece.length, from === 0 ? type : FRAME_TYPE.CONTINUATION, flags, streamId);
      const room = sink.reserve(piece.length); // before `memory`: reserving may replace it
      sink.memory.set(piece, room);
      sink.commit(piece.length);
      this.written += piece.length;
    }
  }

  private writeFrameHead(sink: ByteSink, octets: number, type: number, flags: number, streamId: number): void {
    const at = sink.reserve(FRAME_HEAD_OCTETS);
    encodeFrameHead(sink.memory, at, octets, type, flags, streamId);
    sink.commit(FRAME_HEAD_OCTETS);
    this.written += FRAME_HEAD_OCTETS;
  }
}

/** Shared by all that have nothing to say: never added to. */
const NO_STREAMS: Stream[] = [];
