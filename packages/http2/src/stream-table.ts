/**
 * The streams of a connection, and the one place where a stream ends (RFC 9113 §5.1, §5.4.2).
 *
 * Whoever ends a stream, the peer, its handler or the protocol, does it here;
 * what ended for nothing is charged here and nowhere else, so that a peer that
 * makes us reset pays as one that resets itself (S54, S55).
 *
 * @module
 */
import { ConnectionError, ERROR_CODE } from "@stack/http2-frames";
import type { Budgets } from "./budget.ts";
import type { ControlFrames } from "./control-frames.ts";
import { Http2Error } from "./errors.ts";
import type { ResolvedOptions } from "./options.ts";
import type { ReceiveWindows } from "./receive-windows.ts";
import type { Stream } from "./stream.ts";
import { IDLE, RST_STREAM } from "./stream-state.ts";

const { STREAM_CLOSED, NO_ERROR } = ERROR_CODE;

/** What the streams' connection is told. */
export interface StreamOwner {
  wantFlush(): void;
  /** A stream has left the table. */
  streamGone(stream: Stream): void;
}

export class StreamTable {
  private readonly owner: StreamOwner;
  private readonly control: ControlFrames;
  private readonly windows: ReceiveWindows;
  private readonly budgets: Budgets;
  private readonly open: Map<number, Stream>;
  /** Streams that we reset, and how many octets of content the peer may have sent before it knew. */
  private readonly resetByUs: Map<number, number>;
  private readonly resetByPeer: Map<number, number>;
  private readonly remembered: number;

  constructor(
    owner: StreamOwner,
    control: ControlFrames,
    windows: ReceiveWindows,
    budgets: Budgets,
    options: ResolvedOptions,
  ) {
    this.owner = owner;
    this.control = control;
    this.windows = windows;
    this.budgets = budgets;
    this.open = new Map();
    this.resetByUs = new Map();
    this.resetByPeer = new Map();
    this.remembered = Math.max(MIN_REMEMBERED, 2 * options.maxConcurrentStreams);
  }

  /** Streams that are not closed. */
  get size(): number {
    return this.open.size;
  }

  /** A stream that the peer knows. One whose HEADERS or PUSH_PROMISE still wait here is idle to it (RFC 9113 §5.1). */
  get(streamId: number): Stream | undefined {
    const stream = this.open.get(streamId);
    return stream === undefined || stream.state === IDLE ? undefined : stream;
  }

  /** Whether a stream is ours and the peer has not heard of it. */
  isUnsent(streamId: number): boolean {
    return this.open.get(streamId)?.state === IDLE;
  }

  values(): IterableIterator<Stream> {
    return this.open.values();
  }

  add(stream: Stream): void {
    this.open.set(stream.id, stream);
  }

  // The ends of a stream

  /** Both messages are complete. */
  completed(stream: Stream): void {
    this.remove(stream);
    stream.release();
    this.budgets.streamCompleted();
  }

  /** We reset it for our own reasons: not charged, since the peer did not cause it. */
  reset(stream: Stream, errorCode: number, reason: Error): void {
    if (this.open.get(stream.id) !== stream) return;
    // RFC 9113 §6.4: never on an idle stream, which would end the connection. What has not left needs no word.
    if (stream.state !== IDLE) this.sayReset(stream.id, errorCode, stream);
    this.abandon(stream, reason);
    this.owner.wantFlush();
  }

  /** The peer broke it (RFC 9113 §5.4.2): reset by us, and charged (S55). */
  broken(stream: Stream, errorCode: number): void {
    this.sayReset(stream.id, errorCode, stream);
    this.abandon(
      stream,
      new Http2Error("ERR_HTTP2_STREAM_RESET", errorCode, "us", `stream ${stream.id} broke the protocol`),
    );
    this.budgets.chargeStream();
    this.owner.wantFlush();
  }

