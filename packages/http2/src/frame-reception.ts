/**
 * What each frame does (RFC 9113 §6), for both roles.
 *
 * A frame that is right by itself comes in; whether it may come now is decided
 * here, and what it changes: a stream, a window, a setting. What a field section
 * means, the roles say; how the connection begins and ends is its own file.
 *
 * @module
 */
import { type Carrier, Fields } from "@stack/http";
import { ConnectionError, ERROR_CODE, FrameDecoder, type FrameVisitor, SETTING } from "@stack/http2-frames";
import { ConnectionParts, ENDING, RUNNING, STARTING } from "./connection-parts.ts";
import { isTrailerSection } from "./field-rules.ts";
import type { ResolvedOptions } from "./options.ts";
import { MAX_PRIORITY_OCTETS, parsePriority } from "./priority.ts";
import type { Stream } from "./stream.ts";
import { CLOSED, RECV_END_STREAM, RESERVED_LOCAL, RESERVED_REMOTE } from "./stream-state.ts";

const { PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, ENHANCE_YOUR_CALM } = ERROR_CODE;

// PINGs of ours, told apart by their first octet.
/** Measures bandwidth and delay. */
export const PROBE = 1;
/** Marks what the peer sent before it read our first GOAWAY. */
export const DRAIN = 2;
/** Asks a server that seems to be gone. */
export const ALIVE = 3;

export abstract class FrameReception extends ConnectionParts implements FrameVisitor {
  protected readonly frames: FrameDecoder;
  private settingsSeen: number;

