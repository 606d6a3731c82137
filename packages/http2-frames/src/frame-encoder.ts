/**
 * Encoding frames into the caller's memory (RFC 9113 §4.1 and §6).
 *
 * Every function writes from `at` on and returns the offset behind what it
 * wrote; room for it is the caller's to reserve. Nothing is allocated.
 *
 * @module
 */
import { FLAG, FRAME_TYPE } from "./frame-types.ts";

/** The head of a frame; `octets` of payload follow. 9 octets. */
export function encodeFrameHead(
  out: Uint8Array,
  at: number,
  octets: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  out[at] = octets >>> 16;
  out[at + 1] = octets >>> 8;
  out[at + 2] = octets;
  out[at + 3] = type;
  out[at + 4] = flags;
  return encodeUint32(out, at + 5, streamId);
}

/** SETTINGS of identifier and value, pair after pair. 9 + 6 octets a pair. */
export function encodeSettings(out: Uint8Array, at: number, settings: readonly (readonly [number, number])[]): number {
  let next = encodeFrameHead(out, at, settings.length * 6, FRAME_TYPE.SETTINGS, 0, 0);
  for (const [identifier, value] of settings) {
    out[next] = identifier >>> 8;
    out[next + 1] = identifier;
    next = encodeUint32(out, next + 2, value);
  }
  return next;
}

/** The acknowledgement of SETTINGS. 9 octets. */
export function encodeSettingsAck(out: Uint8Array, at: number): number {
  return encodeFrameHead(out, at, 0, FRAME_TYPE.SETTINGS, FLAG.ACK, 0);
}

/** PING with the eight octets of `data` from `from` on. 17 octets. */
export function encodePing(out: Uint8Array, at: number, data: Uint8Array, from: number, ack: boolean): number {
  const next = encodeFrameHead(out, at, 8, FRAME_TYPE.PING, ack ? FLAG.ACK : 0, 0);
  for (let i = 0; i < 8; i++) out[next + i] = data[from + i] as number;
  return next + 8;
}

/** RST_STREAM. 13 octets. */
export function encodeRstStream(out: Uint8Array, at: number, streamId: number, errorCode: number): number {
  return encodeUint32(out, encodeFrameHead(out, at, 4, FRAME_TYPE.RST_STREAM, 0, streamId), errorCode);
}

/** WINDOW_UPDATE; stream 0 is the connection. 13 octets. */
export function encodeWindowUpdate(out: Uint8Array, at: number, streamId: number, increment: number): number {
  return encodeUint32(out, encodeFrameHead(out, at, 4, FRAME_TYPE.WINDOW_UPDATE, 0, streamId), increment);
}

/** GOAWAY; `debug` is ASCII text for people. 17 octets and its length. */
export function encodeGoaway(out: Uint8Array, at: number, lastStreamId: number, errorCode: number, debug = ""): number {
  let next = encodeFrameHead(out, at, 8 + debug.length, FRAME_TYPE.GOAWAY, 0, 0);
  next = encodeUint32(out, next, lastStreamId);
  next = encodeUint32(out, next, errorCode);
  for (let i = 0; i < debug.length; i++) out[next + i] = debug.charCodeAt(i) & 0x7f;
  return next + debug.length;
}

/** PRIORITY_UPDATE (RFC 9218 §7.1) with an ASCII field value. 13 octets and its length. */
export function encodePriorityUpdate(out: Uint8Array, at: number, streamId: number, value: string): number {
  let next = encodeFrameHead(out, at, 4 + value.length, FRAME_TYPE.PRIORITY_UPDATE, 0, 0);
  next = encodeUint32(out, next, streamId);
  for (let i = 0; i < value.length; i++) out[next + i] = value.charCodeAt(i) & 0x7f;
  return next + value.length;
}

/** Four octets, big-endian. */
export function encodeUint32(out: Uint8Array, at: number, value: number): number {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + 4;
}
