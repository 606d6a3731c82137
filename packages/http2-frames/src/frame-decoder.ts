/**
 * Decoding frames (RFC 9113 §4.1 and §6).
 *
 * Takes octets cut anywhere, gives whole frames to a visitor. A frame that lies
 * whole in what arrived is read where it is; only one that is cut is copied.
 * Every rule that a frame can break by itself is checked here; what depends on
 * the state of a stream or of the connection is the engine's.
 *
 * Ignored, as §4.1 demands: unused flags and the reserved bits. Not verified, as
 * §6.1 allows: that padding is zero.
 *
 * @module
 */
import { ConnectionError, ERROR_CODE } from "./error-codes.ts";
import {
  DEFAULT_MAX_FRAME_OCTETS,
  FLAG,
  FRAME_HEAD_OCTETS,
  FRAME_TYPE,
  LARGEST_FRAME_OCTETS,
  MAX_31_BIT,
} from "./frame-types.ts";
import type { FrameVisitor } from "./frame-visitor.ts";

const { PROTOCOL_ERROR, FRAME_SIZE_ERROR } = ERROR_CODE;

/**
 * One for each connection.
 *
 * @example
 * ```ts
 * const decoder = new FrameDecoder(visitor);
 * socket.on("data", (bytes) => decoder.decode(bytes, 0, bytes.length));
 * ```
 */
export class FrameDecoder {
  /**
   * The longest payload that is taken, octets: what we say in SETTINGS_MAX_FRAME_SIZE. A frame that announces more is
   * refused before its payload is waited for, so that a peer cannot make us hold it (RFC 9113 §4.2).
   */
  readonly maxFrameOctets: number;
  private readonly visitor: FrameVisitor;
  private held: Uint8Array | null;
  private heldOctets: number;
  private stopped: boolean;

  /**
   * @param visitor - is told of each frame
   * @param maxFrameOctets - from {@link DEFAULT_MAX_FRAME_OCTETS} to {@link LARGEST_FRAME_OCTETS}
   * @throws RangeError when it is less or more: no SETTINGS_MAX_FRAME_SIZE can say so (RFC 9113 §6.5.2)
   */
  constructor(visitor: FrameVisitor, maxFrameOctets: number = DEFAULT_MAX_FRAME_OCTETS) {
    if (!(maxFrameOctets >= DEFAULT_MAX_FRAME_OCTETS && maxFrameOctets <= LARGEST_FRAME_OCTETS))
      throw new RangeError(
        `maxFrameOctets is ${DEFAULT_MAX_FRAME_OCTETS} to ${LARGEST_FRAME_OCTETS}, not ${maxFrameOctets}`,
      );
    this.maxFrameOctets = maxFrameOctets;
    this.visitor = visitor;
    this.held = null;
    this.heldOctets = 0;
    this.stopped = false;
  }

  /** A frame has begun and is not complete: at the end of the octets, it was cut off. */
  get pending(): boolean {
    return this.heldOctets > 0;
  }

  /** Nothing more is read, of what was given already too: the visitor calls it when the connection is over. */
  stop(): void {
    this.stopped = true;
    this.held = null;
    this.heldOctets = 0;
  }

