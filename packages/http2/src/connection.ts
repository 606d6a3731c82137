/**
 * An HTTP/2 connection, what both roles have of it (RFC 9113 §3, §5.4, §6.8).
 *
 * How it begins, ends and keeps its times. Octets come in through
 * {@link Connection.receive} as frames, and leave through
 * {@link Connection.flush}. No I/O, no clock.
 *
 * @module
 */
import { HpackError } from "@stack/hpack";
import { type ByteSink, type Carrier, type Engine, PeerGoneError } from "@stack/http";
import { ConnectionError, ERROR_CODE, errorCodeName } from "@stack/http2-frames";
import { ENDING, GONE, STARTING } from "./connection-parts.ts";
import { Deadlines } from "./deadlines.ts";
import { Http2Error } from "./errors.ts";
import { DRAIN, FrameReception } from "./frame-reception.ts";
import type { ResolvedOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import type { Stream } from "./stream.ts";
import { CLOSED, HALF_CLOSED_REMOTE, SEND_END_STREAM } from "./stream-state.ts";
import { type Tunnel, Tunnels } from "./tunnels.ts";

const { PROTOCOL_ERROR, ENHANCE_YOUR_CALM, COMPRESSION_ERROR, NO_ERROR, CANCEL } = ERROR_CODE;

export abstract class Connection extends FrameReception implements Engine {
  private endWanted: boolean;
  private receiving: boolean;
  private readonly deadlines: Deadlines;
  /** Null while there was none. */
  private tunnels: Tunnels | null;

  constructor(carrier: Carrier, options: ResolvedOptions) {
    super(carrier, options);
    this.endWanted = false;
    this.receiving = false;
    this.deadlines = new Deadlines(options, carrier.now);
    this.tunnels = null;
  }

  // Engine

  get deadline(): number {
    const own = Math.min(this.deadlines.next, this.goaway.due);
    return this.tunnels === null ? own : Math.min(own, this.tunnels.deadline);
  }

  receive(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.phase >= ENDING) return;
    this.receiving = true;
    try {
      this.frames.decode(bytes, start, end);
    } catch (error) {
      this.failed(error);
    } finally {
      this.receiving = false;
    }
  }

  receiveEnd(): void {
    // Without the peer's octets no window opens and no stream ends well: what is open is over.
    if (this.phase < ENDING) this.end(NO_ERROR, "", new PeerGoneError());
  }

  flush(sink: ByteSink): boolean {
    const { output, deadlines } = this;
    const { now, pending } = this.carrier;
    if (output.isReady) deadlines.sends(now, output.written - pending, pending);
    const done = this.phase >= ENDING || output.flush(sink);
    if (this.goaway.said && this.streams.size === 0) this.end(NO_ERROR, "");
    if (this.endWanted) {
      this.endWanted = false;
      output.flushControl(sink);
      sink.end();
    } else if (this.phase < ENDING) deadlines.waitsForWindow(output.waitsForWindow, now, output.content);
    return done;
  }

  /** Two phases (RFC 9113 §6.8): no new streams, please; then, when the peer must have read that, none are taken. */
  drain(): void {
    if (this.goaway.begun || this.phase >= ENDING) return;
    this.goaway.begin(this.carrier.now);
    this.sendPing(DRAIN);
    this.tunnels?.drain();
  }

  onDeadline(): void {
    const { now } = this.carrier;
    this.tunnels?.onDeadline(now);
    if (now >= this.goaway.due) {
      this.goaway.name(this.lastPeerId);
      this.wantFlush();
    }
    const { deadlines, output } = this;
    const { pending } = this.carrier;
    if (deadlines.takesTooSlowly(now, output.written - pending, pending)) this.breakOff();
    else if (deadlines.opensTooSlowly(now, output.content))
      this.failed(new ConnectionError(ENHANCE_YOUR_CALM, "content waits for the connection's window for too long"));
    else if (now < deadlines.due) return;
    else if (this.phase === ENDING) this.linger(now);
    else if (this.phase === STARTING) this.end(PROTOCOL_ERROR, "no SETTINGS came in time");
    else if (this.block.streamId !== 0) this.end(ENHANCE_YOUR_CALM, "a field block took too long");
    else if (this.streams.size === 0) this.end(NO_ERROR, "");
    else this.checkStreams(now);
  }

  closed(reason: Error | null): void {
    if (this.phase === GONE) return;
    this.phase = GONE;
    this.deadlines.stop();
    this.goaway.stop();
    this.frames.stop();
    this.control.clear();
    this.streams.abandonAll(reason instanceof Http2Error ? reason : new PeerGoneError(undefined, { cause: reason }));
  }

  // What streams ask for

  /** The stream has something to send that needs no window. */
  listed(stream: Stream): void {
    this.output.list(stream);
    this.wantFlush();
  }

  /** The stream has content to send, or its end. */
  contentQueued(stream: Stream): void {
    this.output.contentQueued(stream);
    this.wantFlush();
  }

  /** Resets a stream for our own reasons. */
  resetStream(stream: Stream, errorCode: number, reason: Error): void {
    this.streams.reset(stream, errorCode, reason);
  }

  wantFlush(): void {
    if (this.control.isFull && this.phase < ENDING)
      this.failed(new ConnectionError(ENHANCE_YOUR_CALM, "more answers are asked for than are read"));
    if (!this.receiving) this.carrier.wantFlush();
  }

  /** An engine runs on a stream from now on. */
  tunnelOpened(tunnel: Tunnel): void {
    this.tunnels ??= new Tunnels();
    this.tunnels.add(tunnel);
  }

  tunnelClosed(tunnel: Tunnel): void {
    this.tunnels?.delete(tunnel);
  }

  streamGone(stream: Stream): void {
    this.output.forget(stream);
    if (this.streams.size === 0) this.rest();
    if (this.goaway.begun) this.wantFlush();
    this.onStreamGone(stream);
  }

  endSent(stream: Stream): void {
    stream.advance(SEND_END_STREAM);
    stream.localEnded = true;
    if (stream.state === CLOSED) this.streams.completed(stream);
    else this.onEndSent(stream);
  }

  promiseDropped(stream: Stream): void {
    this.streams.abandon(stream, new Http2Error("ERR_HTTP2_UNAVAILABLE", NO_ERROR, "peer", "push was turned off"));
  }

  // For the roles

  /** Our message is complete, the peer's is not. */
  protected abstract onEndSent(stream: Stream): void;

  /** A stream is no more: another may be opened. */
  protected onStreamGone(_stream: Stream): void {}

  /** True: only what we send ends with it, as the peer's message is whole. */
  protected onPeerReset(_stream: Stream, _errorCode: number): boolean {
    return false;
  }

  protected onStarted(): void {
    this.rest();
  }

  protected onBlockOpen(): void {
    this.deadlines.blockOwed(this.carrier.now);
  }

  protected addStream(stream: Stream): void {
    this.streams.add(stream);
    if (this.streams.size === 1) this.rest();
  }

  /** We have said GOAWAY for the last time, or the byte stream is gone. */
  protected get isEnding(): boolean {
    return this.phase >= ENDING;
  }

  /** Says GOAWAY for the last time, and ends. */
  protected end(errorCode: number, debug: string, reason: Error | null = null): void {
    if (this.phase >= ENDING) return;
    this.goaway.end(this.lastPeerId, errorCode, debug);
    this.phase = ENDING;
    this.endWanted = true;
    this.frames.stop();
    this.deadlines.ending(this.carrier.now);
    this.streams.abandonAll(
      reason ?? new Http2Error("ERR_HTTP2_CLOSED", errorCode, "us", debug || "the connection ended"),
    );
    this.wantFlush();
  }

  /** Nothing is open, or everything moves. */
  private rest(): void {
    if (this.phase < ENDING) this.deadlines.rest(this.carrier.now, this.streams.size);
  }

  /** We have ended and the peer has not: while it takes what we said last, its pace is watched, and nothing else. */
  private linger(now: number): void {
    if (this.carrier.pending > 0) this.deadlines.ending(now);
    else this.carrier.abort(null);
  }

  /** The peer does not take what was sent to it: no word would reach it (S63). */
  private breakOff(): void {
    const { streams, carrier } = this;
    const reason = new Http2Error("ERR_HTTP2_TOO_SLOW", CANCEL, "us", "the peer takes what is sent to it too slowly");
    if (streams.size > 0) this.options.onRefused(reason, 0);
    carrier.abort(reason);
  }

  /** Looks at every stream: whoever owes it something and has not moved enough is too slow (S57, S78, S90). */
  private checkStreams(now: number): void {
    for (const stream of [...this.streams.values()]) {
      stream.progress ??= new Progress(this.options, now);
      const { progress } = stream;
      if (!stream.isStalled && !stream.awaitsContent) progress.restart(now);
      else if (progress.isOverdue(now) || stream.isOverdue(now)) {
        const reason = stream.isStalled
          ? new Http2Error("ERR_HTTP2_TOO_SLOW", CANCEL, "us", `the peer takes too little of stream ${stream.id}`)
          : new Http2Error("ERR_HTTP2_TIMEOUT", CANCEL, "us", `the peer sends too little on stream ${stream.id}`);
        this.options.onRefused(reason, 0);
        this.resetStream(stream, stream.state === HALF_CLOSED_REMOTE ? CANCEL : ENHANCE_YOUR_CALM, reason);
      }
    }
    this.rest();
  }

  private failed(error: unknown): void {
    const known =
      error instanceof ConnectionError
        ? error
        : error instanceof HpackError
          ? new ConnectionError(COMPRESSION_ERROR, error.message)
          : null;
    if (known === null) throw error;
    this.options.onRefused(known, 0);
    this.end(known.errorCode, `${errorCodeName(known.errorCode)} ${known.message}`.slice(0, 200), known);
  }
}
