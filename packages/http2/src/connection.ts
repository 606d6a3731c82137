/**
 * An HTTP/2 connection, what both roles have of it (RFC 9113).
 *
 * Frames in, frames out; streams, windows, settings, budgets, the end. Octets
 * come in through {@link Connection.receive} and leave through
 * {@link Connection.flush}: control frames first, then heads in the order in
 * which they were given, then content as the scheduler says. No I/O, no clock.
 *
 * @module
 */

import { DEFAULT_TABLE_SIZE, HpackDecoder, HpackEncoder, HpackError } from "@stack/hpack";
import { type ByteSink, type Carrier, type Engine, Fields, PeerGoneError } from "@stack/http";
import {
  ConnectionError,
  ERROR_CODE,
  encodeFrameHead,
  errorCodeName,
  FLAG,
  FRAME_HEAD_OCTETS,
  FRAME_TYPE,
  FrameDecoder,
  type FrameVisitor,
  MAX_31_BIT,
  SETTING,
} from "@stack/http2-frames";
import { Budget } from "./budget.ts";
import { ControlFrames } from "./control-frames.ts";
import { Http2Error } from "./errors.ts";
import { isTrailerSection } from "./field-rules.ts";
import { BandwidthEstimate, DEFAULT_WINDOW, grant, ReceiveWindow } from "./flow-control.ts";
import type { ResolvedOptions } from "./options.ts";
import { parsePriority } from "./priority.ts";
import { Scheduler } from "./scheduler.ts";
import { PeerSettings } from "./settings.ts";
import type { Stream } from "./stream.ts";
import {
  CLOSED,
  HALF_CLOSED_REMOTE,
  RECV_END_STREAM,
  RST_STREAM,
  SEND_END_STREAM,
  SEND_HEADERS,
} from "./stream-state.ts";

const { PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, ENHANCE_YOUR_CALM, COMPRESSION_ERROR, NO_ERROR, CANCEL } =
  ERROR_CODE;

/** Octets that may wait for the kernel before content waits with us. */
const HIGH_WATER = 65_536;

/** The largest DATA frame that we send: small enough that others get their turn. */
const LARGEST_DATA = 16_384;

/** Streams that were reset and that are remembered at least: their late frames are no error (RFC 9113 §5.1). */
const REMEMBERED_RESETS = 256;

/** Where the connection is. */
const STARTING = 0; // the peer's SETTINGS have not come
const RUNNING = 1;
const ENDING = 2; // GOAWAY was sent for good; what still comes is read away
const GONE = 3;

/** PINGs of ours, told apart by their first octet. */
const PROBE = 1; // measures bandwidth and delay
const DRAIN = 2; // marks what the peer sent before it read our first GOAWAY

export abstract class Connection implements Engine, FrameVisitor {
  readonly carrier: Carrier;
  /** Streams that are not closed. */
  readonly streams: Map<number, Stream>;
  protected readonly options: ResolvedOptions;
  protected readonly control: ControlFrames;
  protected readonly peerSettings: PeerSettings;
  protected readonly hpackDecoder: HpackDecoder;
  protected readonly hpackEncoder: HpackEncoder;
  protected readonly frames: FrameDecoder;
  protected phase: number;
  /** The largest stream identifier that the peer opened. */
  protected lastPeerId: number;
  /** The last stream that we promised to work on, once GOAWAY was sent; else 2^31-1. */
  protected lastAccepted: number;
  protected draining: boolean;
  /** The peer knows our settings. */
  protected acknowledged: boolean;
  private readonly scheduler: Scheduler<Stream>;
  private readonly estimate: BandwidthEstimate;
  private readonly resets: Budget;
  private readonly controls: Budget;
  /** Streams that we reset, and how many octets of content the peer may have sent before it knew. */
  private readonly recentResets: Map<number, number>;
  private readonly peerResets: Map<number, number>;
  private windowless: Stream[];
  private sendWindow: number;
  private receiveWindow: ReceiveWindow;
  private streamWindowSize: number;
  private blockStream: number;
  private blockEnds: boolean;
  private blockPromised: number;
  private block: Uint8Array;
  private blockOctets: number;
  private blockFrames: number;
  private settingsSeen: number;
  private endWanted: boolean;
  /** GOAWAY with the last stream that is taken was said (RFC 9113 §6.8). */
  private drainSaid: boolean;
  private drainDue: number;
  private receiving: boolean;
  private due: number;
  private written: number;

