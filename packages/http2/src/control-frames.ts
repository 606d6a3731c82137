/**
 * Control frames that wait to be sent: short, in order, ahead of all content.
 *
 * What the peer makes us say is bounded here: a peer that asks faster than it
 * listens ends its connection (S58, S60, S61).
 *
 * @module
 */
import type { ByteSink } from "@stack/http";
import {
  ConnectionError,
  ERROR_CODE,
  encodeGoaway,
  encodePing,
  encodeRstStream,
  encodeSettings,
  encodeSettingsAck,
  encodeWindowUpdate,
} from "@stack/http2-frames";

/** Octets of control frames that may wait for a peer that does not read. */
export const MAX_WAITING_OCTETS = 16_384;

export class ControlFrames {
  /** Octets that wait. */
  octets: number;
  private bytes: Uint8Array;

  constructor() {
    this.octets = 0;
    this.bytes = NOTHING;
  }

  settings(pairs: readonly (readonly [number, number])[]): void {
    this.room(9 + pairs.length * 6);
    this.octets = encodeSettings(this.bytes, this.octets, pairs);
  }

  settingsAck(): void {
    this.room(9);
    this.octets = encodeSettingsAck(this.bytes, this.octets);
  }

  ping(data: Uint8Array, from: number, ack: boolean): void {
    this.room(17);
    this.octets = encodePing(this.bytes, this.octets, data, from, ack);
  }

  rstStream(streamId: number, errorCode: number): void {
    this.room(13);
    this.octets = encodeRstStream(this.bytes, this.octets, streamId, errorCode);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.room(13);
    this.octets = encodeWindowUpdate(this.bytes, this.octets, streamId, increment);
  }

  /** The last word must always fit: no bound. */
  goaway(lastStreamId: number, errorCode: number, debug: string): void {
    this.grow(17 + debug.length);
    this.octets = encodeGoaway(this.bytes, this.octets, lastStreamId, errorCode, debug);
  }

  flush(sink: ByteSink): void {
    const at = sink.reserve(this.octets);
    sink.memory.set(this.bytes.subarray(0, this.octets), at);
    sink.commit(this.octets);
    this.clear();
  }

  clear(): void {
    this.octets = 0;
    if (this.bytes.length > 1_024) this.bytes = NOTHING;
  }

  private room(octets: number): void {
    if (this.octets + octets > MAX_WAITING_OCTETS)
      throw new ConnectionError(ERROR_CODE.ENHANCE_YOUR_CALM, "more answers are asked for than are read");
    this.grow(octets);
  }

  private grow(octets: number): void {
    if (this.octets + octets <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(128, this.bytes.length * 2, this.octets + octets));
    grown.set(this.bytes.subarray(0, this.octets));
    this.bytes = grown;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