  /**
   * Decodes `bytes[at, end)`, all of it. `bytes` is borrowed: what belongs to an incomplete frame is copied.
   *
   * @throws ConnectionError at the first frame that breaks the connection, and whatever the visitor throws. Either
   *   stops the decoder: nothing behind it is ever read
   *
   * RFC 9113 §4.1. Linear, however the octets are cut; holds no more than one frame. Allocates nothing for a frame
   * that is not cut.
   */
  decode(bytes: Uint8Array, at: number, end: number): void {
    try {
      let next = this.heldOctets > 0 ? this.complete(bytes, at, end) : at;
      while (!this.stopped && end - next >= FRAME_HEAD_OCTETS) {
        const total = FRAME_HEAD_OCTETS + this.payloadOctets(bytes, next);
        if (end - next < total) break;
        const frame = next;
        next += total;
        this.read(bytes, frame, next);
      }
      if (!this.stopped && next < end) this.hold(bytes, next, end);
      if (this.heldOctets === 0) this.held = null; // between frames a connection owns no memory
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Adds to the held frame until it is whole; returns the offset of the first octet behind it. */
  private complete(bytes: Uint8Array, at: number, end: number): number {
    let next = at;
    if (this.heldOctets < FRAME_HEAD_OCTETS) {
      const taken = Math.min(end - next, FRAME_HEAD_OCTETS - this.heldOctets);
      this.hold(bytes, next, next + taken);
      next += taken;
      if (this.heldOctets < FRAME_HEAD_OCTETS) return next;
    }
    const total = FRAME_HEAD_OCTETS + this.payloadOctets(this.held as Uint8Array, 0);
    const taken = Math.min(end - next, total - this.heldOctets);
    this.hold(bytes, next, next + taken);
    next += taken;
    if (this.heldOctets === total) {
      const frame = this.held as Uint8Array;
      this.heldOctets = 0;
      // Kept for the frame that the end of this piece may cut: a fifth of the time per frame of a large download
      // (bench/http2-frames/decode.bench.mjs). What is larger is let go, or nine octets of a head could own it (S56).
      if (frame.length > REUSED_OCTETS) this.held = null;
      this.read(frame, 0, total);
    }
    return next;
  }

  /** Copies `bytes[at, end)` behind what is held. */
  private hold(bytes: Uint8Array, at: number, end: number): void {
    const needed = this.heldOctets + end - at;
    if (this.held === null || this.held.length < needed) {
      // Grown by what came, not by what the head announces: to make us hold 16 KiB, a peer sends 16 KiB. Doubled,
      // so that a frame that comes octet by octet is copied a few times and not once for each of them (S56, S65).
      const grown = new Uint8Array(
        Math.max(needed, 64, Math.min(this.heldOctets * 2, FRAME_HEAD_OCTETS + this.maxFrameOctets)),
      );
      if (this.held !== null) grown.set(this.held.subarray(0, this.heldOctets));
      this.held = grown;
    }
    this.held.set(bytes.subarray(at, end), this.heldOctets);
    this.heldOctets = needed;
  }

  /** The length that the head at `at` announces. */
  private payloadOctets(bytes: Uint8Array, at: number): number {
    const octets = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    // RFC 9113 §4.2: too long for any stream or connection; the payload is not waited for.
    if (octets > this.maxFrameOctets)
      throw new ConnectionError(FRAME_SIZE_ERROR, `a frame of ${octets} octets, ${this.maxFrameOctets} are allowed`);
    return octets;
  }

  /** Reads the frame `bytes[frame, end)`, which is whole. */
  private read(bytes: Uint8Array, frame: number, end: number): void {
    const { visitor } = this;
    const type = bytes[frame + 3] as number;
    const flags = bytes[frame + 4] as number;
    const streamId = uint31(bytes, frame + 5);
    let start = frame + FRAME_HEAD_OCTETS;
    const octets = end - start;
    switch (type) {
      case FRAME_TYPE.DATA: {
        onStream(streamId, "DATA");
        let last = end;
        if ((flags & FLAG.PADDED) !== 0) {
          last = unpadded(bytes, start, end, 1);
          start += 1;
        }
        visitor.onData(streamId, bytes, start, last, octets, (flags & FLAG.END_STREAM) !== 0);
        return;
      }
      case FRAME_TYPE.HEADERS: {
        onStream(streamId, "HEADERS");
        let last = end;
        const prioritised = (flags & FLAG.PRIORITY) !== 0;
        if ((flags & FLAG.PADDED) !== 0) {
          last = unpadded(bytes, start, end, prioritised ? 6 : 1);
          start += 1;
        }
        let selfDependent = false;
        if (prioritised) {
          if (last - start < 5) throw new ConnectionError(FRAME_SIZE_ERROR, "HEADERS is too short for its priority");
          selfDependent = uint31(bytes, start) === streamId;
          start += 5;
        }
        visitor.onHeaders(
          streamId,
          bytes,
          start,
          last,
          (flags & FLAG.END_STREAM) !== 0,
          (flags & FLAG.END_HEADERS) !== 0,
        );
        // RFC 7540 §5.3.1, which RFC 9113 §5.3.2 deprecates and h2spec still asks for. Only once the field block is
        // complete: inside of it the connection's state allows no word about the stream (RFC 9113 §4.3).
        if (selfDependent && (flags & FLAG.END_HEADERS) !== 0 && !this.stopped)
          visitor.onStreamError(streamId, PROTOCOL_ERROR);
        return;
      }
      case FRAME_TYPE.PRIORITY:
        onStream(streamId, "PRIORITY");
        if (octets !== 5) visitor.onStreamError(streamId, FRAME_SIZE_ERROR);
        else if (uint31(bytes, start) === streamId) visitor.onStreamError(streamId, PROTOCOL_ERROR);
        else visitor.onPriority(streamId);
        return;
      case FRAME_TYPE.RST_STREAM:
        onStream(streamId, "RST_STREAM");
        exactly(octets, 4, "RST_STREAM");
        visitor.onRstStream(streamId, uint32(bytes, start));
        return;
      case FRAME_TYPE.SETTINGS:
        onConnection(streamId, "SETTINGS");
        this.readSettings(bytes, start, end, (flags & FLAG.ACK) !== 0);
        return;
      case FRAME_TYPE.PUSH_PROMISE: {
        onStream(streamId, "PUSH_PROMISE");
        let last = end;
        if ((flags & FLAG.PADDED) !== 0) {
          last = unpadded(bytes, start, end, 5);
          start += 1;
        }
        if (last - start < 4) throw new ConnectionError(FRAME_SIZE_ERROR, "PUSH_PROMISE is too short");
        const promisedId = uint31(bytes, start);
        if (promisedId === 0) throw new ConnectionError(PROTOCOL_ERROR, "PUSH_PROMISE of stream 0"); // RFC 9113 §6.6
        visitor.onPushPromise(streamId, promisedId, bytes, start + 4, last, (flags & FLAG.END_HEADERS) !== 0);
        return;
      }
      case FRAME_TYPE.PING:
        onConnection(streamId, "PING");
        exactly(octets, 8, "PING");
        visitor.onPing(bytes, start, (flags & FLAG.ACK) !== 0);
        return;
      case FRAME_TYPE.GOAWAY:
        onConnection(streamId, "GOAWAY");
        if (octets < 8) throw new ConnectionError(FRAME_SIZE_ERROR, "GOAWAY is too short");
        visitor.onGoaway(uint31(bytes, start), uint32(bytes, start + 4), bytes, start + 8, end);
        return;
      case FRAME_TYPE.WINDOW_UPDATE: {
        exactly(octets, 4, "WINDOW_UPDATE");
        const increment = uint31(bytes, start);
        if (increment > 0) visitor.onWindowUpdate(streamId, increment);
        else if (streamId === 0) throw new ConnectionError(PROTOCOL_ERROR, "WINDOW_UPDATE by 0");
        else visitor.onStreamError(streamId, PROTOCOL_ERROR); // RFC 9113 §6.9
        return;
      }
      case FRAME_TYPE.CONTINUATION:
        onStream(streamId, "CONTINUATION");
        visitor.onContinuation(streamId, bytes, start, end, (flags & FLAG.END_HEADERS) !== 0);
        return;
      case FRAME_TYPE.PRIORITY_UPDATE: {
        onConnection(streamId, "PRIORITY_UPDATE");
        if (octets < 4) throw new ConnectionError(FRAME_SIZE_ERROR, "PRIORITY_UPDATE is too short");
        const prioritisedId = uint31(bytes, start);
        if (prioritisedId === 0) throw new ConnectionError(PROTOCOL_ERROR, "PRIORITY_UPDATE for stream 0"); // RFC 9218 §7.1
        visitor.onPriorityUpdate(prioritisedId, bytes, start + 4, end);
        return;
      }
      case FRAME_TYPE.ALTSVC:
        visitor.onExtension(type, streamId, bytes, start, end);
        return;
      case FRAME_TYPE.ORIGIN:
        // RFC 8336 §2.2: on another stream, or with a flag that may change what it says, it is ignored.
        if (streamId !== 0 || (flags & ORIGIN_RESERVED_FLAGS) !== 0) visitor.onUnknown(type, streamId);
        else visitor.onExtension(type, streamId, bytes, start, end);
        return;
      default:
        visitor.onUnknown(type, streamId);
    }
  }

  private readSettings(bytes: Uint8Array, start: number, end: number, ack: boolean): void {
    const { visitor } = this;
    if (ack) {
      if (end > start) throw new ConnectionError(FRAME_SIZE_ERROR, "a SETTINGS acknowledgement is empty"); // RFC 9113 §6.5
      visitor.onSettingsAck();
      return;
    }
    if ((end - start) % 6 !== 0) throw new ConnectionError(FRAME_SIZE_ERROR, "SETTINGS is a list of six octets each");
    for (let at = start; at < end && !this.stopped; at += 6)
      visitor.onSetting(((bytes[at] as number) << 8) | (bytes[at + 1] as number), uint32(bytes, at + 2));
    if (!this.stopped) visitor.onSettingsEnd();
  }
}

/** A big-endian integer of 31 bits in four octets; the bit before it is reserved and ignored (RFC 9113 §4.1). */
function uint31(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at) & MAX_31_BIT;
}

/** A big-endian integer of four octets, 0 to 2^32-1. */
function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

function onStream(streamId: number, name: string): void {
  if (streamId === 0) throw new ConnectionError(PROTOCOL_ERROR, `${name} on stream 0`);
}

function onConnection(streamId: number, name: string): void {
  if (streamId !== 0) throw new ConnectionError(PROTOCOL_ERROR, `${name} on stream ${streamId}`);
}

function exactly(octets: number, right: number, name: string): void {
  if (octets !== right) throw new ConnectionError(FRAME_SIZE_ERROR, `${name} is ${right} octets long, not ${octets}`);
}

/**
 * Where what a padded frame carries ends and its padding begins (RFC 9113 §6.1, S87).
 *
 * @param fixed - octets before the content that every such frame has, the pad length's own among them
 */
function unpadded(bytes: Uint8Array, start: number, end: number, fixed: number): number {
  if (end - start < fixed) throw new ConnectionError(FRAME_SIZE_ERROR, "a padded frame has no room for its fields");
  const last = end - (bytes[start] as number);
  if (last < start + fixed) throw new ConnectionError(PROTOCOL_ERROR, "more padding than frame");
  return last;
}

/** Flags of ORIGIN that are kept for incompatible changes (RFC 8336 §2.2). */
const ORIGIN_RESERVED_FLAGS = 0x0f;

/** The largest memory that is used for more than one frame: a frame of the size that every peer may send. */
const REUSED_OCTETS = FRAME_HEAD_OCTETS + DEFAULT_MAX_FRAME_OCTETS;