  constructor(carrier: Carrier, options: ResolvedOptions) {
    const { now } = carrier;
    this.carrier = carrier;
    this.streams = new Map();
    this.options = options;
    this.control = new ControlFrames();
    this.peerSettings = new PeerSettings();
    this.hpackDecoder = new HpackDecoder({
      // A smaller table is in force when the peer has acknowledged it (RFC 9113 §4.3.1).
      maxTableOctets: Math.max(options.headerTableOctets, DEFAULT_TABLE_SIZE),
      maxFieldSectionOctets: options.maxFieldSectionOctets,
      maxFields: options.maxFields,
    });
    this.hpackEncoder = new HpackEncoder({ maxTableOctets: options.headerTableOctets });
    this.frames = new FrameDecoder(this);
    this.phase = STARTING;
    this.lastPeerId = 0;
    this.lastAccepted = MAX_31_BIT;
    this.draining = false;
    this.acknowledged = false;
    this.drainSaid = false;
    this.drainDue = Number.POSITIVE_INFINITY;
    this.scheduler = new Scheduler();
    this.estimate = new BandwidthEstimate();
    this.resets = new Budget(options.resetBurst, options.resetsPerSecond, now);
    this.controls = new Budget(options.controlBurst, options.controlsPerSecond, now);
    this.recentResets = new Map();
    this.peerResets = new Map();
    this.windowless = [];
    this.sendWindow = DEFAULT_WINDOW;
    this.receiveWindow = new ReceiveWindow(DEFAULT_WINDOW);
    this.streamWindowSize = options.initialWindowOctets;
    this.blockStream = 0;
    this.blockEnds = false;
    this.blockPromised = 0;
    this.block = NOTHING;
    this.blockOctets = 0;
    this.blockFrames = 0;
    this.settingsSeen = 0;
    this.endWanted = false;
    this.receiving = false;
    this.due = now + options.headTimeoutMs;
    this.written = 0;
  }

  // Engine

  get deadline(): number {
    return Math.min(this.due, this.drainDue);
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
    if (this.phase === GONE) return;
    // Without the peer's octets no window opens and no stream ends well: what is open is over.
    if (this.phase < ENDING) this.end(NO_ERROR, "", new PeerGoneError());
  }

  flush(sink: ByteSink): boolean {
    if (this.control.octets > 0) this.control.flush(sink);
    if (this.phase === ENDING) {
      if (this.endWanted) {
        this.endWanted = false;
        sink.end();
      }
      return true;
    }
    this.flushWindowless(sink);
    const done = this.flushContent(sink);
    if (this.control.octets > 0) this.control.flush(sink); // what the end of a stream made us say
    if (this.drainSaid && this.streams.size === 0) this.end(NO_ERROR, "");
    if (this.endWanted) {
      this.control.flush(sink);
      this.endWanted = false;
      sink.end();
    }
    return done;
  }

  /** Two phases (RFC 9113 §6.8): no new streams, please; then, when the peer must have read that, none are taken. */
  drain(): void {
    if (this.draining || this.phase >= ENDING) return;
    this.draining = true;
    this.control.goaway(MAX_31_BIT, NO_ERROR, "");
    this.sendPing(DRAIN);
    this.drainDue = this.carrier.now + DRAIN_PING_MS;
  }

  onDeadline(): void {
    const { now } = this.carrier;
    if (now >= this.drainDue) this.drainSecond();
    if (now < this.due) return;
    if (this.phase === ENDING) {
      if (this.carrier.pending > 0 && this.written !== this.carrier.pending) {
        this.written = this.carrier.pending; // it still takes what we said last
        this.due = now + this.options.lingerMs;
      } else this.carrier.abort(null);
      return;
    }
    if (this.phase === STARTING) this.end(PROTOCOL_ERROR, "no SETTINGS came in time");
    else if (this.blockStream !== 0) this.end(ENHANCE_YOUR_CALM, "a field block took too long");
    else if (this.streams.size === 0) this.end(NO_ERROR, "");
    else this.checkStreams(now);
  }

  closed(reason: Error | null): void {
    if (this.phase === GONE) return;
    this.phase = GONE;
    this.due = Number.POSITIVE_INFINITY;
    this.drainDue = Number.POSITIVE_INFINITY;
    this.frames.stop();
    this.control.clear();
    this.cutAll(reason instanceof Http2Error ? reason : new PeerGoneError(undefined, { cause: reason }));
  }

  // What streams ask for

  /** The stream has something to send that needs no window. */
  listed(stream: Stream): void {
    if (!stream.listed) {
      stream.listed = true;
      this.windowless.push(stream);
    }
    this.wantFlush();
  }

