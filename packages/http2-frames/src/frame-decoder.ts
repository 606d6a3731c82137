/**
 * Decoding frames (RFC 9113 §4.1 and §6).
 *
 * Takes octets cut anywhere, gives whole frames to a visitor. A frame that lies
 * whole in what arrived is read where it is; only one that is cut is copied.
 * Every rule that a frame can break by itself is checked here.
 *
 * @module
 */
import { ConnectionError, ERROR_CODE } from "./error-codes.ts";
import { DEFAULT_MAX_FRAME_OCTETS, FLAG, FRAME_HEAD_OCTETS, FRAME_TYPE } from "./frame-types.ts";
import type { FrameVisitor } from "./frame-visitor.ts";

const { PROTOCOL_ERROR, FRAME_SIZE_ERROR } = ERROR_CODE;

/** One decoder a connection. */
export class FrameDecoder {
  /** What we said in SETTINGS_MAX_FRAME_SIZE, octets; a longer frame is FRAME_SIZE_ERROR before it is read. */
  maxFrameOctets: number;
  private readonly visitor: FrameVisitor;
  private held: Uint8Array | null;
  private heldOctets: number;
  private stopped: boolean;

  constructor(visitor: FrameVisitor, maxFrameOctets: number = DEFAULT_MAX_FRAME_OCTETS) {
    this.maxFrameOctets = maxFrameOctets;
    this.visitor = visitor;
    this.held = null;
    this.heldOctets = 0;
    this.stopped = false;
  }

  /** A frame has begun and is not complete. */
  get pending(): boolean {
    return this.heldOctets > 0;
  }

  /** Nothing more is read: the visitor calls it when the connection is over. */
  stop(): void {
    this.stopped = true;
    this.held = null;
    this.heldOctets = 0;
  }

  /**
   * Decodes `bytes[at, end)`, all of it; what belongs to an incomplete frame is kept.
   * @throws ConnectionError at the first frame that breaks the connection
   */
  decode(bytes: Uint8Array, at: number, end: number): void {
    let next = at;
    if (this.heldOctets > 0) next = this.complete(bytes, at, end);
    while (!this.stopped && end - next >= FRAME_HEAD_OCTETS) {
      const total = FRAME_HEAD_OCTETS + this.frameOctets(bytes, next);
      if (end - next < total) break;
      const frame = next;
      next += total;
      this.read(bytes, frame, next);
    }
    if (!this.stopped && next < end) this.hold(bytes, next, end);
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
    const total = FRAME_HEAD_OCTETS + this.frameOctets(this.held as Uint8Array, 0);
    const taken = Math.min(end - next, total - this.heldOctets);
    this.hold(bytes, next, next + taken);
    next += taken;
    if (this.heldOctets === total) {
      const frame = this.held as Uint8Array;
      this.held = null;
      this.heldOctets = 0;
      this.read(frame, 0, total);
    }
    return next;
  }

  private hold(bytes: Uint8Array, at: number, end: number): void {
    const needed = this.heldOctets + end - at;
    if (this.held === null || this.held.length < needed) {
      // Grown by what came, not by what the head announces: a promise of 16 KiB costs the peer 16 KiB.
      const grown = new Uint8Array(
        Math.max(needed, 64, Math.min(this.heldOctets * 2, FRAME_HEAD_OCTETS + this.maxFrameOctets)),
      );
      if (this.held !== null) grown.set(this.held.subarray(0, this.heldOctets));
      this.held = grown;
    }
    this.held.set(bytes.subarray(at, end), this.heldOctets);
    this.heldOctets = needed;
  }

  private frameOctets(bytes: Uint8Array, at: number): number {
    const octets = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    // RFC 9113 §4.2: too long for any stream or connection; the payload is not waited for.
    if (octets > this.maxFrameOctets)
      throw new ConnectionError(FRAME_SIZE_ERROR, `a frame of ${octets} octets, ${this.maxFrameOctets} are allowed`);
    return octets;
  }

  private read(bytes: Uint8Array, frame: number, end: number): void {
    const { visitor } = this;
    const type = bytes[frame + 3] as number;
    const flags = bytes[frame + 4] as number;
    const streamId = uint32(bytes, frame + 5) & 0x7fffffff; // the reserved bit is ignored (RFC 9113 §4.1)
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
          selfDependent = (uint32(bytes, start) & 0x7fffffff) === streamId;
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
        if (selfDependent) visitor.onStreamError(streamId, PROTOCOL_ERROR); // RFC 7540 §5.3.1, still asked for by h2spec
        return;
      }
      case FRAME_TYPE.PRIORITY:
        onStream(streamId, "PRIORITY");
        if (octets !== 5) visitor.onStreamError(streamId, FRAME_SIZE_ERROR);
        else if ((uint32(bytes, start) & 0x7fffffff) === streamId) visitor.onStreamError(streamId, PROTOCOL_ERROR);
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
        visitor.onPushPromise(
          streamId,
          uint32(bytes, start) & 0x7fffffff,
          bytes,
          start + 4,
          last,
          (flags & FLAG.END_HEADERS) !== 0,
        );
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
        visitor.onGoaway(uint32(bytes, start) & 0x7fffffff, uint32(bytes, start + 4), bytes, start + 8, end);
        return;
      case FRAME_TYPE.WINDOW_UPDATE: {
        exactly(octets, 4, "WINDOW_UPDATE");
        const increment = uint32(bytes, start) & 0x7fffffff;
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
        const prioritisedId = uint32(bytes, start) & 0x7fffffff;
        if (prioritisedId === 0) throw new ConnectionError(PROTOCOL_ERROR, "PRIORITY_UPDATE for stream 0"); // RFC 9218 §7.1
        visitor.onPriorityUpdate(prioritisedId, bytes, start + 4, end);
        return;
      }
      case FRAME_TYPE.ALTSVC:
      case FRAME_TYPE.ORIGIN:
        visitor.onExtension(type, streamId, bytes, start, end);
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
    for (let at = start; at < end; at += 6)
      visitor.onSetting(((bytes[at] as number) << 8) | (bytes[at + 1] as number), uint32(bytes, at + 2) >>> 0);
    visitor.onSettingsEnd();
  }
}

/** A big-endian integer of four octets, signed: mask or shift it. */
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

/** The end of the content before its padding; `fixed` octets stand before the content (RFC 9113 §6.1, S87). */
function unpadded(bytes: Uint8Array, start: number, end: number, fixed: number): number {
  if (end - start < fixed) throw new ConnectionError(FRAME_SIZE_ERROR, "a padded frame has no room for its fields");
  const last = end - (bytes[start] as number);
  if (last < start + fixed) throw new ConnectionError(PROTOCOL_ERROR, "more padding than frame");
  return last;
}