  constructor(carrier: Carrier, options: ResolvedOptions) {
    super(carrier, options);
    this.frames = new FrameDecoder(this);
    this.settingsSeen = 0;
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
    if (!this.windows.take(flowOctets))
      throw new ConnectionError(FLOW_CONTROL_ERROR, "more content than the connection's window");
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.returned(flowOctets);
      this.onClosedStream(streamId, "DATA", flowOctets);
      return;
    }
    const octets = end - start;
    const errorCode = this.takeData(stream, octets, flowOctets, endStream);
    if (errorCode !== 0) {
      this.returned(flowOctets);
      this.streams.broken(stream, errorCode);
      return;
    }
    stream.receiveContent(bytes, start, end);
    // Padding is consumed as it comes.
    if (stream.connection === null) {
      this.returned(flowOctets - octets); // its reader gave it up
      return;
    }
    if (flowOctets > octets) this.consumed(stream, flowOctets - octets);
    if (!endStream) return;
    if (stream.lengthHolds) this.endReceived(stream, null);
    else this.streams.broken(stream, PROTOCOL_ERROR); // RFC 9113 §8.1.1, S80
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
    if (endHeaders) this.fieldBlock(streamId, 0, bytes, start, end, endStream);
    else {
      this.block.begin(streamId, 0, bytes, start, end, endStream);
      this.onBlockOpen();
    }
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
    if (endHeaders) this.fieldBlock(streamId, promisedId, bytes, start, end, false);
    else {
      this.block.begin(streamId, promisedId, bytes, start, end, false);
      this.onBlockOpen();
    }
  }

  onContinuation(streamId: number, bytes: Uint8Array, start: number, end: number, endHeaders: boolean): void {
    const { block } = this;
    block.continue(streamId, bytes, start, end);
    if (!endHeaders) return;
    const whole = block.take();
    this.fieldBlock(streamId, block.promisedId, whole, 0, whole.length, block.endStream);
  }

  onPriority(_streamId: number): void {
    this.mayCome();
    this.budgets.chargeFrame("PRIORITY"); // S59
  }

  onRstStream(streamId: number, errorCode: number): void {
    this.mayCome();
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) throw new ConnectionError(PROTOCOL_ERROR, `RST_STREAM on idle stream ${streamId}`);
      this.budgets.chargeFrame("RST_STREAM on streams that are closed");
      return;
    }
    if (this.onPeerReset(stream, errorCode)) this.streams.answered(stream, errorCode);
    else this.streams.cancelled(stream, errorCode);
  }

  onSetting(identifier: number, value: number): void {
    this.notInBlock();
    // S69: nobody has more to say
    if (++this.settingsSeen > MAX_SETTINGS)
      throw new ConnectionError(ENHANCE_YOUR_CALM, "too many settings in a frame");
    const before = this.peerSettings.initialWindowOctets;
    this.peerSettings.apply(identifier, value);
    if (identifier === SETTING.HEADER_TABLE_SIZE) this.output.encoder.setPeerTableOctets(value);
    else if (identifier === SETTING.INITIAL_WINDOW_SIZE)
      for (const stream of this.streams.values())
        if (!this.output.openOf(stream, value - before))
          throw new ConnectionError(FLOW_CONTROL_ERROR, "a stream's window is over 2^31-1"); // RFC 9113 §6.9.2
  }

  onSettingsEnd(): void {
    this.notInBlock();
    this.settingsSeen = 0;
    if (this.phase === STARTING) {
      this.phase = RUNNING;
      this.onStarted();
      this.windows.enlarge(this.options.initialWindowOctets);
    } else this.budgets.chargeFrame("SETTINGS"); // S61
    this.control.settingsAck();
    this.onPeerSettings();
    this.wantFlush();
  }

  onSettingsAck(): void {
    this.mayCome();
    if (this.control.unacknowledged === 0) {
      this.budgets.chargeFrame("SETTINGS acknowledgements that nobody asked for");
      return;
    }
    this.control.unacknowledged--;
    if (this.windows.acknowledged) return;
    this.windows.acknowledged = true;
    this.hpackDecoder.setMaxTableOctets(this.options.headerTableOctets);
  }

  onPing(bytes: Uint8Array, at: number, ack: boolean): void {
    this.mayCome();
    if (!ack) {
      this.budgets.chargeFrame("PING"); // S58
      this.control.ping(bytes, at, true);
    } else if (bytes[at] === PROBE && this.windows.probing) this.windows.grow(this.streams.values());
    else if (bytes[at] === DRAIN && this.goaway.begun && !this.goaway.said) this.goaway.name(this.lastPeerId);
    else this.budgets.chargeFrame("PING acknowledgements that mean nothing"); // whoever answers ALIVE has been heard
    this.wantFlush();
  }

  onGoaway(lastStreamId: number, errorCode: number, _bytes: Uint8Array, _start: number, _end: number): void {
    this.mayCome();
    this.budgets.chargeFrame("GOAWAY");
    this.onPeerGoaway(lastStreamId, errorCode);
  }

  onWindowUpdate(streamId: number, increment: number): void {
    this.mayCome();
    if (streamId === 0) {
      if (!this.output.open(increment))
        throw new ConnectionError(FLOW_CONTROL_ERROR, "the connection's window is over 2^31-1"); // S72
      this.wantFlush();
      return;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (this.isIdle(streamId)) throw new ConnectionError(PROTOCOL_ERROR, `WINDOW_UPDATE on idle stream ${streamId}`);
      this.budgets.chargeFrame("WINDOW_UPDATE on streams that are closed");
      return;
    }
    if (stream.state === RESERVED_REMOTE)
      throw new ConnectionError(PROTOCOL_ERROR, `WINDOW_UPDATE on reserved stream ${streamId}`); // RFC 9113 §5.1
    // S57: windows that are opened octet by octet are work for nothing
    if (increment < SMALL_INCREMENT && stream.contentOctets > increment)
      this.budgets.chargeFrame("windows opened in dribs");
    if (!this.output.openOf(stream, increment)) this.streams.broken(stream, FLOW_CONTROL_ERROR);
    else if (stream.contentOctets > 0) this.wantFlush();
  }

  onPriorityUpdate(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.mayCome();
    this.budgets.chargeFrame("PRIORITY_UPDATE"); // S59
    this.priorityReceived(
      streamId,
      parsePriority(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + MAX_PRIORITY_OCTETS + 1)))),
    );
  }

  onExtension(_type: number, _streamId: number, _bytes: Uint8Array, _start: number, _end: number): void {
    this.mayCome();
    this.budgets.chargeFrame("extension frames");
  }

  onUnknown(_type: number, _streamId: number): void {
    this.mayCome(); // RFC 9113 §5.5: not in the middle of a field block
    this.budgets.chargeFrame("frames of unknown type");
  }

  onStreamError(streamId: number, errorCode: number): void {
    this.mayCome();
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.streams.broken(stream, errorCode);
    // RFC 9113 §6.4: nothing resets an idle stream.
    else if (this.isIdle(streamId))
      throw new ConnectionError(errorCode, `a frame that is wrong, on idle stream ${streamId}`);
    else this.streams.wrongWhenClosed(streamId, errorCode);
  }

  // What streams ask for

  /** Octets of content wait for their reader; how many of them the connection's window counts no more. */
  hold(octets: number): number {
    const held = this.windows.hold(octets);
    this.returned(held);
    return held;
  }

  /** Octets of content were consumed, `held` of them after {@link hold}: windows open again. */
  consumed(stream: Stream, octets: number, held = 0): void {
    if (this.phase < ENDING && this.windows.consumed(stream, octets, held)) this.wantFlush();
  }

  /** Octets of content wait no more for a reader, `held` of them after {@link hold}. */
  dropped(octets: number, held: number): void {
    this.windows.letGo(held);
    this.returned(octets - held);
  }

  /** Octets of content are no longer held, or never were: the connection's window opens again. */
  returned(octets: number): void {
    if (octets > 0 && this.phase < ENDING && this.windows.returned(octets)) this.wantFlush();
  }

  // Messages

  /** The peer's message is complete. */
  protected endReceived(stream: Stream, trailers: Fields | null): void {
    stream.advance(RECV_END_STREAM);
    stream.receiveEnd(trailers);
    if (stream.state === CLOSED && stream.connection !== null) this.streams.completed(stream);
  }

  /** Trailers came on a stream that has a head. */
  protected trailersReceived(stream: Stream, list: string[], endStream: boolean): void {
    if (!stream.canReceive) this.streams.broken(stream, STREAM_CLOSED);
    // RFC 9113 §8.5: a tunnel has DATA, and nothing behind it
    else if (stream.isTunnel) this.streams.broken(stream, PROTOCOL_ERROR);
    // RFC 9113 §8.1: a field section in the middle must end the message
    else if (!endStream || this.hpackDecoder.tooLarge || !isTrailerSection(list) || !stream.lengthHolds)
      this.streams.broken(stream, PROTOCOL_ERROR);
    else this.endReceived(stream, list.length === 0 ? null : Fields.adopt(list));
  }

  /** DATA or HEADERS on a stream that is idle or closed. */
  protected onClosedStream(streamId: number, name: string, octets = 0): void {
    if (this.isIdle(streamId)) throw new ConnectionError(PROTOCOL_ERROR, `${name} on idle stream ${streamId}`);
    this.streams.late(streamId, name, octets);
  }

  protected sendPing(which: number): void {
    this.control.ping(Uint8Array.of(which, 0, 0, 0, 0, 0, 0, 0), 0, false);
    this.wantFlush();
  }

  /** Counts DATA before it is given to its stream; an error code, or 0. */
  private takeData(stream: Stream, octets: number, flowOctets: number, endStream: boolean): number {
    if (stream.state === RESERVED_LOCAL || stream.state === RESERVED_REMOTE)
      throw new ConnectionError(PROTOCOL_ERROR, `DATA on reserved stream ${stream.id}`); // RFC 9113 §5.1
    if (!stream.canReceive) return STREAM_CLOSED;
    if (octets === 0 && !endStream) this.budgets.chargeFrame("DATA that carries nothing"); // S64, S87
    if (!this.windows.takeOf(stream, flowOctets)) return FLOW_CONTROL_ERROR;
    stream.progress?.moved(octets, this.carrier.now);
    this.budgets.moved(octets);
    if (octets > 0 && this.windows.wantsProbe(flowOctets)) this.sendPing(PROBE);
    return stream.count(octets) ? 0 : PROTOCOL_ERROR; // RFC 9113 §8.1.1, S80
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
    if (this.block.streamId !== 0)
      throw new ConnectionError(PROTOCOL_ERROR, `a field block of stream ${this.block.streamId} is not complete`);
  }

  /** A frame may come now: the peer's SETTINGS were first (RFC 9113 §3.4), and no field block is open (§4.3). */
  private mayCome(): void {
    this.notInBlock();
    if (this.phase === STARTING) throw new ConnectionError(PROTOCOL_ERROR, "SETTINGS come first");
  }
}

/** Settings in a frame (S69). */
const MAX_SETTINGS = 32;

/** A window opened by less than this, with more content waiting, is charged (S57). */
const SMALL_INCREMENT = 64;