  /** The stream has content to send, or its end. */
  contentQueued(stream: Stream): void {
    if (stream.contentOctets === 0) {
      if (stream.contentEnds) this.listed(stream);
      return;
    }
    if (stream.sendWindow > 0) this.scheduler.add(stream);
    this.wantFlush();
  }

  /** Octets of content were consumed: windows open again. */
  consumed(stream: Stream, octets: number): void {
    if (this.phase >= ENDING) return;
    stream.progressAt = this.carrier.now;
    const increment = stream.remoteEnded ? 0 : (stream.receiveWindow?.give(octets) ?? 0);
    if (increment > 0) {
      this.control.windowUpdate(stream.id, increment);
      this.wantFlush();
    }
    this.returned(octets);
  }

  /** Octets of content are no longer held, or never were: the connection's window opens again. */
  returned(octets: number): void {
    if (octets === 0 || this.phase >= ENDING) return;
    const increment = this.receiveWindow.give(octets);
    if (increment === 0) return;
    this.control.windowUpdate(0, increment);
    this.wantFlush();
  }

  /** Resets a stream for our own reasons; what the peer caused goes through {@link streamError}. */
  resetStream(stream: Stream, errorCode: number, reason: Error): void {
    if (this.streams.get(stream.id) !== stream) return;
    this.control.rstStream(stream.id, errorCode);
    this.rememberReset(stream.id, stream.receiveWindow);
    stream.advance(RST_STREAM);
    this.forget(stream);
    stream.cut(reason);
    this.wantFlush();
  }

  reprioritise(stream: Stream, value: string): void {
    this.scheduler.reprioritise(stream, parsePriority(value));
  }

  // FrameVisitor

