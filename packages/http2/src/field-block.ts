/**
 * A field block that comes in pieces: HEADERS or PUSH_PROMISE, then CONTINUATION (RFC 9113 §4.3, §6.10).
 *
 * Bounded in octets and in frames before anything of it is decoded (S56). A
 * block in one frame, as almost all are, never comes here.
 *
 * @module
 */
import { ConnectionError, ERROR_CODE } from "@stack/http2-frames";
import type { ResolvedOptions } from "./options.ts";

const { PROTOCOL_ERROR, ENHANCE_YOUR_CALM } = ERROR_CODE;

export class FieldBlock {
  /** The stream whose block is open, or 0. */
  streamId: number;
  /** The stream that it promises, or 0. */
  promisedId: number;
  /** The message has no content. */
  endStream: boolean;
  private readonly options: ResolvedOptions;
  private bytes: Uint8Array;
  private octets: number;
  private frames: number;

  constructor(options: ResolvedOptions) {
    this.streamId = 0;
    this.promisedId = 0;
    this.endStream = false;
    this.options = options;
    this.bytes = NOTHING;
    this.octets = 0;
    this.frames = 0;
  }

  begin(streamId: number, promisedId: number, bytes: Uint8Array, start: number, end: number, endStream: boolean): void {
    this.streamId = streamId;
    this.promisedId = promisedId;
    this.endStream = endStream;
    this.frames = 0;
    this.append(bytes, start, end);
  }

  /** @throws ConnectionError when it does not belong to the open block, or is one too many */
  continue(streamId: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.streamId === 0 || this.streamId !== streamId)
      throw new ConnectionError(PROTOCOL_ERROR, `CONTINUATION of stream ${streamId} without a field block`);
    if (++this.frames > this.options.maxContinuations)
      throw new ConnectionError(ENHANCE_YOUR_CALM, "a field block in too many frames");
    this.append(bytes, start, end);
  }

  /** The block is complete: gives its octets, and holds none. */
  take(): Uint8Array {
    const whole = this.bytes.subarray(0, this.octets);
    this.streamId = 0;
    this.bytes = NOTHING;
    this.octets = 0;
    return whole;
  }

  private append(bytes: Uint8Array, start: number, end: number): void {
    const octets = this.octets + end - start;
    if (octets > this.options.maxFieldBlockOctets)
      throw new ConnectionError(ENHANCE_YOUR_CALM, "a field block is too large");
    if (octets > this.bytes.length) {
      const grown = new Uint8Array(Math.max(octets, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.octets));
      this.bytes = grown;
    }
    this.bytes.set(bytes.subarray(start, end), this.octets);
    this.octets = octets;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