  /** The peer reset it. Charged where nothing of an answer had left (S54): who was being answered may lose interest. */
  cancelled(stream: Stream, errorCode: number): void {
    remember(this.resetByPeer, stream.id, 0, this.remembered);
    const useless = errorCode !== NO_ERROR && !stream.answered;
    this.abandon(stream, new Http2Error("ERR_HTTP2_STREAM_RESET", errorCode, "peer", `stream ${stream.id} was reset`));
    if (useless) this.budgets.chargeStream();
  }

  /** The peer has said all that it had to, and wants no more of ours: what it said waits for its reader. */
  answered(stream: Stream, errorCode: number): void {
    remember(this.resetByPeer, stream.id, 0, this.remembered);
    stream.advance(RST_STREAM);
    this.remove(stream);
    stream.stopSending(
      new Http2Error("ERR_HTTP2_STREAM_RESET", errorCode, "peer", `stream ${stream.id} was answered; stop sending`),
    );
  }

  /** It was never opened, and is not going to be (S55, S60). */
  refused(streamId: number, errorCode: number): void {
    this.sayReset(streamId, errorCode, null);
    this.budgets.chargeStream();
    this.owner.wantFlush();
  }

  /** It is over without a word to the peer. */
  abandon(stream: Stream, reason: Error): void {
    stream.advance(RST_STREAM);
    this.remove(stream);
    stream.cut(reason);
  }

  /** All of them are: the connection has ended. */
  abandonAll(reason: Error): void {
    const streams = [...this.open.values()];
    this.open.clear();
    for (const stream of streams) stream.cut(reason);
  }

  // Frames that come afterwards

  /** We reset it a while ago, and the peer may not know yet. */
  wasReset(streamId: number): boolean {
    return this.resetByUs.has(streamId);
  }

  /** A stream is ignored, and the peer may not know yet: what it had sent before is no fault of its (RFC 9113 §6.8). */
  ignored(streamId: number): void {
    remember(this.resetByUs, streamId, this.windows.fresh, this.remembered);
  }

  /**
   * DATA or HEADERS on a stream that is closed. Content that the peer sent before it knew costs it nothing: as much as
   * the stream's window had left, and no more. All else is charged.
   *
   * @param octets - of content and padding; 0 for HEADERS
   * @throws ConnectionError STREAM_CLOSED when nothing excuses the frame
   */
  late(streamId: number, name: string, octets: number): void {
    const left = this.resetByUs.get(streamId);
    if (left !== undefined) {
      if (octets > 0 && octets <= left) this.resetByUs.set(streamId, left - octets);
      else this.budgets.chargeFrame(`${name} on streams that were reset`);
      return;
    }
    // After END_STREAM nothing follows; after RST_STREAM that is the stream's own error (RFC 9113 §5.1).
    if (name === "HEADERS" || !this.resetByPeer.has(streamId))
      throw new ConnectionError(STREAM_CLOSED, `${name} on closed stream ${streamId}`);
    this.wrongWhenClosed(streamId, STREAM_CLOSED);
  }

  /** A frame that breaks a stream which is closed already (S55). */
  wrongWhenClosed(streamId: number, errorCode: number): void {
    this.control.rstStream(streamId, errorCode);
    this.budgets.chargeStream();
    this.owner.wantFlush();
  }

  private sayReset(streamId: number, errorCode: number, stream: Stream | null): void {
    this.control.rstStream(streamId, errorCode);
    remember(this.resetByUs, streamId, stream?.receiveWindow?.left ?? this.windows.fresh, this.remembered);
  }

  private remove(stream: Stream): void {
    this.open.delete(stream.id);
    this.owner.streamGone(stream);
  }
}

/** Streams that were reset and that are remembered at least: their late frames are no error (RFC 9113 §5.1). */
const MIN_REMEMBERED = 256;

/** Keeps the latest streams, a bounded number of them. */
function remember(streams: Map<number, number>, streamId: number, octets: number, most: number): void {
  streams.set(streamId, octets);
  if (streams.size <= most) return;
  for (const oldest of streams.keys()) {
    streams.delete(oldest);
    break;
  }
}