  onData(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    flowOctets: number,
    endStream: boolean,
  ): void {
    this.mayCome();
    if (!this.receiveWindow.take(flowOctets))
      throw new ConnectionError(FLOW_CONTROL_ERROR, "more content than the connection's window");
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.returned(flowOctets);
      if (!this.wasInFlight(streamId, flowOctets)) this.onClosedStream(streamId, "DATA");
      return;
    }
    if (!stream.canReceive) {
      this.returned(flowOctets);
      this.streamError(stream, STREAM_CLOSED);
      return;
    }
    const octets = end - start;
    if (octets === 0 && !endStream) this.chargeControl("DATA that carries nothing"); // S64, S87
    stream.receiveWindow ??= new ReceiveWindow(this.streamWindowSize, this.freshWindow);
    if (!stream.receiveWindow.take(flowOctets)) {
      this.returned(flowOctets);
      this.streamError(stream, FLOW_CONTROL_ERROR);
      return;
    }
    stream.progressAt = this.carrier.now;
    if (octets >= SUBSTANTIAL) this.controls.refund(1);
    if (octets > 0 && this.estimate.arrived(flowOctets, this.receiveWindow.size)) this.sendPing(PROBE);
    if (!stream.receiveContent(bytes, start, end)) {
      this.returned(flowOctets);
      this.streamError(stream, PROTOCOL_ERROR); // RFC 9113 §8.1.1, S80
      return;
    }
    // Padding is consumed as it comes.
    if (stream.connection === null) {
      this.returned(flowOctets - octets); // its reader gave it up
      return;
    }
    if (flowOctets > octets) this.consumed(stream, flowOctets - octets);
    if (!endStream) return;
    if (stream.lengthHolds) this.endReceived(stream, null);
    else this.streamError(stream, PROTOCOL_ERROR); // RFC 9113 §8.1.1, S80
  }

  onHeaders(
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
    endHeaders: boolean,
  ): void {
    this.mayCome();
    this.beginBlock(streamId, 0, bytes, start, end, endStream, endHeaders);
  }

  onPushPromise(
    streamId: number,
    promisedId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endHeaders: boolean,
  ): void {
    this.mayCome();
    this.checkPush(streamId, promisedId);
    this.beginBlock(streamId, promisedId, bytes, start, end, false, endHeaders);
  }

  onContinuation(streamId: number, bytes: Uint8Array, start: number, end: number, endHeaders: boolean): void {
    if (this.blockStream === 0 || this.blockStream !== streamId)
      throw new ConnectionError(PROTOCOL_ERROR, `CONTINUATION of stream ${streamId} without a field block`);
    // S56: counted and bounded before anything is decoded.
    if (++this.blockFrames > this.options.maxContinuations)
      throw new ConnectionError(ENHANCE_YOUR_CALM, "a field block in too many frames");
    this.holdBlock(bytes, start, end);
    if (!endHeaders) return;
    const { block, blockOctets } = this;
    this.blockStream = 0;
    this.block = NOTHING;
    this.blockOctets = 0;
    this.fieldBlock(streamId, this.blockPromised, block, 0, blockOctets, this.blockEnds);
  }

  onPriority(_streamId: number): void {
    this.mayCome();
    this.chargeControl("PRIORITY"); // S59
  }

  onRstStream(streamId: number, errorCode: number): void {
    this.mayCome();
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) throw new ConnectionError(PROTOCOL_ERROR, `RST_STREAM on idle stream ${streamId}`);
      this.chargeControl("RST_STREAM on streams that are closed");
      return;
    }
    stream.advance(RST_STREAM);
    this.onPeerReset(stream, errorCode);
    remember(this.peerResets, streamId, 0, 0);
    this.died(
      stream,
      new Http2Error("ERR_HTTP2_STREAM_RESET", errorCode, "peer", `stream ${streamId} was reset`),
      errorCode !== NO_ERROR,
    );
  }

  onSetting(identifier: number, value: number): void {
    this.notInBlock();
    // S69: nobody has more to say
    if (++this.settingsSeen > MAX_SETTINGS)
      throw new ConnectionError(ENHANCE_YOUR_CALM, "too many settings in a frame");
    const before = this.peerSettings.initialWindowOctets;
    this.peerSettings.apply(identifier, value);
    if (identifier === SETTING.INITIAL_WINDOW_SIZE) this.adjustSendWindows(value - before);
    else if (identifier === SETTING.HEADER_TABLE_SIZE) this.hpackEncoder.setPeerTableOctets(value);
  }

  onSettingsEnd(): void {
    this.notInBlock();
    this.settingsSeen = 0;
    if (this.phase === STARTING) {
      this.phase = RUNNING;
      this.rest();
      this.enlarge(this.options.initialWindowOctets);
    } else this.chargeControl("SETTINGS"); // S61
    this.control.settingsAck();
    this.onPeerSettings();
    this.wantFlush();
  }

  onSettingsAck(): void {
    this.mayCome();
    if (this.control.unacknowledged === 0) {
      this.chargeControl("SETTINGS acknowledgements that nobody asked for");
      return;
    }
    this.control.unacknowledged--;
    if (this.acknowledged) return;
    this.acknowledged = true;
    this.hpackDecoder.setMaxTableOctets(this.options.headerTableOctets);
  }

  onPing(bytes: Uint8Array, at: number, ack: boolean): void {
    this.mayCome();
    if (!ack) {
      this.chargeControl("PING"); // S58
      this.control.ping(bytes, at, true);
      this.wantFlush();
      return;
    }
    const which = bytes[at];
    if (which === PROBE && this.estimate.probing) this.growWindows();
    else if (which === DRAIN && this.draining && !this.drainSaid) this.drainSecond();
    else this.chargeControl("PING acknowledgements that nobody asked for");
  }

  onGoaway(lastStreamId: number, errorCode: number, _bytes: Uint8Array, _start: number, _end: number): void {
    this.mayCome();
    this.chargeControl("GOAWAY");
    this.onPeerGoaway(lastStreamId, errorCode);
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.mayCome();
    if (streamId === 0) {
      this.sendWindow = grant(this.sendWindow, increment);
      if (Number.isNaN(this.sendWindow))
        throw new ConnectionError(FLOW_CONTROL_ERROR, "the connection's window is over 2^31-1"); // S72
      this.wantFlush();
      return;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) throw new ConnectionError(PROTOCOL_ERROR, `WINDOW_UPDATE on idle stream ${streamId}`);
      this.chargeControl("WINDOW_UPDATE on streams that are closed");
      return;
    }
    const window = grant(stream.sendWindow, increment);
    if (Number.isNaN(window)) {
      this.streamError(stream, FLOW_CONTROL_ERROR);
      return;
    }
    // S57: windows that are opened octet by octet are work for nothing
    if (increment < SMALL_INCREMENT && stream.contentOctets > increment) this.chargeControl("windows opened in dribs");
    stream.sendWindow = window;
    if (stream.contentOctets > 0 && window > 0) {
      this.scheduler.add(stream);
      this.wantFlush();
    }
  }

  onPriorityUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.mayCome();
    this.chargeControl("PRIORITY_UPDATE"); // S59
    const stream = this.streams.get(streamId);
    if (stream !== undefined && end - start <= 256)
      this.reprioritise(stream, String.fromCharCode(...bytes.subarray(start, end)));
  }

  onExtension(_type: number, _streamId: number, _bytes: Uint8Array, _start: number, _end: number): void {
    this.mayCome();
    this.chargeControl("extension frames");
  }

  onUnknown(_type: number, _streamId: number): void {
    this.mayCome(); // RFC 9113 §5.5: not in the middle of a field block
    this.chargeControl("frames of unknown type");
  }

  onStreamError(streamId: number, errorCode: number): void {
    this.mayCome();
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.streamError(stream, errorCode);
    // RFC 9113 §6.4: nothing resets an idle stream.
    else if (this.isIdle(streamId))
      throw new ConnectionError(errorCode, `a frame that is wrong, on idle stream ${streamId}`);
    else {
      this.control.rstStream(streamId, errorCode);
      this.wantFlush();
      this.chargeReset();
    }
  }

  // For the roles

  /** A stream's own error (RFC 9113 §5.4.2): reset, and charged, since the peer caused it (S55). */
  protected streamError(stream: Stream, errorCode: number): void {
    this.control.rstStream(stream.id, errorCode);
    this.rememberReset(stream.id, stream.receiveWindow);
    stream.advance(RST_STREAM);
    this.died(
      stream,
      new Http2Error("ERR_HTTP2_STREAM_RESET", errorCode, "us", `stream ${stream.id} broke the protocol`),
      true,
    );
    this.wantFlush();
  }

  /** A stream that was never opened is refused. */
  protected refuseStream(streamId: number, errorCode: number): void {
    this.control.rstStream(streamId, errorCode);
    this.rememberReset(streamId, null);
    this.chargeReset();
    this.wantFlush();
  }

  /** The peer's message is complete. */
  protected endReceived(stream: Stream, trailers: Fields | null): void {
    stream.advance(RECV_END_STREAM);
    stream.receiveEnd(trailers);
    if (stream.state === CLOSED && stream.connection !== null) this.completed(stream);
  }

  /** Trailers came on a stream that has a head. */
  protected trailersReceived(stream: Stream, list: string[], endStream: boolean): void {
    if (!stream.canReceive) this.streamError(stream, STREAM_CLOSED);
    // RFC 9113 §8.1: a field section in the middle must end the message
    else if (!endStream || this.hpackDecoder.tooLarge || !isTrailerSection(list) || !stream.lengthHolds)
      this.streamError(stream, PROTOCOL_ERROR);
    else this.endReceived(stream, list.length === 0 ? null : Fields.adopt(list));
  }

  /** A frame on a stream that is idle or closed. */
  protected onClosedStream(streamId: number, name: string): void {
    if (this.isIdle(streamId)) throw new ConnectionError(PROTOCOL_ERROR, `${name} on idle stream ${streamId}`);
    if (this.recentResets.has(streamId) || streamId > this.lastAccepted) {
      this.chargeControl(`${name} on streams that were reset`);
      return;
    }
    // After END_STREAM nothing follows; after RST_STREAM that is the stream's own error (RFC 9113 §5.1).
    if (name === "HEADERS" || !this.peerResets.has(streamId))
      throw new ConnectionError(STREAM_CLOSED, `${name} on closed stream ${streamId}`);
    this.control.rstStream(streamId, STREAM_CLOSED);
    this.chargeReset();
    this.wantFlush();
  }

  /** A stream is reset or ignored by us: what the peer had sent before it knew is no fault of its (RFC 9113 §5.1). */
  protected rememberReset(streamId: number, window: ReceiveWindow | null): void {
    remember(this.recentResets, streamId, window?.left ?? this.freshWindow, 2 * this.options.maxConcurrentStreams);
  }

  /** What the peer takes the window of a stream for on which no content has come. */
  private get freshWindow(): number {
    return this.acknowledged ? this.streamWindowSize : Math.max(this.streamWindowSize, DEFAULT_WINDOW);
  }

  /**
   * Whether content of a stream that we reset was sent before the peer knew: as much as the stream's window then had
   * left, and no more. It costs the peer nothing; all else is charged.
   */
  private wasInFlight(streamId: number, octets: number): boolean {
    const left = this.recentResets.get(streamId);
    if (left === undefined || octets === 0 || octets > left) return false;
    this.recentResets.set(streamId, left - octets);
    return true;
  }

  /** Says GOAWAY for the last time, and ends. */
  protected end(errorCode: number, debug: string, reason: Error | null = null): void {
    if (this.phase >= ENDING) return;
    // RFC 9113 §6.8: what was said once is never raised.
    this.control.goaway(Math.min(this.lastPeerId, this.lastAccepted), errorCode, debug);
    this.phase = ENDING;
    this.endWanted = true;
    this.frames.stop();
    this.due = this.carrier.now + this.options.lingerMs;
    this.drainDue = Number.POSITIVE_INFINITY;
    this.cutAll(reason ?? new Http2Error("ERR_HTTP2_CLOSED", errorCode, "us", "the connection ended"));
    this.wantFlush();
  }

  protected wantFlush(): void {
    if (this.control.isFull && this.phase < ENDING)
      this.failed(new ConnectionError(ENHANCE_YOUR_CALM, "more answers are asked for than are read"));
    if (!this.receiving) this.carrier.wantFlush();
  }

  /** Nothing is open or everything moves: when to look again. */
  protected rest(): void {
    const { now } = this.carrier;
    if (this.phase >= ENDING) return;
    this.due =
      now + (this.streams.size === 0 ? this.options.idleTimeoutMs : Math.min(this.options.contentTimeoutMs, LOOK_MS));
  }

  /** We have said GOAWAY for the last time, or the byte stream is gone. */
  protected get isEnding(): boolean {
    return this.phase >= ENDING;
  }

  /** A stream is over without a word to the peer. */
  protected abandon(stream: Stream, reason: Error): void {
    this.forget(stream);
    stream.cut(reason);
  }

  protected addStream(stream: Stream): void {
    this.streams.set(stream.id, stream);
    if (this.streams.size === 1) this.rest();
  }

  /** The peer's settings were applied. */
  protected abstract onPeerSettings(): void;
  protected abstract onPeerGoaway(lastStreamId: number, errorCode: number): void;
  /** A whole field section was decoded. */
  protected abstract headReceived(streamId: number, list: string[], endStream: boolean): void;
  protected abstract promiseReceived(streamId: number, promisedId: number, list: string[]): void;
  protected abstract checkPush(streamId: number, promisedId: number): void;
  /** No frame has opened the stream yet. */
  protected abstract isIdle(streamId: number): boolean;

  // Field blocks

  private beginBlock(
    streamId: number,
    promisedId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
    endHeaders: boolean,
  ): void {
    if (endHeaders) {
      this.fieldBlock(streamId, promisedId, bytes, start, end, endStream);
      return;
    }
    this.blockStream = streamId;
    this.blockPromised = promisedId;
    this.blockEnds = endStream;
    this.blockFrames = 0;
    this.holdBlock(bytes, start, end);
    this.due = this.carrier.now + this.options.headTimeoutMs;
  }

  private holdBlock(bytes: Uint8Array, start: number, end: number): void {
    const octets = this.blockOctets + end - start;
    if (octets > this.options.maxFieldBlockOctets)
      throw new ConnectionError(ENHANCE_YOUR_CALM, "a field block is too large");
    if (octets > this.block.length) {
      const grown = new Uint8Array(Math.max(octets, this.block.length * 2));
      grown.set(this.block.subarray(0, this.blockOctets));
      this.block = grown;
    }
    this.block.set(bytes.subarray(start, end), this.blockOctets);
    this.blockOctets = octets;
  }

  private fieldBlock(
    streamId: number,
    promisedId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    endStream: boolean,
  ): void {
    // Decoded whatever becomes of the stream: the table belongs to the connection (RFC 9113 §4.3).
    const list = this.hpackDecoder.decode(bytes, start, end);
    if (promisedId !== 0) this.promiseReceived(streamId, promisedId, list);
    else this.headReceived(streamId, list, endStream);
  }

  private notInBlock(): void {
    if (this.blockStream !== 0)
      throw new ConnectionError(PROTOCOL_ERROR, `a field block of stream ${this.blockStream} is not complete`);
  }

  /** A frame may come now: the peer's SETTINGS were first (RFC 9113 §3.4), and no field block is open (§4.3). */
  private mayCome(): void {
    this.notInBlock();
    if (this.phase === STARTING) throw new ConnectionError(PROTOCOL_ERROR, "SETTINGS come first");
  }

  // Sending

  private flushWindowless(sink: ByteSink): void {
    const { windowless } = this;
    if (windowless.length === 0) return;
    this.windowless = [];
    for (const stream of windowless) {
      stream.listed = false;
      if (stream.connection === null) continue;
      const { heads, headsEnd } = stream;
      if (heads.length > 0) {
        stream.heads = [];
        for (let i = 0; i < heads.length; i++) {
          const ends = headsEnd && i === heads.length - 1;
          this.writeHead(sink, stream, heads[i] as readonly string[], ends);
        }
        if (headsEnd) {
          this.endSent(stream);
          continue;
        }
      }
      if (stream.contentOctets === 0 && stream.contentEnds) this.writeEnd(sink, stream);
    }
  }

  private flushContent(sink: ByteSink): boolean {
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
    writeFrameHead(sink, octets, FRAME_TYPE.DATA, ends ? FLAG.END_STREAM : 0, stream.id);
    const ready = writePieces(sink, stream, octets);
    stream.sendWindow -= octets;
    this.sendWindow -= octets;
    stream.progressAt = this.carrier.now;
    if (octets >= SUBSTANTIAL) this.controls.refund(1);
    if (last) {
      this.scheduler.remove(stream);
      if (ends) this.endSent(stream);
      else if (stream.contentEnds) this.writeEnd(sink, stream);
    } else this.scheduler.sent(stream);
    stream.contentSent();
    return ready;
  }

  /** The end of a stream whose content has all been sent: trailers, or an empty DATA frame. */
  private writeEnd(sink: ByteSink, stream: Stream): void {
    if (stream.trailers !== null) this.writeHead(sink, stream, stream.trailers, true);
    else writeFrameHead(sink, 0, FRAME_TYPE.DATA, FLAG.END_STREAM, stream.id);
    this.endSent(stream);
  }

  private writeHead(sink: ByteSink, stream: Stream, fields: readonly string[], ends: boolean): void {
    stream.advance(SEND_HEADERS);
    const bound = this.hpackEncoder.bound(fields);
    const at = sink.reserve(FRAME_HEAD_OCTETS + bound);
    const { memory } = sink;
    const end = this.hpackEncoder.encode(fields, memory, at + FRAME_HEAD_OCTETS);
    const octets = end - at - FRAME_HEAD_OCTETS;
    const most = this.peerSettings.maxFrameOctets;
    const flags = (ends ? FLAG.END_STREAM : 0) | (octets <= most ? FLAG.END_HEADERS : 0);
    if (octets <= most) {
      encodeFrameHead(memory, at, octets, FRAME_TYPE.HEADERS, flags, stream.id);
      sink.commit(FRAME_HEAD_OCTETS + octets);
      return;
    }
    // Too large for a frame: the block is moved out and cut into CONTINUATION frames (RFC 9113 §6.10).
    const block = memory.slice(at + FRAME_HEAD_OCTETS, end);
    for (let from = 0; from < octets; from += most) {
      const piece = block.subarray(from, Math.min(from + most, octets));
      const isLast = from + most >= octets;
      const type = from === 0 ? FRAME_TYPE.HEADERS : FRAME_TYPE.CONTINUATION;
      writeFrameHead(sink, piece.length, type, (from === 0 ? flags : 0) | (isLast ? FLAG.END_HEADERS : 0), stream.id);
      const room = sink.reserve(piece.length); // before `memory`: reserving may replace it
      sink.memory.set(piece, room);
      sink.commit(piece.length);
    }
  }

  /** Our side of the stream is complete. */
  private endSent(stream: Stream): void {
    stream.advance(SEND_END_STREAM);
    stream.localEnded = true;
    if (stream.state === CLOSED) this.completed(stream);
    else this.onEndSent(stream);
  }

  /** The peer reset a stream, before its receiver is told. */
  protected onPeerReset(_stream: Stream, _errorCode: number): void {}

  /** A stream is no more: another may be opened. */
  protected onStreamGone(): void {}

  /** Our message is complete, the peer's is not. */
  protected abstract onEndSent(stream: Stream): void;

  private adjustSendWindows(difference: number): void {
    for (const stream of this.streams.values()) {
      stream.sendWindow = grant(stream.sendWindow, difference);
      if (Number.isNaN(stream.sendWindow))
        throw new ConnectionError(FLOW_CONTROL_ERROR, "a stream's window is over 2^31-1"); // RFC 9113 §6.9.2
      if (stream.contentOctets > 0 && stream.sendWindow > 0) this.scheduler.add(stream);
    }
  }

  // Windows of ours

  private growWindows(): void {
    const { options } = this;
    const size = this.estimate.measured(this.receiveWindow.size, options.maxWindowOctets);
    if (size > this.receiveWindow.size) this.enlarge(size);
    if (size > this.streamWindowSize) {
      this.streamWindowSize = size;
      this.control.settings([[SETTING.INITIAL_WINDOW_SIZE, size]]);
      for (const stream of this.streams.values()) stream.receiveWindow?.grow(size);
      this.wantFlush();
    }
  }

  /** Enlarges the connection's window, which no setting does (RFC 9113 §6.9.2). */
  private enlarge(size: number): void {
    const increment = this.receiveWindow.grow(size);
    if (increment === 0) return;
    this.control.windowUpdate(0, increment);
    this.wantFlush();
  }

  private sendPing(which: number): void {
    this.control.ping(Uint8Array.of(which, 0, 0, 0, 0, 0, 0, 0), 0, false);
    this.wantFlush();
  }

  // The end of streams

  /** Both messages are complete. */
  private completed(stream: Stream): void {
    this.forget(stream);
    stream.release();
    this.resets.refund(1);
    this.controls.refund(2);
  }

  /** The one place where a stream dies before its time; here it is charged (S54, S55). */
  private died(stream: Stream, reason: Error, useless: boolean): void {
    this.forget(stream);
    stream.cut(reason);
    if (useless) this.chargeReset();
  }

  private forget(stream: Stream): void {
    this.streams.delete(stream.id);
    this.scheduler.remove(stream);
    if (this.streams.size === 0) this.rest();
    if (this.draining) this.wantFlush();
    this.onStreamGone();
  }

  private cutAll(reason: Error): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) {
      this.scheduler.remove(stream);
      stream.cut(reason);
    }
  }

  // Budgets

  private chargeReset(): void {
    if (!this.resets.charge(1, this.carrier.now))
      throw new ConnectionError(ENHANCE_YOUR_CALM, "too many streams for nothing");
  }

  protected chargeControl(what: string): void {
    if (!this.controls.charge(1, this.carrier.now)) throw new ConnectionError(ENHANCE_YOUR_CALM, `too much of ${what}`);
  }

  // Time and the end

  private drainSecond(): void {
    this.drainSaid = true;
    this.drainDue = Number.POSITIVE_INFINITY;
    this.lastAccepted = this.lastPeerId;
    this.control.goaway(this.lastPeerId, NO_ERROR, "");
    this.wantFlush();
  }

  private checkStreams(now: number): void {
    const overdue = now - this.options.contentTimeoutMs;
    for (const stream of [...this.streams.values()]) {
      if (stream.progressAt > overdue || !(stream.isStalled || stream.awaitsContent)) continue;
      const reason = new Http2Error("ERR_HTTP2_TOO_SLOW", CANCEL, "us", `nothing moved on stream ${stream.id}`);
      this.options.onRefused(reason, 0);
      this.resetStream(stream, stream.state === HALF_CLOSED_REMOTE ? CANCEL : ENHANCE_YOUR_CALM, reason);
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
    this.end(known.errorCode, `${errorCodeName(known.errorCode)} ${known.message}`.slice(0, 200));
  }
}

