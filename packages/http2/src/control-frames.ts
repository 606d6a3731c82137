/**
 * Control frames that wait to be sent: short, in order, ahead of all content.
 *
 * What the peer makes us say is bounded: one that asks faster than it listens
 * fills this, and its connection ends (S58, S60, S61).
 *
 * @module
 */
import type { ByteSink } from "@stack/http";
import {
  encodeGoaway,
  encodeOrigins,
  encodePing,
  encodeRstStream,
  encodeSettings,
  encodeSettingsAck,
  encodeWindowUpdate,
} from "@stack/http2-frames";

/** Octets of control frames that may wait for a peer that does not read. */
const MAX_WAITING_OCTETS = 16_384;

export class ControlFrames {
  /** Octets that wait. */
  octets: number;
  /** SETTINGS of ours that the peer has not acknowledged. */
  unacknowledged: number;
  private bytes: Uint8Array;

  constructor() {
    this.octets = 0;
    this.unacknowledged = 0;
    this.bytes = NOTHING;
  }

  /** More waits than a peer that reads would let wait. */
  get isFull(): boolean {
    return this.octets > MAX_WAITING_OCTETS;
  }

  settings(pairs: readonly (readonly [number, number])[]): void {
    this.grow(9 + pairs.length * 6);
    this.unacknowledged++;
    this.octets = encodeSettings(this.bytes, this.octets, pairs);
  }

  settingsAck(): void {
    this.grow(9);
    this.octets = encodeSettingsAck(this.bytes, this.octets);
  }

  ping(data: Uint8Array, from: number, ack: boolean): void {
    this.grow(17);
    this.octets = encodePing(this.bytes, this.octets, data, from, ack);
  }

  rstStream(streamId: number, errorCode: number): void {
    this.grow(13);
    this.octets = encodeRstStream(this.bytes, this.octets, streamId, errorCode);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.grow(13);
    this.octets = encodeWindowUpdate(this.bytes, this.octets, streamId, increment);
  }

  goaway(lastStreamId: number, errorCode: number, debug: string): void {
    this.grow(17 + debug.length);
    this.octets = encodeGoaway(this.bytes, this.octets, lastStreamId, errorCode, debug);
  }

  /** The origins that the server speaks for (RFC 8336). */
  origins(origins: readonly string[]): void {
    this.grow(9 + origins.reduce((octets, origin) => octets + 2 + origin.length, 0));
    this.octets = encodeOrigins(this.bytes, this.octets, origins);
  }

  flush(sink: ByteSink): void {
    if (this.octets === 0) return;
    const at = sink.reserve(this.octets);
    sink.memory.set(this.bytes.subarray(0, this.octets), at);
    sink.commit(this.octets);
    this.clear();
  }

  clear(): void {
    this.octets = 0;
    if (this.bytes.length > 1_024) this.bytes = NOTHING;
  }

  private grow(octets: number): void {
    if (this.octets + octets <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(128, this.bytes.length * 2, this.octets + octets));
    grown.set(this.bytes.subarray(0, this.octets));
    this.bytes = grown;
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);