/** Settings in a frame (S69). */
const MAX_SETTINGS = 32;

/** A window opened by less than this, with more content waiting, is charged (S57). */
const SMALL_INCREMENT = 64;

/** A DATA frame of this many octets is useful work: peers that measure the path send a PING for each (S58). */
const SUBSTANTIAL = 1_024;

/** How often streams are looked at, ms. */
const LOOK_MS = 5_000;

/** How long the peer may take to answer the PING behind our first GOAWAY, ms. */
const DRAIN_PING_MS = 1_000;

const NOTHING: Uint8Array = new Uint8Array(0);

/** Keeps the latest stream identifiers, a bounded number of them. */
function remember(streams: Map<number, number>, streamId: number, octets: number, most: number): void {
  streams.set(streamId, octets);
  if (streams.size <= Math.max(REMEMBERED_RESETS, most)) return;
  for (const oldest of streams.keys()) {
    streams.delete(oldest);
    break;
  }
}

function writeFrameHead(sink: ByteSink, octets: number, type: number, flags: number, streamId: number): void {
  const at = sink.reserve(FRAME_HEAD_OCTETS);
  encodeFrameHead(sink.memory, at, octets, type, flags, streamId);
  sink.commit(FRAME_HEAD_OCTETS);
}

/** Writes the next `octets` of a stream's content; false when the sink wants to wait. */
function writePieces(sink: ByteSink, stream: Stream, octets: number): boolean {
  const { content } = stream;
  let left = octets;
  let taken = 0;
  let ready = true;
  while (left > 0) {
    const piece = content[taken] as Uint8Array | string;
    if (piece.length <= left) {
      left -= piece.length;
      taken++;
      if (typeof piece === "string") sink.writeLatin1(piece);
      else if (!sink.write(piece)) ready = false;
    } else {
      if (typeof piece === "string") {
        sink.writeLatin1(piece.slice(0, left));
        content[taken] = piece.slice(left);
      } else {
        if (!sink.write(piece.subarray(0, left))) ready = false;
        content[taken] = piece.subarray(left);
      }
      left = 0;
    }
  }
  if (taken === content.length) stream.content = [];
  else if (taken > 0) content.splice(0, taken);
  stream.contentOctets -= octets;
  return ready;
}
